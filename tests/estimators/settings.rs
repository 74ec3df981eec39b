//! Settings that make no sense, and objectives that an estimator is not for.

use elbow::Error;
use elbow::estimator::{Estimator, Objective, RunningMean, Settings};
use elbow::prelude::*;

type Bits = Bernoulli<(Const<3>,)>;

fn weighted() -> Settings {
    Settings {
        objective: Objective::LogMeanWeight,
        ..Settings::default()
    }
}

#[track_caller]
fn assert_setting<E: Estimator<Bits>>(estimator: &E, number: f64) {
    let error = estimator.check(&Settings::default()).expect_err("no sense");
    let Error::Setting { value, .. } = error else {
        panic!("{error}");
    };
    assert!(
        value == number || value.is_nan() && number.is_nan(),
        "{value}"
    );
}

#[test]
fn numbers_out_of_their_range_are_told() {
    for samples in [0, 1, (1 << 16) + 1, usize::MAX] {
        assert_setting(&Rloo { samples }, samples as f64);
    }
    for draws in [0, (1 << 16) + 1, usize::MAX] {
        let temperature = 0.5;
        assert_setting(&GumbelRao { temperature, draws }, draws as f64);
    }
    for temperature in [0.0, -1.0, f32::NAN, f32::INFINITY] {
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
        legal(Estimator::<Bits>::check(&Rloo { samples }, &settings));
    }
    for draws in [1, 1 << 16] {
        let rao = GumbelRao {
            temperature: 0.1,
            draws,
        };
        legal(Estimator::<Bits>::check(&rao, &settings));
    }
    for decay in [0.0, 0.999] {
        legal(Estimator::<Bits>::check(&RunningMean { decay }, &settings));
    }
    let rebar = Rebar {
        temperature: 3.0,
        scale: -0.5,
    };
    legal(Estimator::<Bits>::check(&rebar, &settings));
}

/// Each says where it belongs, and nothing else is refused there.
#[test]
fn every_objective_has_its_estimators() {
    macro_rules! check {
        ($($estimator:expr => $sum:literal, $weighted:literal;)*) => {$(
            for (settings, legal) in [(Settings::default(), $sum), (weighted(), $weighted)] {
                let checked = Estimator::<Bits>::check(&$estimator, &settings);
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
        Rebar::default() => true, false;
        Vimco => false, true;
    }
}
