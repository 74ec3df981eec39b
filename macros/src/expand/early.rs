//! What a loop carries at steps that may run together, above their statements.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::{Expr, Ident};

use super::{loops::Go, parts, view};
use crate::{
    ast::Assign,
    plan::{Early, Kind, Scanned, Section, Step},
};

/// `__carried_state`: the values of a variable in all rows.
pub fn all(name: &Ident, at: Span) -> Ident {
    format_ident!("__carried_{}", name, span = at)
}

/// `__new_state`: the values that the steps give it.
pub fn new(name: &Ident, at: Span) -> Ident {
    format_ident!("__new_{}", name, span = at)
}

/// `let __new_state = …; let mut state = …;`: the values that the steps give a variable, and those that they find.
pub fn found<R>(section: &Section<R>, early: &Early, go: &Go<R>) -> TokenStream {
    let step = &section.steps[early.number];
    let (Kind::Assign(assign), Some(within)) = (&step.kind, step.within) else {
        return TokenStream::new();
    };
    let at = parts::at(section.loops[within].keyword);
    let (name, go) = (&assign.name, go(early.number, step));
    let (all, new) = (all(name, at), self::new(name, at));
    let above = early.above.iter().map(|name| {
        let new = self::new(name, at);
        quote_spanned!(at=> #[allow(unused_variables)] let #name = ::core::clone::Clone::clone(&#new);)
    });
    let own = section.step_around(step);
    let value = match &early.scanned {
        None => value(assign, &assign.value, step, own),
        Some(scanned) => self::scanned(assign, scanned, &all, step, own),
    };
    quote_spanned! {at=>
        let #new = { #(#above)* #go #value };
        #[allow(unused_assignments, unused_mut, unused_variables)]
        let mut #name = #all.before(&#new, &__step);
    }
}

/// `carried(VALUE, __here)`, where no step of a site has its own variable yet.
fn value(
    assign: &Assign,
    value: &Expr,
    step: &Step<impl Sized>,
    own: Option<&Ident>,
) -> TokenStream {
    let mut value = value.clone();
    view::rewrite_early(&mut value, &step.views, own);
    let at = parts::at(assign.equals);
    quote_spanned!(at=> ::elbow::__macro::program::carried::carried(#value, __here))
}

/// The values that a network makes of those before: of all steps at once, if it can, and else of one step after the other.
fn scanned(
    assign: &Assign,
    scanned: &Scanned,
    all: &Ident,
    step: &Step<impl Sized>,
    own: Option<&Ident>,
) -> TokenStream {
    let input = value(assign, scanned.input, step, own);
    let (network, at) = (scanned.network, parts::at(assign.equals));
    let [read, before] = ["__input", "__before"].map(|name| Ident::new(name, at));
    // A call like the user's own, so that rustc says the same of it.
    let one =
        quote_spanned!(network.span()=> ::elbow::__macro::nn::apply(#network, (#read, #before)));
    quote_spanned! {at=>{
        #[allow(unused_imports)]
        use ::elbow::__macro::program::scan::{AllSteps as _, EachStep as _};
        (&::elbow::__macro::program::scan::Scan::new(#network, #input, #all.start(&__step), &__step))
            .states(|#read, #before| #one)
    }}
}

/// `state = __new_state.clone();`
pub fn given(assign: &Assign) -> TokenStream {
    let (name, at) = (&assign.name, parts::at(assign.equals));
    let new = new(name, at);
    quote_spanned!(at=> #name = ::core::clone::Clone::clone(&#new);)
}
