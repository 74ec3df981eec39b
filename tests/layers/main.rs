//! Layers: products, linear layers, layer norms and activations against dfdx's, finite differences and closed forms.

mod activations;
mod batch_norm;
mod cells;
#[rustfmt::skip]
#[expect(clippy::approx_constant, reason = "rounded random numbers")]
mod convolution_values;
mod convolutions;
mod dropout;
mod embedding;
mod files;
mod image_rows;
mod layer_norm;
mod linear;
mod many_rows;
mod networks;
mod products;
mod recurrent;
#[rustfmt::skip]
mod recurrent_values;
mod threads;
