//! DisARM: antithetic pairs of binary vectors.

use super::leave_one_out::less_the_others;
use super::{Block, Divergence, Estimator, Gradient, Plan, Score, Settings, Surrogate};
use crate::distribution::Draw;
use crate::distribution::{BinaryUnits, Categories, Distribution};
use crate::error::Error;
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum};
use crate::kernels::real::Real;
use crate::noise::{Standard, Stream};
use crate::tensor::{Event, Param, Rows, constant};

/// `½ (f(b) − f(b̃)) (−1)^b̃ 1[b ≠ b̃] σ(|l|)` for each unit, with the antithetic pair `b = 1[u > 1 − p]`, `b̃ = 1[u < p]`
/// (Dong, Mnih and Tucker 2020; Yin et al. 2020 call it U2G). Unbiased; two evaluations.
#[doc(alias("U2G", "ARM", "Disarm"))]
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
    let logits = q.logit_param().detach().expand(rows);
    let drawn = pairs_of(logits.values(), rows, Q::Event::ELEMENTS, noise);
    Draw::of(constant(drawn, Q::Event::plated(rows)))
}

fn pairs_of(logits: &[f32], rows: usize, elements: usize, noise: &Stream) -> Vec<f32> {
    // The first of each pair has the noise.
    let numbers = noise.numbers(Standard::Logistic, rows, elements);
    let mut drawn = vec![0.0; rows * elements];
    let given = logits
        .chunks(2 * elements)
        .zip(numbers.chunks(2 * elements));
    for (both, (logits, noise)) in drawn.chunks_mut(2 * elements).zip(given) {
        let (first, second) = both.split_at_mut(elements);
        let given = logits.iter().zip(noise);
        for ((b, antithesis), (logit, noise)) in first.iter_mut().zip(second).zip(given) {
            // l + L > 0 with logistic L, and with −L. p is never computed, so it cannot round.
            *b = f32::from(logit + noise > 0.0);
            *antithesis = f32::from(logit - noise > 0.0);
        }
    }
    drawn
}

fn estimate<Q: Categories>(q: &Q, draw: &Draw<Q::Event>, earned: &Rows) -> Rows {
    let elements = Q::Event::ELEMENTS;
    let drawn = draw.value();
    let slopes = slopes(drawn.values(), elements, earned.exact());
    let rows = slopes.len() / elements;
    let slopes: Param<Q::Event> = Param::Rows(constant(slopes, Q::Event::plated(rows)));
    let logits = q.logit_param();
    let confidence = map(Confidence, [&logits.detach()]);
    row_sum(Product, [&slopes, &confidence, logits])
}

/// The estimate for each unit, without its confidence. Both rows of a pair carry it, since rows are averaged.
fn slopes(drawn: &[f32], elements: usize, earned: &[f64]) -> Vec<f32> {
    let mut slopes = vec![0.0; drawn.len()];
    let pairs = drawn.chunks(2 * elements).zip(earned.chunks(2));
    for (both, (drawn, earned)) in slopes.chunks_mut(2 * elements).zip(pairs) {
        let half_difference = less_the_others(earned).next().map_or(0.0, |d| 0.5 * d) as f32;
        let (own, copy) = both.split_at_mut(elements);
        let (first, second) = drawn.split_at(elements);
        for ((own, &b), &antithesis) in own.iter_mut().zip(first).zip(second) {
            // b − b̃ is the sign, and 0 where they agree.
            *own = half_difference * (b - antithesis);
        }
        copy.copy_from_slice(own);
    }
    slopes
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
