//! Rules about reading.

use std::collections::BTreeSet;

use syn::{Error, Ident};

use crate::{
    diagnostics,
    errors::Errors,
    graph::{Body, Extent, Graph, Node, Read, Resolved, Variable, is_closure},
};

/// A site is read only after it was given or drawn, so that the graph has no cycle.
pub fn sites_are_drawn_before_they_are_read(graph: &Graph, errors: &mut Errors) {
    for body in [&graph.generative].into_iter().chain(&graph.inferences) {
        drawn_before_read(body, graph, errors);
    }
}

fn drawn_before_read(body: &Body, graph: &Graph, errors: &mut Errors) {
    let given = body.program.arguments.iter().map(|argument| &argument.name);
    let mut drawn: BTreeSet<_> = given.collect();
    for node in &body.nodes {
        let mut told = BTreeSet::new();
        for read in node.reads.iter().filter(|read| read.of == Variable::Data) {
            // A name that this body never draws is a missing latent, and reported as such; that of a field is unclear.
            let later = body.program.sites().any(|site| site.name == read.name)
                && graph.field(&read.name).is_none();
            // A global site must not read rows at all, drawn or not.
            let of_rows = node.extent == Extent::Global && read.extent == Extent::Row;
            if later
                && !of_rows
                && !drawn.contains(&read.name)
                && !errors.is_unclear(&read.name)
                && told.insert(&read.name)
            {
                errors.push(early_read(body, node, &read.name));
            }
        }
        if let Resolved::Site(site) = node.statement {
            drawn.insert(&site.name);
        }
    }
}

/// What is wrong where a site is read above its draw: moving the draw helps only if it does not need this statement itself.
fn early_read(body: &Body, node: &Node, name: &Ident) -> Error {
    let needs = body.ancestors(name);
    match node.statement {
        Resolved::Site(site) if site.name == *name => diagnostics::self_dependency(name),
        Resolved::Site(site) if needs.contains(&site.name) => {
            diagnostics::mutual_dependency(name, &site.name)
        }
        Resolved::Let(_) if needs.contains(name) => diagnostics::self_dependency(name),
        _ => diagnostics::read_before_drawn(name, &body.program.name),
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

/// A closure that reads tensors borrows the pass as it is; the next draw changes the pass, for example its number of rows.
/// So the closure is used up to the next draw, and not after it.
pub fn closures_end_at_the_next_draw(graph: &Graph, errors: &mut Errors) {
    for body in [&graph.generative].into_iter().chain(&graph.inferences) {
        for (at, node) in body.nodes.iter().enumerate() {
            if borrows_the_pass(node) {
                let mut later = body.nodes[at + 1..].iter();
                later.find(|node| matches!(node.statement, Resolved::Site(_)));
                let reads = later.flat_map(|node| &node.reads);
                let uses =
                    |read: &&Read| matches!(read.of, Variable::Let { node, .. } if node == at);
                if let Some(read) = reads.into_iter().find(uses) {
                    errors.push(diagnostics::closure_outlives_draw(&read.name));
                }
            }
        }
    }
}

fn borrows_the_pass(node: &Node) -> bool {
    let Resolved::Let(local) = node.statement else {
        return false;
    };
    is_closure(local)
        && node
            .reads
            .iter()
            .any(|read| read.of.is_tensor() && !read.called)
}
