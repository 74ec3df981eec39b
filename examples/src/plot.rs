//! Pictures of what a model does: images in a grid as PNG, curves as SVG.

mod curve;
mod grid;
mod picture;

pub use curve::Curves;
pub use grid::Grid;
pub use picture::Picture;
