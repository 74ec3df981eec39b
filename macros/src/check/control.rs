//! Rules about the flow of control in a body: it runs from its first statement to its last, for all rows at once.

use std::collections::BTreeSet;

use syn::{
    Error, ExprAsync, ExprClosure, ExprReturn, ExprTry, Item,
    visit::{self, Visit},
};

use crate::{
    diagnostics,
    errors::Errors,
    graph::{Graph, expressions},
    scope::Decision,
};

/// A body neither branches on a draw, or on what is computed of one, nor compares it: each row of a tensor would go another
/// way.
pub fn draws_decide_nothing(graph: &Graph, errors: &mut Errors) {
    for node in graph.bodies().flat_map(|body| &body.nodes) {
        let mut told = BTreeSet::new();
        for (name, how) in &node.decisions {
            if !errors.is_unclear(name) && told.insert(name) {
                let has_axes = graph.dims(name).flatten().is_some();
                errors.push(match how {
                    Decision::Branch => diagnostics::branch_on_draw(name, has_axes),
                    Decision::Comparison => diagnostics::compared_draw(name, has_axes),
                    Decision::Step => diagnostics::branch_on_step(name),
                });
            }
        }
    }
}

/// A body is no function of the user's, from which one could return; a closure within it is one.
pub fn bodies_run_to_their_ends(graph: &Graph, errors: &mut Errors) {
    for node in graph.bodies().flat_map(|body| &body.nodes) {
        let mut exits = Exits(Vec::new());
        for expr in expressions(&node.statement) {
            exits.visit_expr(expr);
        }
        errors.extend(exits.0);
    }
}

/// The errors of `return` and `?`.
struct Exits(Vec<Error>);

impl Visit<'_> for Exits {
    fn visit_expr_return(&mut self, exit: &ExprReturn) {
        self.0
            .push(diagnostics::return_in_body(exit.return_token.span));
        visit::visit_expr_return(self, exit);
    }

    fn visit_expr_try(&mut self, exit: &ExprTry) {
        self.0
            .push(diagnostics::question_mark_in_body(exit.question_token.span));
        visit::visit_expr_try(self, exit);
    }

    fn visit_expr_closure(&mut self, _: &ExprClosure) {}
    fn visit_expr_async(&mut self, _: &ExprAsync) {}
    fn visit_item(&mut self, _: &Item) {}
}
