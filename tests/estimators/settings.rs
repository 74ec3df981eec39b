//! Settings that make no sense, and objectives that an estimator is not for.

use elbow::Error;
use elbow::family::{Estimator, Scoring, Settings};
use elbow::prelude::*;

type Bits = Bernoulli<(Const<3>,)>;

fn weighted() -> Settings {
    Settings {
        scoring: Scoring::Weights {
            is_doubly_required: false,
        },
        ..Settings::default()
    }
}

/// Whether it is asked in vain: its settings, and then its plan under the objective's.
fn planned<E: Estimator<Bits>>(estimator: &E, settings: Settings) -> Result<(), Error> {
    let plan = estimator.plan(&settings)?;
    plan.legal(&settings).map(|_| ())
}

#[track_caller]
fn assert_setting<E: Estimator<Bits>>(estimator: &E, number: f64) {
    let error = planned(estimator, Settings::default()).expect_err("no sense");
    let Error::Setting { value, .. } = error else {
        panic!("{error}");
    };
    assert!(
        value == number || value.is_nan() && number.is_nan(),
        "{value}"
    );
}

#[test]
fn numbers_out_of_their_range_are_reported() {
    for samples in [0, 1, (1 << 16) + 1, usize::MAX] {
        assert_setting(&Rloo { samples }, samples as f64);
    }
    for draws in [0, (1 << 16) + 1, usize::MAX] {
        let temperature = 0.5;
        assert_setting(&GumbelRao { temperature, draws }, draws as f64);
    }
    for temperature in [0.0, -1.0, 9.9e-31, f32::NAN, f32::INFINITY] {
        let number = f64::from(temperature);
        assert_setting(&Relaxed { temperature }, number);
        assert_setting(&StraightThroughGumbel { temperature }, number);
        assert_setting(
            &GumbelRao {
                temperature,
                draws: 1,
            },
            number,
        );
        assert_setting(
            &Rebar {
                temperature,
                scale: 1.0,
            },
            number,
        );
    }
    for scale in [f32::NAN, f32::INFINITY] {
        assert_setting(
            &Rebar {
                temperature: 1.0,
                scale,
            },
            scale.into(),
        );
    }
    for decay in [-0.1, 1.0, f32::NAN] {
        assert_setting(&RunningMean { decay }, decay.into());
    }
}

#[test]
fn the_ends_of_the_ranges_are_legal() {
    let settings = Settings::default();
    let legal = |checked: Result<(), Error>| checked.expect("legal");
    for samples in [2, 1 << 16] {
        legal(planned(&Rloo { samples }, settings));
    }
    for draws in [1, 1 << 16] {
        let rao = GumbelRao {
            temperature: 0.1,
            draws,
        };
        legal(planned(&rao, settings));
    }
    for decay in [0.0, 0.999] {
        legal(planned(&RunningMean { decay }, settings));
    }
    let rebar = Rebar {
        temperature: 3.0,
        scale: -0.5,
    };
    legal(planned(&rebar, settings));
}

/// Each says where it belongs, and nothing else is refused there.
#[test]
fn every_objective_has_its_estimators() {
    macro_rules! check {
        ($($estimator:expr => $sum:literal, $weighted:literal;)*) => {$(
            for (settings, legal) in [(Settings::default(), $sum), (weighted(), $weighted)] {
                let checked = planned(&$estimator, settings);
                assert_eq!(checked.is_ok(), legal, "{}", stringify!($estimator));
                if let Err(error) = checked {
                    assert!(matches!(error, Error::Illegal { .. }), "{error}");
                }
            }
        )*};
    }
    check! {
        Enumerate => true, true;
        Relaxed { temperature: 1.0 } => true, true;
        ScoreFunction => true, true;
        ScoreFunction::running_mean(0.5) => true, true;
        ScoreFunction::learned(0.0) => true, true;
        StraightThrough => true, false;
        StraightThroughGumbel { temperature: 1.0 } => true, false;
        GumbelRao { temperature: 1.0, draws: 2 } => true, false;
        ReinMax => true, false;
        Rloo::default() => true, false;
        DisArm => true, false;
        LocalExpectation => true, false;
        Rebar::default() => true, false;
        Vimco => false, true;
    }
}

