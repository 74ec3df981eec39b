//! Sizes of another type than `usize`: the rest is read as if they were of that type.

use syn::{ConstParam, Expr, Type, parse_quote_spanned, spanned::Spanned};

use crate::{
    ast::{Dims, Model, bare},
    diagnostics,
    errors::Errors,
    scope,
};

/// A parameter that stands alone among the axes of a site is a size, and `usize`. `const N: i32` may be anything else.
pub fn are_usize(model: &mut Model, errors: &mut Errors) {
    let programs = model.generatives.iter().chain(&model.inferences);
    let dims = programs.flat_map(|program| {
        let arguments = program.arguments.iter().map(|argument| &argument.dims);
        arguments.chain(program.sites().map(|site| &site.dims))
    });
    let axes = dims.flatten().flat_map(|Dims { axes, .. }| axes);
    let sizes: Vec<String> = axes.filter_map(name).collect();
    for parameter in &mut model.module.parameters {
        if sizes.contains(&parameter.ident.to_string()) && is_other(parameter) {
            errors.push(diagnostics::size_of_another_type(parameter));
            let at = parameter.ty.span();
            parameter.ty = parse_quote_spanned!(at=> usize);
        }
    }
}

fn name(axis: &Expr) -> Option<String> {
    scope::variable(axis).map(ToString::to_string)
}

/// Whether the parameter's type is an integer other than `usize`.
fn is_other(parameter: &ConstParam) -> bool {
    const OTHERS: [&str; 11] = [
        "u8", "u16", "u32", "u64", "u128", "i8", "i16", "i32", "i64", "i128", "isize",
    ];
    matches!(bare(&parameter.ty), Type::Path(path)
        if path.path.get_ident().is_some_and(|name| OTHERS.iter().any(|other| name == other)))
}
