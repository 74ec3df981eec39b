//! The parameters of a distribution by their names.

use std::borrow::Cow;
use std::fmt;

use crate::kernels::joint::Input;
use crate::tensor::{Event, Param};

/// A parameter of a distribution, with its name and the shape that it has in one row.
///
/// ```
/// use elbow::family::Named;
/// use elbow::prelude::*;
///
/// let normal = Normal::<(Const<3>,)>::new(0.0, 2.0);
/// let scale = &normal.parameters()[1];
/// assert_eq!((scale.name(), scale.shape()), ("scale", &[3][..]));
/// ```
pub struct Named {
    name: Cow<'static, str>,
    shape: Vec<usize>,
    input: Input,
}

impl Named {
    /// A parameter under the name of its getter. Log-odds and logits are called `logits`.
    pub fn of<E: Event>(name: impl Into<Cow<'static, str>>, param: &Param<E>) -> Self {
        Self {
            name: name.into(),
            shape: axes::<E>(),
            input: Input::of(param),
        }
    }

    /// The same with a name before its own: `base.rate`.
    pub(crate) fn under(self, owner: &str) -> Self {
        let name = format!("{owner}.{}", self.name).into();
        Self { name, ..self }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The axes of one row: those of the event, or of what the parameter has beside them.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The numbers of a row, of `rows`.
    pub(crate) fn row(&self, row: usize, rows: usize) -> &[f32] {
        self.input.row(row, rows)
    }
}

/// The axes of an event.
pub(crate) fn axes<E: Event>() -> Vec<usize> {
    E::default().concrete().into_iter().collect()
}

impl fmt::Debug for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.name, self.shape)
    }
}
