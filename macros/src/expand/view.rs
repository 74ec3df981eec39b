//! The user's expressions, with every tensor read through the pass and every field called as the module that it is.
//!
//! The tokens put in take the spans of the tokens that they stand for, syntax context included: then an expression has one
//! context from end to end, and rustc underlines it as it was written. Only `__here` is ours.

use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote_spanned};
use syn::{Expr, ExprBinary, ExprCall};

use super::arithmetic;
use crate::{
    plan::{View, Views},
    scope::{self, Bound, Reader},
};

/// Rewrites every read of `expr` that has a view.
pub fn rewrite(expr: &mut Expr, views: &Views) {
    scope::walk(expr, &mut Rewriter { views });
}

struct Rewriter<'v> {
    views: &'v Views,
}

impl Rewriter<'_> {
    fn look(&self, view: View, name: &Ident, place: &Expr) -> Option<Expr> {
        let look = match view {
            View::Once => "view",
            View::Again => "reuse",
            View::Spread => "spread",
            View::Whole => "whole",
            View::Module { .. } => return None,
        };
        let look = Ident::new(look, name.span());
        let here = Ident::new("__here", Span::mixed_site().located_at(name.span()));
        Some(Expr::Verbatim(if view == View::Spread {
            quote_spanned!(name.span()=> ::elbow::program::look::#look(&#place, #here))
        } else {
            quote_spanned! {name.span()=>
                (&::elbow::program::look::Look(&#place)).#look(#here)
            }
        }))
    }
}

impl Reader for Rewriter<'_> {
    /// `z` becomes `(&Look(&z)).view(__here)`.
    fn value(&mut self, name: &Ident, place: &Expr, _: bool) -> Option<Expr> {
        self.look(self.views.get(name)?, name, place)
    }

    /// What a layer returns has another identity than its argument, however often that is read.
    fn argument(&mut self, function: &Ident, name: &Ident, place: &Expr, _: bool) -> Option<Expr> {
        let is_layer = self.views.get(function) == Some(View::Module { layered: true });
        let view = match self.views.get(name)? {
            View::Again if is_layer => View::Once,
            view => view,
        };
        self.look(view, name, place)
    }

    /// `decoder(z)` becomes `apply(decoder, z)`; several arguments are one tuple, which is how dfdx takes them.
    fn call(&mut self, name: &Ident, call: &ExprCall, _: bool) -> Option<Expr> {
        let View::Module { .. } = self.views.get(name)? else {
            return None;
        };
        let mut apply = call.clone();
        let arguments = &call.args;
        let input = match arguments.len() {
            1 => arguments.to_token_stream(),
            _ => quote_spanned!(name.span()=> (#arguments)),
        };
        *apply.func = Expr::Verbatim(quote_spanned!(name.span()=> ::elbow::nn::apply));
        apply.args = syn::punctuated::Punctuated::new();
        apply
            .args
            .push(Expr::Verbatim(quote_spanned!(name.span()=> #name)));
        apply.args.push(Expr::Verbatim(input));
        Some(Expr::Call(apply))
    }

    /// A block's own variable is read again and again, as those of statements are.
    fn local(&mut self, name: &Ident, place: &Expr, _: bool) -> Option<Expr> {
        self.look(View::Again, name, place)
    }

    fn operates(&mut self, operation: &ExprBinary, bound: &[Bound]) -> bool {
        arithmetic::is_ours(operation, self.views, bound)
    }

    fn operate(&mut self, operation: &ExprBinary) -> Expr {
        Expr::Verbatim(arithmetic::call(operation))
    }

    fn fixed(&mut self, _: &Ident) {}
}
