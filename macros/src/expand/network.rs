//! What a field is built of: the spec as written, with every row of more than six layers in elbow's own type for as many.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote_spanned};
use syn::{
    Expr, ExprLit, GenericArgument, Lit, LitInt, PathArguments, Type, TypeTuple,
    spanned::Spanned,
    visit_mut::{self, VisitMut},
};

use super::parts;
use crate::ast::bare;

/// dfdx's tuples of layers end here.
const LONGEST_TUPLE: usize = 6;
/// More layers are an error already; what is generated beside it has so many.
pub const LONGEST_ROW: usize = 16;

/// `(Linear<4, 4>, Tanh, …)` of seven layers as `Layers7<Linear<4, 4>, Tanh, …>`.
pub fn spec(written: &Type) -> Type {
    let mut spec = written.clone();
    Rows.visit_type_mut(&mut spec);
    spec
}

struct Rows;

impl VisitMut for Rows {
    fn visit_type_mut(&mut self, spec: &mut Type) {
        visit_mut::visit_type_mut(self, spec);
        if let Type::Tuple(row) = spec
            && row.elems.len() > LONGEST_TUPLE
        {
            *spec = Type::Verbatim(long(row));
        }
    }
}

fn long(row: &TypeTuple) -> TokenStream {
    let at = parts::at(row.span());
    let layers: Vec<_> = row
        .elems
        .iter()
        .take(LONGEST_ROW)
        .map(ToTokens::to_token_stream)
        .collect();
    let name = format_ident!("Layers{}", layers.len(), span = at);
    quote_spanned!(at=> ::elbow::nn::#name<#(#layers),*>)
}

/// What the linear layer at the end of a network takes and gives, where it is written as a number. Behind it there may be
/// activations, which have no width.
pub fn last_widths(spec: &Type) -> Option<[Option<&LitInt>; 2]> {
    match bare(spec) {
        Type::Tuple(row) => row.elems.iter().rev().find_map(|layer| match bare(layer) {
            Type::Path(path) if path.path.get_ident().is_some() => None,
            layer => Some(last_widths(layer)),
        })?,
        Type::Path(path) => {
            let layer = path.path.segments.last()?;
            let PathArguments::AngleBracketed(sizes) = &layer.arguments else {
                return None;
            };
            let mut widths = sizes.args.iter().map(number);
            (layer.ident == "Linear").then_some([widths.next()?, widths.next()?])
        }
        _ => None,
    }
}

/// One end of a network whose last layer has several, which stand in a tuple.
pub fn end(spec: &Type, place: usize) -> Option<&Type> {
    let layer = match bare(spec) {
        Type::Tuple(row) => return end(row.elems.last()?, place),
        Type::Path(path) => path.path.segments.last()?,
        _ => return None,
    };
    match &layer.arguments {
        PathArguments::AngleBracketed(ends) => match ends.args.first() {
            Some(GenericArgument::Type(Type::Tuple(ends))) => ends.elems.iter().nth(place),
            _ => None,
        },
        _ => None,
    }
}

fn number(argument: &GenericArgument) -> Option<&LitInt> {
    match argument {
        GenericArgument::Const(Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        })) => Some(number),
        _ => None,
    }
}
