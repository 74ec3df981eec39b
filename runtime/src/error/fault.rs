//! What is wrong with a parameter.

use std::fmt;

use super::display::advise;
use super::{Domain, advice};

/// What is wrong with a distribution's parameter; the pass adds the site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// A value outside the parameter's domain.
    Domain {
        /// The parameter, as its constructor calls it.
        parameter: &'static str,
        /// The first row in which it occurs.
        row: usize,
        /// The value.
        value: f32,
        /// The set in which it must lie.
        domain: Domain,
        /// Whether the model gives it as one number for all rows.
        is_number: bool,
    },
    /// A vector along the last axis in which every category is ruled out.
    Impossible {
        /// The parameter, as its constructor calls it.
        parameter: &'static str,
        /// The first row in which it occurs.
        row: usize,
        /// The value.
        value: f32,
    },
    /// A vector that needs a direction, but is zero.
    NoDirection {
        /// The parameter, as its constructor calls it.
        parameter: &'static str,
        /// The first row in which it occurs.
        row: usize,
    },
    /// Numbers along the last axis that must ascend, and do not.
    Order {
        /// The parameter, as its constructor calls it.
        parameter: &'static str,
        /// The first row in which it occurs.
        row: usize,
        /// Where it stands along the axis: that of the number that is not above the one before.
        place: usize,
        /// The number.
        value: f32,
        /// The one before.
        before: f32,
    },
    /// A parameter that is NaN because a number names no row of the table that it is read from.
    Index {
        /// The parameter, as its constructor calls it.
        parameter: &'static str,
        /// The first row in which it occurs.
        row: usize,
        /// The number.
        value: f32,
        /// The rows of the table.
        size: usize,
    },
    /// A number of rows that does not divide the site's.
    Rows {
        /// The parameter, as its constructor calls it.
        parameter: &'static str,
        /// Its rows.
        found: usize,
        /// The site's rows.
        expected: usize,
    },
}

impl Fault {
    /// The row that it names.
    pub(crate) fn row_mut(&mut self) -> Option<&mut usize> {
        match self {
            Self::Domain { row, .. }
            | Self::Impossible { row, .. }
            | Self::NoDirection { row, .. }
            | Self::Order { row, .. }
            | Self::Index { row, .. } => Some(row),
            Self::Rows { .. } => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain {
                parameter,
                row,
                value,
                domain,
                ..
            } => {
                write!(
                    f,
                    "`{parameter}` is {value} in row {row}; it must be {domain}"
                )?;
                advise(f, advice::on_parameter(self))
            }
            Self::Impossible {
                parameter,
                row,
                value,
            } => write!(
                f,
                "`{parameter}` is {value} for every category of a vector in row {row}; at least one must be greater than {value}"
            ),
            Self::NoDirection { parameter, row } => write!(
                f,
                "`{parameter}` is 0 in row {row}; at least one of its elements must not be: of a learned one, declare `Parameter<…, Random>`, which is not zero at first"
            ),
            Self::Order {
                parameter,
                row,
                place,
                value,
                before,
            } => write!(
                f,
                "`{parameter}` must ascend, but number {place} is {value} in row {row}, after {before}; sum up positive steps, such as those of `softplus()`"
            ),
            Self::Index {
                parameter,
                row,
                value,
                size,
            } => write!(
                f,
                "`{parameter}` is NaN in row {row}: it is read from row {value} of a table of {size}, whose rows are 0 to {}",
                size.saturating_sub(1)
            ),
            Self::Rows {
                parameter,
                found,
                expected,
            } => write!(f, "`{parameter}` has {found} rows, the site has {expected}"),
        }
    }
}
