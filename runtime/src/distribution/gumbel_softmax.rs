//! The Gumbel-softmax distribution on the simplex: the relaxed one-hot vector.

use super::{Distribution, Reparameterised};
use crate::draw::{Draw, into_rows};
use crate::estimator::Pathwise;
use crate::kernels::elementwise::{Formula, map, row_sum, rows_of};
use crate::kernels::formula::{Identity, Perturb, finite};
use crate::kernels::lanes::{LaneFormula, lane_sum};
use crate::kernels::real::Real;
use crate::kernels::softmax::log_softmax;
use crate::kernels::special::ln_gamma;
use crate::noise::{Standard, Stream};
use crate::param::{Fault, IntoParam, Param};
use crate::shape::Event;
use crate::support::{Density, Domain, Simplex, is_off_simplex};
use crate::var::{Rows, Value};

/// The Concrete distribution of `n` categories, along the last axis of the event.
///
/// A draw is `softmax((l + G)/t)` with one Gumbel `G_k` for each category; its largest element is
/// exactly categorical with logits `l`. In log space, with `y = log x` and `a_k = l_k − t y_k`, its
/// density is `ln Γ(n) + (n − 1) ln t + Σ_k (a_k − lse a)` (Maddison, Mnih and Teh 2016, appendix C;
/// Jang, Gu and Poole 2016); on the simplex, with Lebesgue measure on `n − 1` coordinates, that less
/// `Σ_k y_k`. Draws live in log space, where nothing saturates.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = batch::<(usize, Const<3>)>(vec![0.2, 0.5, 0.3])?.retaped();
/// let logits = batch::<(usize, Const<3>)>(vec![0.3, 0.1, 0.4])?;
/// let log_prob = GumbelSoftmax::new(logits, 0.4).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 1.0190869278).abs() < 1e-5);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias(
    "RelaxedOneHotCategorical",
    "ExpRelaxedOneHotCategorical",
    "ExpConcrete"
))]
#[derive(Clone, Debug)]
pub struct GumbelSoftmax<E: Event> {
    logits: Param<E>,
    temperature: f32,
}

impl<E: Event> GumbelSoftmax<E> {
    /// With unnormalised log-probabilities and a positive `temperature`. At temperatures up to
    /// 1/(n − 1) the density has no mode inside the simplex.
    pub fn new(logits: impl IntoParam<E>, temperature: f32) -> Self {
        Self {
            logits: logits.into_param(),
            temperature,
        }
    }

    fn log_prob_of_log(&self, log: &Value<E>) -> Rows {
        let tilted = map(Tilt(self.temperature), [&self.logits, &rows_of::<E>(log)]);
        let constant = log_normaliser(E::LAST, self.temperature.into());
        let vectors = (E::ELEMENTS / E::LAST) as f64;
        row_sum(Identity, [&log_softmax(&tilted)]) + vectors * constant
    }
}

impl<E: Event> Distribution for GumbelSoftmax<E> {
    type Event = E;
    type Measure = Density;
    type Support = Simplex;
    type Auto = Pathwise;
    const FAMILY: &'static str = "GumbelSoftmax";

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.logits.check("logits", Domain::Finite, rows)?;
        Param::<E>::Number(self.temperature).check("temperature", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        let density = LogDensity(self.temperature.into());
        lane_sum(density, [&rows_of::<E>(value), &self.logits])
    }

    fn log_prob_of(&self, draw: &Draw<E>) -> Rows {
        match draw.log() {
            Some(log) => self.log_prob_of_log(log),
            None => self.log_prob(&draw.value()),
        }
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    /// None: it has no closed form.
    fn mean(&self, _rows: usize) -> Option<Value<E>> {
        None
    }

    fn detach(&self) -> Self {
        Self {
            logits: self.logits.detach(),
            temperature: self.temperature,
        }
    }
}

impl<E: Event> Reparameterised for GumbelSoftmax<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let noise = noise.standard::<E>(Standard::Gumbel, rows);
        let perturbed = map(Perturb(self.temperature), [&self.logits, &noise]);
        Draw::from_log(into_rows(log_softmax(&perturbed)))
    }
}

/// `ln Γ(n) + (n − 1) ln t`
fn log_normaliser(categories: usize, temperature: f64) -> f64 {
    let categories = categories as f64;
    ln_gamma(categories) + (categories - 1.0) * temperature.ln()
}

/// The log-density of one vector on the simplex, at a temperature.
///
/// On the rim it is the limit as the `m` elements there fall to 0 together: the density moves as their size to the power
/// of `(n − m) t − m`.
#[derive(Clone, Copy)]
struct LogDensity(f64);

impl LogDensity {
    /// The power of the size of `zeros` elements that fall to 0 together.
    fn power(self, zeros: usize, categories: usize) -> f64 {
        (categories - zeros) as f64 * self.0 - zeros as f64
    }

    /// The value off the simplex, and where it is infinite on the rim: it has no slopes there.
    fn limit(self, x: &[f32]) -> Option<f64> {
        let zeros = x.iter().filter(|&&x| x == 0.0).count();
        if is_off_simplex(x) {
            return Some(f64::NEG_INFINITY);
        }
        match self.power(zeros, x.len()) {
            power if zeros == 0 || power == 0.0 => None,
            power => Some(power * f64::NEG_INFINITY),
        }
    }

    /// `l − t ln x` of each element, and the logarithm of the sum of their exponentials. Of elements on the rim, beside which
    /// the others do not count, it is `l`.
    fn tilted(self, x: &[f32], logits: &[f32]) -> (Vec<f64>, f64) {
        let at_rim = x.contains(&0.0);
        let tilt = |(&x, &logit): (&f32, &f32)| match x {
            0.0 => logit.into(),
            _ if at_rim => f64::NEG_INFINITY,
            x => f64::from(logit) - self.0 * f64::from(x).ln(),
        };
        let tilted: Vec<f64> = x.iter().zip(logits).map(tilt).collect();
        let most = tilted.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = tilted.iter().map(|a| (a - most).exp()).sum();
        (tilted, most + sum.ln())
    }
}

impl LaneFormula<2> for LogDensity {
    fn value(&self, [x, logits]: [&[f32]; 2]) -> f64 {
        if let Some(limit) = self.limit(x) {
            return limit;
        }
        let (_, total) = self.tilted(x, logits);
        let inside = x.iter().filter(|&&x| x != 0.0);
        let logs: f64 = inside.map(|&x| f64::from(x).ln()).sum();
        let logits: f64 = logits.iter().copied().map(f64::from).sum();
        let categories = x.len();
        log_normaliser(categories, self.0) + logits
            - (self.0 + 1.0) * logs
            - categories as f64 * total
    }

    fn partials(&self, [x, logits]: [&[f32]; 2], wanted: usize, partials: &mut [f64]) {
        if self.limit(x).is_some() {
            return partials.fill(0.0);
        }
        let (tilted, total) = self.tilted(x, logits);
        let elements = x.iter().zip(tilted).zip(partials);
        for ((&x, tilted), partial) in elements {
            let share = logits.len() as f64 * (tilted - total).exp();
            *partial = match wanted {
                0 if x == 0.0 => 0.0,
                0 => (self.0 * (share - 1.0) - 1.0) / f64::from(x),
                _ => 1.0 - share,
            };
        }
    }
}

/// `l − t ln x`, within the finite numbers of `f32`.
#[derive(Clone, Copy)]
struct Tilt(f32);
impl Formula<2> for Tilt {
    #[inline(always)]
    fn eval<R: Real>(&self, [logit, log]: [R; 2]) -> R {
        finite(logit - log.scale(self.0.into()))
    }
}
