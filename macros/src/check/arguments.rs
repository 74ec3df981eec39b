//! Rules about arguments and event shapes.

use std::collections::HashSet;

use quote::ToTokens;

use super::sites::{provides, suggestion};
use crate::{
    ast::{Argument, Dims, Model},
    diagnostics,
    errors::Errors,
    graph::Graph,
};

/// No program lists an argument twice.
pub fn arguments_are_listed_once(model: &Model, errors: &mut Errors) {
    for program in model.generatives.iter().chain(&model.inferences) {
        let mut seen = HashSet::new();
        for argument in &program.arguments {
            if !seen.insert(&argument.name) {
                errors.push(diagnostics::argument_twice(&argument.name));
            }
        }
    }
}

/// An event shape has at most three axes: dfdx has six, of which the rows and the particles take their share.
pub fn events_have_at_most_three_axes(model: &Model, errors: &mut Errors) {
    for program in &model.generatives {
        let arguments = program
            .arguments
            .iter()
            .filter_map(|argument| argument.dims.as_ref());
        let sites = program.sites().filter_map(|site| site.whole());
        for dims in arguments.chain(sites).filter(|dims| dims.axes.len() > 3) {
            errors.push(diagnostics::too_many_axes(dims.span, dims.axes.len()));
        }
    }
}

/// An inference model's arguments are sites and covariates of the generative model.
pub fn arguments_are_known(graph: &Graph, errors: &mut Errors) {
    for body in &graph.inferences {
        for Argument { name, .. } in &body.program.arguments {
            if graph.names().any(|known| known == name) || errors.is_unclear(name) {
                continue;
            }
            let generative = &graph.generative.program.name;
            errors.push(diagnostics::unknown_argument(
                name,
                generative,
                suggestion(graph, body, name),
            ));
        }
    }
}

/// Every inference model is given every covariate: a covariate has no distribution from which it could be drawn.
pub fn covariates_are_given(graph: &Graph, errors: &mut Errors) {
    for body in &graph.inferences {
        for Argument { name, .. } in &graph.generative.program.arguments {
            if !provides(graph, body, name) && !errors.is_unclear(name) {
                errors.push(diagnostics::missing_covariate(&body.program.name, name));
            }
        }
    }
}

/// Event shapes are declared once, in the generative model; an inference model may repeat them word for word.
pub fn event_shapes_agree(graph: &Graph, errors: &mut Errors) {
    for body in &graph.inferences {
        let arguments = body
            .program
            .arguments
            .iter()
            .map(|argument| (&argument.name, &argument.dims, graph.dims(&argument.name)));
        let sites = body.program.sites().map(|site| {
            let declared = graph
                .site(&site.name)
                .map(|declared| declared.dims.as_ref());
            (&site.name, &site.dims, declared)
        });
        for (name, written, declared) in arguments.chain(sites) {
            let (Some(written), Some(declared)) = (written, declared) else {
                continue;
            };
            let shown = declared.map_or("as one number a row".to_owned(), |dims| {
                format!("`{}`", show(dims))
            });
            if declared.is_none_or(|declared| show(declared) != show(written)) {
                errors.push(diagnostics::dims_differ(written.span, name, &shown));
            }
        }
    }
}

fn show(dims: &Dims) -> String {
    let axes = dims
        .axes
        .iter()
        .map(|axis| axis.to_token_stream().to_string());
    format!("[{}]", axes.collect::<Vec<_>>().join(", "))
}
