//! What a field is built of: the spec as written, with every row of more than six layers in elbow's own type for as many.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::{
    ConstParam, Expr, ExprLit, GenericArgument, Lit, LitInt, PathArguments, PathSegment, Type,
    TypeTuple,
    spanned::Spanned,
    visit_mut::{self, VisitMut},
};

use super::parts;
use crate::ast::{Module, bare};

/// dfdx's tuples of layers end here.
const LONGEST_TUPLE: usize = 6;
/// More layers are an error already; what is generated beside it has so many.
pub const LONGEST_ROW: usize = 16;

/// What a field is built to. Layers in a row must fit one another, as far as their types say what they take and give: the
/// type of a field whose layers do not is a mistake, of which nothing more is said.
///
/// ```text
/// Fitting<(Linear<N, 8>, Tanh), {
///     const N: usize = UNKNOWN;
///     let given = follow(None, Asked::<Linear<N, 8>>::WIDTHS, "Linear");
///     …
///     true
/// }>
/// ```
pub fn built(written: &Type, module: &Module) -> TokenStream {
    let (at, spec) = (parts::at(written.span()), spec(written));
    let layers = row(written);
    if layers.len() < 2 {
        return quote_spanned!(at=> ::elbow::__macro::nn::Built<#spec>);
    }
    let steps = layers.into_iter().map(|layer| follow(layer, module));
    let sizes = module.parameters.iter().filter(|size| is_size(size));
    let sizes = sizes.map(|size| &size.ident);
    quote_spanned! {at=>
        ::elbow::__macro::nn::facts::Fitting<#spec, {
            #[allow(unused_imports)]
            use ::elbow::__macro::nn::facts::{UnknownLayer as _, UNKNOWN};
            #(#[allow(dead_code, non_upper_case_globals)] const #sizes: usize = UNKNOWN;)*
            let __given: ::core::option::Option<usize> = ::core::option::Option::None;
            #(#steps)*
            let _ = __given;
            true
        }>
    }
}

/// A step through a layer, at its first size. Where that is computed of the struct's parameters, rustc compares types.
fn follow(layer: &Type, module: &Module) -> TokenStream {
    let last = last_segment(layer);
    let sizes = last.map(|last| match &last.arguments {
        PathArguments::AngleBracketed(sizes) if !sizes.args.is_empty() => sizes.args[0].span(),
        _ => last.ident.span(),
    });
    let at = parts::at(sizes.unwrap_or_else(Span::call_site));
    if computes(layer.to_token_stream(), module, false) {
        return quote_spanned!(at=> let __given = ::core::option::Option::None;);
    }
    let name = last.map_or_else(String::new, |last| last.ident.to_string());
    quote_spanned! {at=>
        let __given = ::elbow::__macro::nn::facts::follow(
            __given, ::elbow::__macro::nn::facts::Asked::<#layer>::WIDTHS, #name
        );
    }
}

/// The layers one after another, whatever tuples they stand in.
fn row(spec: &Type) -> Vec<&Type> {
    match bare(spec) {
        Type::Tuple(row) => row.elems.iter().flat_map(self::row).collect(),
        layer => vec![layer],
    }
}

/// Whether tokens read a parameter of the struct in braces, or one that is no size.
fn computes(tokens: TokenStream, module: &Module, in_braces: bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(name) => {
            let mut parameters = module.parameters.iter();
            let parameter = parameters.find(|parameter| parameter.ident == name);
            parameter.is_some_and(|parameter| in_braces || !is_size(parameter))
        }
        TokenTree::Group(group) => computes(group.stream(), module, true),
        _ => false,
    })
}

fn is_size(parameter: &ConstParam) -> bool {
    matches!(bare(&parameter.ty), Type::Path(path) if path.path.is_ident("usize"))
}

/// `(Linear<4, 4>, Tanh, …)` of seven layers as `Layers7<Linear<4, 4>, Tanh, …>`.
fn spec(written: &Type) -> Type {
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
    quote_spanned!(at=> ::elbow::__macro::nn::#name<#(#layers),*>)
}

/// The name of the layer at the end of a network, and the two sizes that it takes and gives, where they are written as numbers.
/// Behind it there may be activations, which have no sizes.
pub fn last_widths(spec: &Type) -> Option<(&Ident, [Option<&LitInt>; 2])> {
    let sized =
        |layer: &&Type| !matches!(layer, Type::Path(path) if path.path.get_ident().is_some());
    let layer = last_segment(row(spec).into_iter().rev().find(sized)?)?;
    let PathArguments::AngleBracketed(sizes) = &layer.arguments else {
        return None;
    };
    let mut widths = sizes.args.iter().map(number);
    let widths = [widths.next()?, widths.next()?];
    Some((&layer.ident, widths))
}

fn last_segment(layer: &Type) -> Option<&PathSegment> {
    match layer {
        Type::Path(path) => path.path.segments.last(),
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