model! {
    /// One of four categories, of logits that are far apart.
    struct Cold { logits: Parameter<Rank1<4>>, decoder: Linear<4, 2> }
    generative p {
        sample z: [4] ~ OneHotCategorical::logits(0.3);
        sample x: [2] ~ Normal::new(decoder(z), 1.0);
    }
    inference relaxed(x) { sample z ~ OneHotCategorical::logits(logits) via Relaxed { temperature: LEAST }; }
    inference through(x) { sample z ~ OneHotCategorical::logits(logits) via StraightThroughGumbel { temperature: LEAST }; }
    inference rao(x) { sample z ~ OneHotCategorical::logits(logits) via GumbelRao { temperature: LEAST, draws: 4 }; }
    inference rebar(x) { sample z ~ OneHotCategorical::logits(logits) via Rebar { temperature: LEAST, scale: 1.0 }; }
}

const LEAST: f32 = 1e-30;

/// At the least temperature that is legal no logit overflows.
#[test]
fn gradients_at_the_least_temperature_are_finite() {
    let mut cold = Cold::new(1);
    let x = batch(vec![0.5, -1.0, 2.0, 0.3]).expect("rows");
    for spread in [0.0, 30.0, 1e8] {
        cold.logits
            .value
            .copy_from(&[spread, -spread, 0.3 * spread, 0.1]);
        for seed in 0..20 {
            let key = elbow::family::Key::new(3, seed);
            for loss in [
                Elbo::default().loss(&cold.relaxed(&x).at(key)),
                Elbo::default().loss(&cold.through(&x).at(key)),
                Elbo::default().loss(&cold.rao(&x).at(key)),
                Elbo::default().loss(&cold.rebar(&x).at(key)),
            ] {
                let gradients = loss.expect("legal").backward();
                let own = gradients.get(&cold.logits.value).as_vec();
                assert!(own.iter().all(|g| g.is_finite()), "{spread}: {own:?}");
            }
        }
    }
}

model! {
    struct Bare {
        encoder: Linear<2, 3>,
        decoder: Linear<3, 2>,
    }
    generative p {
        sample b: [3] ~ Bernoulli::probs(0.5);
        sample x: [2] ~ Normal::new(decoder(b), 1.0);
    }
    inference rloo(x) { sample b ~ Bernoulli::logits(encoder(x)) via Rloo; }
    inference relaxed(x) { sample b ~ Bernoulli::logits(encoder(x)) via Relaxed; }
    inference gumbel_rao(x) { sample b ~ Bernoulli::logits(encoder(x)) via GumbelRao; }
    inference rebar(x) { sample b ~ Bernoulli::logits(encoder(x)) via Rebar; }
    inference gumbel(x) { sample b ~ Bernoulli::logits(encoder(x)) via StraightThroughGumbel; }
}

#[test]
fn an_estimator_without_its_fields_has_its_defaults() -> Result<(), Error> {
    let model = Bare::new(0);
    let x: Batch<(Const<2>,)> = batch(vec![0.5; 8])?;
    let programs = [
        model.rloo(&x).explain().to_string(),
        model.relaxed(&x).explain().to_string(),
        model.gumbel_rao(&x).explain().to_string(),
        model.rebar(&x).explain().to_string(),
        model.gumbel(&x).explain().to_string(),
    ];
    let said = [
        (&programs[0], "4 samples"),
        (&programs[1], "0.5"),
        (&programs[2], "10 draws"),
        (&programs[3], "0.5"),
        (&programs[4], "0.5"),
    ];
    for (explained, said) in said {
        assert!(explained.contains(said), "{said}: {explained}");
    }
    Elbo::default().loss(&model.rloo(&x))?;
    Ok(())
}
