//! The Dirichlet-multinomial distribution.

use super::gamma::standard_log_gamma;
use super::multinomial::{drawn, is_total, log_ways};
use super::summary::{apportioned, rest, row_by_row};
use super::{Distribution, IntoTrials, Named, class};
use crate::distribution::Draw;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::rows_of;
use crate::kernels::joint::{Input, Joint, joint, joint_compiled_here, joint_rows};
use crate::kernels::real::double::{digamma_rising, ln_rising};
use crate::noise::Stream;
use crate::support::{BoundedCounts, Mass};
use crate::tensor::{Change, IntoParam, Lanes, Param, Rows, Value};

/// Dirichlet-multinomial: how often each of `K` categories comes in `n` trials whose probabilities are themselves a draw from
/// Dirichlet(α), along the last axis of the event; earlier axes are independent.
/// `ln n! − Σ_k ln x_k! + ln B(α + x) − ln B(α)` if the counts sum to `n`, and −∞ if they do not.
///
/// Use it for counts of categories that spread more than [`Multinomial`](super::Multinomial)'s. The number of trials is a parameter, as
/// there. With two categories it is [`BetaBinomial`](super::BetaBinomial).
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize, Const<3>)>(vec![1.0, 2.0, 3.0])?);
/// let concentration = tensor(vec![0.7, 2.0, 1.3], (Const::<3>,));
/// let log_prob = DirichletMultinomial::new(6, concentration).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 3.1914430675).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("Polya", "overdispersed"))]
#[derive(Clone, Debug)]
pub struct DirichletMultinomial<E: Lanes> {
    trials: Param<E::Outer>,
    concentration: Param<E>,
}

impl<E: Lanes> DirichletMultinomial<E> {
    /// With this number of trials, a whole number of 0 or more, and positive concentrations. The mean is `n α/Σα`.
    pub fn new(trials: impl IntoTrials<E::Outer>, concentration: impl IntoParam<E>) -> Self {
        Self {
            trials: trials.into_trials(),
            concentration: concentration.into_param(),
        }
    }

    /// The number of trials.
    pub fn trials(&self) -> &Param<E::Outer> {
        &self.trials
    }

    /// The concentrations.
    pub fn concentration(&self) -> &Param<E> {
        &self.concentration
    }
}

impl<E: Lanes> Distribution for DirichletMultinomial<E> {
    type Event = E;
    type Measure = Mass;
    type Support = BoundedCounts;
    type Class = class::Scored;
    const FAMILY: &'static str = "DirichletMultinomial";

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.trials.check("trials", Domain::Count, rows)?;
        self.concentration
            .check("concentration", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        let value = rows_of::<E>(value);
        let inputs = [
            Input::of(&value),
            Input::of(&self.trials),
            Input::of(&self.concentration),
        ];
        joint_rows(LogMass { last: E::LAST }, inputs)
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let logits = standard_log_gamma(&self.concentration, rows, &noise.part("shares"));
        drawn(rows, &noise.part("counts"), &self.trials, &logits)
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        let inputs = [Input::of(&self.trials), Input::of(&self.concentration)];
        let mean = joint::<E, _, 2>(Mean { last: E::LAST }, inputs);
        Some(Param::<E>::Rows(mean).expand(rows))
    }

    /// Exact. If a concentration is below 1, the mass is not concave and the mode is not computed: NaN.
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        let inputs = [Input::of(&self.trials), Input::of(&self.concentration)];
        Some(row_by_row::<E>(rows, &inputs, &|params, out| {
            let lanes = params[1].chunks(E::LAST).zip(out.chunks_mut(E::LAST));
            for ((lane, out), &n) in lanes.zip(params[0]) {
                let weights: Vec<f64> = lane.iter().map(|&a| f64::from(a) - 1.0).collect();
                match weights.iter().all(|&weight| weight >= 0.0) {
                    true => apportioned(&weights, f64::from(n), out),
                    false => out.fill(f32::NAN),
                }
            }
        }))
    }

    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        let inputs = [Input::of(&self.trials), Input::of(&self.concentration)];
        Some(row_by_row::<E>(rows, &inputs, &|params, out| {
            let lanes = params[1].chunks(E::LAST).zip(out.chunks_mut(E::LAST));
            for ((lane, out), &n) in lanes.zip(params[0]) {
                let lane: Vec<f64> = lane.iter().copied().map(f64::from).collect();
                let (n, all) = (f64::from(n), lane.iter().sum::<f64>());
                for (k, out) in out.iter_mut().enumerate() {
                    let shares = lane[k] / all * (rest(&lane, k) / all);
                    *out = (n * shares * ((all + n) / (all + 1.0))).sqrt() as f32;
                }
            }
        }))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![
            Named::of("trials", &self.trials),
            Named::of("concentration", &self.concentration),
        ]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            trials: self.trials.changed(how),
            concentration: self.concentration.changed(how),
        }
    }
}

