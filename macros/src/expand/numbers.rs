//! Whole numbers where a distribution takes real ones, `Normal::new(0, 1)`, and those of `f64`: rustc would say the same of each.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Expr, ExprLit, Lit, UnOp, spanned::Spanned};

/// Puts all such numbers among the parameters of a distribution at the place of the last: of two mistakes at one place
/// rustc tells one. The last, for a family of counts takes a whole number first, and rightly.
pub fn told_once(distribution: &mut Expr) {
    let Expr::Call(call) = distribution else {
        return;
    };
    let last = call.args.iter().rev().find(|argument| is_unfit(argument));
    let Some(at) = last.map(Spanned::span) else {
        return;
    };
    for argument in call.args.iter_mut().filter(|argument| is_unfit(argument)) {
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

fn is_unfit(argument: &Expr) -> bool {
    match argument {
        Expr::Lit(ExprLit { lit, .. }) => match lit {
            Lit::Int(_) => true,
            Lit::Float(number) => number.suffix() == "f64",
            _ => false,
        },
        Expr::Unary(unary) => matches!(unary.op, UnOp::Neg(_)) && is_unfit(&unary.expr),
        _ => false,
    }
}
