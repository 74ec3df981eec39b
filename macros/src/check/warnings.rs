//! What is allowed, but hardly meant.

use std::collections::BTreeSet;

use syn::{Error, Ident};

use crate::{
    diagnostics,
    graph::{Graph, Read, Variable},
    suggest,
};

/// The warnings of a model without errors.
pub fn warnings(graph: &Graph) -> Vec<Error> {
    let mut warnings = latents_explain_something(graph);
    warnings.extend(fields_are_read(graph));
    warnings
}

/// Some observed site depends on every latent. A site that another inference model observes is no mistake.
fn latents_explain_something(graph: &Graph) -> Vec<Error> {
    let is_observed = |name: &Ident| {
        let mut programs = graph.inferences.iter().map(|body| body.program);
        programs.any(|program| program.argument(name).is_some())
    };
    let sites = || graph.generative.program.sites().map(|site| &site.name);
    if !sites().any(is_observed) {
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

/// Some program reads every field. A leading underscore says that it is meant, as everywhere in Rust. A name that is not the
/// model's may be a field's, misspelt; it is rustc that knows.
fn fields_are_read(graph: &Graph) -> Vec<Error> {
    let bodies = [&graph.generative].into_iter().chain(&graph.inferences);
    let nodes = bodies.flat_map(|body| &body.nodes);
    let (mut read, mut free) = (BTreeSet::new(), BTreeSet::new());
    for Read { name, of, .. } in nodes.flat_map(|node| &node.reads) {
        match of {
            Variable::Parameter | Variable::Module { .. } => read.insert(name),
            Variable::Free => free.insert(name),
            Variable::Data | Variable::Let { .. } => false,
        };
    }
    let unread = |name: &&Ident| !read.contains(*name) && !name.to_string().starts_with('_');
    let fields = graph.model.module.fields.iter().map(|field| &field.name);
    fields
        .filter(unread)
        .map(|field| {
            diagnostics::unread_field(field, suggest::nearest(field, free.iter().copied()))
        })
        .collect()
}
