//! Classes in an order: masses, slopes, gaps, draws, and what cutpoints may be.

use elbow::family::{Finite, Param};
use elbow::prelude::*;
use elbow_tests::support::differences::gradient;
use elbow_tests::support::statistics::assert_counts;
use elbow_tests::support::tensors::{
    assert_close, backward, event, gradient_of, noise, numbers, plate, scattered, weighted,
};

type Cuts = (Const<3>,);
type Pairs = (Const<2>, Const<3>);
type Pair = (Const<2>,);

const CUTPOINTS: [f64; 3] = [-1.0, 0.5, 2.0];

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// `ln(σ(c_k − η) − σ(c_(k−1) − η))`
fn log_mass(class: f64, predictor: f64, cutpoints: &[f64]) -> f64 {
    let below = |k: usize| cutpoints.get(k).map_or(1.0, |cut| sigmoid(cut - predictor));
    let class = class as usize;
    (below(class) - class.checked_sub(1).map_or(0.0, below)).ln()
}

/// By mpmath, with 40 digits.
#[test]
fn golden() {
    for (class, known) in [
        (0.0, -1.5410084538329922),
        (1.0, -1.091629782140038),
        (2.0, -1.218407357693312),
        (3.0, -1.8677860293862656),
    ] {
        let of = OrderedLogistic::<Cuts>::new(0.3, event::<Cuts>(&CUTPOINTS));
        assert_eq!(of.check(1), Ok(()));
        let found = numbers(&of.log_prob(&plate::<()>(&[class])))[0];
        assert_close(&format!("class {class}"), found, known, 1e-7, known);
        assert_close(
            "the reference",
            log_mass(class, f64::from(0.3_f32), &CUTPOINTS),
            known,
            1e-7,
            known,
        );
    }
    for x in [-1.0, 0.5, 4.0, f64::INFINITY, f64::NAN] {
        let of = OrderedLogistic::<Cuts>::new(0.3, event::<Cuts>(&CUTPOINTS));
        assert_eq!(
            numbers(&of.log_prob(&plate::<()>(&[x])))[0],
            f64::NEG_INFINITY,
            "{x}"
        );
    }
    assert_eq!(OrderedLogistic::<Cuts>::states(), Some(4));
    assert_eq!(OrderedLogistic::<Pairs>::states(), Some(16));
}

/// Values and slopes of events of two, with parameters that are one number, one event, rows, and rows for blocks of rows; and of what
/// is observed of them.
#[test]
fn every_form() {
    const ROWS: usize = 6;
    let index: Vec<f64> = (0..2 * ROWS).map(|i| (i * 7 % 4) as f64).collect();
    let weights: Vec<f64> = (0..ROWS).map(|row| 1.0 + scattered(row)).collect();
    let x = plate::<Pair>(&index);
    for rows in [0, 3, ROWS] {
        let count = rows.max(1);
        let predictors: Vec<f64> = (0..2 * count).map(|i| 2.0 * scattered(i)).collect();
        let step = |i: usize| CUTPOINTS[i % 3] + 0.3 * scattered(i + 5);
        let cutpoints: Vec<f64> = (0..6 * count).map(step).collect();
        let (by_rows, cuts_by_rows) = (plate::<Pair>(&predictors), plate::<Pairs>(&cutpoints));
        let (by_event, cuts_by_event) = (
            event::<Pair>(&predictors[..2]),
            event::<Pairs>(&cutpoints[..6]),
        );
        let of = || match rows {
            0 => OrderedLogistic::<Pairs>::new(by_event.clone(), cuts_by_event.clone()),
            _ => OrderedLogistic::<Pairs>::new(by_rows.clone(), cuts_by_rows.clone()),
        };
        assert_eq!(of().check(ROWS), Ok(()));
        let exact = |params: &[f64]| -> Vec<f64> {
            let (predictors, cutpoints) = params.split_at(2 * count);
            let one = |row: usize, element: usize| {
                let place = row * count / ROWS * 2 + element;
                log_mass(
                    index[2 * row + element],
                    predictors[place],
                    &cutpoints[3 * place..][..3],
                )
            };
            (0..ROWS).map(|row| one(row, 0) + one(row, 1)).collect()
        };
        let params = [predictors.clone(), cutpoints.clone()].concat();
        let params: Vec<f64> = params.iter().map(|&p| f64::from(p as f32)).collect();
        for (found, exact) in numbers(&of().log_prob(&x)).iter().zip(exact(&params)) {
            assert_close("log-mass", *found, exact, 1e-7, exact);
        }
        let mut grads = backward(|| weighted(of().log_prob(&x), &weights));
        let found = match rows {
            0 => [
                gradient_of(&mut grads, &by_event),
                gradient_of(&mut grads, &cuts_by_event),
            ],
            _ => [
                gradient_of(&mut grads, &by_rows),
                gradient_of(&mut grads, &cuts_by_rows),
            ],
        };
        let total = |params: &[f64]| exact(params).iter().zip(&weights).map(|(l, w)| l * w).sum();
        for (found, exact) in found.concat().into_iter().zip(gradient(total, &params)) {
            assert_close("slope", found, exact, 2e-6, exact.abs() + 1.0);
        }
        let mut grads = backward(|| weighted(of().detach().log_prob(&x), &weights));
        assert!(
            gradient_of(&mut grads, &by_rows).iter().all(|g| *g == 0.0),
            "detached"
        );
    }
}

