//! What is drawn at a site.

use crate::kernels::elementwise::{map, row_sum, rows_of};
use crate::kernels::formula::{Exp, Identity, LogSigmoidSlope, PositiveExp, ShareExp, UnitSigmoid};
use crate::tensor::coordinates::{Coordinates, Noted};
use crate::tensor::{Event, Rows, Value, constant, detach, into_rows, scale_gradient};

/// A draw: the value that the model sees, and the coordinates in which its density is stable.
///
/// In `f32`, a value near the rim of its support may be rounded to the rim, where its density may be infinite. So draws in
/// (0, 1) live in logit space, and positive draws and draws on the simplex live in log space. The value is computed from
/// there. Densities of draws are taken in the draw's coordinates; in a ratio of two densities the choice cancels.
///
/// The value itself is always inside its support, so it may be given as data and read as a parameter. In (0, 1) and on the
/// simplex it lies between the least positive normal number of `f32`, 1.2·10⁻³⁸, and 1 − 2⁻²⁴. A positive number lies between
/// 1.2·10⁻³⁸ and 3.4·10³⁸. A value kept at one of these ends has no slope. [`log`](crate::prelude::log),
/// [`log1m`](crate::prelude::log1m), [`logit`](crate::prelude::logit) and every `probs` constructor read the coordinates,
/// which have no such ends.
#[derive(Clone, Debug)]
pub struct Draw<E: Event> {
    value: Value<E>,
    node: Option<Node<E>>,
    origin: Option<Origin<E>>,
}

/// The input that a draw was computed from, what computed it, and the logarithm of the computation's slope.
#[derive(Clone, Debug)]
struct Origin<E: Event> {
    identity: u64,
    preimage: (Value<E>, Rows),
}

/// The unconstrained coordinates of a draw.
#[derive(Clone, Debug)]
pub enum Node<E: Event> {
    /// `y` with value `σ(y)`, kept strictly between 0 and 1.
    Logit(Value<E>),
    /// `y` with value `exp(y)`, kept within the positive numbers of `f32`.
    PositiveLog(Value<E>),
    /// `y` with value `exp(y)`, which sums to one along the last axis, each kept strictly between 0 and 1.
    LogSimplex(Value<E>),
    /// `y` whose value is `σ(y)`, stretched over the ends of the unit interval and cut at them.
    StretchedLogit(Value<E>),
}

impl<E: Event> Draw<E> {
    /// A draw that is its own coordinate.
    pub fn of(value: Value<E>) -> Self {
        Self {
            value,
            node: None,
            origin: None,
        }
    }

    /// A draw in (0, 1) at these logits.
    pub fn from_logit(logit: Value<E>) -> Self {
        Self {
            value: into_rows(map(UnitSigmoid, [&rows_of::<E>(&logit)])),
            node: Some(Node::Logit(logit)),
            origin: None,
        }
    }

    /// A positive draw at these logarithms.
    pub fn from_positive_log(log: Value<E>) -> Self {
        Self {
            value: into_rows(map(PositiveExp, [&rows_of::<E>(&log)])),
            node: Some(Node::PositiveLog(log)),
            origin: None,
        }
    }

    /// A draw from these logits, stretched and then cut off at the ends.
    pub(crate) fn from_stretched_logit(value: Value<E>, logit: Value<E>) -> Self {
        Self {
            value,
            node: Some(Node::StretchedLogit(logit)),
            origin: None,
        }
    }

    /// A draw on the simplex at these logarithms.
    pub fn from_log(log: Value<E>) -> Self {
        let logs = rows_of::<E>(&log);
        let shares = if E::LAST > 1 {
            map(ShareExp, [&logs])
        } else {
            // A single category has all the probability.
            map(Exp, [&logs])
        };
        Self {
            value: into_rows(shares),
            node: Some(Node::LogSimplex(log)),
            origin: None,
        }
    }

    /// The value, as the model sees it.
    pub fn value(&self) -> Value<E> {
        self.value.clone()
    }

    /// Notes the coordinates for functions that read the value.
    pub(crate) fn note(&self, noted: &Noted) {
        let coordinates = match &self.node {
            Some(Node::Logit(y)) => Coordinates::Logit(y.flat().clone()),
            Some(Node::PositiveLog(y)) => Coordinates::PositiveLog(y.flat().clone()),
            Some(Node::LogSimplex(y)) => Coordinates::LogSimplex(y.flat().clone()),
            Some(Node::StretchedLogit(_)) | None => return,
        };
        noted.value(self.value.flat(), coordinates);
    }

