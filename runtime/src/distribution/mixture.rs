//! Mixtures of one family.

use crate::tensor::names::Const;

use super::summary::{row_by_row, shares};
use super::{Distribution, Gaps, Named, class};
use crate::distribution::Draw;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{map, rows_of};
use crate::kernels::formula::Sum;
use crate::kernels::joint::{Input, Joint, joint, joint_compiled_here};
use crate::kernels::mixture::log_mixture;
use crate::kernels::softmax::log_softmax;
use crate::noise::Stream;
use crate::tensor::{Change, IntoParam, Param, Rows, Value, into_rows};

/// A mixture of `K` distributions of one family, with the component marginalised:
/// `ln Σ_k w_k p_k(x)` with weights `w = softmax(logits)`.
///
/// The whole event comes from one component. A draw has no derivative by the weights, so a latent mixture gets a
/// score-function gradient: leave-one-out, or VIMCO under importance weights.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![0.0])?);
/// let components = [Normal::<()>::new(-1.0, 1.0), Normal::new(1.0, 1.0)];
/// let log_prob = Mixture::new(0.0, components).log_prob(&x);
/// // Both components are one standard deviation away.
/// assert!((log_prob.as_vec()[0] + 1.418938533).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Mixture<C, const K: usize> {
    logits: Param<(Const<K>,)>,
    components: [C; K],
}

impl<C: Distribution, const K: usize> Mixture<C, K> {
    /// With unnormalised log-weights; −∞ rules a component out, but not all of them.
    pub fn new(logits: impl IntoParam<(Const<K>,)>, components: [C; K]) -> Self {
        Self {
            logits: logits.into_param(),
            components,
        }
    }

    /// `ln Σ_k w_k e^(l_k)` of the components' log-densities.
    fn mixed(&self, log_probs: [Rows; K]) -> Rows {
        log_mixture(&log_softmax(&self.logits), log_probs)
    }

    /// The logits of the components.
    pub fn logit_param(&self) -> &Param<(Const<K>,)> {
        &self.logits
    }

    /// The components.
    pub fn components(&self) -> &[C; K] {
        &self.components
    }
}

impl<C: Distribution, const K: usize> Distribution for Mixture<C, K> {
    type Event = C::Event;
    type Measure = C::Measure;
    type Support = C::Support;
    type Class = class::Scored;
    const FAMILY: &'static str = "Mixture";
    // What is not observed is left out of every component, so inside of the sum over components.
    const GAPS: Gaps = C::GAPS;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.logits
            .check_categories("logits", Domain::BelowInfinity, f32::NEG_INFINITY, rows)?;
        self.components.iter().try_for_each(|c| c.check(rows))
    }

    fn log_prob(&self, value: &Value<C::Event>) -> Rows {
        self.mixed(self.components.each_ref().map(|c| c.log_prob(value)))
    }

    fn log_prob_of(&self, draw: &Draw<C::Event>) -> Rows {
        self.mixed(self.components.each_ref().map(|c| c.log_prob_of(draw)))
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<C::Event> {
        let choice = noise.part("component");
        let perturbed = choice.plate_given(rows, [&self.logits], |rng, [logit]| {
            logit + f64::from(rng.gumbel())
        });
        let best = |lane: &[f32]| {
            let order = (0..K).max_by(|&a, &b| lane[a].total_cmp(&lane[b]));
            order.unwrap_or(0)
        };
        let chosen: Vec<usize> = perturbed.values().chunks(K).map(best).collect();
        // A component may itself be a mixture, which makes its own choice.
        let own = noise.part("chosen");
        let draws = self.components.each_ref().map(|c| c.sample(rows, &own));
        Draw::picked(&draws, &chosen)
    }

    /// The weighted mean of the components' means, if they have means.
    fn mean(&self, rows: usize) -> Option<Value<C::Event>> {
        let log_weights = log_softmax(&self.logits);
        let mut total: Option<Param<C::Event>> = None;
        for (k, component) in self.components.iter().enumerate() {
            let mean = rows_of::<C::Event>(&component.mean(rows)?);
            let inputs = [Input::of(&mean), Input::of(&log_weights)];
            let part = Param::Rows(joint::<C::Event, _, 2>(Share(k), inputs));
            total = Some(match total {
                None => part,
                Some(total) => map(Sum, [&total, &part]),
            });
        }
        total.map(into_rows)
    }

    /// `√(Σ_k w_k (s_k² + (m_k − m)²))`, of the components' means and deviations, if they have them.
    fn deviation(&self, rows: usize) -> Option<Value<C::Event>> {
        let mut inputs = vec![Input::of(&self.logits)];
        for component in &self.components {
            for own in [component.mean(rows)?, component.deviation(rows)?] {
                inputs.push(Input::of(&rows_of::<C::Event>(&own)));
            }
        }
        Some(row_by_row::<C::Event>(rows, &inputs, &|params, out| {
            let weights = shares(params[0]);
            for (place, out) in out.iter_mut().enumerate() {
                // A component that no draw comes from is none.
                let parts = weights.iter().zip(params[1..].chunks(2));
                let parts = parts.filter(|(weight, _)| **weight > 0.0);
                let parts = parts.map(|(&w, own)| (w, [0, 1].map(|i| f64::from(own[i][place]))));
                let mean: f64 = parts.clone().map(|(w, [mean, _])| w * mean).sum();
                let squares = parts.map(|(w, [own, deviation])| {
                    w * (deviation * deviation + (own - mean) * (own - mean))
                });
                *out = squares.sum::<f64>().sqrt() as f32;
            }
        }))
    }

    /// The logits, and the parameters of the components as `components[0].loc`.
    fn parameters(&self) -> Vec<Named> {
        let components = self.components.iter().enumerate().flat_map(|(k, own)| {
            let owner = format!("components[{k}]");
            own.parameters()
                .into_iter()
                .map(move |own| own.under(&owner))
        });
        let logits = Named::of("logits", &self.logits);
        std::iter::once(logits).chain(components).collect()
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            logits: self.logits.changed(how),
            components: self.components.each_ref().map(|own| own.changed(how)),
        }
    }
}

/// An event times one of the weights, which are given by their logarithms. If the weight is 0, an infinite event counts as 0.
#[derive(Clone, Copy)]
struct Share(usize);
impl Joint<2> for Share {
    joint_compiled_here!(2);

    fn value(&self, [event, log_weights]: [&[f32]; 2], out: &mut [f64]) {
        let weight = f64::from(log_weights[self.0]).exp();
        if weight > 0.0 {
            let pairs = out.iter_mut().zip(event);
            pairs.for_each(|(out, &x)| *out = f64::from(x) * weight);
        }
    }
    fn backward(&self, inputs: [&[f32]; 2], up: &[f64], [by_event, by_weights]: [&mut [f64]; 2]) {
        let [event, log_weights] = inputs;
        let weight = f64::from(log_weights[self.0]).exp();
        if weight > 0.0 {
            for (i, up) in up.iter().enumerate() {
                by_event[i] += up * weight;
                by_weights[self.0] += up * weight * f64::from(event[i]);
            }
        }
    }
}
