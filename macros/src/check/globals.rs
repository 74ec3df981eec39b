//! Rules about global sites: one draw for the whole data set.

use crate::{
    diagnostics,
    errors::Errors,
    graph::{Body, Extent, Graph},
};

/// A site is declared global once, in the generative model.
pub fn globals_are_declared_once(graph: &Graph, errors: &mut Errors) {
    for body in &graph.inferences {
        for site in body.program.sites() {
            if let Some(global) = &site.global {
                errors.push(diagnostics::global_in_inference(
                    &global.keyword,
                    &site.name,
                ));
            }
        }
    }
}

/// `global` stands before `sample`. In an inference model it stands nowhere, which is another mistake.
pub fn globals_lead_their_statements(graph: &Graph, errors: &mut Errors) {
    for site in graph.generative.program.sites() {
        if let Some(global) = site.global.as_ref().filter(|global| !global.leads) {
            errors.push(diagnostics::global_after_sample(
                &global.keyword,
                &site.name,
            ));
        }
    }
}

/// A global site is latent: data come in rows, and it has none.
pub fn globals_are_not_observed(graph: &Graph, errors: &mut Errors) {
    for body in &graph.inferences {
        for argument in &body.program.arguments {
            if graph.is_global(&argument.name) {
                errors.push(diagnostics::global_observed(&argument.name));
            }
        }
    }
}

/// The prior of a global site reads no row: it is there before all rows.
pub fn global_priors_read_no_rows(graph: &Graph, errors: &mut Errors) {
    for (site, read) in reads_of_rows(graph, &graph.generative) {
        errors.push(diagnostics::global_prior_reads_rows(read, site));
    }
}

/// The posterior of a global site reads no row: a minibatch has some of them, and another step has others.
pub fn global_guides_read_no_rows(graph: &Graph, errors: &mut Errors) {
    for body in &graph.inferences {
        for (site, read) in reads_of_rows(graph, body) {
            errors.push(diagnostics::global_guide_reads_rows(read, site));
        }
    }
}

/// The global sites of a body with what they read of rows: once each name. An unknown name is another mistake.
fn reads_of_rows<'g>(
    graph: &'g Graph,
    body: &'g Body,
) -> impl Iterator<Item = (&'g syn::Ident, &'g syn::Ident)> {
    let globals = body.sites().filter(|(site, node)| {
        // One in a loop is another mistake.
        graph.is_global(&site.name) && node.within.is_none()
    });
    globals.flat_map(|(site, node)| {
        let mut seen = std::collections::BTreeSet::new();
        node.reads
            .iter()
            .filter(move |read| read.extent == Extent::Row && seen.insert(&read.name))
            .map(|read| (&site.name, &read.name))
    })
}