    /// The logits of a draw in (0, 1), if it was drawn there.
    pub fn logit(&self) -> Option<&Value<E>> {
        match &self.node {
            Some(Node::Logit(logit)) => Some(logit),
            _ => None,
        }
    }

    /// The logarithms of a positive draw, if it was drawn there.
    pub fn positive_log(&self) -> Option<&Value<E>> {
        match &self.node {
            Some(Node::PositiveLog(log)) => Some(log),
            _ => None,
        }
    }

    /// The logits before the cut, if the draw was cut off.
    pub fn stretched_logit(&self) -> Option<&Value<E>> {
        match &self.node {
            Some(Node::StretchedLogit(logit)) => Some(logit),
            _ => None,
        }
    }

    /// The logarithms of a draw on the simplex, if it was drawn there.
    pub fn log(&self) -> Option<&Value<E>> {
        match &self.node {
            Some(Node::LogSimplex(log)) => Some(log),
            _ => None,
        }
    }

    /// The same draw, with a note of its computation.
    pub(crate) fn remembering(self, identity: u64, preimage: (Value<E>, Rows)) -> Self {
        let origin = Origin { identity, preimage };
        Self {
            origin: Some(origin),
            ..self
        }
    }

    /// The input that the draw was computed from, if this one computed it.
    pub(crate) fn origin(&self, identity: u64) -> Option<&(Value<E>, Rows)> {
        let origin = self.origin.as_ref();
        let own = origin.filter(|origin| origin.identity == identity)?;
        Some(&own.preimage)
    }

    /// A draw that takes each row from one of several draws of one family, as a constant.
    pub(crate) fn picked(draws: &[Self], chosen: &[usize]) -> Self {
        let pick = |of: &dyn Fn(&Self) -> Option<Value<E>>| -> Option<Value<E>> {
            let all: Option<Vec<_>> = draws.iter().map(|d| Some(rows_of::<E>(&of(d)?))).collect();
            let all = all?;
            let mut picked = Vec::with_capacity(chosen.len() * E::ELEMENTS);
            for (row, &from) in chosen.iter().enumerate() {
                let start = row * E::ELEMENTS;
                picked.extend_from_slice(&all[from].values()[start..start + E::ELEMENTS]);
            }
            Some(constant(picked, E::plated(chosen.len())))
        };
        let value = pick(&|draw| Some(draw.value.clone()));
        let node = match draws.first().and_then(|draw| draw.node.as_ref()) {
            None => None,
            Some(Node::Logit(_)) => pick(&|d| d.logit().cloned()).map(Node::Logit),
            Some(Node::PositiveLog(_)) => {
                pick(&|d| d.positive_log().cloned()).map(Node::PositiveLog)
            }
            Some(Node::LogSimplex(_)) => pick(&|d| d.log().cloned()).map(Node::LogSimplex),
            Some(Node::StretchedLogit(_)) => {
                pick(&|d| d.stretched_logit().cloned()).map(Node::StretchedLogit)
            }
        };
        Self {
            value: value.expect("every draw has a value"),
            node,
            origin: None,
        }
    }

