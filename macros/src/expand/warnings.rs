//! Warnings on stable Rust: a value that must be used and is not, at the user's token.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::parts;
use crate::{
    ast::Module,
    diagnostics::{Condition, Range, Warning},
};

/// One unused value a warning, which rustc shows by its name, with the message below. Of an array rustc does not advise to
/// write `let _ =` before it. Where a warning depends on a layer's type, that decides whether there is a value.
///
/// ```text
/// const __Vae: () = {
///     { #[must_use = "…"] struct spare; [spare]; }
///     { #[must_use = "…"] struct probs_of_decoder; fn warn() { Asked::<Sigmoid>::new().if_unit(probs_of_decoder); } }
/// };
/// ```
///
/// A constant `_` would be what rustc finds nearest to an unknown name of one letter. Of two values of one name it shows where
/// they are: `__Vae::spare`.
pub fn warnings(module: &Module, warnings: &[Warning]) -> Option<TokenStream> {
    let warning = |warning: &Warning| {
        let Warning {
            unused, message, ..
        } = warning;
        let (at, note) = (message.span(), message.to_string());
        let value = match &warning.condition {
            None => quote_spanned!(at=> [#unused];),
            Some(condition) => conditional(module, warning, condition),
        };
        quote_spanned! {at=>
            #[allow(clippy::no_effect)]
            {
                #[must_use = #note]
                #[allow(non_camel_case_types, dead_code)]
                struct #unused;
                #value
            }
        }
    };
    let warned: Vec<TokenStream> = warnings.iter().map(warning).collect();
    let name = format_ident!("__{}", module.name, span = Span::mixed_site());
    (!warned.is_empty()).then(|| {
        quote! {
            #[allow(dead_code, non_upper_case_globals)]
            const #name: () = { #(#warned)* };
        }
    })
}

fn conditional(module: &Module, warning: &Warning, condition: &Condition) -> TokenStream {
    let (at, unused, layer) = (warning.message.span(), &warning.unused, &condition.layer);
    let bound = parts::bound(module);
    let method = match condition.range {
        Range::UnitInterval => quote!(if_unit),
        Range::Reals => quote!(if_real),
    };
    quote_spanned! {at=>
        #[allow(dead_code)]
        fn __warn<#bound>() {
            #[allow(unused_imports)]
            use ::elbow::__macro::nn::facts::UnknownLayer as _;
            ::elbow::__macro::nn::facts::Asked::<#layer>::new().#method(#unused);
        }
    }
}
