//! Mistakes in the struct.

use proc_macro2::{Group, Span, TokenStream};
use quote::ToTokens;
use syn::{ConstParam, Error, Expr, GenericArgument, Ident, Type, ext::IdentExt, spanned::Spanned};

use super::{message, shown};

pub fn no_struct(at: Span) -> Error {
    message(
        at,
        "`model!` begins with the struct that holds the learned modules",
        "write `pub struct Name { decoder: Linear<20, 784> }` first, or `pub struct Name {}` if nothing is learned",
    )
}

pub fn struct_without_braces(name: &Ident) -> Error {
    message(
        name.span(),
        format!("the struct `{name}` has no fields in braces"),
        format!("write `struct {name} {{}}`, with one `name: Module` a field"),
    )
}

pub fn malformed_struct(error: &Error) -> Error {
    message(
        error.span(),
        format!("this part of the struct cannot be read: {error}"),
        "a field is `name: Module`, and fields are separated by commas",
    )
}

pub fn type_parameter(name: &Ident) -> Error {
    message(
        name.span(),
        format!(
            "the struct has a type parameter `{name}`, but only const parameters are supported"
        ),
        format!("write the type out in the fields, or `const {name}: usize` if it is a size"),
    )
}

pub fn size_of_another_type(parameter: &ConstParam) -> Error {
    let ConstParam { ident, ty, .. } = parameter;
    let shown = ty.to_token_stream();
    message(
        ty.span(),
        format!("a size is a `usize`, and `{ident}` is of type `{shown}`"),
        format!("write `const {ident}: usize`"),
    )
}

pub fn lifetime_parameter(lifetime: &syn::Lifetime) -> Error {
    message(
        lifetime.span(),
        format!("the struct has a lifetime parameter `{lifetime}`, but it owns its modules"),
        "leave it out: only const parameters are supported",
    )
}

pub fn where_clause(at: Span) -> Error {
    message(
        at,
        "the struct has a `where` clause, but has no type parameter that it could bound",
        "leave it out",
    )
}

/// `(Linear<4, 8> Tanh)`: `layer` is the name before which the comma is missing.
pub fn missing_comma(layer: &Ident) -> Error {
    message(
        layer.span(),
        format!("the layers of a tuple are separated by commas, and none stands before `{layer}`"),
        format!("write `, {layer}`"),
    )
}

pub fn field_twice(name: &Ident) -> Error {
    message(
        name.span(),
        format!("the struct has two fields named `{name}`"),
        "rename one of them",
    )
}

/// `plain` is the type of the field, or of the one of its layers that is meant.
pub fn plain_field(name: &Ident, plain: &Type) -> Error {
    let constant = name.unraw().to_string().to_uppercase();
    let shown = plain.to_token_stream().to_string();
    message(
        plain.span(),
        format!("the field `{name}` is neither a network nor a parameter, but a plain value"),
        format!(
            "write `{name}: Linear<…>` or `{name}: Parameter<…>` for what is learned; a size is a parameter of the struct, `const {constant}: usize`, and any other value a constant outside the block, `const {constant}: {shown} = …;`"
        ),
    )
}

/// `of` is the type of a tensor.
pub fn start_of_layer(name: &Ident, initial: &Expr) -> Error {
    let name = name.unraw();
    message(
        initial.span(),
        format!("`{name}` is a layer, which draws the numbers that it starts with"),
        format!(
            "leave `= …` out here; a learned tensor may have it, `{name}: Parameter<Rank1<8>> = 0.5`"
        ),
    )
}

pub fn tensor_field(name: &Ident, of: &Type) -> Error {
    message(
        of.span(),
        format!("the field `{name}` is a tensor, and does not say that it is learned"),
        format!(
            "write `{name}: Parameter<Rank1<4>>`, with its shape; data are sites and covariates, and no fields"
        ),
    )
}

/// `sizes` is what stands in the parentheses.
pub fn layer_called(layer: &Ident, sizes: &TokenStream) -> Error {
    let instead = if sizes.is_empty() {
        layer.to_string()
    } else {
        format!("{layer}<{}>", shown(sizes))
    };
    message(
        layer.span(),
        format!("`{layer}` is named here and not called: its sizes stand in angle brackets"),
        format!("write `{instead}`"),
    )
}

/// `layers` are what stands in the parentheses of `Sequential(…)`.
pub fn layers_called(sequence: &Ident, layers: &TokenStream) -> Error {
    message(
        sequence.span(),
        format!("`{sequence}` has no place here: layers one after another are a tuple"),
        format!("write `({})`", shown(layers)),
    )
}

/// `size` is computed where a layer's size stands.
pub fn computed_size(size: &TokenStream, operator: Span) -> Error {
    message(
        operator,
        format!("`{size}` is computed, and a layer's size is a number or a name"),
        format!(
            "write `{{ {size} }}` if it is of constants outside the block; of a parameter of the struct Rust computes no other: make it a parameter too, `const WIDTH: usize`"
        ),
    )
}

/// `row` is a list of layers.
pub fn layers_in_brackets(row: &Group) -> Error {
    message(
        row.span_open(),
        "layers one after another are a tuple, and no list",
        format!("write `({})`", shown(&row.stream())),
    )
}

/// `sizes` are what is written in the place of the shape.
pub fn size_of_parameter(sizes: &[&GenericArgument]) -> Error {
    let shown: Vec<String> = sizes
        .iter()
        .map(|size| size.to_token_stream().to_string())
        .collect();
    let shown = shown.join(", ");
    message(
        sizes[0].span(),
        "a `Parameter` has a shape, and not a size",
        format!("write `Parameter<Rank{}<{shown}>>`", sizes.len()),
    )
}

pub fn no_names(at: Span) -> Error {
    message(
        at,
        "`elbow::model!` does not see elbow's networks and distributions",
        "write `use elbow::prelude::*;` at the top of this file, or of the `mod` around the block, and `model!` in the place of `elbow::model!`",
    )
}