    /// Turns a log-density of the value into one in the draw's coordinates. This is what
    /// [`log_prob_of`](crate::distribution::Distribution::log_prob_of) does by default.
    ///
    /// ```
    /// use elbow::prelude::*;
    /// use elbow::family::Draw;
    ///
    /// // At the logit 0 the value is ½, and moves by ¼ of what the logit does.
    /// let draw = Draw::<()>::from_logit(Var::from(batch(vec![0.0])?));
    /// let uniform = Beta::<()>::new(1.0, 1.0).log_prob(&draw.value());
    /// assert!((draw.add_log_jacobian(uniform).exact()[0] - 0.25_f64.ln()).abs() < 1e-7);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    pub fn add_log_jacobian(&self, log_prob: Rows) -> Rows {
        match &self.node {
            // A cut value has no slope: a family with atoms scores its draws itself.
            None | Some(Node::StretchedLogit(_)) => log_prob,
            Some(Node::Logit(logit)) => log_prob + row_sum(LogSigmoidSlope, [&rows_of::<E>(logit)]),
            Some(Node::PositiveLog(log) | Node::LogSimplex(log)) => {
                log_prob + row_sum(Identity, [&rows_of::<E>(log)])
            }
        }
    }

    /// The same draw as a constant: no gradient flows through its value or its coordinates.
    ///
    /// A [`Reparameterised`](crate::distribution::Reparameterised) family needs no second sampler:
    ///
    /// ```
    /// use elbow::family::{Change, Density, Domain, Draw, Event, Fault, Formula, IntoParam, Param, Positive, Real, Reparameterised, Rows, Stream, Value, class, map, row_sum, rows_of};
    /// use elbow::prelude::*;
    ///
    /// /// The square root of an exponential variable, whose logarithm is `½ (ln e − ln rate)`.
    /// #[derive(Clone, Debug)]
    /// struct RootExponential<E: Event> { rate: Param<E> }
    ///
    /// #[derive(Clone, Copy)]
    /// struct Log;
    /// impl Formula<2> for Log {
    ///     fn eval<R: Real>(&self, [e, rate]: [R; 2]) -> R { (e.ln() - rate.ln()).scale(0.5) }
    /// }
    ///
    /// /// `ln 2x + ln rate − rate x²`
    /// #[derive(Clone, Copy)]
    /// struct LogDensity;
    /// impl Formula<2> for LogDensity {
    ///     fn eval<R: Real>(&self, [x, rate]: [R; 2]) -> R {
    ///         x.scale(2.0).ln() + rate.ln() - rate * x.square()
    ///     }
    /// }
    ///
    /// impl<E: Event> Distribution for RootExponential<E> {
    ///     type Event = E;
    ///     type Measure = Density;
    ///     type Support = Positive;
    ///     type Class = class::Explicit;
    ///     const FAMILY: &'static str = "RootExponential";
    ///
    ///     fn check(&self, rows: usize) -> Result<(), Fault> {
    ///         self.rate.check("rate", Domain::Positive, rows)
    ///     }
    ///     fn log_prob(&self, value: &Value<E>) -> Rows {
    ///         row_sum(LogDensity, [&rows_of::<E>(value), &self.rate])
    ///     }
    ///     fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
    ///         self.rsample(rows, noise).detached()
    ///     }
    ///     fn mean(&self, _: usize) -> Option<Value<E>> { None }
    ///     fn changed(&self, how: &Change) -> Self { Self { rate: self.rate.changed(how) } }
    /// }
    ///
    /// impl<E: Event> Reparameterised for RootExponential<E> {
    ///     fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
    ///         let e = noise.plate::<E>(rows, |rng| -rng.uniform().ln() as f32);
    ///         Draw::from_positive_log(map(Log, [&e, &self.rate]).expand(rows))
    ///     }
    /// }
    ///
    /// model! {
    ///     /// A length that the data measure.
    ///     pub struct Length { log_rate: Parameter<Rank0> }
    ///     generative p {
    ///         sample z ~ RootExponential { rate: Param::Number(1.0) };
    ///         sample x ~ Normal::new(z, 1.0);
    ///     }
    ///     inference q(x) { sample z ~ RootExponential { rate: log_rate.exp().into_param() }; }
    /// }
    ///
    /// let x: Batch<()> = batch(vec![0.4, 1.2])?;
    /// assert!(Elbo::default().loss(&Length::new(0).q(&x))?.value().is_finite());
    /// # Ok::<(), elbow::Error>(())
    /// ```
    pub fn detached(&self) -> Self {
        Self {
            // The input that it was computed from leads to the parameters.
            origin: None,
            ..self.mapped(detach)
        }
    }

    /// The same draw with its gradient multiplied row by row. The gradient of its input is unchanged.
    pub(crate) fn with_scaled_gradient(
        &self,
        scale: impl Fn(usize) -> f32 + Clone + 'static,
    ) -> Self {
        self.mapped(|value| scale_gradient(value, E::ELEMENTS, scale.clone()))
    }

    fn mapped(&self, f: impl Fn(&Value<E>) -> Value<E>) -> Self {
        Self {
            value: f(&self.value),
            node: self.node.as_ref().map(|node| match node {
                Node::Logit(y) => Node::Logit(f(y)),
                Node::PositiveLog(y) => Node::PositiveLog(f(y)),
                Node::LogSimplex(y) => Node::LogSimplex(f(y)),
                Node::StretchedLogit(y) => Node::StretchedLogit(f(y)),
            }),
            origin: self.origin.clone(),
        }
    }
}
