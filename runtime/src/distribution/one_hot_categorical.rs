//! The categorical distribution over one-hot vectors.

use super::summary::{largest, rest, row_by_row, shares};
use super::within_support::within_support;
use super::{Categories, Distribution, Finite, GumbelSoftmax, Listing, Named, Relaxable, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, LONG, compiled_here, map, row_sum, rows_of};
use crate::kernels::formula::Exp;
use crate::kernels::joint::Input;
use crate::kernels::logarithms::log_of;
use crate::kernels::pairs::{Linear, Split};
use crate::kernels::real::Real;
use crate::kernels::softmax::{log_softmax, log_total};
use crate::kernels::straight_through::Squash;
use crate::kernels::straight_through::to_one_hot;
use crate::noise::{Standard, Stream};
use crate::support::{Mass, OneHot};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value, constant};

/// One category of `K`, as a one-hot vector along the last axis of the event; earlier axes are
/// independent: an event of shape `[30, 10]` is thirty categories of ten.
///
/// `ln p(x) = Σ_k x_k (l_k − lse l)` with logits `l`. Relaxed for training to [`GumbelSoftmax`].
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize, Const<4>)>(vec![0.0, 1.0, 0.0, 0.0])?);
/// let log_prob = OneHotCategorical::<(Const<4>,)>::logits(0.0).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 4.0_f32.ln()).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("Multinoulli", "OneHot"))]
#[derive(Clone, Debug)]
pub struct OneHotCategorical<E: Event> {
    logits: Param<E>,
    /// The parameters as they were given, for messages.
    probs: Option<Param<E>>,
}

impl<E: Event> OneHotCategorical<E> {
    /// With unnormalised log-probabilities; −∞ rules a category out, but not all of one vector.
    pub fn logits(logits: impl IntoParam<E>) -> Self {
        Self {
            logits: logits.into_param(),
            probs: None,
        }
    }

    /// With probabilities, or with weights of 0 or more, which are normalised along the last axis. 0 rules a category out, but
    /// not all of a vector.
    ///
    /// If they are a draw on the simplex, for example from a [`Dirichlet`](super::Dirichlet), the draw's own logarithms are used.
    pub fn probs(probs: impl IntoParam<E>) -> Self {
        let probs = probs.into_param();
        Self {
            logits: log_of(&probs),
            probs: Some(probs),
        }
    }

    /// `Σ x·ln p` for any `x`.
    fn extended(&self, value: &Value<E>) -> Rows {
        let value = rows_of::<E>(value);
        let rows = row_sum(Product, [&value, &log_softmax(&self.logits)]);
        if E::ELEMENTS < LONG {
            return rows;
        }
        let (value, logits) = (Input::of(&value), Input::of(&self.logits));
        let all = rows.len();
        rows.refined(|row| {
            let event = value.row(row, all);
            let lanes = logits.row(row, all).chunks(E::LAST);
            let terms = lanes.zip(event.chunks(E::LAST)).map(|(logits, own)| {
                let total = log_total(logits);
                let pairs = own.iter().zip(logits).filter(|(x, _)| **x != 0.0);
                let term = |(&x, &logit)| f64::from(x) * (f64::from(logit) - total);
                pairs.map(term).sum::<f64>()
            });
            terms.sum()
        })
    }

    /// The logits, as given to [`logits`](Self::logits) or computed from the probabilities.
    pub fn logit_param(&self) -> &Param<E> {
        &self.logits
    }
}

impl<E: Event> Distribution for OneHotCategorical<E> {
    type Event = E;
    type Measure = Mass;
    type Support = OneHot;
    type Class = class::Categories;
    const FAMILY: &'static str = "OneHotCategorical";

    fn listing() -> Option<Listing> {
        Some(Listing::of::<Self>())
    }

