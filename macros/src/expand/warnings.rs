//! Warnings on stable Rust: a value that must be used and is not, at the user's token.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use crate::diagnostics::Warning;

/// One unused value a warning, which rustc shows by its name, with the message below. Of an array rustc does not advise to
/// write `let _ =` before it.
///
/// ```text
/// const _: () = { #[must_use = "…"] struct spare; [spare]; };
/// ```
pub fn warnings(warnings: &[Warning]) -> TokenStream {
    let warning = |Warning { unused, message }: &Warning| {
        let note = message.to_string();
        quote_spanned! {message.span()=>
            #[allow(clippy::no_effect)]
            const _: () = {
                #[must_use = #note]
                #[allow(non_camel_case_types)]
                struct #unused;
                [#unused];
            };
        }
    };
    warnings.iter().map(warning).collect()
}
