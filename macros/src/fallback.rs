//! What is generated beside the errors: the same items with bodies that are never run, so that completion still works; and
//! of types that are wrong already (`expand::parts::mistake`), so that one slip is one error, however the items are used.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    expand::{generative, inference, module},
    outline::Outline,
};

/// Every item of the outline.
pub fn model(outline: &Outline) -> TokenStream {
    let never = quote!(::core::unreachable!("this model does not compile"));
    let no_sites = quote!(::elbow::__macro::program::Sites::Listed(&[]));
    let generative = outline
        .generative
        .iter()
        .map(|program| generative::items(outline, program, "", &no_sites, &never));
    let inferences = outline
        .inferences
        .iter()
        .map(|program| inference::items(outline, program, "", &no_sites, &never));
    let module = module::items(outline, &[], &[]);
    quote!(#module #(#generative)* #(#inferences)*)
}
