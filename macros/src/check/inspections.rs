//! Rules about what a tensor is asked for.

use quote::ToTokens;
use syn::{Expr, ExprIndex, ExprLit, ExprRange, Lit, RangeLimits};

use crate::{diagnostics, errors::Errors, graph::Graph, scope};

/// At most so many elements are written out.
const SHOWN: usize = 4;

/// A tensor has no elements that `[…]` could borrow, and its sizes are in its type.
pub fn tensors_are_no_lists(graph: &Graph, errors: &mut Errors) {
    let nodes = graph.bodies().flat_map(|body| &body.nodes);
    for inspection in nodes.flat_map(|node| &node.inspections) {
        match inspection {
            Expr::Index(index) => {
                let tensor = scope::variable(&index.expr);
                let at = index.bracket_token.span.join();
                let picked = picked(index);
                errors.push(diagnostics::indexed_tensor(at, tensor, &picked));
            }
            Expr::MethodCall(call) if asks_for_length(&call.method.to_string()) => {
                let tensor = scope::variable(&call.receiver);
                errors.push(diagnostics::length_of_tensor(&call.method, tensor));
            }
            _ => {}
        }
    }
}

fn asks_for_length(method: &str) -> bool {
    ["len", "size", "numel"].contains(&method)
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

/// Where a range begins and ends, if both are written as numbers.
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
