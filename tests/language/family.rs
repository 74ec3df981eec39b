//! A family of a user's own, in the user's crate: elbow does not know it, and treats it as its own.

use elbow::family::{
    Change, Density, Domain, Draw, Event, Fault, Formula, IntoParam, KlDivergence, Param, Positive,
    Real, Reparameterised, Rows, Stream, Value, class, map, row_sum, rows_of,
};
use elbow::prelude::*;
use elbow_tests::support::programs::{bounds, evidence, fill, gradient, train};
use elbow_tests::support::statistics::assert_mean;

/// `|N(0, scale²)|`.
#[derive(Clone, Debug)]
struct HalfNormal<E: Event> {
    scale: Param<E>,
}

impl<E: Event> HalfNormal<E> {
    fn new(scale: impl IntoParam<E>) -> Self {
        Self {
            scale: scale.into_param(),
        }
    }
}

#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<2> for LogDensity {
    fn eval<R: Real>(&self, [x, scale]: [R; 2]) -> R {
        // ½ ln(2/π)
        ((x / scale).square().scale(-0.5) - scale.ln()).shift(-0.225_791_352_644_727_43)
    }
}

#[derive(Clone, Copy)]
struct Product;
impl Formula<2> for Product {
    fn eval<R: Real>(&self, [a, b]: [R; 2]) -> R {
        a * b
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl Formula<2> for Kl {
    fn eval<R: Real>(&self, [q, p]: [R; 2]) -> R {
        (q / p).square().shift(-1.0).scale(0.5) - (q / p).ln()
    }
}

impl<E: Event> Distribution for HalfNormal<E> {
    type Event = E;
    type Measure = Density;
    type Support = Positive;
    type Class = class::Explicit;
    const FAMILY: &'static str = "HalfNormal";

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.scale.check("scale", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        row_sum(LogDensity, [&rows_of::<E>(value), &self.scale])
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        elbow::family::unrecorded(|| self.rsample(rows, noise))
    }

    fn mean(&self, _: usize) -> Option<Value<E>> {
        None
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            scale: self.scale.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for HalfNormal<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        // Box and Muller: the length of a normal pair times the size of its cosine.
        let size = noise.plate::<E>(rows, |rng| {
            let length = (-2.0 * rng.uniform().ln()).sqrt();
            (length * (std::f64::consts::TAU * rng.uniform()).cos().abs()) as f32
        });
        Draw::of(map(Product, [&size, &self.scale]).expand(rows))
    }
}

impl<E: Event> KlDivergence<HalfNormal<E>> for HalfNormal<E> {
    fn kl_divergence(&self, prior: &HalfNormal<E>) -> Option<Rows> {
        Some(row_sum(Kl, [&self.scale, &prior.scale]))
    }
}

model! {
    /// Spreads of two kinds of prior: one with a closed form, one without.
    struct Spread {
        scale: Parameter<Rank1<2>>,
    }
    generative p {
        sample a: [2] ~ HalfNormal::new(1.5);
        sample b: [2] ~ Exponential::new(2.0);
        sample x: [2] ~ Normal::new(0.0, a + b);
    }
    inference q(x) {
        sample a ~ HalfNormal::new(scale);
        sample b ~ HalfNormal::new(0.6);
    }
}

fn spread() -> Spread {
    let mut model = Spread::new(1);
    fill(&mut model.scale.value, &[0.8, 2.0]);
    model
}

fn data(rows: usize) -> Batch<(Const<2>,)> {
    batch([0.4, -1.1].repeat(rows)).expect("rows")
}

#[test]
fn closed_form_and_log_ratio_are_found_by_the_types() {
    let explanation = spread().q(&data(1)).explain();
    let choices = explanation.choices().expect("legal");
    let divergences: Vec<_> = choices[..2]
        .iter()
        .map(|c| c.divergence.as_deref().expect("a latent"))
        .collect();
    assert!(
        divergences[0].starts_with("closed-form KL"),
        "{divergences:?}"
    );
    assert!(
        divergences[1].starts_with("log-ratio at the draw"),
        "{divergences:?}"
    );
    assert_eq!(choices[0].guide, Some("HalfNormal"));
}

#[test]
fn divergences_have_their_means() {
    let model = spread();
    let x = data(400);
    let (_, parts) = train(Elbo::default(), 1, || model.q(&x), |_| Vec::new());
    assert!(parts.is_empty());
    let mean = |site: &str| -> Vec<f64> {
        let runs = (0..200).map(|_| Elbo::default().loss(&model.q(&x)).expect("legal"));
        runs.map(|loss| {
            loss.sites()
                .iter()
                .find(|s| s.site == site)
                .expect("the site")
                .mean
        })
        .collect()
    };
    let closed: f64 = [0.8_f64, 2.0]
        .iter()
        .map(|s| 0.5 * ((s / 1.5).powi(2) - 1.0) - (s / 1.5).ln())
        .sum();
    for found in mean("a") {
        assert!((found - closed).abs() < 2e-6, "{found}, {closed}");
    }
    // −H − E ln p: H = ½ ln(π s²/2) + ½, E b = s √(2/π).
    let (s, pi) = (0.6_f64, std::f64::consts::PI);
    let ratio = -(0.5 * (pi * s * s / 2.0).ln() + 0.5) - 2.0_f64.ln() + 2.0 * s * (2.0 / pi).sqrt();
    assert_mean("b", &mean("b"), 2.0 * ratio, 0.05);
}

/// The bound with the closed form and with ratios at the draws is the same on average.
#[test]
fn the_family_evaluates_and_weighs() {
    let model = spread();
    let program = model.q(&data(50_000));
    let pairs: Vec<f64> = bounds(&program)
        .iter()
        .zip(evidence(&program, 1))
        .map(|(a, b)| a - b)
        .collect();
    assert_mean("closed less ratio", &pairs, 0.0, 0.1);
}

#[test]
fn it_trains() {
    let mut model = spread();
    fill(&mut model.scale.value, &[6.0, 8.0]);
    let x = data(64);
    let mut adam = elbow::train::Adam::new(0.03);
    let loss = |model: &Spread| {
        Elbo::default()
            .particles(100)
            .evaluate(&model.q(&x))
            .expect("legal")
            .elbo
    };
    let before = loss(&model);
    for _ in 0..300 {
        let loss = Elbo::default().loss(&model.q(&x)).expect("legal");
        adam.descend(&mut model, loss).expect("finite gradients");
    }
    assert!(loss(&model) > before + 1.0);
    let found = Elbo::default()
        .loss(&model.q(&x))
        .expect("legal")
        .backward();
    assert_eq!(gradient(&found, &model.scale.value).len(), 2);
}

#[test]
fn its_faults_are_reported_by_site_and_parameter() {
    let mut model = spread();
    fill(&mut model.scale.value, &[1.0, -1.0]);
    let error = Elbo::default()
        .loss(&model.q(&data(2)))
        .expect_err("a negative scale");
    assert_eq!(
        error.to_string(),
        "at site `a`, HalfNormal: `scale` is -1 in row 0; it must be finite and greater than 0; end the network in `Softplus`, or write `.exp()`"
    );
}

/// A number that counts as zero in a loss is told where it is given, and not by what comes of it.
#[test]
fn a_parameter_below_all_normal_numbers_is_told_by_its_name() {
    let mut model = spread();
    fill(&mut model.scale.value, &[1.0, 1e-38]);
    let told = "at site `a`, HalfNormal: `scale` is 0.00000000000000000000000000000000000001 in row 0; it must be finite and greater than 0; numbers below 1.2e-38 count as 0: add the least that it may be, such as `+ 1e-4`";
    let q = model.q(&data(2));
    let errors = [
        Elbo::default().loss(&q).map(|_| ()),
        Elbo::default().evaluate(&q).map(|_| ()),
    ];
    for error in errors {
        assert_eq!(error.expect_err("a subnormal scale").to_string(), told);
    }
}
