//! Pictures of what a model does: images in a grid as PNG, curves and clusters as SVG.

mod axis;
mod curve;
mod grid;
mod picture;
mod scatter;

pub use curve::Curves;
pub use grid::Grid;
pub use picture::Picture;
pub use scatter::{Ellipse, Scatter};
