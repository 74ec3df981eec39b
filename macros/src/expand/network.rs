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
use crate::{
    ast::{Field, Module, bare},
    diagnostics::shown,
    plan::{Call, Given, Parameter},
};

/// dfdx's tuples of layers end here.
const LONGEST_TUPLE: usize = 6;
/// More layers are an error already; what is generated beside it has so many.
pub const LONGEST_ROW: usize = 16;

/// The type that a field is built to. A layer must take as many numbers as the layer before it gives, and the network as many as
/// the programs give it. A field that breaks this has no type, and rustc says so once.
///
/// ```text
/// Fitting<(Linear<N, 8>, Tanh), {
///     const N: usize = UNKNOWN;
///     let _ = <Linear<N, 8> as LayerOfField>::known;
///     …
///     let layers = [Named(Asked::<Linear<N, 8>>::WIDTHS, "Linear"), …];
///     let given = follow(Given::Anything, layers[0]);
///     …
///     takes(&layers, "encoder", "x", Some(Const::<4>::SIZE), …);
///     gives_one(Asked::<Tanh>::ENDS, "encoder", "Normal::new");
///     true
/// }>
/// ```
pub fn built(
    field: &Field,
    module: &Module,
    calls: &[Call],
    parameters: &[Parameter],
) -> TokenStream {
    let (at, spec) = (parts::at(field.spec.span()), spec(&field.spec));
    let layers = row(&field.spec);
    let calls = calls.iter().filter(|call| *call.network == field.name);
    let last = layers
        .last()
        .filter(|last| !computes(last.to_token_stream(), module, false));
    let made = parameters.iter().filter(|made| *made.network == field.name);
    let made = made.filter_map(|made| Some(gives_one(made, last?)));
    let first = layers.first().copied();
    let calls = calls
        .filter_map(|call| fits(call, first, module))
        .chain(made);
    let plain = layers
        .iter()
        .filter(|layer| !computes(layer.to_token_stream(), module, false));
    let known = plain.map(|layer| {
        let (at, layer) = (parts::at(layer.span()), self::spec(layer));
        quote_spanned!(at=> let _ = <#layer as ::elbow::__macro::nn::fitting::LayerOfField>::known;)
    });
    let named = layers.iter().map(|layer| named(layer, module));
    let steps = (0..layers.len()).zip(&layers).map(|(place, layer)| {
        let at = parts::at(sizes(layer));
        let given = quote_spanned!(at=> __given, __layers[#place]);
        let follow = quote_spanned!(sizes(layer)=> ::elbow::__macro::nn::fitting::follow(#given));
        quote_spanned!(at=> let __given = #follow;)
    });
    let sizes = module.parameters.iter().filter(|size| is_size(size));
    let sizes = sizes.map(|size| &size.ident);
    quote_spanned! {at=>
        ::elbow::__macro::nn::fitting::Fitting<#spec, {
            #[allow(unused_imports)]
            use ::elbow::__macro::nn::{facts::UnknownLayer as _, fitting::UNKNOWN};
            #(#[allow(dead_code, non_upper_case_globals)] const #sizes: usize = UNKNOWN;)*
            #(#known)*
            let __layers = [#(#named),*];
            let __given = ::elbow::__macro::nn::fitting::Given::Anything;
            #(#steps)*
            let _ = __given;
            #(#calls)*
            true
        }>
    }
}

/// The check that a network which is one parameter of a distribution gives one tensor. Calls that may fail stand at a token as
/// the user wrote it: so rustc does not say that a macro wrote it.
fn gives_one(made: &Parameter, last: &Type) -> TokenStream {
    let (at, network) = (made.network.span(), parts::label(made.network));
    let constructor = shown(&made.constructor.to_token_stream());
    quote_spanned! {at=>
        ::elbow::__macro::nn::fitting::gives_one(
            ::elbow::__macro::nn::facts::Asked::<#last>::ENDS, #network, #constructor
        );
    }
}

/// Whether the argument of a network's call is a variable.
pub fn takes(calls: &[Call], network: &Ident, variable: &Ident) -> bool {
    calls.iter().any(|call| {
        call.network == network
            && matches!(call.given, Given::Variable(input, _) if input == variable)
    })
}

/// A layer's widths and name. Where its sizes are computed of the struct's parameters, rustc compares types.
fn named(layer: &Type, module: &Module) -> TokenStream {
    let at = parts::at(layer.span());
    let name = last_segment(layer).map_or_else(String::new, |last| last.ident.to_string());
    let widths = if computes(layer.to_token_stream(), module, false) {
        quote_spanned!(at=> ::elbow::__macro::nn::Widths::Unknown)
    } else {
        quote_spanned!(at=> ::elbow::__macro::nn::facts::Asked::<#layer>::WIDTHS)
    };
    quote_spanned!(at=> ::elbow::__macro::nn::fitting::Named(#widths, #name))
}

/// The span of a layer's sizes.
fn sizes(layer: &Type) -> Span {
    let sizes = last_segment(layer).map(|last| match &last.arguments {
        PathArguments::AngleBracketed(sizes) if !sizes.args.is_empty() => sizes.args[0].span(),
        _ => last.ident.span(),
    });
    sizes.unwrap_or_else(|| layer.span())
}

/// The check of one call. Its error stands at the network's name in the call.
fn fits(call: &Call, first: Option<&Type>, module: &Module) -> Option<TokenStream> {
    let (at, network) = (parts::at(call.network.span()), parts::label(call.network));
    let (input, dims) = match call.given {
        Given::Arguments(given) => {
            let first = first.filter(|first| !computes(first.to_token_stream(), module, false))?;
            let first = spec(first);
            return Some(quote_spanned! {call.network.span()=>
                ::elbow::__macro::nn::fitting::takes_arguments(
                    ::elbow::__macro::nn::facts::Asked::<#first>::INPUTS, #network, #given
                );
            });
        }
        Given::Variable(input, dims) => (parts::label(input), dims),
    };
    let event = parts::event(dims);
    let axis = match dims.map(|dims| dims.axes.last()) {
        None => quote_spanned!(at=> ::core::option::Option::None),
        Some(axis) => {
            let axis = axis?;
            let mut axes = dims.into_iter().flat_map(|dims| &dims.axes);
            let computes = |axis: &Expr| {
                let is_name = matches!(axis, Expr::Path(_));
                computes(axis.to_token_stream(), module, !is_name)
            };
            if axes.any(computes) {
                return None;
            }
            let axis = parts::axis(axis);
            quote_spanned! {at=>
                ::core::option::Option::Some(<#axis as ::elbow::__macro::dfdx::shapes::ConstDim>::SIZE)
            }
        }
    };
    let layers = Ident::new("__layers", at);
    Some(quote_spanned! {call.network.span()=>
        ::elbow::__macro::nn::fitting::takes(
            &#layers, #network, #input, #axis, <#event as ::elbow::__macro::shape::Event>::ELEMENTS
        );
    })
}

/// The layers one after another, whatever tuples they stand in.
fn row(spec: &Type) -> Vec<&Type> {
    match bare(spec) {
        Type::Tuple(row) => row.elems.iter().flat_map(self::row).collect(),
        layer => vec![layer],
    }
}

/// Whether tokens compute with a parameter of the struct: they read it in braces, or it is no `usize`.
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
