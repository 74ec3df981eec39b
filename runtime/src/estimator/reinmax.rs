//! ReinMax: straight-through to the second order.

use super::straight_through::hard;
use super::{Divergence, Estimator, Gradient, Plan, Settings};
use crate::distribution::Draw;
use crate::distribution::{Categories, Distribution};
use crate::error::Error;
use crate::noise::Stream;

/// A hard draw `e` with the gradient `2 J(½(p + e)) g − ½ J(p) g`, where `J(p) = diag p − ppᵀ` (Liu
/// et al. 2023): Heun's rule where straight-through is Euler's. Exact for quadratic costs, biased to the
/// third order for others; one evaluation and no temperature.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReinMax;

impl<Q: Categories> Estimator<Q> for ReinMax {
    fn plan(&self, _: &Settings) -> Result<Plan<Q>, Error> {
        Ok(Plan {
            name: "ReinMax",
            label: Box::new(|| "ReinMax".into()),
            reason: "a hard draw keeps the objective the discrete ELBO",
            bias: "biased to the third order: exact for quadratic costs",
            gradient: Gradient::through(draw),
        })
    }
}

fn draw<Q: Categories>(q: &Q, rows: usize, noise: &Stream) -> Draw<Q::Event> {
    let lane = Q::SQUASH.lane::<Q::Event>();
    hard(q, rows, noise, move |probs, hard, g, into| {
        Q::SQUASH.pull_back(probs, lane, g, -0.5, into);
        for (p, e) in probs.iter_mut().zip(hard) {
            *p = 0.5 * (*p + e);
        }
        Q::SQUASH.pull_back(probs, lane, g, 2.0, into);
    })
}

impl<Q: Categories, P: Distribution<Event = Q::Event>> Divergence<Q, P> for ReinMax {}
