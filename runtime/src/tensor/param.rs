//! Parameters of distributions: a number, one event, or one event for each row.

mod check;

use std::ops::Range;

use dfdx::shapes::Const;
use dfdx::tensor::Tensor;

use super::Device;
use super::copies::{detach, repeat};
use super::flat::Flat;
use super::row_parts::part;
use super::shape::Event;
use super::var::{Value, Var, constant};

/// A parameter of a distribution over events of shape `E`.
///
/// Nothing is broadcast in memory: a kernel reads a number, or one event, again for every row. A parameter may also have fewer
/// rows than a kernel. Each then stands for a block of rows, such as the particles of one data row.
#[derive(Clone, Debug)]
pub enum Param<E: Event> {
    /// The same number for every element.
    Number(f32),
    /// The same event for every row.
    Event(Var<E>),
    /// One event for each row.
    Rows(Value<E>),
}

/// A change of all parameters of a distribution, such as to constants.
#[derive(Clone, Debug)]
pub struct Change(How);

#[derive(Clone, Debug)]
enum How {
    Detached,
    /// The parameters of these rows, `of` so many.
    Rows {
        range: Range<usize>,
        of: usize,
    },
}

impl Change {
    /// To constants: no gradient flows to the parameters.
    pub(crate) fn detached() -> Self {
        Self(How::Detached)
    }

    /// To those of some of `of` rows.
    pub(crate) fn rows(range: Range<usize>, of: usize) -> Self {
        Self(How::Rows { range, of })
    }
}

impl<E: Event> Param<E> {
    /// The number of rows, if the parameter has a value for each row.
    pub fn rows(&self) -> Option<usize> {
        match self {
            Self::Rows(rows) => Some(E::rows(rows.shape())),
            _ => None,
        }
    }

    /// The elements: one, one event, or all rows.
    pub fn values(&self) -> &[f32] {
        match self {
            Self::Number(number) => std::slice::from_ref(number),
            Self::Event(event) => event.values(),
            Self::Rows(rows) => rows.values(),
        }
    }

    /// One event for each of `rows` rows. It is a copy if the parameter has fewer.
    pub fn expand(&self, rows: usize) -> Value<E> {
        match self {
            Self::Number(number) => constant(vec![*number; rows * E::ELEMENTS], E::plated(rows)),
            Self::Event(event) => repeat(event, E::ELEMENTS, rows, E::plated(rows)),
            Self::Rows(own) => match rows / E::rows(own.shape()).max(1) {
                1 => own.clone(),
                times => repeat(own, E::ELEMENTS, times, E::plated(rows)),
            },
        }
    }

    /// The same values as a constant.
    pub fn detach(&self) -> Self {
        self.changed(&Change::detached())
    }

    /// The same parameter with a change that is asked of a whole distribution, which hands it on to each of its parameters.
    pub fn changed(&self, how: &Change) -> Self {
        match (self, &how.0) {
            (Self::Number(number), _) => Self::Number(*number),
            (Self::Event(event), How::Detached) => Self::Event(detach(event)),
            (Self::Event(event), How::Rows { .. }) => Self::Event(event.clone()),
            (Self::Rows(rows), How::Detached) => Self::Rows(detach(rows)),
            (Self::Rows(rows), How::Rows { range, of }) => {
                let own = E::rows(rows.shape());
                let [start, end] = [range.start, range.end].map(|row| row * own / (*of).max(1));
                let flat = part(rows.flat(), start * E::ELEMENTS..end * E::ELEMENTS);
                Self::Rows(Var::of(flat, E::plated(end - start)))
            }
        }
    }
}

/// A parameter without the shape of its events, as kernels read it.
#[derive(Clone, Debug)]
pub enum Given {
    /// The same number everywhere.
    Number(f32),
    /// The same event for every row.
    Event(Flat),
    /// One event for each row.
    Rows(Flat),
}

impl Given {
    /// The elements: one, one event, or all rows.
    pub(crate) fn values(&self) -> &[f32] {
        match self {
            Self::Number(number) => std::slice::from_ref(number),
            Self::Event(flat) | Self::Rows(flat) => flat.values(),
        }
    }

    /// The number of rows, if the parameter has an event of `elements` numbers for each row.
    pub(crate) fn rows(&self, elements: usize) -> Option<usize> {
        match self {
            Self::Rows(flat) => Some(flat.len() / elements.max(1)),
            _ => None,
        }
    }

    /// The rows of a kernel over these operands: the most rows of any operand, or one.
    pub(crate) fn most_rows(given: &[Self], elements: usize) -> usize {
        let rows = given.iter().filter_map(|own| own.rows(elements));
        rows.max().unwrap_or(1)
    }

