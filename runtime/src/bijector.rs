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
use crate::tensor::{Change, Event, Rows, Value};

/// An invertible, differentiable function of events.
///
/// A result may have its own [coordinates](crate::family::Draw), in which nothing saturates. The slope is then that of the
/// coordinates.
pub trait Bijector<E: Event>: Clone + 'static {
    /// The set of its arguments.
    type Domain: Support;
    /// The set of its values.
    type Image: Support;

    /// Checks the parameters for a site of `rows` rows.
    ///
    /// # Errors
    /// Returns the first parameter that is out of its domain.
    fn check(&self, rows: usize) -> Result<(), Fault>;

    /// The image of `x`, and the logarithm of the Jacobian's absolute determinant, row by row.
    fn forward(&self, x: &Value<E>) -> (Draw<E>, Rows);

    /// The `x` whose image is `y`, and the logarithm of the Jacobian's absolute determinant at `x`.
    fn inverse(&self, y: &Draw<E>) -> (Value<E>, Rows);

    /// The same function with each parameter [changed](crate::tensor::Param::changed).
    fn changed(&self, how: &Change) -> Self;
}
