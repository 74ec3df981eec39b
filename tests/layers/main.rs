//! Layers: products, linear layers and activations against dfdx's, finite differences and closed forms.

mod activations;
mod files;
mod linear;
mod many_rows;
mod networks;
mod products;
mod threads;
