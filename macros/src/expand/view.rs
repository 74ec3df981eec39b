//! The user's expressions, with every tensor read through the pass and every field called as the module that it is.
//!
//! The tokens put in take the spans of the tokens that they stand for, syntax context included: then an expression has one
//! context from end to end, and rustc underlines it as it was written. Only `__here` is ours.

use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote_spanned};
use syn::{Expr, ExprCall};

use crate::{
    plan::{View, Views},
    scope::{self, Reader},
};

/// Rewrites every read of `expr` that has a view.
pub fn rewrite(expr: &mut Expr, views: &Views) {
    scope::walk(expr, &mut Rewriter { views });
}

struct Rewriter<'v> {
    views: &'v Views,
}

impl Reader for Rewriter<'_> {
    /// `z` becomes `(&Look(&z)).view(__here)`.
    fn value(&mut self, name: &Ident, place: &Expr, _: bool) -> Option<Expr> {
        let here = Ident::new("__here", Span::mixed_site().located_at(name.span()));
        Some(match self.views.get(name)? {
            View::Plain => clone(name, place),
            View::Module | View::Mask => return None,
            View::Rows => Expr::Verbatim(quote_spanned! {name.span()=>
                (&::elbow::__macro::program::look::Look(&#place)).view(#here)
            }),
            View::Spread => Expr::Verbatim(
                quote_spanned!(name.span()=> ::elbow::__macro::program::look::spread(&#place, #here)),
            ),
        })
    }

    /// `decoder(z)` becomes `apply(decoder, z)`; several arguments are one tuple, which is how dfdx takes them.
    fn call(&mut self, name: &Ident, call: &ExprCall) -> Option<Expr> {
        match self.views.get(name)? {
            View::Module => {}
            View::Mask => return Some(mask(name, call)),
            View::Plain | View::Rows | View::Spread => return None,
        }
        let (mut apply, arguments) = (call.clone(), &call.args);
        let input = match arguments.len() {
            1 => arguments.to_token_stream(),
            _ => quote_spanned!(name.span()=> (#arguments)),
        };
        *apply.func = Expr::Verbatim(quote_spanned!(name.span()=> ::elbow::__macro::nn::apply));
        let network = quote_spanned!(name.span()=> #name);
        apply.args = [network, input].map(Expr::Verbatim).into_iter().collect();
        Some(Expr::Call(apply))
    }

    /// A block's own variable may be read again and again, as those of statements may.
    fn local(&mut self, name: &Ident, place: &Expr) -> Option<Expr> {
        Some(clone(name, place))
    }

    fn fixed(&mut self, _: &Ident) {}
}

/// `observed(x)` becomes `__here.observed(&x)`.
fn mask(name: &Ident, call: &ExprCall) -> Expr {
    let here = Ident::new("__here", Span::mixed_site().located_at(name.span()));
    let input = &call.args;
    Expr::Verbatim(quote_spanned!(name.span()=> #here.observed(&#input)))
}

fn clone(name: &Ident, place: &Expr) -> Expr {
    Expr::Verbatim(quote_spanned!(name.span()=> ::core::clone::Clone::clone(&#place)))
}
