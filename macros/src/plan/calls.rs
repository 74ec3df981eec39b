//! What networks are called with, as far as it is known without types.

use syn::{
    Block, ExprCall, ExprClosure, ExprIf, ExprMatch, Ident, Item,
    visit::{self, Visit},
};

use crate::{
    ast::Dims,
    graph::{Body, Graph, expressions},
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
