//! Which expressions are tensors for certain. Of most the macro cannot know it, for it sees no types.

use proc_macro2::Ident;
use syn::{BinOp, Expr, Local, Pat, UnOp};

use super::{bound_by, root, variable};

/// Methods that return what they are called on, with other numbers, or what it holds.
const KEEPING_SHAPE: [&str; 20] = [
    "abs", "clamp", "clone", "cos", "exp", "expect", "gelu", "ln", "negate", "powf", "powi",
    "recip", "relu", "sigmoid", "sin", "softplus", "sqrt", "square", "tanh", "unwrap",
];

/// What is known of a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Known {
    Tensor,
    /// A tensor, or something that was computed of one.
    OfTensors,
    /// What it is called with becomes a tensor.
    Module,
    /// A step of a loop.
    Step,
    Nothing,
}

/// The tensor that an expression is, or is made of, if it is one for certain.
pub fn tensor_of<'e>(expr: &'e Expr, known: &dyn Fn(&Ident) -> Known) -> Option<&'e Ident> {
    let tensor = |expr: &'e Expr| tensor_of(expr, known);
    match expr {
        Expr::Paren(inner) => tensor(&inner.expr),
        Expr::Reference(reference) => tensor(&reference.expr),
        Expr::Group(inner) => tensor(&inner.expr),
        Expr::Unary(negated) if matches!(negated.op, UnOp::Neg(_)) => tensor(&negated.expr),
        Expr::Binary(operation) if is_arithmetic(&operation.op) => {
            tensor(&operation.left).or_else(|| tensor(&operation.right))
        }
        Expr::MethodCall(call) if keeps_shape(&call.method) => tensor(&call.receiver),
        Expr::Call(call) => {
            let module = variable(&call.func).filter(|name| known(name) == Known::Module)?;
            Some(call.args.iter().find_map(tensor).unwrap_or(module))
        }
        Expr::Index(index) if is_step(&index.index, known) => tensor(&index.expr),
        _ => root(expr).filter(|name| known(name) == Known::Tensor),
    }
}

/// Whether an index is the step of a loop.
fn is_step(index: &Expr, known: &dyn Fn(&Ident) -> Known) -> bool {
    variable(index).is_some_and(|name| known(name) == Known::Step)
}

/// Whether a method returns what it is called on with other numbers, element by element, or what that holds.
pub fn keeps_shape(method: &Ident) -> bool {
    KEEPING_SHAPE.iter().any(|name| method == name)
}

/// The names that a `let` gives to what are tensors for certain: one name to a tensor, or several to what a network returns.
pub fn tensors_bound(local: &Local, known: &dyn Fn(&Ident) -> Known) -> Vec<Ident> {
    let value = local.init.as_ref().map(|init| &*init.expr);
    let are_tensors = match (untyped(&local.pat), value) {
        (Pat::Ident(_), Some(value)) => tensor_of(value, known).is_some(),
        (Pat::Tuple(_), Some(Expr::Call(call))) => {
            variable(&call.func).is_some_and(|name| known(name) == Known::Module)
        }
        _ => false,
    };
    if are_tensors {
        bound_by(&local.pat)
    } else {
        Vec::new()
    }
}

/// A pattern without the type that is written behind it.
pub fn untyped(pattern: &Pat) -> &Pat {
    match pattern {
        Pat::Type(typed) => &typed.pat,
        _ => pattern,
    }
}

/// Whether an operator answers with yes or no.
pub fn is_comparison(operator: &BinOp) -> bool {
    use BinOp::*;
    matches!(operator, Eq(_) | Ne(_) | Lt(_) | Le(_) | Gt(_) | Ge(_))
}

fn is_arithmetic(operator: &BinOp) -> bool {
    matches!(
        operator,
        BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div(_)
    )
}
