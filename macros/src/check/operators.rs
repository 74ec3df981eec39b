//! Rules about operators that Rust has not.

use quote::ToTokens;
use syn::{
    BinOp, Error, Expr, ExprBinary, ExprUnary, UnOp,
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