fn sum(lane: &[f32]) -> f64 {
    lane.iter().copied().map(f64::from).sum()
}

#[derive(Clone, Copy)]
struct LogMass {
    last: usize,
}

impl Joint<3> for LogMass {
    joint_compiled_here!(3);

    fn value(&self, [counts, trials, alpha]: [&[f32]; 3], out: &mut [f64]) {
        let lanes = counts.chunks(self.last).zip(alpha.chunks(self.last));
        let lanes = lanes.zip(trials).map(|((counts, alpha), &trials)| {
            if !is_total(counts, trials) {
                return f64::NEG_INFINITY;
            }
            let drawn = counts.iter().zip(alpha).filter(|(x, _)| **x > 0.0);
            let each = drawn.map(|(&x, &a)| ln_rising(a.into(), x.into()));
            log_ways(counts, trials) + each.sum::<f64>() - ln_rising(sum(alpha), trials.into())
        });
        out[0] = lanes.sum();
    }

    /// `ψ(α_k + x_k) − ψ(α_k) − (ψ(Σα + n) − ψ(Σα))`
    fn backward(
        &self,
        [counts, trials, alpha]: [&[f32]; 3],
        up: &[f64],
        [_, _, by_alpha]: [&mut [f64]; 3],
    ) {
        let lanes = counts.chunks(self.last).zip(alpha.chunks(self.last));
        let lanes = lanes.zip(by_alpha.chunks_mut(self.last)).zip(trials);
        for (((counts, alpha), by_alpha), &trials) in lanes {
            if !is_total(counts, trials) {
                continue;
            }
            let all = digamma_rising(sum(alpha), trials.into());
            for ((slope, &x), &a) in by_alpha.iter_mut().zip(counts).zip(alpha) {
                let own = if x > 0.0 {
                    digamma_rising(a.into(), x.into())
                } else {
                    0.0
                };
                *slope += up[0] * (own - all);
            }
        }
    }
}

/// `n α_k/Σα`
#[derive(Clone, Copy)]
struct Mean {
    last: usize,
}

impl Joint<2> for Mean {
    joint_compiled_here!(2);

    fn value(&self, [trials, alpha]: [&[f32]; 2], out: &mut [f64]) {
        let lanes = alpha.chunks(self.last).zip(out.chunks_mut(self.last));
        for ((alpha, out), &trials) in lanes.zip(trials) {
            let each = f64::from(trials) / sum(alpha);
            let pairs = out.iter_mut().zip(alpha);
            pairs.for_each(|(out, &a)| *out = each * f64::from(a));
        }
    }

    fn backward(
        &self,
        [trials, alpha]: [&[f32]; 2],
        up: &[f64],
        [by_trials, by_alpha]: [&mut [f64]; 2],
    ) {
        let lanes = alpha.chunks(self.last).zip(up.chunks(self.last));
        let own = by_alpha.chunks_mut(self.last).zip(by_trials);
        for ((alpha, up), ((by_alpha, by_trials), &trials)) in lanes.zip(own.zip(trials)) {
            let all = sum(alpha);
            let along = alpha.iter().zip(up).map(|(&a, up)| f64::from(a) / all * up);
            let along: f64 = along.sum();
            *by_trials += along;
            for (slope, up) in by_alpha.iter_mut().zip(up) {
                *slope += f64::from(trials) / all * (up - along);
            }
        }
    }
}
