//! Rules about reading.

use std::collections::BTreeSet;

use crate::{
    diagnostics,
    errors::Errors,
    graph::{Body, Graph, Resolved, Variable},
};

/// A site is read only after it was given or drawn, so that the graph has no cycle.
pub fn sites_are_drawn_before_they_are_read(graph: &Graph, errors: &mut Errors) {
    for body in [&graph.generative].into_iter().chain(&graph.inferences) {
        drawn_before_read(body, errors);
    }
}

fn drawn_before_read(body: &Body, errors: &mut Errors) {
    let given = body.program.arguments.iter().map(|argument| &argument.name);
    let mut drawn: BTreeSet<_> = given.collect();
    for node in &body.nodes {
        let mut told = BTreeSet::new();
        for read in node.reads.iter().filter(|read| read.of == Variable::Data) {
            // A name that this body never draws is a missing latent, and reported as such.
            let later = body.program.sites().any(|site| site.name == read.name);
            if later
                && !drawn.contains(&read.name)
                && !errors.is_unclear(&read.name)
                && told.insert(&read.name)
            {
                errors.push(diagnostics::read_before_drawn(
                    &read.name,
                    &body.program.name,
                ));
            }
        }
        if let Resolved::Site(site) = node.statement {
            drawn.insert(&site.name);
        }
    }
}

/// A parameter is a tensor: it is read by its name, and not called.
pub fn parameters_are_not_called(graph: &Graph, errors: &mut Errors) {
    let bodies = [&graph.generative].into_iter().chain(&graph.inferences);
    for read in bodies
        .flat_map(|body| &body.nodes)
        .flat_map(|node| &node.reads)
    {
        if read.called && read.of == Variable::Parameter {
            errors.push(diagnostics::parameter_called(&read.name));
        }
    }
}
