//! The Gumbel-softmax distribution on the simplex: the relaxed one-hot vector.

use super::{Distribution, Reparameterised};
use crate::draw::{Draw, into_rows};
use crate::estimator::Pathwise;
use crate::kernels::elementwise::{Formula, map, row_sum, rows_of};
use crate::kernels::formula::{Identity, Ln, Perturb};
use crate::kernels::real::Real;
use crate::kernels::softmax::log_softmax;
use crate::noise::{Standard, Stream};
use crate::param::{Fault, IntoParam, Param};
use crate::shape::Event;
use crate::support::{Density, Domain, Simplex};
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
        let categories = E::LAST as f64;
        let constant = statrs::function::gamma::ln_gamma(categories)
            + (categories - 1.0) * f64::from(self.temperature).ln();
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
        let value = rows_of::<E>(value);
        let log = map(Ln, [&value]);
        let log_prob = self.log_prob_of_log(&into_rows(log.clone()));
        log_prob - row_sum(Identity, [&log])
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

/// `l − t ln x`
#[derive(Clone, Copy)]
struct Tilt(f32);
impl Formula<2> for Tilt {
    #[inline(always)]
    fn eval<R: Real>(&self, [logit, log]: [R; 2]) -> R {
        logit - log.scale(self.0.into())
    }
}
