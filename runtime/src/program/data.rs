//! The inputs of a program, and their rows.

use std::ops::Range;

use crate::tensor::names::{Const, HasShape, Tensor};

use super::Partial;
use crate::error::{Error, Fault};
use crate::tensor::{Batch, Device, Event, Plated, first};

/// Data for an input with events of shape `E`: a [`Batch`], or [`Partial`] data, or a reference to one of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a batch of events of shape `{E}`",
    label = "expected a batch",
    note = "help: a batch has as many numbers a row as its site, `Batch<{E}>`; of a `Vec<f32>` with all rows one after another make one by `batch(numbers)?`"
)]
pub trait Data<E: Event> {
    /// The rows, of which all elements are observed, or some.
    // Of `&mut`, or clippy would call the borrow in `vae.q(&x)` needless.
    fn partial(&mut self) -> Partial<E>;
}

// One for each number of axes. With a single one for all, the compiler's message would be about projections.
macro_rules! data {
    ($([$($axis:ident),*])*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$(const $axis: usize),*> Data<($(Const<$axis>,)*)> for &Batch<($(Const<$axis>,)*)> {
            fn partial(&mut self) -> Partial<($(Const<$axis>,)*)> {
                Partial::whole((**self).clone())
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$(const $axis: usize),*> Data<($(Const<$axis>,)*)> for Batch<($(Const<$axis>,)*)> {
            fn partial(&mut self) -> Partial<($(Const<$axis>,)*)> {
                Partial::whole(self.clone())
            }
        }
    )*};
}

data!([] [A] [A, B] [A, B, C]);

#[diagnostic::do_not_recommend]
impl<E: Event> Data<E> for Partial<E> {
    fn partial(&mut self) -> Partial<E> {
        self.clone()
    }
}

#[diagnostic::do_not_recommend]
impl<E: Event> Data<E> for &Partial<E> {
    fn partial(&mut self) -> Partial<E> {
        (**self).clone()
    }
}

/// An input of a program: its name and its rows.
#[derive(Clone, Copy)]
pub struct Column<'a> {
    name: &'static str,
    rows: usize,
    values: Option<&'a dyn Values>,
    /// Whether it is a covariate, which has no support to be checked against.
    is_covariate: bool,
}

/// The numbers of an input.
trait Values {
    /// The first that is NaN or infinite, with its row and its place in the row.
    fn first_not_finite(&self) -> Option<(usize, usize, f32)>;
}

impl<P: Plated> Values for Tensor<P, f32, Device> {
    fn first_not_finite(&self) -> Option<(usize, usize, f32)> {
        let data = P::flat(self.clone());
        let values = data.values();
        let at = first(values, f32::is_finite)?;
        let elements = P::Event::ELEMENTS;
        Some((at / elements, at % elements, values[at]))
    }
}

impl<'a> Column<'a> {
    /// An observed site. Its values are checked when it is scored.
    pub fn site<P: Plated>(name: &'static str, data: &'a Tensor<P, f32, Device>) -> Self {
        Self {
            name,
            rows: P::Event::rows(data.shape()),
            values: Some(data),
            is_covariate: false,
        }
    }

    /// A covariate, whose values must be finite.
    pub fn covariate<P: Plated>(name: &'static str, data: &'a Tensor<P, f32, Device>) -> Self {
        Self {
            is_covariate: true,
            ..Self::site(name, data)
        }
    }

    /// The rows that a caller asks for.
    pub(super) fn rows_asked(rows: usize) -> Self {
        Self {
            name: "sample",
            rows,
            values: None,
            is_covariate: false,
        }
    }

    /// Checks that all values are finite. Rows are counted from `first_row`.
    fn check_finite(&self, first_row: usize) -> Result<(), Error> {
        match self.values.and_then(Values::first_not_finite) {
            None => Ok(()),
            Some((row, element, value)) => Err(Error::Input {
                name: self.name,
                row: first_row + row,
                element,
                value,
            }),
        }
    }
}

/// The input that caused an error, or the error itself. If an input is NaN, so is every output of a network that reads it.
pub(super) fn blame(error: Error, columns: &[Column], first_row: usize) -> Error {
    let Error::Parameter {
        fault: Fault::Domain { value, .. },
        ..
    } = &error
    else {
        return error;
    };
    if value.is_finite() {
        return error;
    }
    let checked = check_finite(columns, first_row);
    checked.err().unwrap_or(error)
}

/// Checks that all inputs are finite. Rows are counted from `first_row`.
pub(super) fn check_finite(columns: &[Column], first_row: usize) -> Result<(), Error> {
    let mut columns = columns.iter();
    columns.try_for_each(|column| column.check_finite(first_row))
}

/// The number of rows that all inputs have, or one if there is no input.
pub(super) fn common_rows(columns: &[Column]) -> Result<usize, Error> {
    let Some(first) = columns.first() else {
        return Ok(1);
    };
    for column in columns {
        if column.rows == 0 {
            return Err(Error::NoRows { site: column.name });
        }
        if column.rows != first.rows {
            return Err(Error::RowCounts {
                site: first.name,
                rows: first.rows,
                other: column.name,
                other_rows: column.rows,
            });
        }
        if column.is_covariate {
            column.check_finite(0)?;
        }
    }
    Ok(first.rows)
}

/// Some rows of an input.
pub fn slice<E: Event>(data: &Partial<E>, rows: Range<usize>) -> Partial<E> {
    data.picked(rows)
}
