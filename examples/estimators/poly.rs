//! 128 independent bits with cost `(b − 0.45)²` each: the best is all zeros, by little, and estimators
//! that follow the slope of the cost never find it.
//!
//! A bit is a row of the plate, so that each is paid its own cost. `unit` says which logit is the
//! row's.

use elbow::prelude::*;
use elbow_examples::Error;
use elbow_examples::comparison::{Comparison, Outcome, Stopwatch, Trace, mean_variance};

use crate::estimator::Estimator;

const BITS: usize = 128;
const TARGET: f32 = 0.45;
const BATCH: usize = 64;
/// The number of draws for the gradient's variance.
const GRADIENT_DRAWS: usize = 50;

model! {
    /// Logits, and a cost.
    pub struct Poly {
        logits: Parameter<Rank1<BITS>>,
    }

    generative p(unit: [BITS]) {
        sample b ~ Bernoulli::probs(0.5);
        sample x ~ Factor::new(-(b - TARGET).square());
    }

    inference enumerate(x, unit) {
        sample b ~ Bernoulli::logits(unit.matmul(logits)) via Enumerate;
    }
    inference rloo(x, unit) {
        sample b ~ Bernoulli::logits(unit.matmul(logits)) via Rloo { samples: 2 };
    }
    inference disarm(x, unit) {
        sample b ~ Bernoulli::logits(unit.matmul(logits)) via DisArm;
    }
    inference reinmax(x, unit) {
        sample b ~ Bernoulli::logits(unit.matmul(logits)) via ReinMax;
    }
    inference score_function(x, unit) {
        sample b ~ Bernoulli::logits(unit.matmul(logits)) via ScoreFunction;
    }
    inference straight_through(x, unit) {
        sample b ~ Bernoulli::logits(unit.matmul(logits)) via StraightThrough;
    }
    inference straight_through_gumbel(x, unit) {
        sample b ~ Bernoulli::logits(unit.matmul(logits)) via StraightThroughGumbel { temperature: 1.0 };
    }
    inference gumbel_rao(x, unit) {
        sample b ~ Bernoulli::logits(unit.matmul(logits)) via GumbelRao { temperature: 1.0, draws: 10 };
    }
    inference relaxed(x, unit) {
        sample b ~ Bernoulli::logits(unit.matmul(logits)) via Relaxed { temperature: 0.5 };
    }
}

/// Trains by each of the estimators and notes the exact expected cost at the end.
///
/// # Errors
/// Fails with the site, row and value that went wrong.
pub fn compare(
    comparison: &mut Comparison,
    chosen: &[Estimator],
    steps: usize,
) -> Result<(), Error> {
    for (seed, &estimator) in comparison
        .seeds()
        .flat_map(|seed| chosen.iter().map(move |of| (seed, of)))
    {
        macro_rules! by {
            ($inference:ident) => {
                train(steps, seed, |poly, x, unit, elbo| {
                    elbo.loss(&poly.$inference(x, unit))
                })?
            };
        }
        let outcome = match estimator {
            Estimator::Enumerate => by!(enumerate),
            Estimator::Rloo => by!(rloo),
            Estimator::Disarm => by!(disarm),
            Estimator::Reinmax => by!(reinmax),
            Estimator::ScoreFunction => by!(score_function),
            Estimator::StraightThroughGumbel => by!(straight_through_gumbel),
            Estimator::GumbelRao => by!(gumbel_rao),
            Estimator::StraightThrough => by!(straight_through),
            Estimator::Relaxed => by!(relaxed),
            // Never chosen here: the divergence has weight 0.
            Estimator::Concrete => continue,
        };
        comparison.note(estimator.name(), "poly", seed, outcome);
    }
    Ok(())
}

fn train(
    steps: usize,
    seed: u64,
    loss: impl Fn(
        &Poly,
        &Batch<()>,
        &Batch<(Const<BITS>,)>,
        &Elbo,
    ) -> Result<elbow::prelude::Loss, elbow::Error>,
) -> Result<Outcome, Error> {
    let mut poly = Poly::new(seed);
    let x = batch(vec![0.0; BATCH * BITS])?;
    let mut units = vec![0.0; BATCH * BITS * BITS];
    for row in 0..BATCH * BITS {
        units[row * BITS + row % BITS] = 1.0;
    }
    let unit = batch(units)?;
    // The cost alone: the prior is there because a latent has one.
    let elbo = Elbo::default().kl_weight(0.0);
    // The published experiment has two logits a bit, each at 1e-3: their difference moves twice as fast.
    let mut adam = Adam::new(2e-3);
    let mut trace = Trace::new(steps);
    let watch = Stopwatch::start();
    for step in 0..steps {
        let loss = loss(&poly, &x, &unit, &elbo)?;
        trace.push(step, loss.log_likelihood());
        adam.descend(&mut poly, loss)?;
    }
    let seconds_per_step = watch.seconds_per_step(steps);
    let mut gradients = Vec::new();
    for _ in 0..GRADIENT_DRAWS {
        let gradient = loss(&poly, &x, &unit, &elbo)?.backward();
        gradients.push(gradient.get(&poly.logits.value).as_vec());
    }
    Ok(Outcome {
        test_neg_elbo: expected_cost(&poly.logits.value.as_vec()),
        test_nll: None,
        gradient_variance: mean_variance(&gradients),
        seconds_per_step,
        curve: trace.into_points(),
    })
}

fn expected_cost(logits: &[f32]) -> f64 {
    let target = f64::from(TARGET);
    let cost = |&logit: &f32| {
        let on = 1.0 / (1.0 + (-f64::from(logit)).exp());
        on * (1.0 - target).powi(2) + (1.0 - on) * target.powi(2)
    };
    logits.iter().map(cost).sum::<f64>() / logits.len() as f64
}
