//! The Dirichlet distribution.

use super::gamma::standard_log_gamma;
use super::summary::{rest, row_by_row, within_unit};
use super::{Distribution, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{map, rows_of};
use crate::kernels::formula::{Exp, Ln, times_log};
use crate::kernels::joint::Input;
use crate::kernels::lanes::{LaneFormula, each, lane_sum, lanes_compiled_here, total};
use crate::kernels::real::double::{digamma, ln_gamma, trigamma};
use crate::kernels::softmax::log_softmax;
use crate::noise::Stream;
use crate::support::{Density, Simplex, is_off_simplex};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value, into_rows};

/// Dirichlet(concentration α) over probability vectors along the last axis of the event; earlier axes
/// are independent: `Σ_k (α_k − 1) ln x_k − ln B(α)`, with Lebesgue measure on all but one coordinate.
///
/// A draw is a vector of gamma variables divided by its sum. It lives in log space, since small concentrations put nearly all
/// mass on corners that `f32` cannot represent. Its gradient is the gamma variables' implicit gradient (Figurnov, Mohamed and
/// Mnih 2018).
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize, Const<3>)>(vec![0.2, 0.3, 0.5])?);
/// let concentration = batch::<(usize, Const<3>)>(vec![1.5, 2.0, 3.0])?;
/// let log_prob = Dirichlet::new(concentration).log_prob(&x);
/// assert!((log_prob.as_vec()[0] - 1.695210995).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Dirichlet<E: Event> {
    concentration: Param<E>,
}

impl<E: Event> Dirichlet<E> {
    /// With positive concentrations. If all are 1, the distribution is uniform.
    pub fn new(concentration: impl IntoParam<E>) -> Self {
        Self {
            concentration: concentration.into_param(),
        }
    }

    /// The concentrations.
    pub fn concentration(&self) -> &Param<E> {
        &self.concentration
    }
}

impl<E: Event> Distribution for Dirichlet<E> {
    type Event = E;
    type Measure = Density;
    type Support = Simplex;
    type Class = class::Implicit;
    const FAMILY: &'static str = "Dirichlet";

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.concentration
            .check("concentration", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        lane_sum(
            LogDensity { of_log: false },
            [&rows_of::<E>(value), &self.concentration],
        )
    }

    fn log_prob_of(&self, draw: &Draw<E>) -> Rows {
        match draw.log() {
            Some(log) => lane_sum(
                LogDensity { of_log: true },
                [&rows_of::<E>(log), &self.concentration],
            ),
            None => self.log_prob(&draw.value()),
        }
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        let log_shares = log_softmax(&map(Ln, [&self.concentration]));
        Some(map(Exp, [&log_shares]).expand(rows))
    }

    fn entropy(&self) -> Option<Rows> {
        Some(lane_sum(Entropy, [&self.concentration]))
    }

    /// `(a_k − 1)/Σ(a − 1)` if all concentrations are above 1. Else the density grows toward the rim, which is no value, or is
    /// flat: NaN.
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        let inputs = [Input::of(&self.concentration)];
        Some(row_by_row::<E>(rows, &inputs, &|params, out| {
            let lanes = params[0].chunks(E::LAST).zip(out.chunks_mut(E::LAST));
            for (lane, out) in lanes {
                let all: f64 = lane.iter().map(|&a| f64::from(a) - 1.0).sum();
                let is_inside = lane.iter().all(|&a| a > 1.0);
                for (out, &a) in out.iter_mut().zip(lane) {
                    *out = match is_inside {
                        true => within_unit((f64::from(a) - 1.0) / all) as f32,
                        false => f32::NAN,
                    };
                }
            }
        }))
    }

    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        let inputs = [Input::of(&self.concentration)];
        Some(row_by_row::<E>(rows, &inputs, &|params, out| {
            let lanes = params[0].chunks(E::LAST).zip(out.chunks_mut(E::LAST));
            for (lane, out) in lanes {
                let lane: Vec<f64> = lane.iter().copied().map(f64::from).collect();
                let all: f64 = lane.iter().sum();
                for (k, out) in out.iter_mut().enumerate() {
                    let variance = lane[k] / all * (rest(&lane, k) / all) / (all + 1.0);
                    *out = variance.sqrt() as f32;
                }
            }
        }))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![Named::of("concentration", &self.concentration)]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            concentration: self.concentration.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for Dirichlet<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let logs = standard_log_gamma(&self.concentration, rows, noise);
        Draw::from_log(into_rows(log_softmax(&logs)))
    }
}

/// `ln B(β) − ln B(α) + Σ_k (α_k − β_k)(ψ(α_k) − ψ(Σα))` against Dirichlet(β).
impl<E: Event> KlDivergence<Dirichlet<E>> for Dirichlet<E> {
    fn kl_divergence(&self, prior: &Dirichlet<E>) -> Option<Rows> {
        Some(lane_sum(Kl, [&self.concentration, &prior.concentration]))
    }
}

fn sum(lane: &[f32]) -> f64 {
    lane.iter().copied().map(f64::from).sum()
}

