//! The score function with a learned baseline.

use dfdx::shapes::Const;
use dfdx::tensor_ops::ReshapeTo;

use super::score_function::{Earned, scored};
use super::{Cost, Description, Divergence, Estimator, Memory, Settings};
use crate::distribution::Distribution;
use crate::draw::{Draw, into_rows};
use crate::error::Error;
use crate::kernels::elementwise::{Formula, map, rows_of};
use crate::kernels::real::Real;
use crate::kernels::rows::values;
use crate::noise::Stream;
use crate::param::{Fault, Param};
use crate::support::Domain;
use crate::tape::unrecorded;
use crate::var::{Rows, constant};

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
        let baseline: Rows = self.baseline.expand(rows).reshape_like(&(rows,));
        // The objective counts a block once where rows are averaged, and every draw is paid in full.
        let share = block as f32;
        let foreseen = earned.iter().zip(values(&baseline));
        let paid: Vec<f32> = foreseen.map(|(own, b)| (own - b) * share).collect();
        let [paid, earned] = [paid, earned].map(|own| constant(own, (rows,)));
        let fit = into_rows(map(
            Fit,
            [&rows_of::<()>(&earned), &rows_of::<()>(&baseline)],
        ));
        Some(scored(&paid, &q.log_prob_of(draw)) + fit)
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

/// `−½ (f − b)²`
#[derive(Clone, Copy)]
struct Fit;
impl Formula<2> for Fit {
    #[inline(always)]
    fn eval<R: Real>(&self, [earned, baseline]: [R; 2]) -> R {
        (earned - baseline).square().scale(-0.5)
    }
}
