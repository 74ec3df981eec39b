//! Families of a user's own: one that scores whole events, one that leaves elements out, and one that only says so.

use std::marker::PhantomData;

use elbow::Error;
use elbow::family::{
    Change, Density, Domain, Draw, Event, Fault, Formula, Gaps, IntoParam, Param, Real, Rows,
    Stream, Support, Value, class, row_sum, rows_of,
};
use elbow::prelude::*;
use elbow_tests::support::tensors::assert_close;

/// Numbers of 10 and more, a set that has none of the usual numbers.
#[derive(Clone, Copy, Debug)]
pub struct FromTen;

impl Support for FromTen {
    const DESCRIPTION: &'static str = "a number of 10 or more";

    fn first_outside(values: &[f32], _: usize) -> Option<usize> {
        values.iter().position(|&x| !(x >= 10.0 && x.is_finite()))
    }
}

trait Leaves: Clone + 'static {
    const GAPS: Gaps;
    const BY_ROW_SUM: bool;
}

macro_rules! leaves {
    ($($(#[$doc:meta])* $name:ident: $gaps:ident, $by_row_sum:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        struct $name;

        impl Leaves for $name {
            const GAPS: Gaps = Gaps::$gaps;
            const BY_ROW_SUM: bool = $by_row_sum;
        }
    )*};
}

leaves! {
    /// Says nothing of gaps, so that its events are whole.
    Whole: Events, false;
    /// Leaves out what is missing.
    Honest: Elements, true;
    /// Says that it does, and sums over all elements.
    Careless: Elements, false;
}

/// `10 + e` with `e` exponential.
#[derive(Clone)]
struct Late<E: Event, L> {
    rate: Param<E>,
    leaves: PhantomData<L>,
}

impl<E: Event, L> Late<E, L> {
    fn new(rate: impl IntoParam<E>) -> Self {
        Self {
            rate: rate.into_param(),
            leaves: PhantomData,
        }
    }
}

#[derive(Clone, Copy)]
struct LogDensity;

impl Formula<2> for LogDensity {
    #[inline(always)]
    fn eval<R: Real>(&self, [x, rate]: [R; 2]) -> R {
        rate.ln() - rate * x.shift(-10.0)
    }
}

impl<E: Event, L: Leaves> Distribution for Late<E, L> {
    type Event = E;
    type Measure = Density;
    type Support = FromTen;
    type Class = class::Scored;
    const FAMILY: &'static str = "Late";
    const GAPS: Gaps = L::GAPS;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.rate.check("rate", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        match L::BY_ROW_SUM {
            true => row_sum(LogDensity, [&rows_of::<E>(value), &self.rate]),
            // The numbers in another tensor, which has no mask.
            false => row_sum(
                LogDensity,
                [&rows_of::<E>(&(value.clone() * 1.0)), &self.rate],
            ),
        }
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        Draw::of(
            noise
                .plate::<E>(rows, |rng| 10.0 - rng.uniform().ln() as f32)
                .expand(rows),
        )
    }

    fn mean(&self, _: usize) -> Option<Value<E>> {
        None
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            rate: self.rate.changed(how),
            leaves: PhantomData,
        }
    }
}

macro_rules! waits {
    ($($name:ident: $leaves:ident;)*) => {$(
        model! {
            struct $name { log_rate: Parameter<Rank1<2>> }
            generative p {
                sample x: [2] ~ Late::<_, $leaves>::new(log_rate.exp());
            }
            inference q(x) {}
        }
    )*};
}

waits! {
    WholeWaits: Whole;
    HonestWaits: Honest;
    CarelessWaits: Careless;
}

fn data(values: [f32; 4], mask: [u8; 4]) -> Result<Partial<(Const<2>,)>, Error> {
    let values: Batch<(Const<2>,)> = batch(values.to_vec())?;
    Partial::new(&values, batch(mask.to_vec())?)
}

#[test]
fn elements_and_events_are_left_out() -> Result<(), Error> {
    let x = data([11.0, f32::NAN, 10.5, 13.0], [1, 0, 1, 1])?;
    let found = Elbo::default().evaluate(&HonestWaits::new(0).q(&x))?;
    for (found, exact) in found.rows.iter().zip([-1.0, -3.5]) {
        assert_close("elements", *found, exact, 1e-6, 1.0);
    }
    let x = data([f32::NAN, 0.0, 10.5, 13.0], [0, 0, 1, 1])?;
    let found = Elbo::default().evaluate(&WholeWaits::new(0).q(&x))?;
    for (found, exact) in found.rows.iter().zip([0.0, -3.5]) {
        assert_close("events", *found, exact, 1e-6, 1.0);
    }
    Ok(())
}

#[test]
fn a_family_that_counts_gaps_is_refused() -> Result<(), Error> {
    let x = data([11.0, f32::NAN, 10.5, 13.0], [1, 0, 1, 1])?;
    let error = Elbo::default().evaluate(&CarelessWaits::new(0).q(&x));
    assert_eq!(
        error.expect_err("gaps are counted").to_string(),
        "`x` is observed in part, but the density of Late counts what is missing; compute it by `row_sum` of the value that `log_prob` is given, or leave `Gaps::Elements` away from the family"
    );
    Ok(())
}

/// The numbers in the gaps are then those of the data. A wrong one is reported where it stands.
#[test]
fn a_set_of_ones_own_is_checked() -> Result<(), Error> {
    let x = data([0.0, 4.0, 10.5, 13.0], [0, 1, 1, 1])?;
    let error = Elbo::default().evaluate(&HonestWaits::new(0).q(&x));
    let error = error.expect_err("4 is below 10").to_string();
    assert!(
        error.starts_with("`x` is 4 in row 0, element 1, but a Late"),
        "{error}"
    );
    Ok(())
}
