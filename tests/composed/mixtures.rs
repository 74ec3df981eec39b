//! Mixtures against sums of their components.

use elbow::dfdx::shapes::Const;
use elbow::family::{Draw, Param};
use elbow::prelude::{Distribution, Gamma, Mixture, Normal};
use elbow_tests::support::differences::gradient;
use elbow_tests::support::statistics::{assert_distribution, assert_mean};
use elbow_tests::support::tensors::{
    assert_close, backward, event, gradient_of, noise, numbers, plate, weighted,
};
use statrs::function::erf::erfc;
use statrs::function::gamma::gamma_lr;

const LOGITS: [f64; 3] = [0.25, -1.0, 0.5];
const LOCS: [f64; 3] = [-1.5, 0.25, 2.0];
const SCALES: [f64; 3] = [0.5, 1.0, 0.75];

fn weights(logits: &[f64]) -> Vec<f64> {
    let total: f64 = logits.iter().map(|l| l.exp()).sum();
    logits.iter().map(|l| l.exp() / total).collect()
}

fn log_density(x: f64, logits: &[f64], locs: &[f64]) -> f64 {
    let terms = weights(logits).into_iter().zip(locs).zip(SCALES);
    let densities = terms.map(|((w, loc), scale)| {
        let y = (x - loc) / scale;
        w * (-0.5 * y * y).exp() / (scale * std::f64::consts::TAU.sqrt())
    });
    densities.sum::<f64>().ln()
}

#[test]
fn density_gradients_draws_and_mean() {
    let logits = event::<(Const<3>,)>(&LOGITS);
    let locs = LOCS.map(|loc| event::<()>(&[loc]));
    let components = [0, 1, 2].map(|k| Normal::<()>::new(locs[k].clone(), SCALES[k] as f32));
    let of = Mixture::new(logits.clone(), components);
    assert_eq!(of.check(4), Ok(()));
    let points = [-2.0, 0.3, 1.0, 5.0];
    let x = plate::<()>(&points);
    for (found, x) in numbers(&of.log_prob(&x)).into_iter().zip(points) {
        let exact = log_density(x, &LOGITS, &LOCS);
        assert_close("density", found, exact, 4e-6, exact);
    }
    let total = |logits: &[f64], locs: &[f64]| -> f64 {
        points.iter().map(|&x| log_density(x, logits, locs)).sum()
    };
    let mut grads = backward(|| weighted(of.log_prob(&x), &[1.0; 4]));
    let exact = gradient(|l| total(l, &LOCS), &LOGITS);
    for (found, exact) in gradient_of(&mut grads, &logits).into_iter().zip(exact) {
        assert_close("by logits", found, exact, 2e-5, 1.0);
    }
    let exact = gradient(|m| total(&LOGITS, m), &LOCS);
    for (loc, exact) in locs.iter().zip(exact) {
        assert_close("by loc", gradient_of(&mut grads, loc)[0], exact, 2e-5, 1.0);
    }
    let exact = gradient(
        |x| x.iter().map(|&x| log_density(x, &LOGITS, &LOCS)).sum(),
        &points,
    );
    for (found, exact) in gradient_of(&mut grads, &x).into_iter().zip(exact) {
        assert_close("by x", found, exact, 2e-5, exact);
    }

    let draws = numbers(&of.sample(50_000, &noise(51, "z")).value());
    assert_distribution("draws", &draws, |x| {
        let terms = weights(&LOGITS).into_iter().zip(LOCS).zip(SCALES);
        terms
            .map(|((w, m), s)| 0.5 * w * erfc((m - x) / (s * 2.0_f64.sqrt())))
            .sum()
    });
    let mean: f64 = weights(&LOGITS).iter().zip(LOCS).map(|(w, m)| w * m).sum();
    assert_close(
        "mean",
        numbers(&of.mean(2).expect("a mean"))[1],
        mean,
        1e-6,
        1.0,
    );
    assert_mean("mean of draws", &draws, mean, 0.1);
}

/// A whole event comes from one component; coordinates of draws stay.
#[test]
fn events_and_coordinates() {
    type Pair = (Const<2>,);
    let components = [Gamma::<Pair>::new(2.0, 8.0), Gamma::new(40.0, 4.0)];
    let of = Mixture::new(0.0, components);
    let draw = of.sample(50_000, &noise(52, "z"));
    let values = numbers(&draw.value());
    // The components hardly overlap: one is about a quarter, the other about ten.
    let mixed = values
        .chunks(2)
        .filter(|z| (z[0] > 3.0) != (z[1] > 3.0))
        .count();
    assert_eq!(mixed, 0, "events of two components");
    let first: Vec<f64> = values.iter().copied().step_by(2).collect();
    assert_distribution("draws", &first, |x| {
        0.5 * (gamma_lr(2.0, 8.0 * x) + gamma_lr(40.0, 4.0 * x))
    });
    let logs = numbers(draw.positive_log().expect("gamma draws have logarithms"));
    let of_draw = numbers(&of.log_prob_of(&draw));
    let of_value = numbers(&of.log_prob(&draw.value()));
    for row in 0..100 {
        let jacobian = logs[2 * row] + logs[2 * row + 1];
        assert_close(
            "coordinates",
            of_draw[row],
            of_value[row] + jacobian,
            1e-5,
            of_draw[row],
        );
    }
    assert_eq!(numbers(&of.log_prob_of(&Draw::of(draw.value()))), of_value);
}

#[test]
fn components_are_ruled_out_and_checked() {
    let logits = event::<(Const<2>,)>(&[0.0, f64::NEG_INFINITY]);
    let components = [Normal::<()>::new(0.0, 1.0), Normal::new(9.0, 1.0)];
    let of = Mixture::new(logits.clone(), components);
    let x = plate::<()>(&[0.0, 9.0]);
    let found = numbers(&of.log_prob(&x));
    assert_close("alone", found[0], -0.9189385332, 1e-6, 1.0);
    let mut grads = backward(|| weighted(of.log_prob(&x), &[1.0, 1.0]));
    assert!(gradient_of(&mut grads, &logits).iter().all(|g| !g.is_nan()));
    let draws = numbers(&of.sample(1000, &noise(53, "z")).value());
    assert!(draws.iter().all(|&z| z < 6.0));
    let components = [Normal::<()>::new(0.0, 1.0), Normal::new(0.0, -1.0)];
    assert!(Mixture::new(0.0, components).check(1).is_err());
    let rows = Param::<(Const<2>,)>::Rows(plate::<(Const<2>,)>(&[0.0; 6]));
    let components = [Normal::<()>::new(0.0, 1.0), Normal::new(0.0, 1.0)];
    assert!(Mixture::new(rows, components).check(4).is_err());
}

/// The choice of a mixture within a mixture is its own: each of the four places has a quarter of the draws.
#[test]
fn a_mixture_within_a_mixture() {
    const ROWS: usize = 4000;
    let pair = |a: f32, b: f32| {
        let near = |loc| Normal::<()>::new(loc, 0.1_f32);
        Mixture::new(0.0, [near(a), near(b)])
    };
    let of = Mixture::new(0.0, [pair(-3.0, -1.0), pair(1.0, 3.0)]);
    let draws = numbers(&of.sample(ROWS, &noise(71, "x")).value());
    for place in [-3.0, -1.0, 1.0, 3.0_f64] {
        let here = draws
            .iter()
            .filter(|draw| (**draw - place).abs() < 0.9)
            .count();
        // Five standard errors of a share of a quarter.
        assert!(here.abs_diff(ROWS / 4) < 137, "{here} at {place}");
    }
}
