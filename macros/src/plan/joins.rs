//! Loops of the generative model whose steps may run together, once all sites are drawn or given: then what a step finds of the one
//! before is known beforehand.

use std::collections::BTreeSet;

use syn::{
    Block, Expr, ExprCall, ExprClosure, ExprForLoop, ExprIf, ExprLoop, ExprMatch, ExprMethodCall,
    ExprPath, ExprWhile, Ident, Macro,
    visit::{self, Visit},
};

use crate::{
    graph::{At, Body, Extent, Graph, Node, Read, Resolved, Variable, expressions, is_closure},
    scope,
};

/// Functions and methods of the prelude that compute each row of its own alone, beside those that keep the shape.
const FUNCTIONS: [&str; 6] = ["concat", "stack", "log", "log1m", "logit", "observed"];
const METHODS: [&str; 8] = [
    "exp_m1",
    "ln_1p",
    "log_softmax",
    "log_sum_exp_last",
    "mean_last",
    "select",
    "softmax",
    "sum_last",
];

/// Whether the steps of a loop may run together.
pub fn may_join(graph: &Graph, body: &Body, own: usize) -> bool {
    let inside: Vec<&Node> = body
        .nodes
        .iter()
        .filter(|node| node.within == Some(own))
        .collect();
    let carried: BTreeSet<usize> = inside.iter().filter_map(|node| node.carried).collect();
    let is_assignment = |node: &&&Node| matches!(node.statement, Resolved::Assign(_));
    let assignments: Vec<&&Node> = inside.iter().filter(is_assignment).collect();
    // What is carried on is known before the loop if it reads sites, data and what stands outside.
    let is_inner = |place: usize| body.nodes[place].within == Some(own) || carried.contains(&place);
    let is_known = |node: &Node| {
        let mut reads = node.reads.iter();
        reads.all(|read| !matches!(read.of, Variable::Let { node, .. } if is_inner(node)))
    };
    !body.loops[own].is_reversed
        && assignments.len() == carried.len()
        && inside.iter().all(|node| is_of_rows(graph, node))
        && assignments.iter().all(|node| is_known(node))
}

/// Whether a statement computes each row of its own alone, as far as it is known.
fn is_of_rows(graph: &Graph, node: &Node) -> bool {
    let is_step = |read: &Read| {
        let of_model = read.at != At::All && read.extent == Extent::Model;
        read.of == Variable::Step || of_model
    };
    let binds_closure = matches!(node.statement, Resolved::Let(local) if is_closure(local));
    let mut calls = Calls {
        graph,
        others: false,
    };
    for expr in expressions(&node.statement) {
        calls.visit_expr(expr);
    }
    !node.reads.iter().any(is_step) && !binds_closure && !calls.others
}

/// Looks for what may compute of several rows.
struct Calls<'g> {
    graph: &'g Graph<'g>,
    others: bool,
}

impl Calls<'_> {
    fn is_of_rows(&self, name: &Ident) -> bool {
        let is_network = self.graph.field(name).is_some();
        is_network || FUNCTIONS.iter().any(|own| name == own)
    }
}

impl<'a> Visit<'a> for Calls<'_> {
    fn visit_expr_call(&mut self, call: &'a ExprCall) {
        let known = match &*call.func {
            // `Normal::new` is a family's, which scores row by row.
            Expr::Path(ExprPath { path, .. }) if path.segments.len() > 1 => true,
            function => scope::variable(function).is_some_and(|name| self.is_of_rows(name)),
        };
        self.others |= !known;
        call.args
            .iter()
            .for_each(|argument| self.visit_expr(argument));
    }

    fn visit_expr_method_call(&mut self, call: &'a ExprMethodCall) {
        let is_known = METHODS.iter().any(|own| call.method == own);
        self.others |= !is_known && !scope::keeps_shape(&call.method);
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, _: &'a Macro) {
        self.others = true;
    }
    fn visit_expr_closure(&mut self, _: &'a ExprClosure) {
        self.others = true;
    }
    fn visit_expr_match(&mut self, _: &'a ExprMatch) {
        self.others = true;
    }
    fn visit_expr_if(&mut self, _: &'a ExprIf) {
        self.others = true;
    }
    fn visit_expr_for_loop(&mut self, _: &'a ExprForLoop) {
        self.others = true;
    }
    fn visit_expr_while(&mut self, _: &'a ExprWhile) {
        self.others = true;
    }
    fn visit_expr_loop(&mut self, _: &'a ExprLoop) {
        self.others = true;
    }
    fn visit_block(&mut self, _: &'a Block) {
        self.others = true;
    }
}
