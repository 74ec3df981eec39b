//! Settings that make no sense, and what a model cannot do: typed errors, no panic.

use elbow::Error;
use elbow::family::Key;
use elbow::prelude::*;
use elbow::train::Adam;
use elbow_tests::support::tensors::noise;

use crate::fragile::{Fragile, data};

model! {
    /// The estimator has a temperature of its own.
    struct Named<const HUNDREDTHS: usize> {}
    generative p {
        sample b ~ Bernoulli::probs(0.5);
        sample x ~ Normal::new(b, 1.0);
    }
    inference q(x) {
        sample b ~ Bernoulli::logits(0.0) via Relaxed { temperature: HUNDREDTHS as f32 / 100.0 };
    }
}

fn setting(error: Error) -> (&'static str, f64) {
    let told = error.to_string();
    match error {
        Error::Setting { setting, value, .. } => {
            assert!(told.starts_with(setting), "{told}");
            (setting, value)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn settings_of_objectives() {
    let model = Fragile::new(1);
    let x = data(&[1.0, 2.0]);
    let fail = |elbo: Elbo| setting(elbo.loss(&model.q(&x)).expect_err("a bad setting"));
    assert_eq!(
        fail(Elbo::default().particles(0)),
        ("the number of particles", 0.0)
    );
    for bad in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let (name, value) = fail(Elbo::default().temperature(bad));
        assert_eq!(name, "the temperature");
        assert!(value == f64::from(bad) || bad.is_nan() && value.is_nan());
        let relaxed = RelaxedKl::LogRatio {
            prior_temperature: bad,
        };
        assert_eq!(
            fail(Elbo::default().relaxed_kl(relaxed)).0,
            "the prior temperature"
        );
    }
    for bad in [-0.1, f32::NAN, f32::INFINITY] {
        assert_eq!(fail(Elbo::default().kl_weight(bad)).0, "the KL weight");
    }
    assert!(
        Elbo::default().kl_weight(0.0).loss(&model.q(&x)).is_ok(),
        "no divergence is legal"
    );
    let error = Elbo::default()
        .particles(0)
        .evaluate(&model.q(&x))
        .expect_err("no particles");
    assert_eq!(setting(error).0, "the number of particles");
    let error = LogEvidence::samples(0)
        .evaluate(&model.q(&x))
        .expect_err("no samples");
    assert_eq!(
        setting(error),
        ("the number of samples of the log-evidence", 0.0)
    );
    assert!(
        Elbo::default()
            .particles(0)
            .explain(&model.q(&x))
            .choices()
            .is_err()
    );
}

/// A schedule that runs out of its range is told at the step where it does.
#[test]
fn schedules_that_leave_their_range() {
    let model = Fragile::new(2);
    let x = data(&[1.0]);
    let elbo = Elbo::default().temperature(Schedule::linear(1.0, -1.0, 4));
    let at = |step| model.q(&x).at(Key::new(2, step));
    let losses = [0, 1, 2, 3].map(|step| elbo.loss(&at(step)).is_ok());
    assert_eq!(losses, [true, true, false, false]);
}

/// A rate by which a schedule would grow beyond all bounds is told before it does.
#[test]
fn schedules_that_must_leave_their_range() {
    let mut model = Fragile::new(2);
    let x = data(&[1.0]);
    let growing = Schedule::exponential(1.0, -100.0);
    let told = ("the rate of an exponential schedule", -100.0);
    let elbo = Elbo::default();
    for elbo in [
        elbo.clone().temperature(growing.clone()),
        elbo.clone().kl_weight(growing.clone()),
    ] {
        let error = elbo.loss(&model.q(&x)).expect_err("a growing schedule");
        assert_eq!(setting(error), told);
    }
    let loss = elbo.loss(&model.q(&x)).expect("a loss");
    let error = Adam::scheduled(growing).descend(&mut model, loss);
    assert_eq!(setting(error.expect_err("a growing rate")), told);
}

/// So are pieces in no order, and a circle of no steps.
#[test]
fn schedules_that_are_none() {
    let model = Fragile::new(2);
    let x = data(&[1.0]);
    for (schedule, told) in [
        (
            Schedule::piecewise([(3, 1.0)]),
            ("the first step of a piecewise schedule", 3.0),
        ),
        (
            Schedule::piecewise([(0, 1.0), (5, 0.5), (5, 0.1)]),
            ("a step of a piecewise schedule", 5.0),
        ),
        (
            Schedule::linear(0.0, 1.0, 5).every(0),
            ("the steps of a repeated schedule", 0.0),
        ),
        (
            Schedule::constant(1.0).then(9, Schedule::exponential(1.0, -1.0)),
            ("the rate of an exponential schedule", -1.0),
        ),
    ] {
        let error = Elbo::default().kl_weight(schedule).loss(&model.q(&x));
        assert_eq!(setting(error.expect_err("no schedule")), told);
    }
    let functions = Schedule::function(|step| step as f32);
    assert_eq!(functions.clone(), functions);
    assert_ne!(functions, Schedule::function(|step| step as f32));
}

#[test]
fn temperatures_of_sites() {
    let x = batch(vec![0.5, 0.5]).expect("rows");
    let error = Elbo::default()
        .loss(&Named::<0>::new(1).q(&x))
        .expect_err("temperature 0");
    assert_eq!(setting(error), ("the temperature", 0.0));
    assert!(Elbo::default().loss(&Named::<50>::new(1).q(&x)).is_ok());
}

#[test]
fn draws_of_no_rows() {
    let model = Fragile::new(7);
    let error = model
        .p()
        .sample(0, &mut noise(1, "draws").row(0))
        .expect_err("no rows");
    assert!(matches!(error, Error::NoRows { .. }), "{error:?}");
}

model! {
    /// A mean that does not exist.
    struct Meanless {}
    generative p {
        sample b ~ Bernoulli::probs(0.5);
        sample x ~ Concrete::new(b, 0.5);
    }
    inference q(x) { sample b ~ Bernoulli::logits(0.0); }
}

#[test]
fn means_that_do_not_exist() {
    let model = Meanless::new(1);
    let x = batch(vec![0.5]).expect("rows");
    let error = model
        .q(&x)
        .reconstruct(&mut noise(1, "codes").row(0))
        .expect_err("no mean");
    assert!(
        matches!(
            error,
            Error::NoMean {
                site: "x",
                family: "Concrete"
            }
        ),
        "{error:?}"
    );
}

model! {
    /// More states than are ever listed.
    struct Vast {}
    generative p {
        sample b: [40] ~ Bernoulli::probs(0.5);
        sample x: [40] ~ Normal::new(b, 1.0);
    }
    inference q(x) { sample b ~ Bernoulli::logits(0.0) via Enumerate; }
    inference pairs(x) { sample b ~ Bernoulli::logits(0.0) via DisArm; }
}

#[test]
fn estimators_that_do_not_fit_are_reported_with_their_site() {
    let vast = Vast::new(1);
    let x: Batch<(Const<40>,)> = batch(vec![0.0; 40]).expect("a row");
    let error = Elbo::default().loss(&vast.q(&x)).expect_err("2^40 states");
    assert_eq!(
        error.to_string(),
        "at site `b`, enumerating Bernoulli with 40 elements takes 2^40 joint states; at most 65536 are enumerated"
    );
    let weighted = ImportanceWeighted::default().particles(2);
    let error = weighted.loss(&vast.pairs(&x)).expect_err("a sum's");
    let told = error.to_string();
    assert!(
        told.starts_with("at site `b`, `DisArm` does not fit"),
        "{told}"
    );
}

model! {
    /// Draws that are compared with each other, and those that meet them.
    struct Many {}
    generative p {
        sample a ~ Bernoulli::probs(0.5);
        sample b ~ Bernoulli::probs(0.5);
        sample x ~ Normal::new(a + b, 1.0);
    }
    inference both(x) {
        sample a ~ Bernoulli::logits(0.0) via Rloo { samples: 1 << 16 };
        sample b ~ Bernoulli::logits(0.0) via Rloo { samples: 1 << 16 };
    }
    inference listed(x) {
        sample a ~ Bernoulli::logits(0.0) via Rloo { samples: 1 << 16 };
        sample b ~ Bernoulli::logits(0.0);
    }
    inference few(x) {
        sample a ~ Bernoulli::logits(0.0) via Rloo { samples: 1 << 15 };
        sample b ~ Bernoulli::logits(0.0);
    }
}

/// Each alone is legal; together they would not fit into memory.
#[test]
fn rows_are_limited_over_all_interacting_sites() {
    let (many, x) = (Many::new(1), batch(vec![0.5]).expect("a row"));
    for program in [
        Elbo::default().loss(&many.both(&x)).map(drop),
        Elbo::default().loss(&many.listed(&x)).map(drop),
    ] {
        let error = program.expect_err("too many");
        assert!(
            matches!(
                error,
                Error::TooManyRows {
                    site: "b",
                    before: 65_536,
                    most: 65_536,
                    ..
                }
            ),
            "{error}"
        );
    }
    // Particles are no rows of a particle.
    let two = Elbo::default().particles(2);
    two.loss(&many.few(&x)).expect("2^16 rows of a particle");
}
