//! Rules about what a tensor is asked for.

use quote::ToTokens;
use syn::{Expr, ExprField, ExprIndex, ExprLit, ExprRange, Ident, Lit, Member, RangeLimits};

use super::loops;
use crate::{diagnostics, errors::Errors, graph::Graph, scope};

/// The longest range that help writes out, in elements.
const SHOWN: usize = 4;

/// The help for what asks for a tensor's sizes.
const SIZES: &str = "the number of elements that its site declares, or the parameter of the struct that it is; how many rows there are is nothing that a model knows";

/// A tensor has no elements that `[…]` could borrow, and its sizes are in its type.
pub fn tensors_are_no_lists(graph: &Graph, errors: &mut Errors) {
    let nodes = graph.bodies().flat_map(|body| &body.nodes);
    for inspection in nodes.flat_map(|node| &node.inspections) {
        match inspection {
            Expr::Index(index) if let Some((size, tensor)) = size_of(&index.expr) => {
                errors.push(diagnostics::method_of_tensor(size, tensor, SIZES));
            }
            Expr::Index(index) if let Some(error) = loops::other_step(graph, index) => {
                errors.push(error);
            }
            Expr::Index(index) => {
                let tensor = scope::variable(&index.expr);
                let at = index.bracket_token.span.join();
                let picked = picked(index);
                errors.push(diagnostics::indexed_tensor(at, tensor, &picked));
            }
            Expr::MethodCall(call) => {
                let tensor = scope::variable(&call.receiver);
                if let Some(instead) = instead(&call.method) {
                    errors.push(diagnostics::method_of_tensor(&call.method, tensor, instead));
                } else if takes_no_axis(&call.method) && !call.args.is_empty() {
                    errors.push(diagnostics::axis_of_method(&call.method, tensor));
                }
            }
            _ => {}
        }
    }
}

/// The word and the tensor of `z.shape`, which is a list of sizes in PyTorch and NumPy.
fn size_of(expr: &Expr) -> Option<(&Ident, Option<&Ident>)> {
    let Expr::Field(ExprField { base, member, .. }) = expr else {
        return None;
    };
    match member {
        Member::Named(name) if name == "shape" => Some((name, scope::variable(base))),
        _ => None,
    }
}

/// The help for a method that a tensor has in PyTorch or NumPy, and a `Var` has not.
fn instead(method: &Ident) -> Option<&'static str> {
    Some(match method.to_string().as_str() {
        "len" | "size" | "numel" => SIZES,
        "log" => "`ln()`, or `log(z)` of a draw near the rim of its support",
        "log1p" => "`ln_1p()`",
        "expm1" => "`exp_m1()`",
        "pow" => "`powi(2)` for a whole power, or `powf(0.5)`",
        "mm" | "dot" => "`matmul(w)`, or `(a * b).sum_last()`",
        "view" | "unsqueeze" | "squeeze" => {
            "`reshape(…)`, or `ToEvent<Rank1<64>>` as a layer of the network, which counts no rows"
        }
        "cat" | "concat" | "concatenate" => {
            "a network for each of them and the sum of what they give, `from_z(z) + from_u(u)`: it is what one network makes of both"
        }
        "chunk" | "split" => diagnostics::SEVERAL_ENDS,
        "max" | "min" | "maximum" | "minimum" => {
            "`clamp(low, high)`, with `f32::MAX` where there is no bound"
        }
        "detach" => "`family::detach(&z)`, with `use elbow::family;` at the top of the file",
        "item" | "numpy" | "tolist" => {
            "nothing for it: a body computes with tensors, and `.as_vec()` of a draw outside the block has its numbers"
        }
        "to" | "cuda" | "cpu" | "float" | "double" | "requires_grad_" => {
            "nothing for it: every tensor is of `f32` and on the processor, and gradients flow by themselves"
        }
        _ => return None,
    })
}

fn takes_no_axis(method: &Ident) -> bool {
    ["sum", "mean", "softmax", "log_softmax"]
        .iter()
        .any(|name| method == name)
}

/// `z.select(0)` for `z[0]`, and `stack([z.select(0), z.select(1)])` for `z[..2]`.
fn picked(index: &ExprIndex) -> String {
    let tensor = scope::variable(&index.expr).map_or("….".to_owned(), |name| format!("{name}."));
    let select = |at: &dyn ToTokens| format!("{tensor}select({})", at.to_token_stream());
    let Expr::Range(range) = &*index.index else {
        return select(&index.index);
    };
    let (first, last) = ends(range).unwrap_or((0, SHOWN + 1));
    let shown = (first..last)
        .take(SHOWN)
        .map(|at| format!("{tensor}select({at})"));
    let more = (last.saturating_sub(first) > SHOWN).then(|| "…".to_owned());
    let parts: Vec<String> = shown.chain(more).collect();
    format!("stack([{}])", parts.join(", "))
}

/// The two ends of a range, if both are written as numbers.
fn ends(range: &ExprRange) -> Option<(usize, usize)> {
    let first = match &range.start {
        Some(first) => number(first)?,
        None => 0,
    };
    let last = number(range.end.as_ref()?)?;
    match range.limits {
        RangeLimits::HalfOpen(_) => Some((first, last)),
        RangeLimits::Closed(_) => Some((first, last.checked_add(1)?)),
    }
}

fn number(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) => number.base10_parse().ok(),
        _ => None,
    }
}
