//! DisARM: antithetic pairs of binary vectors.

use super::{Cost, Description, Divergence, Estimator, Memory, Settings, only_sums};
use crate::distribution::{BinaryUnits, Distribution};
use crate::draw::Draw;
use crate::error::Error;
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum};
use crate::kernels::real::Real;
use crate::noise::Stream;
use crate::tensor::{Event, Param, Rows, constant};

/// `½ (f(b) − f(b̃)) (−1)^b̃ 1[b ≠ b̃] σ(|l|)` for each unit, with the antithetic pair `b = 1[u > 1 − p]`, `b̃ = 1[u < p]`
/// (Dong, Mnih and Tucker 2020; Yin et al. 2020 call it U2G). Unbiased; two evaluations.
#[doc(alias("U2G", "ARM"))]
#[derive(Clone, Copy, Debug, Default)]
pub struct DisArm;

impl<Q: BinaryUnits> Estimator<Q> for DisArm {
    fn check(&self, settings: &Settings) -> Result<(), Error> {
        only_sums("DisArm", settings)
    }

    fn rows(&self, _: &Settings) -> usize {
        2
    }

    fn draw(&self, q: &Q, rows: usize, noise: &Stream, _: &Settings) -> Draw<Q::Event> {
        let elements = Q::Event::ELEMENTS;
        let logits = q.logit_param().detach().expand(rows);
        let logits = logits.values();
        let mut drawn = vec![0.0; rows * elements];
        for (pair, both) in drawn.chunks_mut(2 * elements).enumerate() {
            let mut rng = noise.row(2 * pair);
            let (first, second) = both.split_at_mut(elements);
            let own = &logits[2 * pair * elements..];
            for ((b, antithesis), &logit) in first.iter_mut().zip(second).zip(own) {
                // l + L > 0 with logistic L, and with −L: p is never formed, so that it cannot round.
                let noise = rng.logistic();
                *b = f32::from(logit + noise > 0.0);
                *antithesis = f32::from(logit - noise > 0.0);
            }
        }
        Draw::of(constant(drawn, Q::Event::plated(rows)))
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
        let Cost::Sum(cost) = cost else { return None };
        let elements = Q::Event::ELEMENTS;
        let drawn = draw.value();
        let mut slopes = Vec::with_capacity(drawn.values().len());
        let pairs = drawn
            .values()
            .chunks(2 * elements)
            .zip(cost.exact().chunks(2));
        for (both, costs) in pairs {
            let half_difference = (0.5 * (costs[0] - costs[1])) as f32;
            let (first, second) = both.split_at(elements);
            let sign = |(&b, &antithesis): (&f32, &f32)| match (b == antithesis, antithesis == 0.0)
            {
                (true, _) => 0.0,
                (false, true) => half_difference,
                (false, false) => -half_difference,
            };
            let slope: Vec<f32> = first.iter().zip(second).map(sign).collect();
            // Both rows of the pair carry the estimate: rows are averaged.
            slopes.extend_from_slice(&slope);
            slopes.extend_from_slice(&slope);
        }
        let rows = slopes.len() / elements;
        let slopes: Param<Q::Event> = Param::Rows(constant(slopes, Q::Event::plated(rows)));
        let logits = q.logit_param();
        let confidence = map(Confidence, [&logits.detach()]);
        Some(row_sum(Product, [&slopes, &confidence, logits]))
    }

    fn describe(&self, _: &Settings) -> Description {
        Description {
            estimator: "DisARM (antithetic pairs)".into(),
            reason: "unbiased for many binary units, at two evaluations",
            bias: "unbiased",
            rows: 2,
        }
    }
}

impl<Q: BinaryUnits, P: Distribution<Event = Q::Event>> Divergence<Q, P> for DisArm {}

/// `σ(|l|)`
#[derive(Clone, Copy)]
struct Confidence;
impl Formula<1> for Confidence {
    compiled_here!(1);

    #[inline(always)]
    fn eval<R: Real>(&self, [logit]: [R; 1]) -> R {
        logit.abs().sigmoid()
    }
}

/// Linear in the logit, whose slope is the estimate.
#[derive(Clone, Copy)]
struct Product;
impl Formula<3> for Product {
    compiled_here!(3);

    #[inline(always)]
    fn eval<R: Real>(&self, [slope, confidence, logit]: [R; 3]) -> R {
        slope * confidence * logit
    }
}
