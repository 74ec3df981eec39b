//! The multinomial distribution.

use super::summary::{apportioned, rest, row_by_row, shares};
use super::{Distribution, IntoTrials, Named, class};
use crate::distribution::Draw;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::rows_of;
use crate::kernels::joint::{Input, Joint, joint, joint_compiled_here, joint_rows};
use crate::kernels::logarithms::log_of;
use crate::kernels::real::double::ln_gamma;
use crate::kernels::softmax::log_total;
use crate::noise::{RowRng, Stream, binomial};
use crate::support::{BoundedCounts, Mass};
use crate::tensor::{Change, Event, IntoParam, Lanes, Param, Rows, Value, constant};

/// Multinomial: how often each of `K` categories comes in `n` trials, along the last axis of the event; earlier axes are independent.
/// `ln n! − Σ_k ln x_k! + Σ_k x_k ln p_k` if the counts sum to `n`, and −∞ if they do not.
///
/// The number of trials is a parameter, as [`Binomial`](super::Binomial)'s, of the shape of an event without its last axis. It may be a
/// covariate that the data give row by row: the sum of the row's counts.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize, Const<3>)>(vec![1.0, 2.0, 3.0])?);
/// let probs = tensor(vec![0.2, 0.5, 0.3], (Const::<3>,));
/// let log_prob = Multinomial::probs(6, probs).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 2.5133061243).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// How often each of 40 words stands in a text, of two topics.
///     pub struct Topics {
///         encoder: (Linear<40, 8>, Tanh, SplitInto<(Linear<8, 2>, (Linear<8, 2>, Softplus))>),
///         words: Linear<2, 40>,
///     }
///     generative p(length: []) {
///         sample z: [2] ~ Normal::new(0.0, 1.0);
///         sample x: [40] ~ Multinomial::logits(length, words(z));
///     }
///     inference q(x, length) {
///         let (loc, scale) = encoder(x);
///         sample z ~ Normal::new(loc, scale);
///     }
/// }
///
/// let counts = [0.0, 3.0, 1.0, 0.0].repeat(20);
/// let length = counts.chunks(40).map(|row| row.iter().sum::<f32>()).collect::<Vec<_>>();
/// let (x, length) = (batch(counts)?, batch(length)?);
/// assert!(Elbo::default().loss(&Topics::new(0).q(&x, &length))?.value().is_finite());
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Multinomial<E: Lanes> {
    trials: Param<E::Outer>,
    logits: Param<E>,
    /// The parameters as they were given, for messages.
    probs: Option<Param<E>>,
}

impl<E: Lanes> Multinomial<E> {
    /// With this number of trials, a whole number of 0 or more, and unnormalised log-probabilities; −∞ rules a category out, but not
    /// all of one vector.
    pub fn logits(trials: impl IntoTrials<E::Outer>, logits: impl IntoParam<E>) -> Self {
        Self {
            trials: trials.into_trials(),
            logits: logits.into_param(),
            probs: None,
        }
    }

    /// With this number of trials, a whole number of 0 or more, and probabilities or weights of 0 or more, which are normalised along
    /// the last axis. 0 rules a category out, but not all of a vector.
    ///
    /// If they are a draw on the simplex, for example from a [`Dirichlet`](super::Dirichlet), the draw's own logarithms are used.
    pub fn probs(trials: impl IntoTrials<E::Outer>, probs: impl IntoParam<E>) -> Self {
        let probs = probs.into_param();
        Self {
            trials: trials.into_trials(),
            logits: log_of(&probs),
            probs: Some(probs),
        }
    }

    /// The number of trials.
    pub fn trials(&self) -> &Param<E::Outer> {
        &self.trials
    }

    /// The logits, as given to [`logits`](Self::logits) or computed from the probabilities.
    pub fn logit_param(&self) -> &Param<E> {
        &self.logits
    }
}

