//! Rules about the layers of a field, as far as their widths are written as numbers.

use syn::{
    Expr, ExprLit, GenericArgument, Ident, Lit, LitInt, PathArguments, PathSegment, Type,
    TypeTuple,
    visit::{self, Visit},
};

use crate::{
    ast::{Model, bare},
    diagnostics,
    errors::Errors,
    expand::LONGEST_ROW,
};

/// Layers that return as many numbers as they take.
const OF_ANY_WIDTH: [&str; 16] = [
    "Abs",
    "Cos",
    "Dropout",
    "Exp",
    "FastGeLU",
    "GeLU",
    "LeakyReLU",
    "Ln",
    "ReLU",
    "Sigmoid",
    "Sin",
    "Softmax",
    "Softplus",
    "Sqrt",
    "Square",
    "Tanh",
];

/// Whether the macro knows that a layer takes one tensor.
pub fn is_known(layer: &Ident) -> bool {
    layer == "Linear" || layer == "SplitInto" || OF_ANY_WIDTH.iter().any(|name| layer == name)
}

/// A linear layer takes as many numbers as the layer before it gives. Where a size is a name, rustc compares types.
pub fn layers_fit_one_another(model: &Model, errors: &mut Errors) {
    for field in &model.module.fields {
        follow(&field.spec, None, errors);
    }
}

/// A tuple holds at most sixteen layers, wherever it stands in a field.
pub fn rows_have_at_most_sixteen_layers(model: &Model, errors: &mut Errors) {
    struct Rows<'e>(&'e mut Errors);
    impl<'a> Visit<'a> for Rows<'_> {
        fn visit_type_tuple(&mut self, row: &'a TypeTuple) {
            if let Some(first) = row.elems.iter().nth(LONGEST_ROW) {
                self.0
                    .push(diagnostics::too_many_layers(first, row.elems.len()));
            }
            visit::visit_type_tuple(self, row);
        }
    }
    for field in &model.module.fields {
        Rows(errors).visit_type(&field.spec);
    }
}

/// The numbers that these layers give, if it is known, when they are given so many.
fn follow<'a>(
    spec: &'a Type,
    given: Option<&'a LitInt>,
    errors: &mut Errors,
) -> Option<&'a LitInt> {
    match bare(spec) {
        Type::Tuple(row) => {
            let layers = row.elems.iter();
            layers.fold(given, |given, layer| follow(layer, given, errors))
        }
        Type::Path(path) => {
            let layer = path.path.segments.last()?;
            if layer.ident != "Linear" {
                let keeps = OF_ANY_WIDTH.iter().any(|name| layer.ident == name);
                return given.filter(|_| keeps);
            }
            let [takes, gives] = widths(layer)?;
            if let (Some(given), Some(takes)) = (given, takes)
                && given.base10_digits() != takes.base10_digits()
            {
                errors.push(diagnostics::layers_do_not_fit(takes, given, gives));
            }
            gives
        }
        _ => None,
    }
}

/// What is written of a linear layer's widths as a number.
pub fn widths(layer: &PathSegment) -> Option<[Option<&LitInt>; 2]> {
    let PathArguments::AngleBracketed(arguments) = &layer.arguments else {
        return None;
    };
    let mut widths = arguments.args.iter().map(|argument| match argument {
        GenericArgument::Const(Expr::Lit(ExprLit {
            lit: Lit::Int(width),
            ..
        })) => Some(width),
        _ => None,
    });
    Some([widths.next()?, widths.next()?])
}
