//! One number for each row, with the digits of `f64`.

use std::ops::{Add, Div, Mul, Neg, Sub};
use std::sync::Arc;

use super::flat::Flat;
use super::row_sums::combined;
use super::var::Var;

/// One number for each row: a log-density, a divergence, a weight.
///
/// The terms of a large event are large, and estimators compare them: the states of a site, the draws of a row, a cost and its
/// baseline. So the numbers are kept in `f64`, and rounded only after the comparison. Gradients flow in `f32`, through
/// the [tensor](Self::var) that stands for the rows on the [tape](crate::family::record).
///
/// Rows can be added, and multiplied by numbers. If one operand has fewer rows than the other, each of its rows stands for a
/// block.
///
/// ```
/// use elbow::family::Rows;
/// use elbow::prelude::{Var, batch};
///
/// let large = Rows::from(Var::from(batch::<(usize,)>(vec![1e7, 2e7])?));
/// let small = Rows::from(Var::from(batch::<(usize,)>(vec![0.25])?));
/// let sum = large.clone() + small;
/// assert_eq!((sum.clone() - large).exact(), [0.25, 0.25]);
/// assert_eq!((-sum * 2.0).exact(), [-20_000_000.5, -40_000_000.5]);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Rows {
    exact: Arc<[f64]>,
    rounded: Flat,
}

impl Rows {
    /// `rows` numbers. `write` gets zeros to write over. No gradient flows through them until a backward step is recorded for
    /// their [tensor](Self::var).
    pub(crate) fn filled(rows: usize, write: impl FnOnce(&mut [f64])) -> Self {
        let mut exact: Arc<[f64]> = std::iter::repeat_n(0.0, rows).collect();
        if let Some(own) = Arc::get_mut(&mut exact) {
            write(own);
        }
        let rounded = Flat::of(exact.iter().map(|&v| v as f32).collect());
        Self { exact, rounded }
    }

    /// The same numbers with more digits, row by row.
    pub(crate) fn refined(self, exact: impl Fn(usize) -> f64) -> Self {
        let exact = (0..self.len()).map(exact).collect();
        Self { exact, ..self }
    }

    /// The numbers.
    pub fn exact(&self) -> &[f64] {
        &self.exact
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.exact.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty()
    }

    /// The numbers, rounded.
    pub fn as_vec(&self) -> Vec<f32> {
        self.exact.iter().map(|&v| v as f32).collect()
    }

    /// The rounded numbers as a tensor that shares their gradient.
    pub fn var(&self) -> Var<(usize,)> {
        Var::of(self.rounded.clone(), (self.len(),))
    }

    pub(crate) fn flat(&self) -> &Flat {
        &self.rounded
    }

    pub(crate) fn shared(&self) -> Arc<[f64]> {
        Arc::clone(&self.exact)
    }

    /// `to` rows: each row is repeated in a block.
    pub(crate) fn spread(&self, to: usize) -> Self {
        match to / self.len().max(1) {
            1 => self.clone(),
            _ => combined(&[(self, 1.0)], to, 0.0),
        }
    }
}

impl From<Var<(usize,)>> for Rows {
    /// Rows that an operation on tensors made, with the digits of `f32`.
    fn from(var: Var<(usize,)>) -> Self {
        let rounded = var.into_flat();
        let exact = rounded.values().iter().copied().map(f64::from).collect();
        Self { exact, rounded }
    }
}

impl From<Rows> for Var<(usize,)> {
    fn from(rows: Rows) -> Self {
        rows.var()
    }
}

fn longest(a: &Rows, b: &Rows) -> usize {
    a.len().max(b.len())
}

impl Add for &Rows {
    type Output = Rows;
    fn add(self, other: &Rows) -> Rows {
        combined(&[(self, 1.0), (other, 1.0)], longest(self, other), 0.0)
    }
}

impl Sub for &Rows {
    type Output = Rows;
    fn sub(self, other: &Rows) -> Rows {
        combined(&[(self, 1.0), (other, -1.0)], longest(self, other), 0.0)
    }
}

impl Add for Rows {
    type Output = Rows;
    fn add(self, other: Rows) -> Rows {
        &self + &other
    }
}

impl Sub for Rows {
    type Output = Rows;
    fn sub(self, other: Rows) -> Rows {
        &self - &other
    }
}

impl Neg for Rows {
    type Output = Rows;
    fn neg(self) -> Rows {
        combined(&[(&self, -1.0)], self.len(), 0.0)
    }
}

impl<N: Into<f64>> Mul<N> for Rows {
    type Output = Rows;
    fn mul(self, factor: N) -> Rows {
        combined(&[(&self, factor.into())], self.len(), 0.0)
    }
}

impl<N: Into<f64>> Div<N> for Rows {
    type Output = Rows;
    fn div(self, divisor: N) -> Rows {
        self * (1.0 / divisor.into())
    }
}

/// A number for every row.
macro_rules! shifts {
    ($($number:ty),*) => {$(
        impl Add<$number> for Rows {
            type Output = Rows;
            fn add(self, number: $number) -> Rows {
                combined(&[(&self, 1.0)], self.len(), number.into())
            }
        }

        impl Sub<$number> for Rows {
            type Output = Rows;
            fn sub(self, number: $number) -> Rows {
                self + -number
            }
        }
    )*};
}

shifts!(f32, f64);
