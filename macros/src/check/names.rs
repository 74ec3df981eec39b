//! Rules about names that hide one another.

use syn::Ident;

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
pub fn sites_are_not_hidden(graph: &Graph, errors: &mut Errors) {
    for name in graph.bodies().flat_map(Body::variables) {
        if graph.names().any(|known| *known == name) {
            errors.push(diagnostics::let_reuses_site(&name));
        }
    }
}
