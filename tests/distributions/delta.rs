//! A point mass: its law, and training to the mode of a posterior.

use elbow::family::Param;
use elbow::prelude::*;
use elbow_tests::support::programs::fill;
use elbow_tests::support::tensors::{
    backward, event, gradient_of, noise, numbers, plate, weighted,
};

type Triple = (Const<3>,);

#[test]
fn the_law() {
    let point = event::<Triple>(&[0.5, -2.0, 3.0]);
    let of = Delta::<Triple>::new(point.clone());
    assert_eq!(of.check(2), Ok(()));
    let x = plate::<Triple>(&[0.5, -2.0, 3.0, 0.5, -2.0, 3.1]);
    assert_eq!(numbers(&of.log_prob(&x)), [0.0, f64::NEG_INFINITY]);
    let draw = of.sample(2, &noise(1, "z"));
    assert_eq!(draw.value().as_vec(), [0.5, -2.0, 3.0, 0.5, -2.0, 3.0]);
    assert_eq!(numbers(&of.log_prob_of(&draw)), [0.0, 0.0]);
    assert_eq!(of.mean(1).expect("a mean").as_vec(), [0.5, -2.0, 3.0]);
    assert_eq!(numbers(&of.entropy().expect("0 by convention")), [0.0]);
    // A draw moves with the point, and its density does not.
    let mut grads = backward(|| {
        use elbow::family::Reparameterised;
        let draw = of.rsample(2, &noise(1, "z"));
        weighted(of.log_prob_of(&draw), &[1.0, 1.0])
            + weighted(draw.value(), &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    });
    assert_eq!(gradient_of(&mut grads, &point), [5.0, 7.0, 9.0]);
    let mut grads = backward(|| weighted(of.sample(1, &noise(1, "z")).value(), &[1.0; 3]));
    assert_eq!(gradient_of(&mut grads, &point), [0.0; 3]);
    for bad in [f32::NAN, f32::INFINITY] {
        assert!(Delta::<Triple>::new(Param::Number(bad)).check(1).is_err());
    }
}

model! {
    /// A rate, a scale, a probability and shares, each at the mode of its posterior.
    pub struct Modes {
        log_rate: Parameter<Rank0>,
        log_scale: Parameter<Rank0>,
        logit: Parameter<Rank0>,
        ratios: Parameter<Rank1<3>>,
    }
    generative p {
        global sample rate: [] ~ Gamma::new(3.0, 2.0);
        global sample scale: [] ~ HalfNormal::new(1.5);
        global sample hit: [] ~ Beta::new(2.0, 3.0);
        global sample shares: [3] ~ Dirichlet::new(2.0);
        sample count ~ Poisson::new(rate);
        sample size ~ Exponential::new(scale);
        sample x ~ Bernoulli::probs(hit);
        sample y: [3] ~ OneHotCategorical::probs(shares);
    }
    inference q(count, size, x, y) {
        sample rate ~ Delta::new(log_rate.exp());
        sample scale ~ Delta::new(log_scale.exp());
        sample hit ~ Delta::new(logit.sigmoid());
        sample shares ~ Delta::new(ratios.softmax());
    }
}

/// Priors on the line of positive numbers, on the unit interval and on the simplex, against modes in closed form. They are modes in the
/// values themselves, not in their logarithms.
#[test]
fn trains_to_modes() {
    let count: Batch<()> = batch(vec![2.0, 5.0, 1.0, 4.0]).expect("rows");
    let size: Batch<()> = batch(vec![0.5, 1.5, 0.2, 0.8]).expect("rows");
    let x: Batch<()> = batch(vec![1.0, 1.0, 0.0, 1.0]).expect("rows");
    let one_hot = [
        [1.0, 0.0, 0.0],
        [0.0, 0.0, 1.0],
        [1.0, 0.0, 0.0],
        [0.0, 1.0, 0.0],
    ];
    let y: Batch<Triple> = batch(one_hot.as_flattened().to_vec()).expect("rows");
    let (mut model, mut adam) = (Modes::new(0), Adam::new(0.02));
    let mut last = f32::NAN;
    for _ in 0..1500 {
        let loss = Elbo::default()
            .whole_data()
            .loss(&model.q(&count, &size, &x, &y));
        let loss = loss.expect("legal");
        last = loss.value();
        adam.descend(&mut model, loss).expect("a step");
    }
    assert!(last.is_finite());
    let near = |what: &str, found: f32, exact: f64| {
        assert!(
            (f64::from(found) - exact).abs() < 2e-3,
            "{what}: {found}, exact {exact}"
        );
    };
    // (α − 1 + Σk)/(β + n)
    near("rate", model.log_rate.value.as_vec()[0].exp(), 14.0 / 6.0);
    // n/s − Σx − s/1.5² = 0
    let (b, c) = (3.0 * 1.5_f64.powi(2), 4.0 * 1.5_f64.powi(2));
    near(
        "scale",
        model.log_scale.value.as_vec()[0].exp(),
        0.5 * (-b + (b * b + 4.0 * c).sqrt()),
    );
    // (a − 1 + hits)/(a + b − 2 + n)
    near(
        "hit",
        1.0 / (1.0 + (-model.logit.value.as_vec()[0]).exp()),
        4.0 / 7.0,
    );
    // (α − 1 + hits)/(Σ(α − 1) + n)
    let powers: Vec<f32> = model
        .ratios
        .value
        .as_vec()
        .iter()
        .map(|r| r.exp())
        .collect();
    let total: f32 = powers.iter().sum();
    for (k, exact) in [3.0 / 7.0, 2.0 / 7.0, 2.0 / 7.0].into_iter().enumerate() {
        near("share", powers[k] / total, exact);
    }
    let explained = model.q(&count, &size, &x, &y).explain().to_string();
    assert!(
        explained.contains("q = Delta (scalar), p = Gamma (scalar); gradient: pathwise"),
        "{explained}"
    );
}

model! {
    /// A cause in each row, at its mode.
    pub struct Rows { at: Linear<1, 1> }
    generative p { sample z: [1] ~ Gamma::new(2.0, 1.0); sample x: [1] ~ Normal::new(z, 1.0); }
    inference q(x) { sample z ~ Delta::new(at(x)); }
}

/// A point outside the prior's support is an error that names the site and the row.
#[test]
fn outside_the_prior() {
    let mut model = Rows::new(0);
    fill(&mut model.at.weight, &[1.0]);
    let x: Batch<(Const<1>,)> = batch(vec![1.0, -30.0]).expect("rows");
    let error = Elbo::default()
        .loss(&model.q(&x))
        .expect_err("a negative cause")
        .to_string();
    assert!(error.contains("`z`") && error.contains("row 1"), "{error}");
}
