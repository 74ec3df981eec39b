//! Settings and parameters that make no sense, and losses that are not finite: typed errors, no panic.

use elbow::prelude::*;
use elbow::program::Inference;
use elbow::{Error, Fault};
use elbow_tests::support::programs::fill;
use elbow_tests::support::tensors::noise;

model! {
    /// A relaxed bit and a normal whose scale comes from the data.
    struct Fragile {
        loc: Parameter<Rank1<1>>,
        gain: Parameter<Rank1<1>>,
    }
    generative p {
        sample b: [1] ~ Bernoulli::probs(0.5);
        sample z: [1] ~ Normal::new(0.0, 1.0);
        sample x: [1] ~ Normal::new(z + b + spread(gain, z), 1.0);
    }
    inference q(x) {
        sample b ~ Bernoulli::logits(0.0);
        sample z ~ Normal::new(loc, x);
    }
}

model! {
    /// With a temperature of its own.
    struct Named<const HUNDREDTHS: usize> {}
    generative p {
        sample b ~ Bernoulli::probs(0.5);
        sample x ~ Normal::new(b, 1.0);
    }
    inference q(x) {
        sample b ~ Bernoulli::logits(0.0) via Relaxed { temperature: HUNDREDTHS as f32 / 100.0 };
    }
}

fn spread(gain: Var<Rank1<1>>, z: Var<(usize, Const<1>)>) -> Var<(usize, Const<1>)> {
    let rows = elbow::dfdx::shapes::HasShape::shape(&z).0;
    z * gain.broadcast_like(&(rows, Const))
}

fn data(values: &[f32]) -> Batch<(Const<1>,)> {
    batch(values.to_vec()).expect("rows")
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
    assert_eq!(setting(error).1, 0.0);
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
    let losses: Vec<bool> = (0..4).map(|_| elbo.loss(&model.q(&x)).is_ok()).collect();
    assert_eq!(losses, [true, true, false, false]);
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

/// The scale of row 1 is −2: rows are those of the data, whatever the particles and pieces.
#[test]
fn parameters_out_of_their_domain() {
    let model = Fragile::new(3);
    let fault = |error: Error, at: usize, bad: f32| {
        let told = error.to_string();
        let Error::Parameter {
            site,
            family,
            fault,
        } = error
        else {
            panic!("{told}");
        };
        let Fault::Domain {
            parameter,
            row,
            value,
            ..
        } = fault
        else {
            panic!("{told}");
        };
        assert_eq!(
            (site, family, parameter, row, value),
            ("z", "Normal", "scale", at, bad),
            "{told}"
        );
    };
    let x = data(&[1.0, -2.0, 3.0]);
    for particles in [1, 4] {
        let elbo = Elbo::default().particles(particles);
        fault(
            elbo.loss(&model.q(&x)).expect_err("a negative scale"),
            1,
            -2.0,
        );
        fault(
            elbo.evaluate(&model.q(&x)).expect_err("a negative scale"),
            1,
            -2.0,
        );
    }
    fault(
        LogEvidence::samples(7)
            .evaluate(&model.q(&x))
            .expect_err("a negative scale"),
        1,
        -2.0,
    );
    let drawn = model.q(&x).sample(&mut noise(1, "codes").row(0));
    fault(drawn.expect_err("a negative scale"), 1, -2.0);
    let mut many = vec![1.0; 9001];
    many[8765] = 0.0;
    let x = data(&many);
    fault(
        Elbo::default()
            .evaluate(&model.q(&x))
            .expect_err("no scale"),
        8765,
        0.0,
    );
    fault(
        LogEvidence::samples(3)
            .evaluate(&model.q(&x))
            .expect_err("no scale"),
        8765,
        0.0,
    );
}

/// A NaN in the weights is told where it first shows.
#[test]
fn weights_that_are_nan() {
    let mut model = Fragile::new(4);
    fill(&mut model.loc.value, &[f64::NAN]);
    let error = Elbo::default()
        .loss(&model.q(&data(&[1.0])))
        .expect_err("NaN");
    let told = error.to_string();
    assert!(
        told.contains("`z`") && told.contains("`loc` is NaN"),
        "{told}"
    );
}

/// Large but finite parameters whose loss overflows.
#[test]
fn losses_that_are_not_finite() {
    let mut model = Fragile::new(5);
    fill(&mut model.gain.value, &[1e30]);
    fill(&mut model.loc.value, &[1.0]);
    let x = data(&[1e-3; 3]);
    model.q(&x);
    let error = Elbo::default().loss(&model.q(&x)).expect_err("overflow");
    let told = error.to_string();
    let Error::NotFinite { step, sites } = error else {
        panic!("{told}");
    };
    assert_eq!((step, sites), (1, vec![("x", 0)]));
    assert!(
        told.contains("step 1") && told.contains("`x` (first in row 0)"),
        "{told}"
    );
    let error = Elbo::default()
        .particles(3)
        .evaluate(&model.q(&x))
        .expect_err("overflow");
    assert!(
        matches!(&error, Error::NotFinite { step: 2, sites } if *sites == [("x", 0)]),
        "{error:?}"
    );
}

/// A weight of zero is legal: where every draw is impossible the evidence is −∞, not NaN.
#[test]
fn impossible_data() {
    let mut model = Fragile::new(6);
    fill(&mut model.gain.value, &[1e30]);
    fill(&mut model.loc.value, &[1.0]);
    let found = LogEvidence::samples(4)
        .evaluate(&model.q(&data(&[1e-3; 3])))
        .expect("legal");
    assert_eq!(found.rows, [f64::NEG_INFINITY; 3]);
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
