//! Relaxations whose temperature is a tensor: learned, or of each row.

use elbow::dfdx::shapes::Const;
use elbow::family::{Event, IntoParam, KlDivergence, Param, Reparameterised, Value};
use elbow::prelude::*;
use elbow_tests::support::differences::derivative;
use elbow_tests::support::programs::{fill, gradient};
use elbow_tests::support::tensors::{
    assert_close, backward, event, gradient_of, noise, numbers, plate, rounded, weighted,
};

type Pair = (Const<2>,);
type Grid = (Const<2>, Const<3>);

const LOGITS: [f64; 4] = [0.3, -1.2, 2.0, 0.5];
const UNIT: [f64; 4] = [0.2, 0.93, 0.5, 0.07];

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// `ln t + l − t y − 2 sp(l − t y)` in the logit `y`, less `ln x (1 − x)`.
fn concrete(x: f64, logit: f64, t: f64) -> f64 {
    let a = logit - t * (x / (1.0 - x)).ln();
    t.ln() + a - 2.0 * softplus(a) - (x * (1.0 - x)).ln()
}

/// The density of Maddison, Mnih and Teh's appendix C.
fn simplex(x: &[f64], logits: &[f64], t: f64) -> f64 {
    let n = x.len() as f64;
    let pairs = || x.iter().zip(logits);
    let total = pairs()
        .map(|(x, l)| (l - t * x.ln()).exp())
        .sum::<f64>()
        .ln();
    let terms = pairs().map(|(x, l)| l - (t + 1.0) * x.ln() - total);
    // Γ(3) = 2
    assert_eq!(x.len(), 3);
    2.0_f64.ln() + (n - 1.0) * t.ln() + terms.sum::<f64>()
}

/// Compares a distribution with the one whose temperature is the number that all elements of its tensor are.
fn same_as_number<D: Reparameterised, S: elbow::dfdx::shapes::Shape>(
    with_tensor: &D,
    with_number: &D,
    x: &Value<D::Event>,
    temperature: &Var<S>,
) {
    let rows = numbers(&with_number.log_prob(x)).len();
    let pairs = |found: Vec<f64>, exact: Vec<f64>| {
        assert_eq!(found.len(), exact.len());
        for (found, exact) in found.into_iter().zip(exact) {
            assert_close("as with a number", found, exact, 1e-5, exact);
        }
    };
    pairs(
        numbers(&with_tensor.log_prob(x)),
        numbers(&with_number.log_prob(x)),
    );
    let draws = [with_tensor, with_number].map(|of| of.rsample(rows, &noise(5, "z")));
    let [found, exact] = draws.each_ref().map(|draw| numbers(&draw.value()));
    pairs(found, exact);
    let [found, exact] = [with_tensor, with_number].map(|of| numbers(&of.log_prob_of(&draws[1])));
    pairs(found, exact);
    // Nothing flows to a detached temperature, nor through a sample.
    let mut grads = backward(|| {
        let of = with_tensor.detach();
        let draw = with_tensor.sample(rows, &noise(5, "z"));
        weighted(of.log_prob_of(&draw), &vec![1.0; rows])
    });
    assert!(
        gradient_of(&mut grads, temperature)
            .iter()
            .all(|&g| g == 0.0)
    );
}

