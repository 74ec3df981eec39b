//! What is allowed, but hardly meant.

use std::collections::BTreeSet;

use syn::Ident;

use super::activations::activations_fit;
use crate::{
    diagnostics::{self, Warning},
    graph::{Body, Graph, Read, Variable},
    suggest,
};

/// The warnings of a model without errors.
pub fn warnings(graph: &Graph) -> Vec<Warning> {
    let mut warnings = latents_explain_something(graph);
    warnings.extend(fields_are_read(graph));
    warnings.extend(activations_fit(graph));
    warnings
}

/// Some observed site depends on every latent. A site that another inference model observes is no mistake.
///
/// A variable that the model does not know may stand where the latent was to be read; rustc says so there.
fn latents_explain_something(graph: &Graph) -> Vec<Warning> {
    let is_observed = |name: &Ident| {
        let mut programs = graph.inferences.iter().map(|body| body.program);
        programs.any(|program| program.argument(name).is_some())
    };
    let sites = || graph.generative.program.sites().map(|site| &site.name);
    if !sites().any(is_observed) || graph.generative.unknown().any(reads_variable) {
        return Vec::new();
    }
    let explains = |name: &Ident| {
        graph
            .generative
            .descendants([name.clone()])
            .iter()
            .any(is_observed)
    };
    sites()
        .filter(|name| !explains(name))
        .map(diagnostics::latent_explains_nothing)
        .collect()
}

/// Whether an unknown name stands where a variable would: constants have capitals, and functions are called.
fn reads_variable(read: &Read) -> bool {
    !read.called && read.name.to_string().starts_with(char::is_lowercase)
}

/// Some program reads every field. A leading underscore says that it is meant, as everywhere in Rust.
///
/// Of a field that a body may misspell there is no warning: if it does, rustc says so there.
fn fields_are_read(graph: &Graph) -> Vec<Warning> {
    let read: BTreeSet<_> = graph
        .bodies()
        .flat_map(|body| &body.nodes)
        .flat_map(|node| &node.reads)
        .filter(|read| matches!(read.of, Variable::Parameter | Variable::Module))
        .map(|read| &read.name)
        .collect();
    let unknown = || graph.bodies().flat_map(Body::unknown);
    let unread = |name: &&Ident| {
        !read.contains(*name)
            && !name.to_string().starts_with('_')
            && !unknown().any(|read| suggest::is_near(&read.name, name))
    };
    let fields = graph.model.module.fields.iter().map(|field| &field.name);
    fields
        .filter(unread)
        .map(diagnostics::unread_field)
        .collect()
}
