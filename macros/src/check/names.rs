//! Rules about names that hide one another.

use proc_macro2::TokenTree;
use syn::Ident;

use super::sites::provides;
use crate::{
    diagnostics,
    errors::Errors,
    graph::{Body, Graph},
};

/// Sites, covariates and variables do not take the name of a field, which every body reads by its name.
pub fn fields_are_not_hidden(graph: &Graph, errors: &mut Errors) {
    let variables = graph.bodies().flat_map(Body::variables);
    let names: Vec<Ident> = graph.names().cloned().chain(variables).collect();
    for name in names {
        if graph.field(&name).is_some() {
            errors.push(diagnostics::name_of_field(&name));
        }
    }
}

/// A `let` does not hide a site or a covariate: the generated code scores sites by their names.
///
/// In an inference model that is given no such site it was to be drawn: that it is not is no second mistake.
pub fn sites_are_not_hidden(graph: &Graph, errors: &mut Errors) {
    for body in graph.bodies() {
        let is_guide = body.program.name != graph.generative.program.name;
        for name in body.variables() {
            if graph.names().all(|known| *known != name) {
                continue;
            }
            let is_provided = graph.covariate(&name).is_some() || provides(graph, body, &name);
            if is_guide && !is_provided {
                errors.mark_unclear([TokenTree::Ident(name.clone())]);
                errors.push(diagnostics::let_for_sample(&name));
            } else {
                errors.push(diagnostics::let_reuses_site(&name));
            }
        }
    }
}