#[test]
fn concrete_densities_and_slopes() {
    let (x, logits) = (plate::<Pair>(&UNIT), event::<Pair>(&LOGITS[..2]));
    let same = event::<Pair>(&[0.7; 2]);
    same_as_number(
        &Concrete::new(logits.clone(), same.clone()),
        &Concrete::new(logits.clone(), 0.7),
        &x,
        &same,
    );
    // One temperature for each element of each row, and one for each element of all rows.
    let own = [0.4, 0.9, 1.5, 0.66];
    let temperature = plate::<Pair>(&own);
    let of = || Concrete::new(logits.clone(), temperature.clone());
    let found = numbers(&of().log_prob(&x));
    let mut grads = backward(|| weighted(of().log_prob(&x), &[1.0, 1.0]));
    let slopes = gradient_of(&mut grads, &temperature);
    let at = |i: usize, t: f64| concrete(rounded(UNIT[i]), rounded(LOGITS[i % 2]), t);
    for row in 0..2 {
        let exact = at(2 * row, own[2 * row]) + at(2 * row + 1, own[2 * row + 1]);
        assert_close("density", found[row], exact, 1e-5, exact);
    }
    for i in 0..4 {
        let exact = derivative(|t| at(i, t), own[i]);
        assert_close("slope by the temperature", slopes[i], exact, 1e-4, exact);
    }
    let shared = event::<Pair>(&own[..2]);
    let mut grads = backward(|| {
        let of = Concrete::new(logits.clone(), shared.clone());
        weighted(of.log_prob(&x), &[1.0, 1.0])
    });
    for (k, found) in gradient_of(&mut grads, &shared).into_iter().enumerate() {
        let exact = derivative(|t| at(k, t) + at(k + 2, t), own[k]);
        assert_close("slope by a shared one", found, exact, 1e-4, exact);
    }
}

/// A draw is `y = (l + L)/t`: by the temperature its slope is `−y/t`.
#[test]
fn concrete_draws_move_with_the_temperature() {
    let temperature = plate::<Pair>(&[0.4, 0.9, 1.5, 0.66]);
    let of = Concrete::<Pair>::new(0.3, temperature.clone());
    let draw = || of.rsample(2, &noise(6, "z"));
    let logits = numbers(draw().logit().expect("drawn there"));
    let mut grads = backward(|| weighted(draw().value(), &[1.0; 4]));
    let slopes = gradient_of(&mut grads, &temperature);
    for (i, t) in numbers(&temperature).into_iter().enumerate() {
        let s = 1.0 / (1.0 + (-logits[i]).exp());
        let exact = -s * (1.0 - s) * logits[i] / t;
        assert_close("slope of a draw", slopes[i], exact, 1e-5, exact);
    }
}

#[test]
fn simplex_densities_and_slopes() {
    const X: [f64; 12] = [0.2, 0.5, 0.3, 0.1, 0.1, 0.8, 0.6, 0.3, 0.1, 0.05, 0.9, 0.05];
    const L: [f64; 6] = [0.3, 0.1, -0.4, 1.0, 0.0, 0.5];
    let (x, logits) = (plate::<Grid>(&X), event::<Grid>(&L));
    let same = event::<()>(&[0.7]);
    same_as_number(
        &GumbelSoftmax::new(logits.clone(), same.clone()),
        &GumbelSoftmax::new(logits.clone(), 0.7),
        &x,
        &same,
    );
    let own = [0.4, 1.3];
    let temperature = plate::<()>(&own);
    let of = GumbelSoftmax::new(logits.clone(), temperature.clone());
    let at = |row: usize, t: f64, l: &[f64]| -> f64 {
        let vectors = X[6 * row..6 * row + 6].chunks(3).zip(l.chunks(3));
        vectors.map(|(x, l)| simplex(x, l, t)).sum()
    };
    let found = numbers(&of.log_prob(&x));
    let mut grads = backward(|| weighted(of.log_prob(&x), &[1.0, 1.0]));
    let slopes = gradient_of(&mut grads, &temperature);
    let by_logits = gradient_of(&mut grads, &logits);
    for row in 0..2 {
        let exact = at(row, own[row], &L);
        assert_close("density", found[row], exact, 1e-5, exact);
        let exact = derivative(|t| at(row, t, &L), own[row]);
        assert_close("slope by the temperature", slopes[row], exact, 1e-4, exact);
    }
    for k in 0..6 {
        let moved = |l: f64| {
            let mut all = L;
            all[k] = l;
            at(0, own[0], &all) + at(1, own[1], &all)
        };
        let exact = derivative(moved, L[k]);
        assert_close("slope by a logit", by_logits[k], exact, 1e-4, exact);
    }
    // The draws move with their log-density, in their coordinates.
    let scored = |t: &Var<(usize,)>| {
        let of = GumbelSoftmax::new(logits.clone(), t.clone());
        of.log_prob_of(&of.rsample(2, &noise(8, "z")))
    };
    let mut grads = backward(|| weighted(scored(&temperature), &[1.0, 1.0]));
    let slopes = gradient_of(&mut grads, &temperature);
    for row in 0..2 {
        let total = |t: f64| {
            let mut moved = own;
            moved[row] = t;
            numbers(&scored(&plate::<()>(&moved))).iter().sum::<f64>()
        };
        let h = 0.01;
        let exact = (total(own[row] + h) - total(own[row] - h)) / (2.0 * h);
        assert_close("slope through a draw", slopes[row], exact, 2e-3, exact);
    }
}

