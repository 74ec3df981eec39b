//! The user's expressions, with every tensor read through the pass and every field called as the module that it is.
//!
//! The tokens put in take the spans of the tokens that they stand for, syntax context included: then an expression has one
//! context from end to end, and rustc underlines it as it was written. Only `__here` is ours.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Expr, ExprCall};

use super::loops;
use crate::{
    graph::At,
    plan::{View, Views},
    scope::{self, Known, Reader},
};

/// Rewrites every read of `expr` that has a view. `step` is that of the loop around.
pub fn rewrite(expr: &mut Expr, views: &Views, step: Option<&Ident>) {
    let is_early = false;
    scope::walk(
        expr,
        &mut Rewriter {
            views,
            step,
            is_early,
        },
    );
}

/// The same above the statements of the loop, where no step of a site has its own variable yet.
pub fn rewrite_early(expr: &mut Expr, views: &Views, step: Option<&Ident>) {
    let is_early = true;
    scope::walk(
        expr,
        &mut Rewriter {
            views,
            step,
            is_early,
        },
    );
}

struct Rewriter<'v> {
    views: &'v Views,
    step: Option<&'v Ident>,
    is_early: bool,
}

impl Reader for Rewriter<'_> {
    /// `z` becomes `(&Look(&z)).view(__here)`.
    fn value(&mut self, name: &Ident, place: &Expr, _: bool) -> Option<Expr> {
        viewed(name, &place.to_token_stream(), self.views.get(name)?)
    }

    /// `h[t]` becomes the same of `at_step(&h, __steps, __step)`, and `z[t]` of the step's own variable.
    fn at_step(&mut self, name: &Ident) -> Option<Expr> {
        let (view, at) = self.views.step(name)?;
        let sequence = loops::sequence(name);
        let [steps, step] = ["__steps", "__step"].map(|own| ours(own, name));
        let of = match at {
            At::OwnStep if !self.is_early => sequence.to_token_stream(),
            At::OwnStep | At::StepOfSite => {
                step_of(&sequence.to_token_stream(), &steps, &step, name)
            }
            At::Step | At::All => step_of(&name.to_token_stream(), &steps, &step, name),
        };
        viewed(name, &of, view)
    }

    fn step(&self) -> Option<&Ident> {
        self.step
    }

    fn known(&self, name: &Ident) -> Known {
        match self.views.step(name) {
            Some(_) => Known::Tensor,
            None => Known::Nothing,
        }
    }

    /// `decoder(z)` becomes `apply(decoder, z)`; several arguments are one tuple, which is how dfdx takes them.
    fn call(&mut self, name: &Ident, call: &ExprCall) -> Option<Expr> {
        match self.views.get(name)? {
            View::Module => {}
            View::Mask => return Some(mask(name, call)),
            View::Plain | View::Rows | View::OuterRows | View::Spread => return None,
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

/// A variable of ours at a token of the user's.
fn ours(name: &str, at: &Ident) -> Ident {
    Ident::new(name, Span::mixed_site().located_at(at.span()))
}

/// `at_step(&h, __steps, __step)`
fn step_of(of: &TokenStream, steps: &Ident, step: &Ident, at: &Ident) -> TokenStream {
    let here = ours("__here", at);
    quote_spanned!(at.span()=> ::elbow::__macro::program::steps::at_step(&#of, #steps, &#step, #here))
}

/// A variable as a statement reads it.
fn viewed(name: &Ident, place: &TokenStream, view: View) -> Option<Expr> {
    let here = ours("__here", name);
    Some(Expr::Verbatim(match view {
        View::Plain => quote_spanned!(name.span()=> ::core::clone::Clone::clone(&#place)),
        View::Module | View::Mask => return None,
        View::Rows => quote_spanned! {name.span()=>
            (&::elbow::__macro::program::look::Look(&#place)).view(#here)
        },
        View::OuterRows => quote_spanned! {name.span()=>
            (&::elbow::__macro::program::look::Look(&#place)).view(&#here.outer())
        },
        View::Spread => {
            quote_spanned!(name.span()=> ::elbow::__macro::program::look::spread(&#place, #here))
        }
    }))
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