    /// The numbers that a gradient may flow to.
    pub(crate) fn flat(&self) -> Option<&Flat> {
        match self {
            Self::Number(_) => None,
            Self::Event(flat) | Self::Rows(flat) => Some(flat),
        }
    }
}

impl<E: Event> Param<E> {
    /// The parameter without its shape.
    pub(crate) fn given(&self) -> Given {
        match self {
            Self::Number(number) => Given::Number(*number),
            Self::Event(event) => Given::Event(event.flat().clone()),
            Self::Rows(rows) => Given::Rows(rows.flat().clone()),
        }
    }

    /// A parameter that kernels have made.
    pub(crate) fn of(given: Given) -> Self {
        match given {
            Given::Number(number) => Self::Number(number),
            Given::Event(flat) => Self::Event(Var::of(flat, E::default())),
            Given::Rows(flat) => {
                let rows = flat.len() / E::ELEMENTS.max(1);
                Self::Rows(Var::of(flat, E::plated(rows)))
            }
        }
    }
}

/// What can be given as a parameter: a number, a tensor of the event's shape, a tensor with one
/// event for each row, or a parameter itself.
///
/// The parameters of a family may be of different kinds, and so may the operands in a model's arithmetic: `decoder(z) + bias`
/// with a learned `bias: Parameter<Rank1<N>>`.
///
/// A fixed vector is a tensor too:
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// One of three classes, of known frequencies.
///     pub struct Classes { means: Linear<3, 1>, guide: Linear<1, 3> }
///     generative p {
///         sample y: [3] ~ OneHotCategorical::probs(tensor(vec![0.2, 0.3, 0.5], (Const,)));
///         sample x: [1] ~ Normal::new(means(y), 1.0);
///     }
///     inference q(x) { sample y ~ OneHotCategorical::logits(guide(x)); }
/// }
///
/// let classes = Classes::new(0);
/// let x: Batch<(Const<1>,)> = batch(vec![0.4, 1.2])?;
/// assert!(Elbo::default().loss(&classes.q(&x))?.value().is_finite());
/// # Ok::<(), elbow::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of this distribution",
    label = "expected a number such as `1.0`, or a tensor of the event's shape",
    note = "help: write a number as `1.0`, a constant `N` of another type as `N as f32`, and a fixed vector as `tensor(vec![0.5, 0.5], (Const,))`; a tensor has the shape of the other parameters and of the site"
)]
pub trait IntoParam<E: Event> {
    /// The parameter.
    fn into_param(self) -> Param<E>;
}

// Otherwise the compiler would list all types that can be a parameter.
#[diagnostic::do_not_recommend]
impl<E: Event, T: ToParam<E>> IntoParam<E> for T {
    fn into_param(self) -> Param<E> {
        self.to_param()
    }
}

/// [`IntoParam`], type by type.
pub trait ToParam<E: Event> {
    /// The parameter.
    fn to_param(self) -> Param<E>;
}

impl<E: Event> ToParam<E> for f32 {
    fn to_param(self) -> Param<E> {
        Param::Number(self)
    }
}

impl<E: Event> ToParam<E> for Param<E> {
    fn to_param(self) -> Param<E> {
        self
    }
}

impl<E: Event, T: ToParam<E> + Clone> ToParam<E> for &T {
    fn to_param(self) -> Param<E> {
        self.clone().to_param()
    }
}

macro_rules! tensors_into_param {
    ($([$($axis:ident),*])*) => {$(
        impl<$(const $axis: usize),*> ToParam<($(Const<$axis>,)*)> for Var<($(Const<$axis>,)*)> {
            fn to_param(self) -> Param<($(Const<$axis>,)*)> {
                Param::Event(self)
            }
        }

        impl<$(const $axis: usize),*> ToParam<($(Const<$axis>,)*)> for Var<(usize, $(Const<$axis>,)*)> {
            fn to_param(self) -> Param<($(Const<$axis>,)*)> {
                Param::Rows(self)
            }
        }

        impl<$(const $axis: usize),*> ToParam<($(Const<$axis>,)*)>
            for Tensor<($(Const<$axis>,)*), f32, Device>
        {
            fn to_param(self) -> Param<($(Const<$axis>,)*)> {
                Param::Event(self.into())
            }
        }

        impl<$(const $axis: usize),*> ToParam<($(Const<$axis>,)*)>
            for Tensor<(usize, $(Const<$axis>,)*), f32, Device>
        {
            fn to_param(self) -> Param<($(Const<$axis>,)*)> {
                Param::Rows(self.into())
            }
        }
    )*};
}

tensors_into_param!([] [A] [A, B] [A, B, C]);

/// The rows of a parameter that was computed from rows.
pub(crate) fn into_rows<E: Event>(param: Param<E>) -> Value<E> {
    match param {
        Param::Rows(rows) => rows,
        _ => unreachable!("a map over rows gives rows"),
    }
}
