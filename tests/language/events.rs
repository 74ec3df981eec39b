//! Events of one, two and three axes, and scalars: each axis in its place.

use elbow::prelude::*;
use elbow_tests::support::programs::{bounds, fill};
use elbow_tests::support::tensors::{assert_close, noise};

model! {
    /// A latent of every rank.
    struct Ranks {
        scalar: Parameter<Rank0>,
        line: Parameter<Rank1<2>>,
        plane: Parameter<Rank2<2, 3>>,
        space: Parameter<Rank3<2, 3, 4>>,
        spread: (Linear<2, 24>, ToEvent<Rank3<2, 3, 4>>),
    }

    generative p {
        sample s ~ Normal::new(scalar, 1.0);
        sample l: [2] ~ Normal::new(line, 1.0);
        sample m: [2, 3] ~ OneHotCategorical::logits(plane);
        sample c: [2, 3, 4] ~ Normal::new(space, 1.0);
        sample x: [2, 3, 4] ~ Bernoulli::logits(c + spread(l));
        sample n: [2, 3] ~ Normal::new(m, 1.0);
        sample t ~ Normal::new(s, 1.0);
    }

    inference q(x, n, t) {
        sample s ~ Normal::new(0.0, 1.0);
        sample l ~ Normal::new(0.0, 1.0);
        sample m ~ OneHotCategorical::logits(0.0);
        sample c ~ Normal::new(0.0, 1.0);
    }
}

fn model() -> Ranks {
    let mut model = Ranks::new(1);
    let count = |n: usize| -> Vec<f64> { (0..n).map(|i| 0.1 * (i as f64 + 1.0)).collect() };
    fill(&mut model.scalar.value, &count(1));
    fill(&mut model.line.value, &count(2));
    fill(&mut model.plane.value, &count(6));
    fill(&mut model.space.value, &count(24));
    fill(&mut model.spread.0.weight, &[0.0; 48]);
    fill(&mut model.spread.0.bias, &[0.0; 24]);
    model
}

/// `½ Σ m²` of this many means 0.1, 0.2, …
fn half_squares(n: usize) -> f64 {
    (1..=n).map(|i| 0.5 * (0.1 * i as f64).powi(2)).sum()
}

#[test]
fn each_site_sums_over_its_event() {
    let model = model();
    let x = batch::<(usize, Const<2>, Const<3>, Const<4>)>(vec![1.0; 48]).expect("rows");
    let n = batch::<(usize, Const<2>, Const<3>)>(vec![0.0; 12]).expect("rows");
    let t = batch::<(usize,)>(vec![0.0; 2]).expect("rows");
    let found = Elbo::default()
        .evaluate(&model.q(&x, &n, &t))
        .expect("legal");
    let mean = |site| {
        found
            .sites
            .iter()
            .find(|s| s.site == site)
            .expect("the site")
            .mean
    };
    assert_close("s", mean("s"), half_squares(1), 1e-6, 1.0);
    assert_close("l", mean("l"), half_squares(2), 1e-6, 1.0);
    assert_close("c", mean("c"), half_squares(24), 2e-6, 30.0);
    // Two vectors of three categories: ln ⅓ − mean of their log-probabilities, each.
    let categories: f64 = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]
        .iter()
        .map(|l: &[f64; 3]| {
            let total = l.iter().map(|l| l.exp()).sum::<f64>().ln();
            total - l.iter().sum::<f64>() / 3.0 - 3.0_f64.ln()
        })
        .sum();
    assert_close("m", mean("m"), categories, 1e-6, 1.0);
    assert_eq!(bounds(&model.q(&x, &n, &t)).len(), 2);
}

#[test]
fn draws_have_their_shapes() {
    let drawn = model()
        .p()
        .sample(5, &mut noise(2, "draws").row(0))
        .expect("legal");
    assert_eq!(drawn.s.as_vec().len(), 5);
    assert_eq!(drawn.l.as_vec().len(), 10);
    assert_eq!(drawn.c.as_vec().len(), 120);
    for lane in drawn.m.as_vec().chunks(3) {
        assert_eq!(lane.iter().filter(|&&v| v == 1.0).count(), 1, "{lane:?}");
        assert_eq!(lane.iter().sum::<f32>(), 1.0);
    }
    // An event is its axes in row-major order: element [1][2][3] is the last, with mean 2.4.
    let many = model()
        .p()
        .sample(20_000, &mut noise(3, "draws").row(0))
        .expect("legal");
    let last: Vec<f64> = many
        .c
        .as_vec()
        .chunks(24)
        .map(|c| f64::from(c[23]))
        .collect();
    elbow_tests::support::statistics::assert_mean("c[1][2][3]", &last, 2.4, 0.08);
}
