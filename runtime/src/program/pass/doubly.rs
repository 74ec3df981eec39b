//! Draws whose gradient is scaled by what turns out to be their share of the importance weight.

use std::cell::OnceCell;
use std::rc::Rc;

use super::{Branch, Pass};
use crate::distribution::Distribution;
use crate::distribution::Draw;
use crate::error::Error;
use crate::estimator::{Plan, Scoring};
use crate::program::Latent;
use crate::tensor::{Event, log_sum_exp};

/// A draw on whose way back to the parameters the gradient is scaled.
#[derive(Debug)]
pub(super) struct Path {
    site: &'static str,
    /// Where the site was drawn, and the rows that a data row had become there.
    branch: Branch,
    factor: usize,
    /// Whether the density at the draw is constant, so that the draw stands in for it.
    stands_in: bool,
    /// For each row, once the weights are known. Empty where the gradient is to be left alone.
    scales: Rc<OnceCell<Vec<f32>>>,
}

impl Pass {
    /// Whether the draws of a plan are to stand in for their densities where they can.
    pub(super) fn is_doubly<Q: Distribution>(&self, plan: &Plan<Q>) -> bool {
        let weighs = matches!(self.mode.scoring(), Some(Scoring::Weights { .. }));
        weighs && plan.gradient.is_reparameterised()
    }

    /// The draw, on whose gradient the objective has yet to put its scales.
    pub(super) fn await_scales<E: Event>(&mut self, site: &'static str, draw: &Draw<E>) -> Draw<E> {
        let scales = Rc::new(OnceCell::<Vec<f32>>::new());
        self.paths.push(Path {
            site,
            branch: self.branches.current(),
            factor: self.factor(E::rows(draw.value().shape())),
            stands_in: false,
            scales: Rc::clone(&scales),
        });
        draw.with_scaled_gradient(move |row| scales.get().map_or(1.0, |scales| scales[row]))
    }

    /// Whether the log-ratio of a site is differentiated by its draw alone.
    ///
    /// # Errors
    /// Where that is demanded but wrong.
    pub(super) fn is_by_path<Q: Distribution>(
        &mut self,
        site: &Latent,
        plan: Option<&Plan<Q>>,
    ) -> Result<bool, Error> {
        if !plan.is_some_and(|plan| plan.gradient.is_reparameterised()) {
            return Ok(false);
        }
        let required = match self.mode.scoring() {
            Some(Scoring::Terms {
                sticking_the_landing,
            }) => return Ok(sticking_the_landing),
            Some(Scoring::Weights { is_doubly_required }) => is_doubly_required,
            Some(Scoring::WakePhase) | None => return Ok(false),
        };
        // The weight must move with the draw through this density alone. Where all states of a reader are listed, its
        // mass cancels from the weight.
        let reader = site.readers.iter().find(|r| !self.listed.contains(r));
        match reader {
            Some(reader) if required => Err(Error::ReadByGuide {
                site: site.name,
                reader,
            }),
            Some(_) => Ok(false),
            None => {
                let own = self.paths.iter_mut().filter(|p| p.site == site.name);
                own.for_each(|path| path.stands_in = true);
                Ok(true)
            }
        }
    }

    /// Scales the gradients of the draws that stand in for their densities, under the mean weight to this
    /// power: by `1 − power + power · v` for a draw whose rows have the share `v` of their data row's sum.
    ///
    /// With `L = 1/power · log Σ w^power` and `v = w^power/Σ`, the gradient of `L` by the parameters of `q` is `v` times that by the
    /// draw less `v ∂log q`; and `E[v ∂log q] = E[∂v/∂z ∂z]`, where `∂v/∂z = power · v(1 − v) ∂log w/∂z` (Tucker et al. 2018, with
    /// power 1).
    pub(crate) fn scale_paths(&self, power: f32) {
        for path in self.paths.iter().filter(|path| path.stands_in) {
            let contributions = self.row_contributions(path.branch, power);
            let finest = self.branches.factor(path.branch);
            let mut scales = Vec::with_capacity(self.data_rows * path.factor);
            for of_data_row in contributions.exact().chunks(finest) {
                let total = log_sum_exp(of_data_row);
                for of_draw in of_data_row.chunks(finest / path.factor) {
                    let own = log_sum_exp(of_draw);
                    let share = match own > f64::NEG_INFINITY {
                        true => (own - total).exp(),
                        false => 0.0,
                    };
                    let power = f64::from(power);
                    scales.push((1.0 - power + power * share) as f32);
                }
            }
            // Filled once: an objective looks at a pass once.
            let _ = path.scales.set(scales);
        }
    }
}
