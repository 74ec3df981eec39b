//! Loops of the generative model whose steps may run together, once all sites are drawn or given: then what a step finds of the one
//! before is known beforehand, or is a network's of what is known and of its own value before. Such a network runs step by step, above
//! all other statements.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::{
    Block, Expr, ExprCall, ExprClosure, ExprForLoop, ExprIf, ExprLoop, ExprMatch, ExprMethodCall,
    ExprPath, ExprWhile, Ident, Macro,
    visit::{self, Visit},
};

use crate::{
    ast::Assign,
    graph::{At, Body, Extent, Graph, Node, Read, Resolved, Variable, expressions, is_closure},
    scope::{self, mentions},
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

/// A variable that a loop carries, whose values at all steps are known before the statements of the loop.
pub struct Early<'a> {
    /// The number of the statement that gives it a new value.
    pub number: usize,
    /// The network that makes the new value of the old one, and what else it reads, if it is `state = writer(EXPR, state)`: then one step
    /// runs after the other, and all else at once.
    pub scanned: Option<Scanned<'a>>,
    /// The variables, known as well, that it reads and that the loop has given new values above.
    pub above: Vec<&'a Ident>,
}

/// `writer(EXPR, state)`, which gives `state` its next value.
pub struct Scanned<'a> {
    /// The network.
    pub network: &'a Ident,
    /// The input that it reads together with the value before.
    pub input: &'a Expr,
}

/// The variables that a loop carries, in an order in which their values can be known, if its steps may run together. All but networks of
/// the value before must be known beforehand, as sites, data and what stands outside are.
pub fn early<'a>(graph: &Graph<'a>, body: &Body<'a>, own: usize) -> Option<Vec<Early<'a>>> {
    let inside = body.nodes.iter().enumerate();
    let inside: Vec<(usize, &Node)> = inside
        .filter(|(_, node)| node.within == Some(own))
        .collect();
    let alone = inside.iter().all(|(_, node)| is_of_rows(graph, node));
    if body.loops[own].is_reversed || !alone {
        return None;
    }
    let mut left: Vec<(usize, &Node, &'a Assign)> = inside
        .iter()
        .filter_map(|&(number, node)| match node.statement {
            Resolved::Assign(assign) => Some((number, node, assign)),
            _ => None,
        })
        .collect();
    let mut names = BTreeSet::new();
    if !left.iter().all(|(_, _, assign)| names.insert(&assign.name)) {
        return None;
    }
    let places: BTreeSet<usize> = left
        .iter()
        .filter_map(|(_, node, _)| node.carried)
        .collect();
    let mut found: Vec<Early> = Vec::new();
    let mut known: Vec<(usize, &Ident)> = Vec::new();
    while !left.is_empty() {
        let next = left.iter().position(|(_, node, assign)| {
            let scanned = scanned(graph, assign);
            node.reads.iter().all(|read| match read.of {
                Variable::Let { node, .. } if body.nodes[node].within == Some(own) => false,
                Variable::Let { node, .. } if !places.contains(&node) => true,
                Variable::Let { .. } => {
                    // A name beside a carried one in its `let` may stand for no variable of the loop.
                    let is_known = known.iter().any(|(_, name)| **name == read.name);
                    let is_itself = scanned.is_some() && read.name == assign.name;
                    is_known || is_itself || !names.contains(&read.name)
                }
                _ => true,
            })
        })?;
        let (number, _, assign) = left.remove(next);
        let above = known.iter().filter(|(other, _)| *other < number);
        found.push(Early {
            number,
            scanned: scanned(graph, assign),
            above: above.map(|(_, name)| *name).collect(),
        });
        known.push((number, &assign.name));
    }
    Some(found)
}

/// `state = writer(EXPR, state)`, where nothing of EXPR is the state.
fn scanned<'a>(graph: &Graph<'a>, assign: &'a Assign) -> Option<Scanned<'a>> {
    let Expr::Call(call) = &assign.value else {
        return None;
    };
    let network = scope::variable(&call.func).filter(|name| graph.field(name).is_some())?;
    let [input, before] = call.args.iter().collect::<Vec<_>>().try_into().ok()?;
    let before = match before {
        Expr::MethodCall(call) if call.method == "clone" => &*call.receiver,
        before => before,
    };
    let is_before = scope::variable(before) == Some(&assign.name);
    let is_apart = !mentions(input.to_token_stream(), &assign.name);
    (is_before && is_apart).then_some(Scanned { network, input })
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