#[test]
fn draws() {
    for predictor in [-2.0, 0.3, 5.0] {
        let of = OrderedLogistic::<Cuts>::new(predictor as f32, event::<Cuts>(&CUTPOINTS));
        let draws = numbers(&of.sample(50_000, &noise(1, "z")).value());
        let counts = [0.0, 1.0, 2.0, 3.0].map(|k| draws.iter().filter(|x| **x == k).count());
        assert_eq!(counts.iter().sum::<usize>(), draws.len());
        let masses = [0.0, 1.0, 2.0, 3.0].map(|k| log_mass(k, predictor, &CUTPOINTS).exp());
        assert_counts(&format!("{predictor}"), &counts, &masses, 0.05);
    }
    let each = OrderedLogistic::<Pairs>::new(
        event::<Pair>(&[-30.0, 30.0]),
        event::<Pairs>(&[CUTPOINTS, CUTPOINTS].concat()),
    );
    assert_eq!(
        each.sample(2, &noise(1, "z")).value().as_vec(),
        [0.0, 3.0, 0.0, 3.0]
    );
    assert!(each.mean(2).is_none());
}

/// Far from all cutpoints, and between two that are hardly apart, masses keep their digits and slopes are numbers.
#[test]
fn far_and_narrow() {
    let cuts = [0.5, 0.500_000_06_f32, 2.0];
    let own = event::<Cuts>(&cuts.map(f64::from));
    for predictor in [-1e4, -300.0, 0.5, 300.0, 1e4] {
        let at = event::<()>(&[predictor]);
        for class in [0.0, 1.0, 2.0, 3.0] {
            let of = || OrderedLogistic::<Cuts>::new(at.clone(), own.clone());
            let found = numbers(&of().log_prob(&plate::<()>(&[class])))[0];
            assert!(
                found.is_finite() && found <= 0.0,
                "{class} at {predictor}: {found}"
            );
            let mut grads = backward(|| weighted(of().log_prob(&plate::<()>(&[class])), &[1.0]));
            let slopes = [gradient_of(&mut grads, &own), gradient_of(&mut grads, &at)].concat();
            assert!(
                slopes.iter().all(|s| s.is_finite()),
                "{class} at {predictor}: {slopes:?}"
            );
            // What is a step on one side is a step on the other.
            let far = (class - if predictor < 0.0 { 0.0 } else { 3.0 }).abs();
            assert!(
                predictor.abs() < 1.0 || (far == 0.0) == (found > -1e-6),
                "{class} at {predictor}"
            );
        }
    }
    // σ'(0) times the distance
    let of = OrderedLogistic::<Cuts>::new(0.5, own.clone());
    let found = numbers(&of.log_prob(&plate::<()>(&[1.0])))[0];
    let apart = f64::from(cuts[1]) - f64::from(cuts[0]);
    assert_close("narrow", found, (0.25 * apart).ln(), 1e-6, 1.0);
}

#[test]
fn cutpoints_must_ascend() {
    let rows = plate::<Cuts>(&[-1.0, 0.5, 2.0, 0.0, 1.0, 1.0]);
    let fault = OrderedLogistic::<Cuts>::new(0.0, rows)
        .check(2)
        .expect_err("two are equal");
    assert!(
        fault
            .to_string()
            .starts_with("`cutpoints` must ascend, but number 2 is 1 in row 1, after 1;"),
        "{fault}"
    );
    let number = OrderedLogistic::<Cuts>::new(0.0, 1.0)
        .check(2)
        .expect_err("all are equal");
    assert!(
        number.to_string().contains("number 1 is 1 in row 0"),
        "{number}"
    );
    assert_eq!(
        OrderedLogistic::<(Const<1>,)>::new(0.0, 1.0).check(2),
        Ok(())
    );
    let nan = Param::Event(event::<Cuts>(&[0.0, f64::NAN, 1.0]));
    assert!(OrderedLogistic::<Cuts>::new(0.0, nan).check(1).is_err());
    assert!(
        OrderedLogistic::<Cuts>::new(f32::NAN, event::<Cuts>(&CUTPOINTS))
            .check(1)
            .is_err()
    );
}

model! {
    /// Answers that rise with a hidden trait.
    pub struct Answers { guess: Parameter<Rank0> }
    generative p(cuts: [3]) {
        sample z ~ OrderedLogistic::new(0.4, cuts);
        sample x ~ Normal::new(z, 1.0);
    }
    inference q(x, cuts) { sample z ~ OrderedLogistic::new(guess, cuts) via Enumerate; }
}

/// The bound of a latent class is the sum over all classes, and a class that is none is an error of the data.
#[test]
fn a_latent_class_is_listed() {
    let model = Answers::new(0);
    let x: Batch<()> = batch(vec![0.2, 2.5]).expect("rows");
    let cuts: Batch<Cuts> = batch(CUTPOINTS.repeat(2)).expect("rows");
    let bound = Elbo::default()
        .evaluate(&model.q(&x, &cuts))
        .expect("legal")
        .rows;
    for (found, x) in bound.iter().zip([f64::from(0.2_f32), 2.5]) {
        let exact = (0..4).map(|k| {
            let class = f64::from(k);
            let q = log_mass(class, 0.0, &CUTPOINTS);
            let normal = -0.5 * (x - class).powi(2) - 0.5 * std::f64::consts::TAU.ln();
            q.exp() * (log_mass(class, f64::from(0.4_f32), &CUTPOINTS) - q + normal)
        });
        let exact: f64 = exact.sum();
        assert_close("bound", *found, exact, 1e-6, exact);
    }
}
