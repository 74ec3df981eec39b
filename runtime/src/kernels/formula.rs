//! Formulas that many families share.

use super::elementwise::{Formula, compiled_here};
use super::real::Real;

macro_rules! formulas {
    (KEEPS_SLOPES = $keeps:literal; $($(#[$doc:meta])* $name:ident([$($argument:ident),*]) = $value:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name;

        impl Formula<{ [$(stringify!($argument)),*].len() }> for $name {
            compiled_here!({ [$(stringify!($argument)),*].len() });

            const KEEPS_SLOPES: bool = $keeps;

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
    KEEPS_SLOPES = true;
    /// `eˣ`
    Exp([x]) = x.exp();
    /// `σ(x)` strictly between 0 and 1: the value of a draw at the logit `x`.
    UnitSigmoid([x]) = inside_unit(x.sigmoid());
    /// `eˣ` within the positive numbers of `f32`: the value of a draw at the logarithm `x`.
    PositiveExp([x]) = kept_within(x.exp(), LEAST, MOST);
    /// `eˣ` strictly between 0 and 1: a share of a draw on a simplex, at the logarithm `x`.
    ShareExp([x]) = inside_unit(x.exp());
    /// `ln σ(x)`
    LogSigmoid([x]) = -(-x).softplus();
    /// `ln σ'(x)`
    LogSigmoidSlope([x]) = -x.softplus() - (-x).softplus();
}

formulas! {
    KEEPS_SLOPES = false;
    /// `x`
    Identity([x]) = x;
    /// `ln x`
    Ln([x]) = x.ln();
    /// `ln(x/(1 − x))`
    Logit([x]) = x.ln() - (-x).ln_1p();
    /// `a·b`
    Product([a, b]) = a * b;
    /// `a + b`
    Sum([a, b]) = a + b;
    /// `a − b`
    Difference([a, b]) = a - b;
    /// `a/b`
    Ratio([a, b]) = a / b;
    /// `l + ln s`: the logarithm of a draw with the scale `s`, from that of standard noise.
    PlusLog([log, scale]) = log + scale.ln();
    /// `(l + noise)/t`, as [`Perturb`], with a temperature that is a parameter.
    PerturbBy([logit, noise, temperature]) = kept_within((logit + noise) / temperature, -FAR, FAR);
    /// `loc + scale · ε`, the draw of every location-scale family, kept within the finite numbers of `f32`.
    LocationScale([epsilon, loc, scale]) = finite(loc + kept_within(scale * epsilon, -FAR, FAR));
}

/// The least positive normal number of `f32`. It is the least value of a draw in (0, 1), of a positive draw, and on a simplex.
const LEAST: f64 = f32::MIN_POSITIVE as f64;
/// The largest number of `f32` below 1: the greatest value of a draw in (0, 1).
const BELOW_ONE: f64 = 1.0 - f32::EPSILON as f64 / 2.0;
const MOST: f64 = f32::MAX as f64;
/// No draw is farther from its location, so the distance of the two is a finite `f32` too.
pub(crate) const FAR: f64 = 0.5 * MOST;

/// `x`, or the end of the interval that it is beyond. There it has no slope: the draw does not move when its parameters move a
/// little.
#[inline(always)]
pub(crate) fn kept_within<R: Real>(x: R, least: f64, most: f64) -> R {
    if x.value() < least {
        R::constant(least)
    } else if x.value() > most {
        R::constant(most)
    } else {
        x
    }
}

/// `x` strictly between 0 and 1.
#[inline(always)]
pub(crate) fn inside_unit<R: Real>(x: R) -> R {
    kept_within(x, LEAST, BELOW_ONE)
}

/// `x` within the finite numbers of `f32`.
#[inline(always)]
pub(crate) fn finite<R: Real>(x: R) -> R {
    kept_within(x, -MOST, MOST)
}

/// `w·l` of a logarithm `l`, with 0 · −∞ = 0. At −∞, on the rim of a support, it has no slope.
#[inline(always)]
pub(crate) fn times_log<R: Real>(weight: R, log: R) -> R {
    if log.value() != f64::NEG_INFINITY {
        weight * log
    } else if weight.value() == 0.0 {
        R::constant(0.0)
    } else {
        R::constant(weight.value() * log.value())
    }
}

/// `(l + noise)/t` with this temperature, kept within the finite numbers of `f32`. It is the draw of a relaxation before it is
/// squashed.
#[derive(Clone, Copy)]
pub(crate) struct Perturb(pub(crate) f32);

impl Formula<2> for Perturb {
    compiled_here!(2);

    #[inline(always)]
    fn eval<R: Real>(&self, [logit, noise]: [R; 2]) -> R {
        let perturbed = (logit + noise).scale(1.0 / f64::from(self.0));
        kept_within(perturbed, -FAR, FAR)
    }
}

/// `ln x + c`: the entropy of a location-scale family of scale `x`.
#[derive(Clone, Copy)]
pub(crate) struct LogPlus(pub(crate) f64);

impl Formula<1> for LogPlus {
    compiled_here!(1);

    #[inline(always)]
    fn eval<R: Real>(&self, [x]: [R; 1]) -> R {
        x.ln().shift(self.0)
    }
}
