//! Bijectors of single elements.

use super::Bijector;
use crate::distribution::Draw;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, map, row_sum, rows_of};
use crate::kernels::formula::{self, Identity, Ln, LocationScale, Logit};
use crate::kernels::real::Real;
use crate::support::{Positive, RealLine, UnitInterval};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value, into_rows};

/// `loc + scale · x`
#[derive(Clone, Debug)]
pub struct Affine<E: Event> {
    loc: Param<E>,
    scale: Param<E>,
}

impl<E: Event> Affine<E> {
    /// With any `loc` and a positive `scale`.
    pub fn new(loc: impl IntoParam<E>, scale: impl IntoParam<E>) -> Self {
        Self {
            loc: loc.into_param(),
            scale: scale.into_param(),
        }
    }
}

impl<E: Event> Bijector<E> for Affine<E> {
    type Domain = RealLine;
    type Image = RealLine;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.loc.check("loc", Domain::Finite, rows)?;
        self.scale.check("scale", Domain::Positive, rows)
    }

    fn forward(&self, x: &Value<E>) -> (Draw<E>, Rows) {
        let y = map(LocationScale, [&rows_of::<E>(x), &self.loc, &self.scale]);
        (Draw::of(into_rows(y)), row_sum(Ln, [&self.scale]))
    }

    fn inverse(&self, y: &Draw<E>) -> (Value<E>, Rows) {
        let y = rows_of::<E>(&y.value());
        let x = map(Standardised, [&y, &self.loc, &self.scale]);
        (into_rows(x), row_sum(Ln, [&self.scale]))
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            loc: self.loc.changed(how),
            scale: self.scale.changed(how),
        }
    }
}

/// `eˣ`, kept by its logarithm.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exp;

impl<E: Event> Bijector<E> for Exp {
    type Domain = RealLine;
    type Image = Positive;

    fn check(&self, _: usize) -> Result<(), Fault> {
        Ok(())
    }

    fn forward(&self, x: &Value<E>) -> (Draw<E>, Rows) {
        (Draw::from_positive_log(x.clone()), none::<E>(x))
    }

    fn inverse(&self, y: &Draw<E>) -> (Value<E>, Rows) {
        if let Some(log) = y.positive_log() {
            return (log.clone(), none::<E>(log));
        }
        let x = map(Ln, [&rows_of::<E>(&y.value())]);
        let log_slope = row_sum(Identity, [&x]);
        (into_rows(x), log_slope)
    }

    fn changed(&self, _: &Change) -> Self {
        *self
    }
}

/// `σ(x)`, kept by its logit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sigmoid;

impl<E: Event> Bijector<E> for Sigmoid {
    type Domain = RealLine;
    type Image = UnitInterval;

    fn check(&self, _: usize) -> Result<(), Fault> {
        Ok(())
    }

    fn forward(&self, x: &Value<E>) -> (Draw<E>, Rows) {
        (Draw::from_logit(x.clone()), none::<E>(x))
    }

    fn inverse(&self, y: &Draw<E>) -> (Value<E>, Rows) {
        if let Some(logit) = y.logit() {
            return (logit.clone(), none::<E>(logit));
        }
        let x = map(Logit, [&rows_of::<E>(&y.value())]);
        let log_slope = row_sum(formula::LogSigmoidSlope, [&x]);
        (into_rows(x), log_slope)
    }

    fn changed(&self, _: &Change) -> Self {
        *self
    }
}

/// `ln(1 + eˣ)`, kept by its logarithm.
#[derive(Clone, Copy, Debug, Default)]
pub struct Softplus;

impl<E: Event> Bijector<E> for Softplus {
    type Domain = RealLine;
    type Image = Positive;

    fn check(&self, _: usize) -> Result<(), Fault> {
        Ok(())
    }

    fn forward(&self, x: &Value<E>) -> (Draw<E>, Rows) {
        let x = rows_of::<E>(x);
        let draw = Draw::from_positive_log(into_rows(map(LogSoftplus, [&x])));
        (draw, row_sum(LogSoftplusLogSlope, [&x]))
    }

    fn inverse(&self, y: &Draw<E>) -> (Value<E>, Rows) {
        if let Some(log) = y.positive_log() {
            let x = map(InverseLogSoftplus, [&rows_of::<E>(log)]);
            let log_slope = row_sum(LogSoftplusLogSlope, [&x]);
            return (into_rows(x), log_slope);
        }
        let x = map(InverseSoftplus, [&rows_of::<E>(&y.value())]);
        let log_slope = row_sum(LogSigmoid, [&x]);
        (into_rows(x), log_slope)
    }

    fn changed(&self, _: &Change) -> Self {
        *self
    }
}

/// The logarithm of a slope of one, row by row.
fn none<E: Event>(x: &Value<E>) -> Rows {
    row_sum(Nothing, [&rows_of::<E>(x)])
}

macro_rules! formulas {
    ($($(#[$doc:meta])* $name:ident([$($argument:ident),*]) = $value:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        struct $name;
        impl Formula<{ [$(stringify!($argument)),*].len() }> for $name {
            const DOUBLE: bool = true;
            #[inline(always)]
            fn eval<R: Real>(
                &self,
                [$($argument),*]: [R; [$(stringify!($argument)),*].len()],
            ) -> R {
                $value
            }
        }
    )*};
}

formulas! {
    /// `(y − loc)/scale`
    Standardised([y, loc, scale]) = (y - loc) / scale;
    /// `0`
    Nothing([_x]) = R::constant(0.0);
    /// `ln σ(x)`, the slope of softplus.
    LogSigmoid([x]) = -(-x).softplus();
    /// `ln ln(1 + eˣ)`, which is `x` if `eˣ` is too small to change 1.
    LogSoftplus([x]) = if x.value() < -40.0 { x } else { x.softplus().ln() };
    /// `ln(σ(x)/ln(1 + eˣ))`
    LogSoftplusLogSlope([x]) = -(-x).softplus() - LogSoftplus.eval([x]);
    /// `ln(e^y − 1)`
    InverseSoftplus([y]) = y + (-(-y).exp_m1()).ln();
    /// `ln(e^y − 1)` of `ln y`.
    InverseLogSoftplus([log]) = if log.value() < -40.0 { log } else { InverseSoftplus.eval([log.exp()]) };
}
