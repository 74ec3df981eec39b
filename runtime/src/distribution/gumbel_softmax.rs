//! The Gumbel-softmax distribution on the simplex: the relaxed one-hot vector.

mod density;

use density::{LearnedDensity, LogDensity, log_normaliser};

use super::{Distribution, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::formula::{FAR, Identity, Perturb, finite, kept_within};
use crate::kernels::joint::{Input, Joint, joint, joint_compiled_here, joint_rows};
use crate::kernels::lanes::lane_sum;
use crate::kernels::real::Real;
use crate::kernels::softmax::log_softmax;
use crate::kernels::special::ln_gamma;
use crate::noise::{Standard, Stream};
use crate::support::{Density, Simplex};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value, into_rows};

/// The Concrete distribution of `n` categories, along the last axis of the event.
///
/// A draw is `softmax((l + G)/t)` with one Gumbel `G_k` for each category; its largest element is
/// exactly categorical with logits `l`. In log space, with `y = log x` and `a_k = l_k − t y_k`, its
/// density is `ln Γ(n) + (n − 1) ln t + Σ_k (a_k − lse a)` (Maddison, Mnih and Teh 2016, appendix C;
/// Jang, Gu and Poole 2016). On the simplex, with Lebesgue measure on `n − 1` coordinates, it is smaller by
/// `Σ_k y_k`. Draws live in log space, where nothing saturates.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize, Const<3>)>(vec![0.2, 0.5, 0.3])?);
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
    temperature: Param<()>,
}

impl<E: Event> GumbelSoftmax<E> {
    /// With unnormalised log-probabilities and a positive `temperature`: a number, a learned number, or one for each row. At
    /// temperatures up to 1/(n − 1) the density has no mode inside the simplex.
    pub fn new(logits: impl IntoParam<E>, temperature: impl IntoParam<()>) -> Self {
        Self {
            logits: logits.into_param(),
            temperature: temperature.into_param(),
        }
    }

    fn log_prob_of_log(&self, log: &Value<E>) -> Rows {
        let log = rows_of::<E>(log);
        let vectors = (E::ELEMENTS / E::LAST) as f64;
        match &self.temperature {
            Param::Number(t) => {
                let tilted = map(Tilt(*t), [&self.logits, &log]);
                let constant = log_normaliser(E::LAST, f64::from(*t));
                row_sum(Identity, [&log_softmax(&tilted)]) + vectors * constant
            }
            temperature => {
                let inputs = [
                    Input::of(&self.logits),
                    Input::of(&log),
                    Input::of(temperature),
                ];
                let tilted = Param::<E>::Rows(joint::<E, _, 3>(Tilted, inputs));
                let normaliser = row_sum(LogNormaliser(E::LAST), [temperature]);
                row_sum(Identity, [&log_softmax(&tilted)]) + normaliser * vectors
            }
        }
    }

    /// The logits.
    pub fn logit_param(&self) -> &Param<E> {
        &self.logits
    }

    /// The temperature.
    pub fn temperature(&self) -> &Param<()> {
        &self.temperature
    }
}

impl<E: Event> Distribution for GumbelSoftmax<E> {
    type Event = E;
    type Measure = Density;
    type Support = Simplex;
    type Class = class::Explicit;
    const FAMILY: &'static str = "GumbelSoftmax";

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.logits.check("logits", Domain::Finite, rows)?;
        self.temperature
            .check("temperature", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        let value = rows_of::<E>(value);
        match &self.temperature {
            Param::Number(t) => lane_sum(LogDensity(f64::from(*t)), [&value, &self.logits]),
            temperature => {
                let inputs = [
                    Input::of(&value),
                    Input::of(&self.logits),
                    Input::of(temperature),
                ];
                joint_rows(LearnedDensity { lane: E::LAST }, inputs)
            }
        }
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

    fn parameters(&self) -> Vec<Named> {
        vec![
            Named::of("logits", &self.logits),
            Named::of("temperature", &self.temperature),
        ]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            logits: self.logits.changed(how),
            temperature: self.temperature.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for GumbelSoftmax<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let noise = noise.standard::<E>(Standard::Gumbel, rows);
        let perturbed = match &self.temperature {
            Param::Number(t) => map(Perturb(*t), [&self.logits, &noise]),
            temperature => {
                let inputs = [
                    Input::of(&self.logits),
                    Input::of(&noise),
                    Input::of(temperature),
                ];
                Param::<E>::Rows(joint::<E, _, 3>(Perturbed, inputs))
            }
        };
        Draw::from_log(into_rows(log_softmax(&perturbed)))
    }
}

/// `l − t ln x`, within the finite numbers of `f32`.
#[derive(Clone, Copy)]
struct Tilt(f32);
impl Formula<2> for Tilt {
    compiled_here!(2);

    #[inline(always)]
    fn eval<R: Real>(&self, [logit, log]: [R; 2]) -> R {
        finite(logit - log.scale(self.0.into()))
    }
}

/// `ln Γ(n) + (n − 1) ln t`, of a temperature that is a parameter.
#[derive(Clone, Copy)]
struct LogNormaliser(usize);
impl Formula<1> for LogNormaliser {
    compiled_here!(1);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [temperature]: [R; 1]) -> R {
        let categories = self.0 as f64;
        temperature
            .ln()
            .scale(categories - 1.0)
            .shift(ln_gamma(categories))
    }
}

/// [`Tilt`], of a temperature that is a parameter.
#[derive(Clone, Copy)]
struct Tilted;
impl Joint<3> for Tilted {
    joint_compiled_here!(3);

    fn value(&self, [logits, log, temperature]: [&[f32]; 3], out: &mut [f64]) {
        let pairs = logits.iter().zip(log).zip(out);
        for ((&logit, &log), out) in pairs {
            *out = finite(f64::from(logit) - f64::from(temperature[0]) * f64::from(log));
        }
    }

    fn backward(&self, inputs: [&[f32]; 3], up: &[f64], gradients: [&mut [f64]; 3]) {
        let ([_, log, temperature], [by_logits, by_log, by_temperature]) = (inputs, gradients);
        for (i, up) in up.iter().enumerate() {
            by_logits[i] += up;
            by_log[i] -= up * f64::from(temperature[0]);
            by_temperature[0] -= up * f64::from(log[i]);
        }
    }
}

/// [`Perturb`], of a temperature that is a parameter.
#[derive(Clone, Copy)]
struct Perturbed;
impl Joint<3> for Perturbed {
    joint_compiled_here!(3);

    fn value(&self, [logits, noise, temperature]: [&[f32]; 3], out: &mut [f64]) {
        let pairs = logits.iter().zip(noise).zip(out);
        for ((&logit, &noise), out) in pairs {
            let perturbed = (f64::from(logit) + f64::from(noise)) / f64::from(temperature[0]);
            *out = kept_within(perturbed, -FAR, FAR);
        }
    }

    fn backward(&self, inputs: [&[f32]; 3], up: &[f64], gradients: [&mut [f64]; 3]) {
        let ([logits, noise, temperature], [by_logits, _, by_temperature]) = (inputs, gradients);
        let inverse = 1.0 / f64::from(temperature[0]);
        for (i, up) in up.iter().enumerate() {
            let perturbed = (f64::from(logits[i]) + f64::from(noise[i])) * inverse;
            // Kept at an end, it has no slope.
            if perturbed.abs() < FAR {
                by_logits[i] += up * inverse;
                by_temperature[0] -= up * perturbed * inverse;
            }
        }
    }
}
