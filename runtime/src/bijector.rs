//! Bijectors: invertible functions with a Jacobian, for [`Transformed`] distributions, one a file.

mod chain;
mod coupling;
mod elementwise;
mod planar;
mod transformed;

pub use coupling::{Conditioner, Coupling, LinearConditioner};
pub use elementwise::{Affine, Exp, Sigmoid, Softplus};
pub use planar::Planar;
pub use transformed::Transformed;

use crate::distribution::Draw;
use crate::error::Fault;
use crate::support::Support;
use crate::tensor::{Event, Rows, Value};

/// An invertible, differentiable function of events.
///
/// A result may have [coordinates](crate::family::Draw) of its own, in which nothing saturates; the slope is
/// then that of the coordinates.
pub trait Bijector<E: Event>: Clone + 'static {
    /// What it takes.
    type Domain: Support;
    /// What it gives.
    type Image: Support;

    /// Checks the parameters for a site with so many rows.
    ///
    /// # Errors
    /// With the first parameter out of its domain.
    fn check(&self, rows: usize) -> Result<(), Fault>;

    /// The image of `x`, and the logarithm of the Jacobian's absolute determinant, row by row.
    fn forward(&self, x: &Value<E>) -> (Draw<E>, Rows);

    /// What `y` is the image of, and the logarithm of the Jacobian's absolute determinant there.
    fn inverse(&self, y: &Draw<E>) -> (Value<E>, Rows);

    /// The same function as a constant: no gradient flows to its parameters.
    fn detach(&self) -> Self;
}
