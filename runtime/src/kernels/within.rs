//! Densities that are zero outside their support: `−∞` there, and no slope.
//!
//! A formula is restricted element by element.

use std::marker::PhantomData;

use super::elementwise::Formula;
use super::pairs::{Split, SplitInside};
use super::real::Real;
use crate::tensor::{Event, Given, Param, Rows};

/// A set of numbers.
pub(crate) trait Set: Copy + Send + Sync + 'static {
    /// Whether a number lies outside. For NaN either answer is right, since neither −∞ nor NaN passes for a density.
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

/// A formula of `N` arguments that counts if its first argument is in some set. See [`zero_outside!`].
pub(crate) trait ZeroOutside<const N: usize>: Formula<N> {
    /// As [`summed`](Formula::summed), with −∞ outside the set.
    fn summed_inside(&self, given: [Given; N], elements: usize) -> Rows;
}

/// `zero_outside!(LogMass[2] in Bits);` gives the set of a formula of two arguments. The loops are compiled once, in this crate.
/// A formula that is used without its set too has a `compiled_here!` as well.
macro_rules! zero_outside {
    ($formula:ident[$n:literal] in $set:ident) => {
        impl $crate::kernels::within::ZeroOutside<$n> for $formula {
            #[inline(never)]
            fn summed_inside(
                &self,
                given: [$crate::tensor::Given; $n],
                elements: usize,
            ) -> $crate::tensor::Rows {
                let inside =
                    $crate::kernels::within::Within::<$crate::kernels::within::$set, _>::of(*self);
                $crate::kernels::elementwise::summed(&inside, given, elements)
            }
        }
    };
}

pub(crate) use zero_outside;

/// As [`row_sum`](super::elementwise::row_sum), with −∞ if the first argument is outside the formula's set.
pub(crate) fn row_sum_inside<E: Event, F: ZeroOutside<N>, const N: usize>(
    formula: F,
    params: [&Param<E>; N],
) -> Rows {
    formula.summed_inside(params.map(Param::given), E::ELEMENTS)
}

/// The formula if its first argument is in the set, and −∞ outside.
#[derive(Clone, Copy)]
pub(crate) struct Within<S, F>(F, PhantomData<S>);

impl<S: Set, F> Within<S, F> {
    pub(crate) fn of(formula: F) -> Self {
        Self(formula, PhantomData)
    }

    #[inline(always)]
    fn excludes<R: Real>(first: R) -> bool {
        S::excludes(first.value())
    }
}

impl<S: Set, F: Formula<N>, const N: usize> Formula<N> for Within<S, F> {
    const DOUBLE: bool = F::DOUBLE;
    const EXACT: bool = F::EXACT;
    const EXACT_FROM: usize = F::EXACT_FROM;
    const KEEPS_SLOPES: bool = F::KEEPS_SLOPES;
    const WIDE: bool = F::WIDE;
    const SHORT: bool = F::SHORT;

    #[inline(always)]
    fn eval<R: Real>(&self, arguments: [R; N]) -> R {
        if Self::excludes(arguments[0]) {
            R::constant(f64::NEG_INFINITY)
        } else {
            self.0.eval(arguments)
        }
    }

    fn split(&self) -> Option<Box<dyn Split>> {
        let split = self.0.split()?;
        Some(Box::new(SplitInside::<S>::of(split)))
    }

    #[inline(always)]
    fn is_ordinary(&self, arguments: [f32; N]) -> bool {
        self.0.is_ordinary(arguments)
    }

    #[inline(always)]
    fn ordinary<R: Real>(&self, arguments: [R; N]) -> R {
        // Computed in any case: a vector has no other case, and does not look up numbers under conditions.
        let inside = self.0.ordinary(arguments);
        if Self::excludes(arguments[0]) {
            R::constant(f64::NEG_INFINITY)
        } else {
            inside
        }
    }

    #[inline(always)]
    fn is_short(&self, arguments: [f32; N]) -> bool {
        !Self::excludes(arguments[0]) && self.0.is_short(arguments)
    }

    #[inline(always)]
    fn short<const VALUES: bool, const SLOPES: bool, const W: usize>(
        &self,
        arguments: [&[f64; W]; N],
    ) -> ([f64; W], [[f64; W]; N]) {
        self.0.short::<VALUES, SLOPES, W>(arguments)
    }

    #[inline(always)]
    fn value(&self, arguments: [f32; N]) -> f64 {
        if Self::excludes(arguments[0]) {
            f64::NEG_INFINITY
        } else {
            self.0.value(arguments)
        }
    }

    #[inline(always)]
    fn exact(&self, arguments: [f32; N]) -> f64 {
        if Self::excludes(arguments[0]) {
            f64::NEG_INFINITY
        } else {
            self.0.exact(arguments)
        }
    }
}
