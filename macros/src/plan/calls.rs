//! What networks are called with, as far as it is known without types.

use syn::{
    Block, Expr, ExprCall, ExprClosure, ExprIf, ExprMatch, ExprPath, Ident, Item, Local, Pat, Path,
    punctuated::Punctuated,
    token::Comma,
    visit::{self, Visit},
};

use crate::{
    ast::Dims,
    graph::{Body, Graph, Resolved, expressions},
    scope,
};

/// A call of a network, at its name there.
pub struct Call<'a> {
    pub network: &'a Ident,
    pub given: Given<'a>,
}

/// What stands in the parentheses.
pub enum Given<'a> {
    /// A site or a covariate with this event shape.
    Variable(&'a Ident, Option<&'a Dims>),
    /// So many arguments, and not one.
    Arguments(usize),
}

/// A network whose value is a parameter of a distribution, `Normal::new(encoder(x), 1.0)`, at its name in the call.
pub struct Parameter<'a> {
    pub network: &'a Ident,
    /// The family's constructor, `Normal::new`.
    pub constructor: &'a Path,
}

/// The parameters of all programs' distributions that are networks' values. A `let` of one name is followed.
pub fn parameters<'a>(graph: &Graph<'a>) -> Vec<Parameter<'a>> {
    let bodies = graph.bodies();
    bodies.flat_map(|body| parameters_of(graph, body)).collect()
}

fn parameters_of<'a>(graph: &Graph<'a>, body: &Body<'a>) -> Vec<Parameter<'a>> {
    let mut lets: Vec<&'a Local> = Vec::new();
    let mut found = Vec::new();
    for node in &body.nodes {
        let site = match node.statement {
            Resolved::Let(local) => {
                lets.push(local);
                continue;
            }
            Resolved::Site(site) => site,
            Resolved::Assign(_) => continue,
        };
        let Some((constructor, given)) = constructed(&site.distribution) else {
            continue;
        };
        let networks = given.iter().filter_map(|given| called(given, &lets));
        let networks = networks.filter(|network| graph.field(network).is_some());
        found.extend(networks.map(|network| Parameter {
            network,
            constructor,
        }));
    }
    found
}

/// A family's constructor and what is given to it. One of the user's own, of another name, may take what it wants.
fn constructed(distribution: &Expr) -> Option<(&Path, &Punctuated<Expr, Comma>)> {
    let Expr::Call(call) = distribution else {
        return None;
    };
    let Expr::Path(ExprPath { path, .. }) = &*call.func else {
        return None;
    };
    let last = &path.segments.last()?.ident;
    let known = ["new", "logits", "probs"].iter().any(|name| last == name);
    (known && path.segments.len() > 1).then_some((path, &call.args))
}

/// What is called by an argument, or by the value that the latest `let` binds to its name.
fn called<'a>(argument: &'a Expr, lets: &[&'a Local]) -> Option<&'a Ident> {
    let call = match scope::variable(argument) {
        None => argument,
        Some(name) => {
            let binds = |local: &&&Local| scope::bound_by(&local.pat).contains(name);
            let local = lets.iter().rev().find(binds)?;
            let is_name = matches!(scope::untyped(&local.pat), Pat::Ident(_));
            &*local.init.as_ref().filter(|_| is_name)?.expr
        }
    };
    match call {
        Expr::Call(call) => scope::variable(&call.func),
        _ => None,
    }
}

/// The calls of all programs, in order.
pub fn of<'a>(graph: &Graph<'a>) -> Vec<Call<'a>> {
    let mut calls = Calls {
        graph,
        found: Vec::new(),
    };
    for node in graph.bodies().flat_map(|body: &Body<'a>| &body.nodes) {
        for expr in expressions(&node.statement) {
            calls.visit_expr(expr);
        }
    }
    calls.found
}

struct Calls<'g, 'a> {
    graph: &'g Graph<'a>,
    found: Vec<Call<'a>>,
}

impl<'a> Calls<'_, 'a> {
    fn call(&self, call: &'a ExprCall) -> Option<Call<'a>> {
        let network = scope::variable(&call.func)?;
        self.graph.field(network)?;
        let given = match call.args.len() {
            1 => {
                let input = scope::variable(&call.args[0])?;
                Given::Variable(input, self.graph.dims(input)?)
            }
            given => Given::Arguments(given),
        };
        Some(Call { network, given })
    }
}

impl<'a> Visit<'a> for Calls<'_, 'a> {
    fn visit_expr_call(&mut self, call: &'a ExprCall) {
        self.found.extend(self.call(call));
        visit::visit_expr_call(self, call);
    }

    // Where names may be bound, one may stand for something else.
    fn visit_expr_closure(&mut self, _: &'a ExprClosure) {}
    fn visit_expr_match(&mut self, _: &'a ExprMatch) {}
    fn visit_expr_if(&mut self, _: &'a ExprIf) {}
    fn visit_block(&mut self, _: &'a Block) {}
    fn visit_item(&mut self, _: &'a Item) {}
}
