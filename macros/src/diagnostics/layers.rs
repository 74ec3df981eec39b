//! Mistakes in a row of layers.

use syn::{Error, Type, spanned::Spanned};

use super::message;

/// `first` is the first layer too many.
pub fn too_many_layers(first: &Type, layers: usize) -> Error {
    message(
        first.span(),
        format!("a row of {layers} layers: 16 is the most that a tuple holds"),
        "put some of them in a tuple of their own, `(Linear<4, 8>, Tanh, (Linear<8, 8>, Tanh, …))`, which is one layer",
    )
}
