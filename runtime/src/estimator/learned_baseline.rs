//! The score function with a learned baseline.

use crate::tensor::names::Const;

use super::score_function::paid_by;
use super::{Block, Divergence, Estimator, Gradient, Plan, Score, Settings};
use crate::distribution::Distribution;
use crate::error::{Domain, Error};
use crate::tensor::tape::unrecorded;
use crate::tensor::{Param, Rows, Value, weighted};

/// `(f(z) − b(x)) ∇log q(z)` with one draw. `b(x)` is fitted to the cost by least squares (Mnih
/// and Gregor 2014, without their division by the standard deviation, which rescales the gradient).
/// Unbiased, for any family. Made by [`ScoreFunction::learned`](super::ScoreFunction::learned).
#[doc(alias("NVIL"))]
#[derive(Clone, Debug)]
pub struct LearnedBaseline {
    pub(super) baseline: Param<(Const<1>,)>,
}

impl<Q: Distribution> Estimator<Q> for LearnedBaseline {
    fn plan(&self, settings: &Settings) -> Result<Plan<Q>, Error> {
        let (given, baseline) = (self.baseline.clone(), self.baseline.clone());
        let surrogate = paid_by(settings, move |q: &Q, draw, earned, _| {
            let (block, earned) = (earned.block, earned.by_row());
            let rows = earned.len();
            let baseline: Value<()> = baseline.expand(rows).reshape_like(&(rows,));
            // The objective averages the rows of a block, and every draw is paid in full.
            let share = block as f64;
            let foreseen = earned.iter().zip(baseline.values());
            let excess: Vec<f64> = foreseen.map(|(own, &b)| own - f64::from(b)).collect();
            let paid = excess.iter().map(|own| own * share).collect();
            // `−½ (f − b)²` has the slope `f − b` by the baseline.
            let fit = weighted(&Rows::from(baseline), excess);
            weighted(&q.log_prob_of(draw), paid) + fit
        });
        Ok(Plan {
            name: "LearnedBaseline",
            label: Box::new(|| "score function (learned baseline)".into()),
            reason: "the model asks for it",
            bias: "unbiased, with the variance that the baseline leaves",
            gradient: Gradient::Score(Score {
                block: Block::Alike(1),
                draw: Box::new(move |q: &Q, rows, noise| {
                    given.check("the baseline", Domain::Finite, rows)?;
                    Ok(unrecorded(|| q.sample(rows, noise)))
                }),
                surrogate,
            }),
        })
    }
}

impl<Q: Distribution, P: Distribution<Event = Q::Event>> Divergence<Q, P> for LearnedBaseline {}
