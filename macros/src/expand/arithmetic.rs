//! Which `+`, `-`, `*` and `/` are written as calls, for the words of their compile error: the standard operators compute them.
//!
//! The macro sees no types. An operation is elbow's only where both operands have a type by then, whatever comes after: else
//! the compiler would have to guess it. What turns out to be no tensor is left to the standard operators, by the runtime.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::{BinOp, Expr, ExprBinary, ExprLit, ExprMethodCall, Lit, UnOp, spanned::Spanned};

use crate::{
    plan::{View, Views},
    scope::{self, Bound},
};

/// What the macro knows of an operand, without its type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer,
    Float,
    /// Made of a site, a covariate or a parameter.
    Tensor {
        rows: bool,
    },
    /// Made of a tensor, with a shape that may depend on what it is used for.
    Vague,
    /// Something else that has a type.
    Other,
    /// Something whose type rustc may not know yet.
    Unknown,
}

use Kind::*;

/// Whether elbow computes the operation; else the standard operator does.
pub fn is_ours(operation: &ExprBinary, views: &Views, bound: &[Bound]) -> bool {
    let names = Names { views, bound };
    let operands = (names.kind(&operation.left), names.kind(&operation.right));
    method(&operation.op).is_some()
        && match operands {
            (Float, Tensor { .. } | Vague) => true,
            // No number is one for a tensor without its point: the runtime says so.
            (Integer | Other, Tensor { .. }) | (Tensor { .. }, Integer | Other) => true,
            (Tensor { rows: left }, Tensor { rows: right }) => !(left && right),
            _ => false,
        }
}

/// `2.0 * z` as `Operands(2.0, z.__known()).times()`, at the operator.
///
/// Where an operand has no type, for a mistake above, there are many `times`, and rustc would list them. It says nothing of
/// the method of a value without a type, once there is an error.
pub fn call(operation: &ExprBinary) -> TokenStream {
    let at = operation.op.span();
    let method = Ident::new(method(&operation.op).unwrap_or("plus"), at);
    let [left, right] = [&operation.left, &operation.right].map(|operand| match bare(operand) {
        number if is_number(number) => quote_spanned!(at=> #number),
        operand @ (Expr::Binary(_) | Expr::Unary(_) | Expr::Cast(_)) => {
            quote_spanned!(at=> (#operand).__known())
        }
        operand => quote_spanned!(at=> #operand.__known()),
    });
    quote_spanned!(at=> ::elbow::program::arithmetic::Operands(#left, #right).#method())
}

/// The method of values that have a type, for the bodies that compute with [`call`]s.
pub fn imports() -> TokenStream {
    quote! {
        #[allow(dead_code)]
        trait __Known: ::core::marker::Sized {
            fn __known(self) -> Self {
                self
            }
        }
        impl<T> __Known for T {}
    }
}

fn is_number(expr: &Expr) -> bool {
    match bare(expr) {
        Expr::Lit(_) => true,
        Expr::Unary(unary) => is_number(&unary.expr),
        _ => false,
    }
}

fn method(operator: &BinOp) -> Option<&'static str> {
    Some(match operator {
        BinOp::Add(_) => "plus",
        BinOp::Sub(_) => "minus",
        BinOp::Mul(_) => "times",
        BinOp::Div(_) => "over",
        _ => return None,
    })
}

fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(inner) => bare(&inner.expr),
        Expr::Group(inner) => bare(&inner.expr),
        _ => expr,
    }
}

/// The names in sight.
struct Names<'a> {
    views: &'a Views,
    bound: &'a [Bound],
}

impl Names<'_> {
    fn kind(&self, expr: &Expr) -> Kind {
        if let Some(name) = scope::root(expr) {
            return self.variable(name);
        }
        match bare(expr) {
            Expr::Lit(ExprLit { lit, .. }) => literal(lit),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => self.kind(&unary.expr),
            Expr::Binary(operation) if method(&operation.op).is_some() => {
                self.kind(&operation.left).with(self.kind(&operation.right))
            }
            Expr::MethodCall(call) => self.method_call(call),
            Expr::Call(call) => {
                let function = scope::variable(&call.func).map(|name| self.variable(name));
                let arguments = call.args.iter().map(|argument| self.kind(argument));
                let joined = arguments.chain(function).fold(Other, Kind::with);
                match joined {
                    Integer | Float => Other,
                    joined => joined,
                }
            }
            Expr::Path(_) | Expr::Cast(_) => Other,
            inner if std::ptr::eq(inner, expr) => Unknown,
            inner => self.kind(inner),
        }
    }

    fn variable(&self, name: &Ident) -> Kind {
        let bound = self.bound.iter().rfind(|bound| bound.name == *name);
        match (bound, self.views.get(name)) {
            // The runtime finds out whether it has rows.
            (Some(bound), _) if bound.is_tensor => Tensor { rows: false },
            (Some(bound), _) if bound.is_typed => Other,
            (Some(_), _) => Unknown,
            (None, Some(View::Module { .. }) | None) => Other,
            (None, Some(_)) => Tensor {
                rows: self.views.has_rows(name),
            },
        }
    }

    fn method_call(&self, call: &ExprMethodCall) -> Kind {
        let operands = [&*call.receiver].into_iter().chain(&call.args);
        let joined = operands
            .map(|operand| self.kind(operand))
            .fold(Other, Kind::with);
        // Of other methods the compiler may have to work the shape out.
        let keeps = scope::KEEPING_SHAPE.iter().any(|name| call.method == name);
        match joined {
            Unknown => Unknown,
            Tensor { .. } | Other if keeps => joined,
            _ => Vague,
        }
    }
}

impl Kind {
    /// Of what is made of two.
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Unknown, _) | (_, Unknown) => Unknown,
            (Vague, _) | (_, Vague) => Vague,
            (Tensor { rows: left }, Tensor { rows: right }) => Tensor {
                rows: left || right,
            },
            (tensor @ Tensor { .. }, _) | (_, tensor @ Tensor { .. }) => tensor,
            (Other, _) | (_, Other) => Other,
            (Integer, Integer) => Integer,
            (Integer | Float, Integer | Float) => Float,
        }
    }
}

fn literal(literal: &Lit) -> Kind {
    match literal {
        Lit::Float(_) => Float,
        Lit::Int(number) if number.suffix().is_empty() => Integer,
        _ => Other,
    }
}