impl<E: Lanes> Distribution for Multinomial<E> {
    type Event = E;
    type Measure = Mass;
    type Support = BoundedCounts;
    type Class = class::Scored;
    const FAMILY: &'static str = "Multinomial";

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.trials.check("trials", Domain::Count, rows)?;
        if let Some(probs) = &self.probs {
            probs.check_categories("probs", Domain::Weight, 0.0, rows)?;
        }
        self.logits
            .check_categories("logits", Domain::BelowInfinity, f32::NEG_INFINITY, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        let value = rows_of::<E>(value);
        let inputs = [
            Input::of(&value),
            Input::of(&self.trials),
            Input::of(&self.logits),
        ];
        joint_rows(LogMass { last: E::LAST }, inputs)
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        drawn(rows, noise, &self.trials, &self.logits)
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        let inputs = [Input::of(&self.trials), Input::of(&self.logits)];
        let mean = joint::<E, _, 2>(Mean { last: E::LAST }, inputs);
        Some(Param::<E>::Rows(mean).expand(rows))
    }

    /// Exact: every trial goes to the category whose count it makes least unlikely.
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        let inputs = [Input::of(&self.trials), Input::of(&self.logits)];
        Some(row_by_row::<E>(rows, &inputs, &|params, out| {
            let lanes = params[1].chunks(E::LAST).zip(out.chunks_mut(E::LAST));
            for ((lane, out), &n) in lanes.zip(params[0]) {
                apportioned(&shares(lane), f64::from(n), out);
            }
        }))
    }

    /// `√(n p_k(1 − p_k))`
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        let inputs = [Input::of(&self.trials), Input::of(&self.logits)];
        Some(row_by_row::<E>(rows, &inputs, &|params, out| {
            let lanes = params[1].chunks(E::LAST).zip(out.chunks_mut(E::LAST));
            for ((lane, out), &n) in lanes.zip(params[0]) {
                let shares = shares(lane);
                for (k, out) in out.iter_mut().enumerate() {
                    let variance = f64::from(n) * shares[k] * rest(&shares, k);
                    *out = variance.sqrt() as f32;
                }
            }
        }))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![
            Named::of("trials", &self.trials),
            Named::of("logits", &self.logits),
        ]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            trials: self.trials.changed(how),
            logits: self.logits.changed(how),
            probs: None,
        }
    }
}

/// Counts of categories with these logits.
pub(super) fn drawn<E: Lanes>(
    rows: usize,
    noise: &Stream,
    trials: &Param<E::Outer>,
    logits: &Param<E>,
) -> Draw<E> {
    let (trials, logits) = (trials.expand(rows), logits.expand(rows));
    let mut counts = vec![0.0; rows * E::ELEMENTS];
    let events = counts.chunks_mut(E::ELEMENTS.max(1));
    let given = trials.values().chunks(E::Outer::ELEMENTS.max(1));
    let given = given.zip(logits.values().chunks(E::ELEMENTS.max(1)));
    for (row, (counts, (trials, logits))) in events.zip(given).enumerate() {
        let mut rng = noise.row(row);
        let lanes = counts.chunks_mut(E::LAST).zip(logits.chunks(E::LAST));
        for ((counts, logits), &trials) in lanes.zip(trials) {
            draw_lane(counts, logits, trials.into(), &mut rng);
        }
    }
    Draw::of(constant(counts, E::plated(rows)))
}

/// One category after another, among the trials that are left.
fn draw_lane(counts: &mut [f32], logits: &[f32], trials: f64, rng: &mut RowRng) {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut weights: Vec<f64> = logits
        .iter()
        .map(|&logit| (f64::from(logit) - f64::from(most)).exp())
        .collect();
    // What is left is summed from the end, so that nothing is subtracted.
    let mut rest = 0.0;
    for weight in weights.iter_mut().rev() {
        let own = *weight;
        *weight = (own / rest).ln();
        rest += own;
    }
    let mut left = trials;
    for (count, &log_odds) in counts.iter_mut().zip(&weights) {
        if left == 0.0 {
            break;
        }
        let own = binomial(left, log_odds, rng);
        // Beyond 2²⁴ counts are rounded, and so is what is left.
        *count = own as f32;
        left = (left - f64::from(*count)).max(0.0);
    }
}

