//! The score function with a learned baseline.

use dfdx::shapes::Const;

use super::score_function::Earned;
use super::{Cost, Description, Divergence, Estimator, Memory, Settings};
use crate::distribution::Distribution;
use crate::draw::Draw;
use crate::error::Error;
use crate::noise::Stream;
use crate::support::Domain;
use crate::tensor::tape::unrecorded;
use crate::tensor::{Fault, Param, Rows, Value, weighted};

/// `(f(z) − b(x)) ∇log q(z)` with one draw, where `b(x)` is fitted to the cost by least squares (Mnih
/// and Gregor 2014, without their division by the standard deviation, which rescales the gradient):
/// unbiased, for any family. Made by [`ScoreFunction::learned`](super::ScoreFunction::learned).
#[doc(alias("NVIL"))]
#[derive(Clone, Debug)]
pub struct LearnedBaseline {
    pub(super) baseline: Param<(Const<1>,)>,
}

impl<Q: Distribution> Estimator<Q> for LearnedBaseline {
    fn check(&self, _: &Settings) -> Result<(), Error> {
        Ok(())
    }

    fn check_rows(&self, rows: usize) -> Result<(), Fault> {
        self.baseline.check("the baseline", Domain::Finite, rows)
    }

    fn draw(&self, q: &Q, rows: usize, noise: &Stream, _: &Settings) -> Draw<Q::Event> {
        unrecorded(|| q.sample(rows, noise))
    }

    fn needs_cost(&self, _: &Settings) -> bool {
        true
    }

    fn surrogate(
        &self,
        q: &Q,
        draw: &Draw<Q::Event>,
        cost: &Cost,
        _: &Settings,
        _: &Memory,
    ) -> Option<Rows> {
        let earned = Earned::by(cost);
        let (block, earned) = (earned.block, earned.by_row());
        let rows = earned.len();
        let baseline: Value<()> = self.baseline.expand(rows).reshape_like(&(rows,));
        // The objective counts a block once where rows are averaged, and every draw is paid in full.
        let share = block as f64;
        let foreseen = earned.iter().zip(baseline.values());
        let excess: Vec<f64> = foreseen.map(|(own, &b)| own - f64::from(b)).collect();
        let paid = excess.iter().map(|own| own * share).collect();
        // `−½ (f − b)²` has the slope `f − b` by the baseline.
        let fit = weighted(&Rows::from(baseline), excess);
        Some(weighted(&q.log_prob_of(draw), paid) + fit)
    }

    fn describe(&self, _: &Settings) -> Description {
        Description {
            estimator: "score function (learned baseline)".into(),
            reason: "the model asks for it",
            bias: "unbiased, with the variance that the baseline leaves",
            rows: 1,
        }
    }
}

impl<Q: Distribution, P: Distribution<Event = Q::Event>> Divergence<Q, P> for LearnedBaseline {}
