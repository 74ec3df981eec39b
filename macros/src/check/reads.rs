//! Rules about reading.

use std::collections::BTreeSet;

use syn::{
    Error, Expr, ExprField, ExprMethodCall, Ident, Item, Member,
    visit::{self, Visit},
};

use crate::{
    diagnostics,
    errors::Errors,
    graph::{Body, Extent, Graph, Node, Read, Resolved, Variable, expressions, is_closure},
    scope,
};

/// A site is read only after it was given or drawn, so that the graph has no cycle.
pub fn sites_are_drawn_before_they_are_read(graph: &Graph, errors: &mut Errors) {
    for body in graph.bodies() {
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

/// A parameter, a site and a covariate are tensors: they are read by their names, and not called.
pub fn tensors_are_not_called(graph: &Graph, errors: &mut Errors) {
    for node in graph.bodies().flat_map(|body| &body.nodes) {
        for (at, read) in node
            .reads
            .iter()
            .enumerate()
            .filter(|(_, read)| read.called)
        {
            // A site's name that is a field's too is unclear.
            let is_clear = graph.field(&read.name).is_none() && !errors.is_unclear(&read.name);
            match read.of {
                Variable::Parameter => errors.push(diagnostics::parameter_called(&read.name)),
                Variable::Data if is_clear => {
                    let network = network_before(&node.reads[..at]);
                    errors.push(diagnostics::site_called(&read.name, network));
                }
                _ => {}
            }
        }
    }
}

/// The module that is the last argument of a call, if it is one: the arguments are read right before what is called.
fn network_before(reads: &[Read]) -> Option<&Ident> {
    let last = reads.last().filter(|read| !read.called);
    last.filter(|read| matches!(read.of, Variable::Module))
        .map(|read| &read.name)
}

/// A body reads fields by their names alone: what it becomes is no method of the struct, and has no `self`.
pub fn fields_are_read_by_name(graph: &Graph, errors: &mut Errors) {
    for node in graph.bodies().flat_map(|body| &body.nodes) {
        let mut found = SelfReads(Vec::new());
        for expr in expressions(&node.statement) {
            found.visit_expr(expr);
        }
        errors.extend(found.0);
    }
}

/// The errors of `self.prior` and `self.encoder(x)`.
struct SelfReads(Vec<Error>);

impl SelfReads {
    fn note(&mut self, receiver: &Expr, name: &Ident, instead: String) {
        if let Some(keyword) = scope::variable(receiver).filter(|name| *name == "self") {
            self.0
                .push(diagnostics::field_of_self(keyword, name, &instead));
        }
    }
}

impl Visit<'_> for SelfReads {
    fn visit_expr_method_call(&mut self, call: &ExprMethodCall) {
        let instead = format!("{}(…)", call.method);
        self.note(&call.receiver, &call.method, instead);
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_field(&mut self, field: &ExprField) {
        if let Member::Named(name) = &field.member {
            self.note(&field.base, name, name.to_string());
        }
        visit::visit_expr_field(self, field);
    }

    // An item may have a `self` of its own.
    fn visit_item(&mut self, _: &Item) {}
}

/// A `let` belongs to its program: another one that reads its name writes it again. A name that the first program reads from
/// outside too, as in `let norm = norm(z)`, is a function or a constant of the user's.
pub fn lets_are_read_in_their_own_program(graph: &Graph, errors: &mut Errors) {
    for (at, body) in graph.bodies().enumerate() {
        let mut told = BTreeSet::new();
        for read in body.unknown() {
            let mut others = graph.bodies().enumerate().filter(|(other, _)| *other != at);
            let owner = others.find(|(_, other)| {
                other.variables().any(|name| name == read.name)
                    && other.unknown().all(|free| free.name != read.name)
            });
            if let Some((_, owner)) = owner
                && !errors.is_unclear(&read.name)
                && told.insert(&read.name)
            {
                errors.push(diagnostics::let_of_other_program(
                    &read.name,
                    &owner.program.name,
                    &body.program.name,
                ));
            }
        }
    }
}

/// A closure that reads tensors borrows the pass as it is; the next draw changes the pass, for example its number of rows.
/// So the closure is used up to the next draw, and not after it.
pub fn closures_end_at_the_next_draw(graph: &Graph, errors: &mut Errors) {
    for body in graph.bodies() {
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
