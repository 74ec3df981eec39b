//! Rules about operators that Rust has not, or not between these numbers.

use quote::ToTokens;
use syn::{
    BinOp, Error, Expr, ExprBinary, ExprLit, ExprUnary, Lit, UnOp,
    visit::{self, Visit},
};

use crate::{
    diagnostics,
    errors::Errors,
    graph::{Graph, expressions},
};

/// `z ** 2` is to Rust `z * (*2)`: no number can be followed like a reference.
pub fn powers_are_methods(graph: &Graph, errors: &mut Errors) {
    let mut powers = Powers(Vec::new());
    for node in graph.bodies().flat_map(|body| &body.nodes) {
        for expr in expressions(&node.statement) {
            powers.visit_expr(expr);
        }
    }
    errors.extend(powers.0);
}

struct Powers(Vec<Error>);

impl Visit<'_> for Powers {
    fn visit_expr_binary(&mut self, operation: &ExprBinary) {
        if let (
            BinOp::Mul(_),
            Expr::Unary(ExprUnary {
                op: UnOp::Deref(star),
                expr,
                ..
            }),
        ) = (&operation.op, &*operation.right)
            && let Expr::Lit(exponent) = &**expr
        {
            let exponent = exponent.to_token_stream().to_string();
            self.0
                .push(diagnostics::power_operator(star.span, &exponent));
        }
        visit::visit_expr_binary(self, operation);
    }
}

/// `1.0 / 2` combines two kinds of numbers, and Rust turns neither into the other.
pub fn numbers_are_of_one_kind(graph: &Graph, errors: &mut Errors) {
    let mut mixed = Mixed(Vec::new());
    for node in graph.bodies().flat_map(|body| &body.nodes) {
        for expr in expressions(&node.statement) {
            mixed.visit_expr(expr);
        }
    }
    errors.extend(mixed.0);
}

struct Mixed(Vec<Error>);

impl Visit<'_> for Mixed {
    fn visit_expr_binary(&mut self, operation: &ExprBinary) {
        let is_arithmetic = matches!(
            operation.op,
            BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div(_)
        );
        let sides = [&operation.left, &operation.right].map(|side| literal(side));
        if let [Some(Lit::Int(whole)), Some(Lit::Float(_))]
        | [Some(Lit::Float(_)), Some(Lit::Int(whole))] = sides
            && is_arithmetic
        {
            self.0.push(diagnostics::whole_number(whole));
        }
        visit::visit_expr_binary(self, operation);
    }
}

fn literal(expr: &Expr) -> Option<&Lit> {
    match expr {
        Expr::Lit(ExprLit { lit, .. }) => Some(lit),
        _ => None,
    }
}
