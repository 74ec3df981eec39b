//! Warnings on stable Rust: a use of a deprecated constant, at the user's token.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::Error;

/// One deprecated use a warning.
///
/// ```text
/// const _: () = { #[deprecated(note = "…")] const WARNING: () = (); WARNING };
/// ```
pub fn warnings(warnings: &[Error]) -> TokenStream {
    let warning = |warning: &Error| {
        let note = warning.to_string();
        quote_spanned! {warning.span()=>
            const _: () = {
                #[deprecated(note = #note)]
                const WARNING: () = ();
                WARNING
            };
        }
    };
    warnings.iter().map(warning).collect()
}