/// `ln B(α) = Σ ln Γ(α_k) − ln Γ(Σα)`
fn log_beta(alpha: &[f32]) -> f64 {
    let each = total(
        [alpha],
        #[inline(always)]
        |[a]| ln_gamma(a),
    );
    each - ln_gamma(sum(alpha))
}

/// The density of `x`; or of `y = ln x`, with respect to all of its coordinates on the simplex.
///
/// If some `x_k` are 0, it is the limit: −∞ if one of their concentrations is above 1, else ∞ if one is below 1.
#[derive(Clone, Copy)]
struct LogDensity {
    of_log: bool,
}

impl LogDensity {
    /// The power of `x_k`, and `ln x_k`.
    fn term(self, x: f32, alpha: f32) -> (f64, f64) {
        let (x, alpha) = (f64::from(x), f64::from(alpha));
        if self.of_log {
            (alpha, x)
        } else {
            (alpha - 1.0, x.ln())
        }
    }

    /// The value off the simplex, and on the rim if it is infinite there. It has no slopes at these points.
    fn limit(self, x: &[f32], alpha: &[f32]) -> Option<f64> {
        if self.of_log {
            return None;
        }
        if is_off_simplex(x) {
            return Some(f64::NEG_INFINITY);
        }
        let at_rim = |above: bool| {
            let mut pairs = x.iter().zip(alpha);
            pairs.any(|(&x, &a)| x == 0.0 && a != 1.0 && (a > 1.0) == above)
        };
        if at_rim(true) {
            Some(f64::NEG_INFINITY)
        } else {
            at_rim(false).then_some(f64::INFINITY)
        }
    }
}

impl LaneFormula<2> for LogDensity {
    lanes_compiled_here!(2);

    fn value(&self, [x, alpha]: [&[f32]; 2]) -> f64 {
        if let Some(limit) = self.limit(x, alpha) {
            return limit;
        }
        let terms = x.iter().zip(alpha).map(|(&x, &a)| self.term(x, a));
        terms.map(|(power, log)| times_log(power, log)).sum::<f64>() - log_beta(alpha)
    }

    fn partials(&self, [x, alpha]: [&[f32]; 2], wanted: usize, partials: &mut [f64]) {
        if self.limit(x, alpha).is_some() {
            return partials.fill(0.0);
        }
        if wanted == 1 {
            let both = digamma(sum(alpha));
            each(
                [alpha],
                partials,
                #[inline(always)]
                |[a]| both - digamma(a),
            );
        }
        let elements = x.iter().zip(alpha).zip(partials);
        for ((&x, &a), partial) in elements {
            let (power, log) = self.term(x, a);
            *partial = match (wanted, self.of_log) {
                // On the rim, where its power is 0.
                _ if log == f64::NEG_INFINITY => 0.0,
                (0, true) => power,
                (0, false) => power / f64::from(x),
                _ => log + *partial,
            };
        }
    }
}

/// `ln B(α) + (Σα − K) ψ(Σα) − Σ_k (α_k − 1) ψ(α_k)`
#[derive(Clone, Copy)]
struct Entropy;
impl LaneFormula<1> for Entropy {
    lanes_compiled_here!(1);

    fn value(&self, [alpha]: [&[f32]; 1]) -> f64 {
        let all = sum(alpha);
        let each = total(
            [alpha],
            #[inline(always)]
            |[a]| ln_gamma(a) - (a - 1.0) * digamma(a),
        );
        each - ln_gamma(all) + (all - alpha.len() as f64) * digamma(all)
    }

    fn partials(&self, [alpha]: [&[f32]; 1], _: usize, partials: &mut [f64]) {
        let all = sum(alpha);
        let shared = (all - alpha.len() as f64) * trigamma(all);
        each(
            [alpha],
            partials,
            #[inline(always)]
            |[a]| shared - (a - 1.0) * trigamma(a),
        );
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl LaneFormula<2> for Kl {
    lanes_compiled_here!(2);

    fn value(&self, [alpha, prior]: [&[f32]; 2]) -> f64 {
        let (all, prior_all) = (sum(alpha), sum(prior));
        let both = digamma(all);
        let each = total(
            [alpha, prior],
            #[inline(always)]
            |[a, c]| (a - c) * (digamma(a) - both) + (ln_gamma(c) - ln_gamma(a)),
        );
        each + (ln_gamma(all) - ln_gamma(prior_all))
    }

    fn partials(&self, [alpha, prior]: [&[f32]; 2], wanted: usize, partials: &mut [f64]) {
        let (all, prior_all) = (sum(alpha), sum(prior));
        if wanted == 0 {
            let shared = (all - prior_all) * trigamma(all);
            each(
                [alpha, prior],
                partials,
                #[inline(always)]
                |[a, c]| (a - c) * trigamma(a) - shared,
            );
        } else {
            let shared = digamma(prior_all) - digamma(all);
            each(
                [alpha, prior],
                partials,
                #[inline(always)]
                |[a, c]| digamma(c) - digamma(a) - shared,
            );
        }
    }
}
