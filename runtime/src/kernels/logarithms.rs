//! Logarithms and logits of draws, from their [coordinates](crate::family::Draw).

use crate::kernels::elementwise::{Formula, compiled_here, map, rows_of};
use crate::kernels::formula::{Ln, LogSigmoid, Logit, kept_within};
use crate::kernels::real::Real;
use crate::tensor::coordinates::{Coordinates, coordinates_of};
use crate::tensor::{Event, Flat, Given, Param, Plated, Var, into_rows};

/// `ln t`, element by element.
///
/// For a draw on (0, 1), on the simplex or on the positive numbers, it is computed from the draw's own
/// [coordinates](crate::family::Draw). They lose no digit and saturate nowhere, and the gradient flows through them. For any
/// other tensor it is computed from the values. A tensor computed from a draw, such as `1 − t` or a broadcast `t`, is another
/// tensor, so take the logarithm first.
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// A coin whose log-odds the data see.
///     pub struct Coin { guide: (Linear<1, 2>, Softplus, SplitInto<(Linear<2, 1>, Linear<2, 1>)>) }
///     generative p {
///         sample t: [1] ~ Beta::new(0.1, 0.1);
///         sample x: [1] ~ Normal::new(log(t) - log1m(t), 1.0);
///     }
///     inference q(x) {
///         let (loc, log_scale) = guide(x);
///         sample t ~ LogisticNormal::new(loc, log_scale.exp());
///     }
/// }
///
/// let x: Batch<(Const<1>,)> = batch(vec![-40.0, 0.3, 25.0])?;
/// assert!(Elbo::default().loss(&Coin::new(0).q(&x))?.value().is_finite());
/// # Ok::<(), elbow::Error>(())
/// ```
pub fn log<P: Plated>(t: Var<P>) -> Var<P> {
    into_rows(log_of(&rows_of::<P::Event>(&t)))
}

/// `ln(1 − t)`, element by element. As with [`log`], it comes from the coordinates of a draw on (0, 1) or on the simplex.
pub fn log1m<P: Plated>(t: Var<P>) -> Var<P> {
    let t = rows_of::<P::Event>(&t);
    into_rows(match of(&t) {
        Some(Coordinates::Logit(y)) => map(LogRest, [&rows(y)]),
        Some(Coordinates::LogSimplex(y)) => map(LogRestOfLog, [&rows(y)]),
        Some(Coordinates::PositiveLog(_)) | None => map(Log1m, [&t]),
    })
}

/// `ln(t/(1 − t))`, element by element. As with [`log`], it comes from the coordinates of a draw on (0, 1) or on the simplex.
pub fn logit<P: Plated>(t: Var<P>) -> Var<P> {
    into_rows(logit_of(&rows_of::<P::Event>(&t)))
}

/// The logits of probabilities.
pub(crate) fn logit_of<E: Event>(probs: &Param<E>) -> Param<E> {
    match of(probs) {
        Some(Coordinates::Logit(y)) => rows(y),
        Some(Coordinates::LogSimplex(y)) => map(LogitOfLog, [&rows(y)]),
        Some(Coordinates::PositiveLog(_)) | None => map(Logit, [probs]),
    }
}

/// The logarithms of probabilities, or of other numbers.
pub(crate) fn log_of<E: Event>(values: &Param<E>) -> Param<E> {
    match of(values) {
        Some(Coordinates::Logit(y)) => map(LogSigmoid, [&rows(y)]),
        Some(Coordinates::PositiveLog(y) | Coordinates::LogSimplex(y)) => rows(y),
        None => map(Ln, [values]),
    }
}

/// The coordinates of a parameter that is the value of a draw.
fn of<E: Event>(param: &Param<E>) -> Option<Coordinates> {
    match param {
        Param::Rows(rows) => coordinates_of(rows.flat()),
        _ => None,
    }
}

/// The same numbers as a parameter with rows.
fn rows<E: Event>(flat: Flat) -> Param<E> {
    Param::of(Given::Rows(flat))
}

macro_rules! formulas {
    ($($(#[$doc:meta])* $name:ident([$x:ident]) = $value:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        struct $name;
        impl Formula<1> for $name {
            compiled_here!(1);

            const DOUBLE: bool = true;
            #[inline(always)]
            fn eval<R: Real>(&self, [$x]: [R; 1]) -> R {
                $value
            }
        }
    )*};
}

formulas! {
    /// `ln(1 − x)`
    Log1m([x]) = (-x).ln_1p();
    /// `ln(1 − σ(y))`
    LogRest([y]) = -y.softplus();
    /// `ln(1 − e^y)`. If a share has everything, the others' share is the least positive number.
    LogRestOfLog([y]) = (-kept_within(y, f64::NEG_INFINITY, -f64::from(f32::MIN_POSITIVE)).exp_m1()).ln();
    /// The logit of `e^y`.
    LogitOfLog([y]) = y - LogRestOfLog.eval([y]);
}

#[cfg(test)]
mod tests {
    use crate::tensor::names::Const;

    use super::*;
    use crate::distribution::Draw;
    use crate::tensor::coordinates::{Noted, is_forgotten};
    use crate::tensor::{constant, detach, repeat, tile};

    type Pair = (Const<2>,);

    fn drawn(pass: &Noted) -> Draw<Pair> {
        let draw = Draw::from_logit(constant(vec![-300.0, 40.0, 0.5, 200.0], (2, Const)));
        draw.note(pass);
        draw
    }

    #[test]
    fn the_value_is_inside_and_its_logit_is_whole() {
        let pass = Noted::nothing();
        let value = drawn(&pass).value();
        assert!(value.as_vec().iter().all(|&t| t > 0.0 && t < 1.0));
        assert_eq!(logit(value.clone()).as_vec(), [-300.0, 40.0, 0.5, 200.0]);
        assert_eq!(log(value.clone()).as_vec()[0], -300.0);
        assert_eq!(log1m(value).as_vec()[3], -200.0);
    }

    #[test]
    fn copies_carry_the_coordinates() {
        let pass = Noted::nothing();
        let value = drawn(&pass).value();
        let logits = |of: Var<(usize, Const<2>)>| logit(of).as_vec();
        let own = [-300.0, 40.0, 0.5, 200.0];
        assert_eq!(logits(value.clone()), own);
        assert_eq!(logits(detach(&value)), own);
        let twice = [-300.0, 40.0, -300.0, 40.0, 0.5, 200.0, 0.5, 200.0];
        assert_eq!(logits(repeat(&value, 2, 2, (4, Const))), twice);
        assert_eq!(logits(tile(&value, 2, 1, 2, (4, Const))), own.repeat(2)[..]);
    }

    #[test]
    fn a_pass_forgets_its_own_draws_alone() {
        let outer = Noted::nothing();
        let kept = drawn(&outer).value();
        let inner = Noted::nothing();
        let value = drawn(&inner).value();
        let copy = value.clone();
        drop(inner);
        // From the value, which stops at the rim.
        assert!(logit(copy).as_vec()[3] < 17.0);
        assert_eq!(logit(kept).as_vec()[3], 200.0);
        drop(outer);
        assert!(is_forgotten());
    }
}
