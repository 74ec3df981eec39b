//! Rules about which program draws which site.

use std::collections::BTreeSet;

use syn::Ident;

use crate::{
    ast::Model,
    diagnostics,
    errors::Errors,
    graph::{Body, Graph, Variable},
    suggest,
};

/// `via` chooses how a posterior draw is differentiated; a generative model has no posterior.
pub fn generative_models_have_no_estimators(model: &Model, errors: &mut Errors) {
    for site in model.generatives.iter().flat_map(|program| program.sites()) {
        if let Some(via) = &site.via {
            errors.push(diagnostics::via_in_generative(via.keyword));
        }
    }
}

/// A program samples a site once: a second draw would make two densities of one name.
pub fn sites_are_sampled_once(graph: &Graph, errors: &mut Errors) {
    for body in graph.bodies() {
        let mut seen = BTreeSet::new();
        for site in body.program.sites() {
            if !seen.insert(&site.name) {
                errors.push(diagnostics::site_twice(&site.name, &body.program.name));
            }
        }
    }
}

/// A covariate is given, in the generative model and in every inference model. An argument that the generative model itself
/// samples is an error at that argument, and nowhere else.
pub fn covariates_are_not_sampled(graph: &Graph, errors: &mut Errors) {
    let program = graph.generative.program;
    let arguments = program.arguments.iter().map(|argument| &argument.name);
    let sampled: Vec<&Ident> = arguments
        .filter(|name| graph.site(name).is_some())
        .collect();
    if !sampled.is_empty() {
        errors.push(diagnostics::sampled_argument(&sampled, &program.name));
    }
    for body in &graph.inferences {
        for site in body.program.sites() {
            if graph.covariate(&site.name).is_some() && !sampled.contains(&&site.name) {
                errors.push(diagnostics::sampled_covariate(&site.name));
            }
        }
    }
}

/// An inference model samples sites of the generative model, and none that it is given.
pub fn guides_sample_what_is_latent(graph: &Graph, errors: &mut Errors) {
    for body in &graph.inferences {
        for site in body.program.sites() {
            let name = &site.name;
            if graph.covariate(name).is_some() || errors.is_unclear(name) {
                continue;
            }
            if graph.site(name).is_none() {
                let generative = &graph.generative.program.name;
                errors.push(diagnostics::unknown_site(
                    name,
                    generative,
                    suggestion(graph, body, name),
                ));
            } else if body.program.argument(name).is_some() {
                errors.push(diagnostics::sampled_observation(name, &body.program.name));
            }
        }
    }
}

/// Every site of the generative model is given to each inference model or sampled in it. Otherwise training would use
/// prior draws without a word.
pub fn latents_have_a_posterior(graph: &Graph, errors: &mut Errors) {
    for body in &graph.inferences {
        let mut told = BTreeSet::new();
        for site in graph.generative.program.sites() {
            let name = &site.name;
            let known = provides(graph, body, name)
                || graph.covariate(name).is_some()
                || errors.is_unclear(name);
            if known || !told.insert(name) {
                continue;
            }
            let mut reads = body.nodes.iter().flat_map(|node| &node.reads);
            let read = reads.find(|read| read.name == *name && read.of == Variable::Data);
            errors.push(match read {
                Some(read) => diagnostics::site_not_given(&read.name, &body.program.name),
                None => diagnostics::missing_latent(&body.program.name, name),
            });
        }
    }
}

/// Whether an inference model is given or samples `name`, or a misspelling of it, which is reported where it is written.
pub fn provides(graph: &Graph, body: &Body, name: &Ident) -> bool {
    written(body).any(|written| written == name || suggestion(graph, body, written) == Some(name))
}

/// What an unknown name of an inference model was meant to be: the nearest name that it lacks, or the only one.
pub fn suggestion<'a>(graph: &Graph<'a>, body: &Body, name: &Ident) -> Option<&'a Ident> {
    if graph.names().any(|known| known == name) {
        return None;
    }
    let is_written = |known: &&Ident| written(body).any(|written| written == *known);
    let lacking: Vec<&Ident> = graph.names().filter(|known| !is_written(known)).collect();
    let only = match lacking[..] {
        [only] => Some(only),
        _ => None,
    };
    suggest::nearest(name, lacking).or(only)
}

/// The arguments and sites of an inference model.
fn written<'a>(body: &Body<'a>) -> impl Iterator<Item = &'a Ident> {
    let program = body.program;
    let arguments = program.arguments.iter().map(|argument| &argument.name);
    arguments.chain(program.sites().map(|site| &site.name))
}
