//! Sites and inputs, as the generated code names them.

use std::marker::PhantomData;
use std::ops::Range;

use dfdx::shapes::{HasShape, Shape};
use dfdx::tensor::Tensor;
use dfdx::tensor_ops::ReshapeTo;

use crate::Device;
use crate::distribution::Distribution;
use crate::error::Error;
use crate::kernels::as_slice;
use crate::shape::{Event, Plated};
use crate::support::{Density, DensityWithAtoms, Mass};
use crate::var::tensor;

/// Checks that the right-hand side of a statement is a distribution over the site's events, and
/// returns it.
///
/// The type that it returns is the argument's where the argument fits, and no type at all where it
/// does not: then the compiler speaks of the mistake once, and not again at each use.
pub fn site<E: Event, P>(distribution: impl DistributionOver<E, Itself = P>) -> P {
    distribution.itself()
}

/// What may stand at a site with events of shape `E`. Every distribution over such events does.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a distribution over events of shape `{E}`",
    label = "expected a distribution over the site's events",
    note = "help: write the family of the site on the right of `~`, for example `Normal::new(loc, scale)` or `Bernoulli::logits(logits)`, with parameters of the shape that the generative model declares"
)]
pub trait DistributionOver<E> {
    /// The same type.
    type Itself;
    /// The same value.
    fn itself(self) -> Self::Itself;
}

#[diagnostic::do_not_recommend]
impl<E: IsEventOf<D, D::Event, D::Measure>, D: Distribution> DistributionOver<E> for D {
    type Itself = E::Itself;
    fn itself(self) -> E::Itself {
        E::itself(self)
    }
}

/// The one shape `Event` is the shape of the events of `D`.
pub trait IsEventOf<D, Event, Measure> {
    /// `D`.
    type Itself;
    /// The same value.
    fn itself(distribution: D) -> Self::Itself;
}

/// One for each measure: of what has none, as it is no distribution, the compiler then knows no `Itself` either.
macro_rules! is_event_of {
    ($($measure:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<D, Event> IsEventOf<D, Event, $measure> for Event {
            type Itself = D;
            fn itself(distribution: D) -> D {
                distribution
            }
        }
    )*};
}

is_event_of!(Mass, Density, DensityWithAtoms);

/// What the compiler knows of a latent site.
#[derive(Clone, Copy, Debug)]
pub struct Latent {
    /// Its name.
    pub name: &'static str,
    /// The sites whose terms depend on its value.
    pub influences: &'static [&'static str],
    /// The latent sites whose guides read its value.
    pub readers: &'static [&'static str],
    /// The other latent sites that some statement depends on together with it. Sites that do not meet are
    /// independent given the rest.
    pub meets: &'static [&'static str],
    /// The other latent sites on which its posterior depends.
    pub ancestors: &'static [&'static str],
    /// Whether the closed form of its divergence is the right one in this graph.
    pub closed_form: ClosedForm,
}

/// A latent site of the inference program `I`, with events of shape `E`: `VaeQ::Y`.
#[derive(Debug)]
pub struct LatentSite<I, E> {
    name: &'static str,
    of: PhantomData<fn() -> (I, E)>,
}

impl<I, E> LatentSite<I, E> {
    /// The site of this name.
    pub const fn new(name: &'static str) -> Self {
        let of = PhantomData;
        Self { name, of }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

/// Whether the closed-form divergence of a site is valid, with the reason.
///
/// It is where no parent of the site in the generative model descends from it in the inference
/// model: then the divergence is an expectation over the site alone.
#[derive(Clone, Copy, Debug)]
pub enum ClosedForm {
    /// Valid, and why.
    Valid(&'static str),
    /// Not valid, and why.
    Invalid(&'static str),
}

/// An input of a program: its name and its rows.
#[derive(Clone, Debug)]
pub struct Column {
    name: &'static str,
    rows: usize,
    /// The first row that is not finite, of a covariate; sites are checked against their support.
    not_finite: Option<(usize, f32)>,
}

impl Column {
    /// An observed site.
    pub fn site<S: Shape>(name: &'static str, data: &impl HasShape<Shape = S>) -> Self {
        Self {
            name,
            rows: data.shape().concrete()[0],
            not_finite: None,
        }
    }

    /// A covariate, whose values must be finite.
    pub fn covariate<P: Plated>(name: &'static str, data: &Tensor<P, f32, Device>) -> Self {
        let data = data.clone().contiguous();
        let values = as_slice(&data).unwrap_or_default();
        let at = values.iter().position(|v| !v.is_finite());
        Self {
            name,
            rows: P::Event::rows(data.shape()),
            not_finite: at.map(|at| (at / P::Event::ELEMENTS, values[at])),
        }
    }

    /// The rows that a caller asks for.
    pub(super) fn rows_asked(rows: usize) -> Self {
        Self {
            name: "the sample",
            rows,
            not_finite: None,
        }
    }
}

/// The rows that all inputs have; one where there is no input.
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
        if let Some((row, value)) = column.not_finite {
            return Err(Error::Covariate {
                name: column.name,
                row,
                value,
            });
        }
    }
    Ok(first.rows)
}

/// Some rows of a batch, as a batch of their own.
pub fn slice<P: Plated>(
    batch: &Tensor<P, f32, Device>,
    rows: Range<usize>,
) -> Tensor<P, f32, Device> {
    let batch = batch.clone().contiguous();
    let values = as_slice(&batch).unwrap_or_default();
    let count = rows.len();
    let part = &values[rows.start * P::Event::ELEMENTS..rows.end * P::Event::ELEMENTS];
    tensor(part.to_vec(), P::Event::plated(count))
}
