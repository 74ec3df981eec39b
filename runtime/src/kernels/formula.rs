//! Formulas that many families share.

use super::elementwise::Formula;
use super::real::Real;

macro_rules! formulas {
    ($($(#[$doc:meta])* $name:ident([$($argument:ident),*]) = $value:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name;

        impl Formula<{ [$(stringify!($argument)),*].len() }> for $name {
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
    /// `x`
    Identity([x]) = x;
    /// `eˣ`
    Exp([x]) = x.exp();
    /// `ln x`
    Ln([x]) = x.ln();
    /// `σ(x)`
    Sigmoid([x]) = x.sigmoid();
    /// `ln(x/(1 − x))`
    Logit([x]) = x.ln() - (-x).ln_1p();
    /// `ln σ'(x)`
    LogSigmoidSlope([x]) = -x.softplus() - (-x).softplus();
    /// `a·b`
    Product([a, b]) = a * b;
    /// `share + ratio`, of logarithms; a state that is never drawn adds nothing, whatever its ratio.
    Contribution([share, ratio]) = if share.value() == f64::NEG_INFINITY { share } else { share + ratio };
    /// `a + b`
    Sum([a, b]) = a + b;
    /// `a − b`
    Difference([a, b]) = a - b;
    /// `a/b`
    Ratio([a, b]) = a / b;
    /// `w·x` with 0 · ∞ = 0: a term of weight zero does not count.
    Weighted([weight, x]) = if weight.value() == 0.0 && !x.value().is_finite() { weight } else { weight * x };
    /// `loc + scale · ε`, the draw of every location-scale family.
    LocationScale([epsilon, loc, scale]) = loc + scale * epsilon;
    /// `(l + noise)/t`, the draw of a relaxation before it is squashed.
    Perturb([logit, noise, temperature]) = (logit + noise) / temperature;
}

/// `eˣ` within the positive numbers of `f32`: never zero and never infinite. Beyond its ends it has no
/// slope, which is what is left of it there.
#[derive(Clone, Copy)]
pub(crate) struct PositiveExp;

impl Formula<1> for PositiveExp {
    #[inline(always)]
    fn eval<R: Real>(&self, [x]: [R; 1]) -> R {
        let power = x.exp();
        let least = f64::from(f32::MIN_POSITIVE);
        let most = f64::from(f32::MAX);
        if (least..=most).contains(&power.value()) {
            power
        } else {
            R::constant(power.value().clamp(least, most))
        }
    }
}

/// `ln x + c`: the entropy of a location-scale family of scale `x`.
#[derive(Clone, Copy)]
pub(crate) struct LogPlus(pub(crate) f64);

impl Formula<1> for LogPlus {
    #[inline(always)]
    fn eval<R: Real>(&self, [x]: [R; 1]) -> R {
        x.ln().shift(self.0)
    }
}
