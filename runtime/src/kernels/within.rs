//! Densities that are zero outside their support: `−∞` there, and no slope.
//!
//! A formula is restricted element by element.

use std::marker::PhantomData;

use super::elementwise::Formula;
use super::real::Real;

/// A set of numbers.
pub(crate) trait Set: Copy + Send + Sync + 'static {
    /// Whether a number lies outside. For NaN either answer will do: neither −∞ nor NaN passes for a density.
    fn excludes(x: f64) -> bool;
}

macro_rules! sets {
    ($($(#[$doc:meta])* $name:ident: |$x:ident| $excludes:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name;

        impl Set for $name {
            #[inline(always)]
            fn excludes($x: f64) -> bool {
                $excludes
            }
        }
    )*};
}

sets! {
    /// The finite numbers.
    Finite: |x| x.is_infinite();
    /// The finite numbers of zero and above.
    FromZero: |x| x < 0.0 || x == f64::INFINITY;
    /// The finite numbers above zero.
    AboveZero: |x| x <= 0.0 || x == f64::INFINITY;
    /// From zero to one.
    ClosedUnit: |x| !(0.0..=1.0).contains(&x);
    /// Between zero and one.
    OpenUnit: |x| x <= 0.0 || x >= 1.0;
    /// The whole numbers of zero and above.
    Whole: |x| x < 0.0 || x == f64::INFINITY || x - x.floor() > 0.0;
    /// Zero and one.
    Bits: |x| x != 0.0 && x != 1.0;
}

/// The formula where its first argument is in the set, and −∞ outside.
#[derive(Clone, Copy)]
pub(crate) struct Within<S, F>(F, PhantomData<S>);

/// The formula where its first argument is in `S`, and −∞ outside.
pub(crate) fn within<S: Set, F>(formula: F) -> Within<S, F> {
    Within(formula, PhantomData)
}

impl<S: Set, F: Formula<N>, const N: usize> Formula<N> for Within<S, F> {
    const DOUBLE: bool = F::DOUBLE;
    const EXACT: bool = F::EXACT;
    const EXACT_FROM: usize = F::EXACT_FROM;
    const KEEPS_SLOPES: bool = F::KEEPS_SLOPES;

    #[inline(always)]
    fn eval<R: Real>(&self, arguments: [R; N]) -> R {
        if S::excludes(arguments[0].value()) {
            R::constant(f64::NEG_INFINITY)
        } else {
            self.0.eval(arguments)
        }
    }

    #[inline(always)]
    fn value(&self, arguments: [f32; N]) -> f64 {
        if S::excludes(arguments[0].into()) {
            f64::NEG_INFINITY
        } else {
            self.0.value(arguments)
        }
    }

    #[inline(always)]
    fn exact(&self, arguments: [f32; N]) -> f64 {
        if S::excludes(arguments[0].into()) {
            f64::NEG_INFINITY
        } else {
            self.0.exact(arguments)
        }
    }
}
