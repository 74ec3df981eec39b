//! Formulas that many families share.

use super::elementwise::Formula;
use super::real::Real;

macro_rules! formulas {
    (KEEPS_SLOPES = $keeps:literal; $($(#[$doc:meta])* $name:ident([$($argument:ident),*]) = $value:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name;

        impl Formula<{ [$(stringify!($argument)),*].len() }> for $name {
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
    /// `σ(x)`
    Sigmoid([x]) = x.sigmoid();
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
    /// `a/b`
    Ratio([a, b]) = a / b;
    /// `loc + scale · ε`, the draw of every location-scale family.
    LocationScale([epsilon, loc, scale]) = loc + scale * epsilon;
}

/// `(l + noise)/t` with this temperature: the draw of a relaxation before it is squashed.
#[derive(Clone, Copy)]
pub(crate) struct Perturb(pub(crate) f32);

impl Formula<2> for Perturb {
    #[inline(always)]
    fn eval<R: Real>(&self, [logit, noise]: [R; 2]) -> R {
        (logit + noise).scale(1.0 / f64::from(self.0))
    }
}

/// `eˣ` within the positive numbers of `f32`: never zero and never infinite. Beyond its ends it has no
/// slope, which is what is left of it there.
#[derive(Clone, Copy)]
pub(crate) struct PositiveExp;

impl Formula<1> for PositiveExp {
    const KEEPS_SLOPES: bool = true;

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