    fn check(&self, rows: usize) -> Result<(), Fault> {
        if let Some(probs) = &self.probs {
            probs.check_categories("probs", Domain::Weight, 0.0, rows)?;
        }
        self.logits
            .check_categories("logits", Domain::BelowInfinity, f32::NEG_INFINITY, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        within_support::<OneHot, E>(value, 0.0, |value| self.extended(value))
    }

    /// The formula of the mass. It also holds between the vectors, where a relaxed draw may be.
    fn log_prob_of(&self, draw: &Draw<E>) -> Rows {
        self.extended(&draw.value())
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let logits = self.logits.expand(rows);
        let logits = rows_of::<E>(&logits);
        let mut values = noise.numbers(Standard::Gumbel, rows, E::ELEMENTS);
        for (value, logit) in values.iter_mut().zip(logits.values()) {
            *value += logit;
        }
        values.chunks_mut(E::LAST).for_each(to_one_hot);
        Draw::of(constant(values, E::plated(rows)))
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        Some(map(Exp, [&log_softmax(&self.logits)]).expand(rows))
    }

    fn probabilities(&self, rows: usize) -> Option<Value<E>> {
        self.mean(rows)
    }

    fn entropy(&self) -> Option<Rows> {
        Some(row_sum(Entropy, [&log_softmax(&self.logits)]))
    }

    /// The likeliest class, the first of equals.
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        let inputs = [Input::of(&self.logits)];
        Some(row_by_row::<E>(rows, &inputs, &|params, out| {
            let lanes = params[0].chunks(E::LAST).zip(out.chunks_mut(E::LAST));
            for (lane, out) in lanes {
                out.fill(0.0);
                out[largest(lane.iter().copied().map(f64::from))] = 1.0;
            }
        }))
    }

    /// `√(p_k(1 − p_k))`
    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        let inputs = [Input::of(&self.logits)];
        Some(row_by_row::<E>(rows, &inputs, &|params, out| {
            let lanes = params[0].chunks(E::LAST).zip(out.chunks_mut(E::LAST));
            for (lane, out) in lanes {
                let shares = shares(lane);
                for (k, out) in out.iter_mut().enumerate() {
                    *out = (shares[k] * rest(&shares, k)).sqrt() as f32;
                }
            }
        }))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![Named::of("logits", &self.logits)]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            logits: self.logits.changed(how),
            probs: None,
        }
    }
}

impl<E: Event> Finite for OneHotCategorical<E> {
    fn log2_states() -> f64 {
        (E::ELEMENTS / E::LAST) as f64 * (E::LAST as f64).log2()
    }

    fn write_state(mut state: usize, event: &mut [f32]) {
        event.fill(0.0);
        for vector in event.chunks_mut(E::LAST) {
            vector[state % E::LAST] = 1.0;
            state /= E::LAST;
        }
    }
}

impl<E: Event> Categories for OneHotCategorical<E> {
    const SQUASH: Squash = Squash::Softmax;

    fn logit_param(&self) -> &Param<E> {
        &self.logits
    }
}

impl<E: Event> Relaxable for OneHotCategorical<E> {
    type Relaxation = GumbelSoftmax<E>;

    fn relax(&self, temperature: f32) -> GumbelSoftmax<E> {
        GumbelSoftmax::new(self.logits.clone(), temperature)
    }
}

/// `Σ_k p_k (ln p_k − ln q_k)`
impl<E: Event> KlDivergence<OneHotCategorical<E>> for OneHotCategorical<E> {
    fn kl_divergence(&self, prior: &OneHotCategorical<E>) -> Option<Rows> {
        let [guide, prior] = [&self.logits, &prior.logits].map(log_softmax);
        Some(row_sum(Kl, [&guide, &prior]))
    }
}

/// `x·l` with 0 · −∞ = 0.
#[derive(Clone, Copy)]
struct Product;
impl Formula<2> for Product {
    compiled_here!(2);

    fn split(&self) -> Option<Box<dyn Split>> {
        Some(Box::new(*self))
    }

    #[inline(always)]
    fn eval<R: Real>(&self, [x, log_prob]: [R; 2]) -> R {
        // A zero keeps its slope by `x`, unless the slope is infinite.
        if x.value() == 0.0 && !log_prob.value().is_finite() {
            R::constant(0.0)
        } else {
            x * log_prob
        }
    }
}

/// Of finite log-probabilities.
impl Linear for Product {
    #[inline(always)]
    fn slope<R: Real>(&self, log_prob: R) -> R {
        log_prob
    }

    #[inline(always)]
    fn rest<R: Real>(&self, _: R) -> R {
        R::constant(0.0)
    }
}

/// `−p ln p` with 0 ln 0 = 0.
#[derive(Clone, Copy)]
pub(super) struct Entropy;
impl Formula<1> for Entropy {
    compiled_here!(1);

    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [log_prob]: [R; 1]) -> R {
        let probability = log_prob.exp();
        if probability.value() == 0.0 {
            return probability;
        }
        -(probability * log_prob)
    }
}

/// `p (ln p − ln q)` with 0 ln 0 = 0.
#[derive(Clone, Copy)]
pub(super) struct Kl;
impl Formula<2> for Kl {
    compiled_here!(2);

    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn eval<R: Real>(&self, [log_guide, log_prior]: [R; 2]) -> R {
        let probability = log_guide.exp();
        if probability.value() == 0.0 {
            return probability;
        }
        probability * (log_guide - log_prior)
    }
}
