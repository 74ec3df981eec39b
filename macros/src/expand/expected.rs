//! What stands on the right of `~` must be a distribution over the site's events. A trait of the site's own says so in the
//! site's words.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote_spanned};
use syn::{Expr, ExprLit, Ident, Lit, visit::Visit};

use super::{network, parts};
use crate::{
    ast::{Dims, Field, Program, Site},
    diagnostics::{self, LastLayer, Unfit},
    outline::{Outline, type_name},
    scope,
};

/// The checks of all sites that a program samples, beside the program: `p` is run by every inference model too.
///
/// ```text
/// #[diagnostic::on_unimplemented(…)]
/// trait __EventsOfVaePX<E> { … }
/// impl<E, D: Distribution> __EventsOfVaePX<E> for D where E: IsEventOf<D, D::Event, D::Measure> { … }
/// fn __site_vae_p_x<E: Event, P>(distribution: impl __EventsOfVaePX<E, Itself = P>) -> P { … }
/// ```
pub fn checks<'a>(
    outline: &Outline,
    program: &Program,
    sites: impl Iterator<Item = (&'a Site, Option<&'a Dims>)>,
    fields: &[&'a Field],
) -> TokenStream {
    sites
        .map(|(site, dims)| check(outline, program, site, dims, fields))
        .collect()
}

/// The function that checks a site of a program.
pub fn name(outline: &Outline, program: &Program, site: &Site) -> Ident {
    let program = type_name(outline.module, program, "");
    format_ident!(
        "__site_{program}_{}",
        site.name,
        span = parts::at(site.tilde)
    )
}

fn check(
    outline: &Outline,
    program: &Program,
    site: &Site,
    dims: Option<&Dims>,
    fields: &[&Field],
) -> TokenStream {
    let at = parts::at(site.tilde);
    let name = name(outline, program, site);
    let events = format_ident!("__events_of{name}", span = at);
    let Unfit {
        message,
        label,
        note,
    } = diagnostics::another_event(&site.name, &shape(dims), last_layer(site, dims, fields));
    quote_spanned! {at=>
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
        #[allow(non_camel_case_types, dead_code)]
        trait #events<E> {
            type Itself;
            fn itself(self) -> Self::Itself;
        }

        #[diagnostic::do_not_recommend]
        impl<E, D> #events<E> for D
        where
            D: ::elbow::distribution::Distribution,
            E: ::elbow::program::IsEventOf<D, D::Event, D::Measure>,
        {
            type Itself = E::Itself;
            fn itself(self) -> E::Itself {
                E::itself(self)
            }
        }

        #[allow(non_snake_case, dead_code)]
        fn #name<E: ::elbow::shape::Event, P>(distribution: impl #events<E, Itself = P>) -> P {
            ::elbow::program::has_elements::<E>();
            distribution.itself()
        }
    }
}

/// `[2, N]` as it was written; braces would stand for a type.
fn shape(dims: Option<&Dims>) -> String {
    let axes = dims.iter().flat_map(|dims| &dims.axes);
    let axes: Vec<String> = axes
        .map(|axis| axis.to_token_stream().to_string())
        .collect();
    format!("[{}]", axes.join(", ")).replace(['{', '}'], "")
}

/// The last layer of the one network that the distribution calls, where its width and that of the site are numbers that
/// differ.
fn last_layer<'a>(
    site: &'a Site,
    dims: Option<&'a Dims>,
    fields: &[&'a Field],
) -> Option<LastLayer<'a>> {
    let [
        Expr::Lit(ExprLit {
            lit: Lit::Int(wanted),
            ..
        }),
    ] = dims?.axes.as_slice()
    else {
        return None;
    };
    let mut calls = Calls(Vec::new());
    calls.visit_expr(&site.distribution);
    let wanted = wanted.base10_digits();
    let called = |field: &&&Field| calls.0.contains(&&field.name);
    fields.iter().filter(called).find_map(|field| {
        let (layer, [takes, gives]) = network::last_widths(&field.spec)?;
        let gives = gives?.base10_digits();
        (gives != wanted).then(|| LastLayer {
            network: &field.name,
            layer,
            takes: takes.map(|takes| takes.base10_digits()),
            gives,
            wanted,
        })
    })
}

/// The names that are called.
struct Calls<'a>(Vec<&'a Ident>);

impl<'a> Visit<'a> for Calls<'a> {
    fn visit_expr_call(&mut self, call: &'a syn::ExprCall) {
        self.0.extend(scope::variable(&call.func));
        syn::visit::visit_expr_call(self, call);
    }
}
