//! Families of counts whose zeros another family may make more or fewer.

use super::{Distribution, Gaps};
use crate::distribution::Draw;
use crate::kernels::elementwise::{Formula, rows_of};
use crate::kernels::formula::Identity;
use crate::kernels::real::Real;
use crate::kernels::special::log_rest;
use crate::kernels::within::{ZeroOutside, row_sum_inside};
use crate::noise::Stream;
use crate::support::Mass;
use crate::tensor::{Event, Param, Rows, Value, constant, counted, counting};

/// A family of independent counts. [`ZeroInflated`](super::ZeroInflated) and [`Hurdle`](super::Hurdle) treat its zeros apart. Its [`GAPS`](Distribution::GAPS) must be [`Gaps::Elements`].
///
/// A family of your own needs two methods:
///
/// ```
/// use elbow::family::{BoundedCounts, Change, CountFamily, Domain, Draw, Event, Fault, Formula, Gaps, IntoParam, Mass, Param, Real, Rows, Stream, Value, class, map, row_sum, rows_of};
/// use elbow::prelude::*;
///
/// /// 0, 1 or 2: the successes of two trials, each with the probability σ(l).
/// #[derive(Clone, Debug)]
/// struct Pairs<E: Event> { logits: Param<E> }
///
/// #[derive(Clone, Copy)]
/// struct LogMass;
/// impl Formula<2> for LogMass {
///     fn eval<R: Real>(&self, [k, l]: [R; 2]) -> R {
///         if ![0.0, 1.0, 2.0].contains(&k.value()) {
///             return R::constant(f64::NEG_INFINITY);
///         }
///         let ways = if k.value() == 1.0 { 2.0_f64.ln() } else { 0.0 };
///         (k * l - l.softplus().scale(2.0)).shift(ways)
///     }
/// }
///
/// #[derive(Clone, Copy)]
/// struct LogZero;
/// impl Formula<1> for LogZero {
///     fn eval<R: Real>(&self, [l]: [R; 1]) -> R { l.softplus().scale(-2.0) }
/// }
///
/// impl<E: Event> Distribution for Pairs<E> {
///     type Event = E;
///     type Measure = Mass;
///     type Support = BoundedCounts;
///     type Class = class::Scored;
///     const FAMILY: &'static str = "Pairs";
///     const GAPS: Gaps = Gaps::Elements;
///     fn check(&self, rows: usize) -> Result<(), Fault> { self.logits.check("logits", Domain::Finite, rows) }
///     fn log_prob(&self, value: &Value<E>) -> Rows { row_sum(LogMass, [&rows_of::<E>(value), &self.logits]) }
///     fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
///         let count = noise.plate_given(rows, [&self.logits], |rng, [l]| {
///             [(); 2].map(|()| f64::from(rng.logistic()) < l).into_iter().filter(|is_hit| *is_hit).count() as f64
///         });
///         Draw::of(count.expand(rows))
///     }
///     fn mean(&self, _: usize) -> Option<Value<E>> { None }
///     fn changed(&self, how: &Change) -> Self { Self { logits: self.logits.changed(how) } }
/// }
///
/// impl<E: Event> CountFamily for Pairs<E> {
///     fn log_zero(&self) -> Param<E> { map(LogZero, [&self.logits]) }
///     fn sample_above_zero(&self, rows: usize, noise: &Stream) -> Draw<E> {
///         // Both are hit in a share p/(2 − p) of the pairs with a hit.
///         let count = noise.plate_given(rows, [&self.logits], |rng, [l]| {
///             let p = l.sigmoid();
///             if rng.uniform() < p / (2.0 - p) { 2.0 } else { 1.0 }
///         });
///         Draw::of(count.expand(rows))
///     }
/// }
///
/// let x = Var::from(batch::<(usize,)>(vec![0.0, 1.0])?);
/// let pairs = Pairs::<()> { logits: Param::Number(0.0) };
/// let masses = Hurdle::probs(0.25, pairs).log_prob(&x).as_vec();
/// // A quarter are zeros. Of the others, two thirds are 1.
/// assert!((masses[0] - 0.25_f32.ln()).abs() < 1e-6 && (masses[1] - 0.5_f32.ln()).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a family of counts",
    note = "help: `ZeroInflated` and `Hurdle` are for `Poisson`, `NegativeBinomial`, `Geometric`, `Binomial` and `BetaBinomial`"
)]
pub trait CountFamily: Distribution<Measure = Mass> {
    /// The log-mass of 0, element by element. It is a number, an event or rows, as the parameters are.
    fn log_zero(&self) -> Param<Self::Event>;

    /// One draw for each of `rows` rows, given that every element is above 0. No gradient flows through it.
    fn sample_above_zero(&self, rows: usize, noise: &Stream) -> Draw<Self::Event>;

    /// The part that a gate has in the log-mass. Families that know [`log_zero`](Self::log_zero) as a formula sum it with all its
    /// digits.
    #[doc(hidden)]
    fn gated(&self, gate: &Gated<'_, Self>) -> Rows {
        gate.sum(Identity, [&self.log_zero()])
    }
}

/// A gate: the value, the logits, and the family.
#[derive(Debug)]
pub struct Gated<'a, F: Distribution> {
    pub(super) value: &'a Param<F::Event>,
    pub(super) logits: &'a Param<F::Event>,
    /// A gate of a hurdle, not of zeros that are put on top.
    pub(super) is_hurdle: bool,
}

