//! Whole numbers where a distribution takes real ones, `Normal::new(0, 1)`: rustc would say the same of each.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Expr, ExprLit, Lit, UnOp, spanned::Spanned};

/// Puts all whole numbers among the parameters of a distribution at the place of the last: of two mistakes at one place
/// rustc tells one. The last, for a family of counts takes a whole number first, and rightly.
pub fn told_once(distribution: &mut Expr) {
    let Expr::Call(call) = distribution else {
        return;
    };
    let last = call.args.iter().rev().find(|argument| is_whole(argument));
    let Some(at) = last.map(Spanned::span) else {
        return;
    };
    for argument in call.args.iter_mut().filter(|argument| is_whole(argument)) {
        *argument = Expr::Verbatim(placed(argument, at));
    }
}

fn placed(argument: &Expr, at: Span) -> TokenStream {
    let tokens = argument.to_token_stream().into_iter();
    tokens
        .map(|mut token| {
            token.set_span(at);
            token
        })
        .collect()
}

fn is_whole(argument: &Expr) -> bool {
    match argument {
        Expr::Lit(ExprLit { lit, .. }) => matches!(lit, Lit::Int(_)),
        Expr::Unary(unary) => matches!(unary.op, UnOp::Neg(_)) && is_whole(&unary.expr),
        _ => false,
    }
}