/// Only numbers are known to be equal: the divergence of learned temperatures has no closed form.
#[test]
fn closed_forms() {
    let kl = |t: Param<()>| {
        let own = Concrete::<()>::new(0.5, t);
        own.kl_divergence(&Concrete::new(-0.5, 0.7)).is_some()
    };
    assert!(kl(Param::Number(0.7)));
    assert!(!kl(Param::Number(0.6)));
    assert!(!kl(event::<()>(&[0.7]).into_param()));
}

model! {
    /// Relaxed units whose guide learns how soft they are.
    struct Soft {
        guide: Linear<2, 2>,
        log_temperature: Parameter<Rank1<2>>,
        log_softness: Parameter<Rank0>,
    }
    generative p(t: []) {
        sample z: [2] ~ Concrete::new(0.0, 0.5);
        sample y: [2, 3] ~ GumbelSoftmax::new(0.0, t);
        sample x: [2] ~ Normal::new(z, 0.5);
        sample w: [2, 3] ~ Normal::new(y, 0.5);
    }
    inference q(x, w, t) {
        sample z ~ Concrete::new(guide(x), log_temperature.exp());
        sample y ~ GumbelSoftmax::new(0.3, log_softness.exp());
    }
}

#[test]
fn models_learn_temperatures() {
    let x: Batch<Pair> = batch(vec![0.3, -0.4, 0.9, 0.1]).expect("rows");
    let t: Batch<()> = batch(vec![0.8, 0.4]).expect("rows");
    let w: Batch<Grid> = batch((0..12).map(|i| (i % 5) as f32 * 0.2).collect()).expect("rows");
    let loss_at = |log_t: [f64; 2], log_s: f64| {
        let mut model = Soft::new(3);
        fill(&mut model.log_temperature.value, &log_t);
        fill(&mut model.log_softness.value, &[log_s]);
        // The same noise for each.
        let elbo = Elbo::default().particles(16);
        let loss = elbo.loss(&model.q(&x, &w, &t)).expect("legal");
        let value = f64::from(loss.value());
        let gradients = loss.backward();
        let by_t = gradient(&gradients, &model.log_temperature.value);
        let by_s = gradient(&gradients, &model.log_softness.value);
        (value, [by_t[0], by_t[1], by_s[0]])
    };
    let at = [-0.4, 0.2, -0.3];
    let (_, found) = loss_at([at[0], at[1]], at[2]);
    for k in 0..3 {
        let moved = |by: f64| {
            let mut p = at;
            p[k] += by;
            loss_at([p[0], p[1]], p[2]).0
        };
        let exact = (moved(0.01) - moved(-0.01)) / 0.02;
        assert_close("slope of the loss", found[k], exact, 5e-3, exact);
    }
    let t: Batch<()> = batch(vec![0.8, 0.0]).expect("rows");
    let loss = Elbo::default().loss(&Soft::new(3).q(&x, &w, &t));
    let told = loss.expect_err("no temperature").to_string();
    assert!(
        told.starts_with("at site `y`, GumbelSoftmax: `temperature` is 0 in row 1; it must be"),
        "{told}"
    );
}

/// Shapes that have no other axis.
#[test]
fn one_number_for_each_row() {
    fn check<E: Event>(of: GumbelSoftmax<E>) {
        assert!(of.check(2).is_ok());
        assert!(of.check(3).is_err(), "2 rows in a site of 3");
    }
    check(GumbelSoftmax::<(Const<3>,)>::new(
        0.0,
        plate::<()>(&[0.5, 0.6]),
    ));
}
