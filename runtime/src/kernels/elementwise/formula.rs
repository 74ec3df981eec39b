//! A scalar formula: what is written once for every kind of number.

use super::{mapped, summed};
use crate::kernels::pairs::Split;
use crate::kernels::real::{Dual, Real};
use crate::tensor::{Given, Rows};

/// A formula of `N` scalar arguments, written once for every kind of number.
///
/// Kernels compute it in loops that become vector instructions where everything that `eval` calls is
/// `#[inline(always)]`, as `eval` itself should be. Branches on [`Real::value`] become selections, so both sides are
/// computed. Without the attribute a formula is as right, and slower.
///
/// ```
/// use elbow::family::{Formula, Real};
///
/// /// The squared distance of two numbers.
/// #[derive(Clone, Copy)]
/// struct SquaredDistance;
///
/// impl Formula<2> for SquaredDistance {
///     #[inline(always)]
///     fn eval<R: Real>(&self, [a, b]: [R; 2]) -> R {
///         (a - b).square()
///     }
/// }
///
/// assert_eq!(SquaredDistance.eval([3.0_f64, 1.0]), 4.0);
/// assert_eq!(SquaredDistance.partials([3.0, 1.0]), [4.0, -4.0]);
/// ```
pub trait Formula<const N: usize>: Copy + Send + Sync + 'static {
    /// Whether steps in between need the digits of `f64`, as differences of log-gammas do.
    const DOUBLE: bool = false;

    /// Whether [`value`](Self::value) has more digits than `f32`, and sums over rows are to keep them: where terms grow with the square
    /// of their arguments, rounding each leaves little of what is compared.
    const EXACT: bool = Self::DOUBLE;

    /// Sums over rows of at least so many elements are of [`exact`](Self::exact) values. The roundings of many like terms do not
    /// cancel: those of 100,000 pixels come to a hundredth of a nat.
    const EXACT_FROM: usize = usize::MAX;

    /// Whether slopes are computed along with the values, where a gradient will be wanted, and kept until then. That
    /// takes memory for as many numbers as there are elements for each operand, and pays where values and slopes are made of the
    /// same exponentials.
    const KEEPS_SLOPES: bool = false;

    /// Whether [`ordinary`](Self::ordinary) keeps to functions that have a vector form in `f64`: arithmetic, `exp`, `ln`, `ln_1p`,
    /// `sqrt`, `abs`, `sigmoid`, `softplus`, `ln_gamma`, `digamma`, `exp_m1`, the Bessel functions, and `sin` and `cos` of numbers up to
    /// 10¹⁵ in size. A formula with [`DOUBLE`](Self::DOUBLE) is then computed in vectors.
    const WIDE: bool = false;

    /// The value.
    fn eval<R: Real>(&self, arguments: [R; N]) -> R;

    /// Whether [`ordinary`](Self::ordinary) is as accurate at these arguments as [`eval`](Self::eval), to 10⁻⁹ nats. In vectors
    /// all elements are computed as if they were ordinary. Those that are not are then computed again, each by itself.
    #[inline(always)]
    fn is_ordinary(&self, _arguments: [f32; N]) -> bool {
        true
    }

    /// The value where it needs no care: a formula that takes another way for extreme arguments says the common way here, so
    /// that vectors take no other.
    #[inline(always)]
    fn ordinary<R: Real>(&self, arguments: [R; N]) -> R {
        self.eval(arguments)
    }

    /// Whether the formula has a [`short`](Self::short) form. It is used for the elements that [are short](Self::is_short).
    #[doc(hidden)]
    const SHORT: bool = false;

    /// Whether [`short`](Self::short) is as accurate at these arguments as [`ordinary`](Self::ordinary).
    #[doc(hidden)]
    #[inline(always)]
    fn is_short(&self, _arguments: [f32; N]) -> bool {
        false
    }

    /// The values of many elements if `VALUES` is set, and their slopes by every argument but the first if `SLOPES` is. The numbers of
    /// elements that are not short mean nothing.
    #[doc(hidden)]
    #[inline(always)]
    fn short<const VALUES: bool, const SLOPES: bool, const W: usize>(
        &self,
        _arguments: [&[f64; W]; N],
    ) -> ([f64; W], [[f64; W]; N]) {
        ([0.0; W], [[0.0; W]; N])
    }

    /// The value, as kernels compute it.
    #[inline(always)]
    fn value(&self, arguments: [f32; N]) -> f64 {
        if Self::DOUBLE {
            self.eval(doubled(arguments))
        } else {
            f64::from(self.eval(arguments))
        }
    }

    /// The value with the digits of `f64`, for long rows; a formula may compute it by functions that become vector
    /// instructions.
    #[inline(always)]
    fn exact(&self, arguments: [f32; N]) -> f64 {
        self.eval(doubled(arguments))
    }

    /// The partial derivatives by each argument; by default from dual numbers.
    #[inline(always)]
    fn partials(&self, arguments: [f32; N]) -> [f32; N] {
        if Self::DOUBLE {
            let arguments = Dual::arguments(doubled(arguments));
            rounded(self.eval(arguments).partials())
        } else {
            self.eval(Dual::arguments(arguments)).partials()
        }
    }

    /// The partial derivative by one argument, for formulas that can give it alone.
    #[inline(always)]
    fn partial(&self, arguments: [f32; N], wanted: usize) -> f32 {
        self.partials(arguments)[wanted]
    }

    /// The formula in parts, if it is linear in its first argument.
    #[doc(hidden)]
    fn split(&self) -> Option<Box<dyn Split>> {
        None
    }

    /// [`map`] without shapes, of events of so many elements: compiled where the formula is, for all shapes.
    #[doc(hidden)]
    fn mapped(&self, given: [Given; N], elements: usize) -> Given {
        mapped(self, given, elements)
    }

    /// [`row_sum`] without shapes.
    #[doc(hidden)]
    fn summed(&self, given: [Given; N], elements: usize) -> Rows {
        summed(self, given, elements)
    }
}

#[inline(always)]
fn rounded<const N: usize>(numbers: [f64; N]) -> [f32; N] {
    let mut rounded = [0.0; N];
    for i in 0..N {
        rounded[i] = numbers[i] as f32;
    }
    rounded
}

// Loops, because `array::map` is not sure to be inlined.
#[inline(always)]
fn doubled<const N: usize>(numbers: [f32; N]) -> [f64; N] {
    let mut doubled = [0.0; N];
    for i in 0..N {
        doubled[i] = f64::from(numbers[i]);
    }
    doubled
}

/// The methods of a [`Formula`] of `N` arguments by which its loops are compiled once, in this crate.
macro_rules! compiled_here {
    ($n:expr) => {
        #[inline(never)]
        fn mapped(
            &self,
            given: [$crate::tensor::Given; $n],
            elements: usize,
        ) -> $crate::tensor::Given {
            $crate::kernels::elementwise::mapped(self, given, elements)
        }

        #[inline(never)]
        fn summed(
            &self,
            given: [$crate::tensor::Given; $n],
            elements: usize,
        ) -> $crate::tensor::Rows {
            $crate::kernels::elementwise::summed(self, given, elements)
        }
    };
}

pub(crate) use compiled_here;
