//! DisARM: antithetic pairs of binary vectors.

use super::leave_one_out::less_the_others;
use super::{Block, Divergence, Estimator, Gradient, Plan, Score, Settings, Surrogate};
use crate::distribution::Draw;
use crate::distribution::{BinaryUnits, Categories, Distribution};
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
    fn plan(&self, _: &Settings) -> Result<Plan<Q>, Error> {
        Ok(plan())
    }
}

/// The plan for binary units. Either their type tells that they are binary, or the function that squashes their logits.
pub(super) fn plan<Q: Categories>() -> Plan<Q> {
    Plan {
        name: "DisArm",
        label: Box::new(|| "DisARM (antithetic pairs)".into()),
        reason: "unbiased for many binary units, at two evaluations",
        bias: "unbiased",
        gradient: Gradient::Score(Score {
            block: Block::Alike(2),
            draw: Box::new(|q, rows, noise| Ok(antithetic(q, rows, noise))),
            surrogate: Surrogate::of_sum(|q, draw, earned, _| estimate(q, draw, earned)),
        }),
    }
}

/// Pairs of rows.
fn antithetic<Q: Categories>(q: &Q, rows: usize, noise: &Stream) -> Draw<Q::Event> {
    let elements = Q::Event::ELEMENTS;
    let logits = q.logit_param().detach().expand(rows);
    let logits = logits.values();
    let mut drawn = vec![0.0; rows * elements];
    for (pair, both) in drawn.chunks_mut(2 * elements).enumerate() {
        let mut rng = noise.row(2 * pair);
        let (first, second) = both.split_at_mut(elements);
        let own = &logits[2 * pair * elements..];
        for ((b, antithesis), &logit) in first.iter_mut().zip(second).zip(own) {
            // l + L > 0 with logistic L, and with −L. p is never computed, so it cannot round.
            let noise = rng.logistic();
            *b = f32::from(logit + noise > 0.0);
            *antithesis = f32::from(logit - noise > 0.0);
        }
    }
    Draw::of(constant(drawn, Q::Event::plated(rows)))
}

fn estimate<Q: Categories>(q: &Q, draw: &Draw<Q::Event>, earned: &Rows) -> Rows {
    let elements = Q::Event::ELEMENTS;
    let drawn = draw.value();
    let mut slopes = Vec::with_capacity(drawn.values().len());
    let pairs = drawn
        .values()
        .chunks(2 * elements)
        .zip(earned.exact().chunks(2));
    for (both, earned) in pairs {
        let half_difference = less_the_others(earned).next().map_or(0.0, |d| 0.5 * d) as f32;
        let (first, second) = both.split_at(elements);
        let sign = |(&b, &antithesis): (&f32, &f32)| match (b == antithesis, antithesis == 0.0) {
            (true, _) => 0.0,
            (false, true) => half_difference,
            (false, false) => -half_difference,
        };
        let slope: Vec<f32> = first.iter().zip(second).map(sign).collect();
        // Both rows of the pair carry the estimate, since rows are averaged.
        slopes.extend_from_slice(&slope);
        slopes.extend_from_slice(&slope);
    }
    let rows = slopes.len() / elements;
    let slopes: Param<Q::Event> = Param::Rows(constant(slopes, Q::Event::plated(rows)));
    let logits = q.logit_param();
    let confidence = map(Confidence, [&logits.detach()]);
    row_sum(Product, [&slopes, &confidence, logits])
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

/// Linear in the logit. Its slope is the estimate.
#[derive(Clone, Copy)]
struct Product;
impl Formula<3> for Product {
    compiled_here!(3);

    #[inline(always)]
    fn eval<R: Real>(&self, [slope, confidence, logit]: [R; 3]) -> R {
        slope * confidence * logit
    }
}