impl<F: Distribution> Gated<'_, F> {
    /// The sum over elements, of a base whose `ln p(0)` is this formula of these parameters.
    pub(super) fn sum<L, const N: usize, const M: usize>(
        &self,
        log_zero: L,
        params: [&Param<F::Event>; N],
    ) -> Rows
    where
        Gate<false, L>: ZeroOutside<M>,
        Gate<true, L>: ZeroOutside<M>,
    {
        let all: Vec<_> = [self.value, self.logits]
            .into_iter()
            .chain(params)
            .collect();
        let all = std::array::from_fn(|i| all[i]);
        if self.is_hurdle {
            row_sum_inside(Gate::<true, L>(log_zero), all)
        } else {
            row_sum_inside(Gate::<false, L>(log_zero), all)
        }
    }
}

/// The log-mass of the elements above 0 under the base, without the gate.
pub(super) fn above_zero<F: CountFamily>(base: &F, value: &Value<F::Event>) -> Rows {
    const {
        assert!(
            matches!(F::GAPS, Gaps::Elements),
            "a family of counts scores elements"
        )
    };
    // An element that is not above 0 is a gap to the base.
    let observed = counted(Some(value.flat()));
    let is_counted = |place: usize| {
        observed
            .as_ref()
            .is_none_or(|own| own.values()[place] != 0.0)
    };
    let counts = value.values().iter().enumerate();
    let counts = counts.map(|(place, &x)| f32::from(u8::from(x > 0.0 && is_counted(place))));
    let counts = constant(counts.collect(), *value.shape());
    let scored = counting(value.flat(), counts.flat(), || base.log_prob(value));
    // A family that says that it leaves gaps out, and does not, has no mass that could be right.
    scored.unwrap_or_else(|| Rows::filled(value.values().len(), |out| out.fill(f64::NAN)))
}

/// Draws with zeros in place of the elements whose gate is shut.
pub(super) fn through_gate<E: Event>(
    logits: &Param<E>,
    counts: &Draw<E>,
    rows: usize,
    noise: &Stream,
) -> Draw<E> {
    let counts = rows_of::<E>(&counts.value());
    let gated = noise.plate_given(rows, [logits, &counts], |rng, [logit, count]| {
        let is_shut = f64::from(rng.logistic()) < logit;
        if is_shut { 0.0 } else { count }
    });
    Draw::of(gated.expand(rows))
}

/// The part of a gate in the log-mass. At 0 it is the whole log-mass; above 0 the base adds its own. The arguments are a count, the
/// log-odds of the gate, and those of the base's `ln p(0)`.
#[derive(Clone, Copy)]
pub(super) struct Gate<const HURDLE: bool, L>(L);

impl<const HURDLE: bool, L> Gate<HURDLE, L> {
    #[inline(always)]
    fn term<R: Real>(x: R, gate: R, log_zero: R) -> R {
        if x.value() == 0.0 {
            if HURDLE {
                -(-gate).softplus()
            } else {
                inflated(gate, log_zero)
            }
        } else if x.value() > 0.0 {
            if HURDLE {
                -gate.softplus() - log_rest(log_zero)
            } else {
                -gate.softplus()
            }
        } else {
            // No number.
            x
        }
    }
}

/// `ln(σ(g) + σ(−g) e^l)`
#[inline(always)]
fn inflated<R: Real>(gate: R, log_zero: R) -> R {
    let above = gate - log_zero;
    // The larger term is taken out, so that nothing large is subtracted from its like.
    if above.value() > 0.0 {
        (-above).softplus() - (-gate).softplus()
    } else {
        log_zero + above.softplus() - gate.softplus()
    }
}

macro_rules! gates {
    ($($n:literal)*) => {$(
        impl<const HURDLE: bool, L: Formula<$n>> Formula<{ $n + 2 }> for Gate<HURDLE, L> {
            const DOUBLE: bool = true;
            const WIDE: bool = L::WIDE;
            const KEEPS_SLOPES: bool = true;

            #[inline(always)]
            fn eval<R: Real>(&self, [x, gate, rest @ ..]: [R; $n + 2]) -> R {
                Self::term(x, gate, self.0.eval(rest))
            }
        }
    )*};
}

gates!(1 2 3);

/// `gated!(LogZero[2]);` compiles the loops of gates once, in this crate, for a `ln p(0)` that is a formula of two parameters.
macro_rules! gated {
    ($log_zero:ident[$n:literal]) => {
        $crate::distribution::count_family::gated!($log_zero[$n], false);
        $crate::distribution::count_family::gated!($log_zero[$n], true);
    };
    ($log_zero:ident[$n:literal], $hurdle:literal) => {
        impl $crate::kernels::within::ZeroOutside<{ $n + 2 }>
            for $crate::distribution::count_family::Gate<$hurdle, $log_zero>
        {
            #[inline(never)]
            fn summed_inside(
                &self,
                given: [$crate::tensor::Given; $n + 2],
                elements: usize,
            ) -> $crate::tensor::Rows {
                use $crate::kernels::within::{Whole, Within};
                $crate::kernels::elementwise::summed(
                    &Within::<Whole, _>::of(*self),
                    given,
                    elements,
                )
            }
        }
    };
}

pub(super) use gated;

gated!(Identity[1]);
