//! The compiler behind elbow's `model!`: from the notation of the papers to dfdx compute graphs.
//!
//! ```text
//! parse    tokens -> ast::Model        what was written; recovers at `;`, reports every slip at once
//! resolve  ast    -> graph::Graph      sites, edges, reads
//! check    graph  -> Errors            one rule a function, each with its rule written above it
//! plan     graph  -> plan::Plan        a latent without a posterior cannot be represented here
//! expand   plan   -> tokens            thin: calls into the runtime
//! fallback ast    -> tokens            after errors: the same items, so that one slip is one error
//! ```
//!
//! The macro owns structure; the types own probability. It sees tokens and no types, so nothing here knows any family of
//! distributions: aliases, helper functions and users' own distributions work like the built-in ones.

mod ast;
mod check;
mod diagnostics;
mod errors;
mod expand;
mod fallback;
mod graph;
mod outline;
mod parse;
mod plan;
mod resolve;
mod scope;
mod suggest;

use proc_macro2::{Span, TokenStream};

use crate::{ast::Model, errors::Errors, graph::Graph, outline::Outline, plan::Plan};

/// Declares a generative model and its inference models.
///
/// ```text
/// model! {
///     /// A variational auto-encoder with 200 binary latents.
///     pub struct Vae {
///         encoder: (Linear<784, 200>, Tanh, Linear<200, 200>),
///         decoder: (Linear<200, 200>, Tanh, Linear<200, 784>),
///     }
///
///     generative p {
///         sample z: [200] ~ Bernoulli::probs(0.5);
///         sample x: [784] ~ Bernoulli::logits(decoder(z));
///     }
///
///     inference q(x) {
///         sample z ~ Bernoulli::logits(encoder(x));
///     }
/// }
/// ```
///
/// generates the struct `Vae`, a dfdx module with `Vae::new(seed)`, and one method and type a program: `vae.p()` is a
/// `VaeP`, which draws typed `VaePJoint`s; `vae.q(&x)` is a `VaeQ`, which every objective takes.
#[proc_macro]
pub fn model(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    compile(input.into()).into()
}

/// `elbow::model!`, which is reached without the prelude: networks and families are in the prelude, and rustc would
/// complain of each of them.
#[doc(hidden)]
#[proc_macro]
pub fn model_without_names(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    without_names(input.into()).into()
}

/// One error, the items of the block without its fields, whose layers have no names here, and elbow's names, for the
/// code beside the block misses them too.
fn without_names(input: TokenStream) -> TokenStream {
    let at = input.clone().into_iter().next();
    let at = at.map_or_else(Span::call_site, |token| token.span());
    let Some(model) = parse::model(input, &mut Errors::default()) else {
        return diagnostics::no_names(at).to_compile_error();
    };
    let mut errors = Errors::default();
    errors.push(diagnostics::no_names(model.module.name.span()));
    let mut outline = Outline::of(&model, &errors);
    outline.fields.clear();
    let mut tokens = fallback::model(&outline);
    tokens.extend(quote::quote! {
        #[allow(unused_imports)]
        use ::elbow::{prelude::*, train::*};
    });
    tokens
}

/// Tokens to tokens: the six steps.
fn compile(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(model) = parse::model(input, &mut errors) else {
        return errors.to_tokens();
    };
    let graph = analyse(&model, &mut errors);
    let outline = Outline::of(&model, &errors);
    let sound = graph.filter(|_| errors.is_empty());
    match sound
        .as_ref()
        .and_then(|graph| Some((graph, Plan::of(graph)?)))
    {
        Some((graph, plan)) => {
            let mut tokens = expand::model(&outline, &plan);
            tokens.extend(expand::warnings(&model.module, &check::warnings(graph)));
            tokens
        }
        None => {
            let mut tokens = fallback::model(&outline);
            tokens.extend(errors.further());
            tokens
        }
    }
}

/// Resolves and checks.
fn analyse<'a>(model: &'a Model, errors: &mut Errors) -> Option<Graph<'a>> {
    check::model(model, errors);
    let graph = resolve::resolve(model)?;
    check::graph(&graph, errors);
    Some(graph)
}

#[cfg(test)]
mod tests;