/// Half a digit of `f32`, less than one trial below 2²⁴.
const ROUNDING: f64 = 0.5 * f32::EPSILON as f64;

/// Whether counts are whole and sum to the number of trials. Beyond 2²⁴ both are rounded.
pub(super) fn is_total(counts: &[f32], trials: f32) -> bool {
    let is_count = |&x: &f32| Domain::Count.contains(x);
    let total: f64 = counts.iter().copied().map(f64::from).sum();
    let trials = f64::from(trials);
    counts.iter().all(is_count) && (total - trials).abs() <= ROUNDING * trials
}

/// `ln n! − Σ_k ln x_k!`
pub(super) fn log_ways(counts: &[f32], trials: f32) -> f64 {
    let each = counts.iter().filter(|x| **x > 1.0);
    let each: f64 = each.map(|&x| ln_gamma(f64::from(x) + 1.0)).sum();
    ln_gamma(f64::from(trials) + 1.0) - each
}

#[derive(Clone, Copy)]
struct LogMass {
    last: usize,
}

impl Joint<3> for LogMass {
    joint_compiled_here!(3);

    fn value(&self, [counts, trials, logits]: [&[f32]; 3], out: &mut [f64]) {
        let lanes = counts.chunks(self.last).zip(logits.chunks(self.last));
        let lanes = lanes.zip(trials).map(|((counts, logits), &trials)| {
            if !is_total(counts, trials) {
                return f64::NEG_INFINITY;
            }
            let total = log_total(logits);
            let drawn = counts.iter().zip(logits).filter(|(x, _)| **x > 0.0);
            let terms = drawn.map(|(&x, &logit)| f64::from(x) * (f64::from(logit) - total));
            log_ways(counts, trials) + terms.sum::<f64>()
        });
        out[0] = lanes.sum();
    }

    /// `x_k − n p_k`
    fn backward(
        &self,
        [counts, trials, logits]: [&[f32]; 3],
        up: &[f64],
        [_, _, by_logits]: [&mut [f64]; 3],
    ) {
        let lanes = counts.chunks(self.last).zip(logits.chunks(self.last));
        let lanes = lanes.zip(by_logits.chunks_mut(self.last)).zip(trials);
        for (((counts, logits), by_logits), &trials) in lanes {
            if !is_total(counts, trials) {
                continue;
            }
            let total = log_total(logits);
            for ((slope, &x), &logit) in by_logits.iter_mut().zip(counts).zip(logits) {
                let share = (f64::from(logit) - total).exp();
                *slope += up[0] * (f64::from(x) - f64::from(trials) * share);
            }
        }
    }
}

/// `n p_k`
#[derive(Clone, Copy)]
struct Mean {
    last: usize,
}

impl Joint<2> for Mean {
    joint_compiled_here!(2);

    fn value(&self, [trials, logits]: [&[f32]; 2], out: &mut [f64]) {
        let lanes = logits.chunks(self.last).zip(out.chunks_mut(self.last));
        for ((logits, out), &trials) in lanes.zip(trials) {
            let total = log_total(logits);
            for (out, &logit) in out.iter_mut().zip(logits) {
                *out = f64::from(trials) * (f64::from(logit) - total).exp();
            }
        }
    }

    fn backward(
        &self,
        [trials, logits]: [&[f32]; 2],
        up: &[f64],
        [by_trials, by_logits]: [&mut [f64]; 2],
    ) {
        let lanes = logits.chunks(self.last).zip(up.chunks(self.last));
        let own = by_logits.chunks_mut(self.last).zip(by_trials);
        for ((logits, up), ((by_logits, by_trials), &trials)) in lanes.zip(own.zip(trials)) {
            let total = log_total(logits);
            let shares: Vec<f64> = logits
                .iter()
                .map(|&l| (f64::from(l) - total).exp())
                .collect();
            let along: f64 = shares.iter().zip(up).map(|(share, up)| share * up).sum();
            *by_trials += along;
            for ((slope, share), up) in by_logits.iter_mut().zip(&shares).zip(up) {
                *slope += f64::from(trials) * share * (up - along);
            }
        }
    }
}
