//! Bits between networks of one hidden layer, by every estimator.

use elbow::prelude::*;

use super::{TEMPERATURE, train};
use crate::Step;
use crate::rows;
use crate::workload::Estimator;

model! {
    /// Relaxed bits between networks of one hidden layer.
    pub struct Bits<const PIXELS: usize, const HIDDEN: usize, const LATENTS: usize> {
        pub encoder: (Linear<PIXELS, HIDDEN>, Tanh, Linear<HIDDEN, LATENTS>),
        pub decoder: (Linear<LATENTS, HIDDEN>, Tanh, Linear<HIDDEN, PIXELS>),
    }
    generative p {
        sample z: [LATENTS] ~ Bernoulli::probs(0.5);
        sample x: [PIXELS] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x)) via Relaxed { temperature: TEMPERATURE };
    }
}

/// W1's networks with another estimator.
macro_rules! bits_via {
    ($($name:ident $(via $estimator:expr)?;)*) => {$(
        model! {
            /// Bits between networks of one hidden layer.
            pub struct $name {
                encoder: (Linear<784, 200>, Tanh, Linear<200, 200>),
                decoder: (Linear<200, 200>, Tanh, Linear<200, 784>),
            }
            generative p {
                sample z: [200] ~ Bernoulli::probs(0.5);
                sample x: [784] ~ Bernoulli::logits(decoder(z));
            }
            inference q(x) {
                sample z ~ Bernoulli::logits(encoder(x)) $(via $estimator)?;
            }
        }
    )*};
}

bits_via! {
    Automatic;
    ByReinMax via ReinMax;
    ByStraightThrough via StraightThrough;
    ByStraightThroughGumbel via StraightThroughGumbel { temperature: TEMPERATURE };
    ByGumbelRao via GumbelRao { temperature: TEMPERATURE, draws: 10 };
    ByDisArm via DisArm;
    ByRloo via Rloo { samples: 2 };
    ByRebar via Rebar { temperature: TEMPERATURE, scale: 1.0 };
    ByScore via ScoreFunction;
    ByRunningMean via ScoreFunction::running_mean(0.9);
}

/// By the log-ratio of the relaxed densities.
pub fn by_log_ratio<const PIXELS: usize, const HIDDEN: usize, const LATENTS: usize>(
    rows: usize,
) -> Step {
    let elbo = Elbo::default().relaxed_kl(RelaxedKl::LogRatio {
        prior_temperature: TEMPERATURE,
    });
    let x = rows::bits::<PIXELS>(rows);
    let model = Bits::<PIXELS, HIDDEN, LATENTS>::new(0);
    train(model, move |model| elbo.loss(&model.q(&x)))
}

/// By the closed-form divergence of the bits.
pub fn by_estimator(rows: usize, estimator: Estimator) -> Step {
    let x = rows::bits::<784>(rows);
    let elbo = Elbo::default();
    macro_rules! train {
        ($model:expr) => {
            train($model, move |model| elbo.loss(&model.q(&x)))
        };
    }
    match estimator {
        Estimator::Relaxed => train!(Bits::<784, 200, 200>::new(0)),
        Estimator::Automatic => train!(Automatic::new(0)),
        Estimator::ReinMax => train!(ByReinMax::new(0)),
        Estimator::StraightThrough => train!(ByStraightThrough::new(0)),
        Estimator::StraightThroughGumbel => train!(ByStraightThroughGumbel::new(0)),
        Estimator::GumbelRao10 => train!(ByGumbelRao::new(0)),
        Estimator::DisArm => train!(ByDisArm::new(0)),
        Estimator::Rloo2 => train!(ByRloo::new(0)),
        Estimator::Rebar => train!(ByRebar::new(0)),
        Estimator::Score => train!(ByScore::new(0)),
        Estimator::RunningMean => train!(ByRunningMean::new(0)),
    }
}
