//! Plan to tokens: thin, and unable to fail.
//!
//! Names that the user did not write are mixed-site, so that no variable of theirs can meet ours. All tokens of one
//! generated statement share one syntax context and stand at one token of the user's, or an error would cover the whole
//! block; inside the user's own expressions the tokens that are put in take the spans of those around them.

mod body;
mod counts;
mod early;
mod expected;
mod flow;
pub mod generative;
pub mod inference;
mod loops;
pub mod module;
mod network;
mod numbers;
mod parts;
mod pass;
mod program;
mod sizes;
mod table;
mod view;
mod warnings;

pub use network::LONGEST_ROW;
pub use warnings::warnings;

use proc_macro2::TokenStream;
use quote::quote;

use crate::{outline::Outline, plan::Plan};

/// Everything that a sound block generates.
pub fn model(outline: &Outline, plan: &Plan) -> TokenStream {
    let calls = &plan.calls[..];
    let module = module::items(outline, calls, &plan.parameters);
    let generative = outline.generative.iter().map(|program| {
        let shown = plan.generative.to_string();
        generative::items(
            outline,
            program,
            &shown,
            &table::generative(outline, &plan.generative),
            &generative::joint(outline, program, &plan.generative),
        )
    });
    let inferences = outline
        .inferences
        .iter()
        .zip(&plan.inferences)
        .map(|(program, plan)| {
            let shown = plan.to_string();
            inference::items(
                outline,
                program,
                &shown,
                &table::inference(outline, plan),
                &pass::pass(outline, program, plan),
            )
        });
    let checks = outline.generative.iter().map(|program| {
        let own = plan.generative.sites();
        let sites = own.map(|(site, ())| (site, site.dims.as_ref()));
        expected::checks(
            outline,
            program.program,
            sites,
            &plan.generative.fields,
            calls,
        )
    });
    let guides = plan.inferences.iter().map(|plan| {
        let sites = plan.guide.sites();
        let sites = sites.map(|(site, prior)| (site, prior.dims.as_ref()));
        expected::checks(outline, plan.program, sites, &plan.guide.fields, calls)
    });
    quote!(#module #(#checks)* #(#guides)* #(#generative)* #(#inferences)*)
}
