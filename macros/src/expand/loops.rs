//! Loops over steps: the `for` around statements, and the sequences that it fills.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Expr, Ident, Local};

use super::{counts, early, parts, view};
use crate::{
    ast::{Assign, Loop, Site},
    outline::Outline,
    plan::{Kind, Section, Step},
};

/// `__at_z`: the values of a site of a loop, one a step; within the loop that of the step, once it is drawn.
pub fn sequence(name: &Ident) -> Ident {
    format_ident!(
        "__at_{}",
        name,
        span = Span::mixed_site().located_at(name.span())
    )
}

/// `__list_z`: what a loop collects of a site, step by step.
pub fn list(site: &Site) -> Ident {
    parts::local("list", site)
}

/// `Steps::<N>`: how often a loop runs, as a type.
pub fn steps(site: &Site) -> TokenStream {
    match site.longest() {
        Some(longest) => of_length(longest, parts::at(site.tilde)),
        None => TokenStream::new(),
    }
}

/// `Steps::<N>`
pub fn of_length(longest: &Expr, at: Span) -> TokenStream {
    let size = size(longest);
    quote_spanned!(at=> ::elbow::__macro::program::steps::Steps::<#size>)
}

/// A number as an argument of a type: `3` or `{ N }`.
pub fn size(number: &Expr) -> TokenStream {
    match number {
        Expr::Lit(_) => number.to_token_stream(),
        _ => quote!({ #number }),
    }
}

/// What makes the statement of a number go on to its rows.
pub type Go<'g, R> = dyn Fn(usize, &Step<R>) -> TokenStream + 'g;

/// The statements of a section, those of a loop within its `for`. A loop has a list for each of its sites whose role `collects` picks, and below
/// it stands what `after` makes of the list. If all sites are known, steps may run together; `go` then makes the statement of a number go on to
/// its rows.
pub fn laid_out<R>(
    outline: &Outline,
    section: &Section<R>,
    go: Option<&Go<R>>,
    statement: impl Fn(usize, &Step<R>) -> TokenStream,
    collects: impl Fn(&R) -> bool,
    after: impl Fn(&Site) -> TokenStream,
) -> TokenStream {
    let mut tokens = TokenStream::new();
    for (own, numbers) in section.parts() {
        let Some(own) = own else {
            tokens.extend(numbers.map(|at| statement(at, &section.steps[at])));
            continue;
        };
        let joined = go.zip(section.joined.get(&own));
        let mut inner = TokenStream::new();
        let mut carried: Vec<Variable> = Vec::new();
        for at in numbers {
            let step = &section.steps[at];
            let (Kind::Assign(assign), Some(place)) = (&step.kind, step.carried) else {
                inner.extend(statement(at, step));
                continue;
            };
            inner.extend(match joined {
                None => statement(at, step),
                Some(_) => early::given(assign),
            });
            if !carried.iter().any(|other| *other.name == assign.name) {
                let is_read = section.read_after.contains(&(own, place));
                carried.push(Variable {
                    name: &assign.name,
                    is_read,
                });
            }
        }
        let found = joined.map(|(go, all)| {
            all.iter()
                .map(|own| early::found(section, own, go))
                .collect()
        });
        let over = section.loops[own];
        let sites = section
            .site_steps()
            .filter(|(_, role, step)| step.within == Some(own) && collects(role));
        let sites: Vec<&Site> = sites.map(|(site, _, _)| site).collect();
        let started = sites.iter().map(|site| started_list(site));
        let finished = sites.iter().map(|site| {
            let (turned, after) = (turned(site, over), after(site));
            quote!(#turned #after)
        });
        let repeated = repeated(outline, over, &inner, &carried, found);
        tokens.extend(quote!(#(#started)* #repeated #(#finished)*));
    }
    tokens
}

/// A variable that a loop carries.
struct Variable<'a> {
    name: &'a Ident,
    /// Whether something below the loop reads it.
    is_read: bool,
}

/// `for t in 0..N { … }`: a step has the rows that run, and so has what the loop carries. `found` are the values of what it carries at
/// steps that may run together.
fn repeated(
    outline: &Outline,
    over: &Loop,
    inner: &TokenStream,
    carried: &[Variable],
    found: Option<TokenStream>,
) -> TokenStream {
    let at = parts::at(over.keyword);
    let (steps, step) = (of_length(longest(outline, over), at), &over.step);
    let (is_ragged, is_reversed) = (counts::count(outline, over).is_some(), over.is_reversed);
    let all = |own: &Variable| early::all(own.name, at);
    let started = carried.iter().map(|own| {
        let (name, all) = (own.name, all(own));
        quote_spanned!(at=> let mut #all = ::elbow::__macro::program::carried::Carried::new(#name, __here);)
    });
    let joins = found.is_some();
    let taken = found.unwrap_or_else(|| {
        let taken = carried.iter().map(|own| {
            let (name, all) = (own.name, all(own));
            quote_spanned!(at=> #[allow(unused_assignments, unused_mut, unused_variables)] let mut #name = #all.take(__here);)
        });
        taken.collect()
    });
    let given = carried.iter().map(|own| {
        let (name, all) = (own.name, all(own));
        match joins {
            false => quote_spanned!(at=> #all.put(#name, __here);),
            true => {
                let new = early::new(name, at);
                quote_spanned!(at=> #all.give(&#new, &__step);)
            }
        }
    });
    let ended = carried.iter().filter(|own| own.is_read).map(|own| {
        let (name, all) = (own.name, all(own));
        quote_spanned!(at=> #[allow(unused_variables, unused_mut)] let mut #name = #all.end();)
    });
    quote_spanned! {at=>
        let __steps = #steps;
        __pass.all_rows(__here);
        #(#started)*
        for __step in __pass.chunks(__steps, #is_ragged, #joins, #is_reversed) {
            __pass.run(&__step, __here);
            #[allow(unused_variables)]
            let #step = __step.first();
            #taken
            #inner
            #(#given)*
        }
        __pass.all_rows(__here);
        #(#ended)*
    }
}

/// The most steps that a loop runs.
pub fn longest<'a>(outline: &Outline<'a>, over: &'a Loop) -> &'a Expr {
    let most = counts::count(outline, over).and_then(|count| count.most.as_ref());
    most.unwrap_or(&over.end)
}

/// `let mut __list_z = Vec::new();`
fn started_list(site: &Site) -> TokenStream {
    let list = list(site);
    quote_spanned!(parts::at(site.tilde)=> let mut #list = ::std::vec::Vec::new();)
}

/// `__list_z.reverse();` after a loop that runs from its last step.
fn turned(site: &Site, over: &Loop) -> Option<TokenStream> {
    let (list, at) = (list(site), parts::at(site.tilde));
    over.is_reversed
        .then(|| quote_spanned!(at=> #list.reverse();))
}

/// The place of a site in the unrolled table, the first of its steps: `2 + N`.
pub fn first_place(outline: &Outline, name: &Ident) -> TokenStream {
    let Some(place) = outline.place(name) else {
        return quote!(0);
    };
    let above = outline
        .generative
        .iter()
        .flat_map(|own| own.program.sites());
    let longer: Vec<&Expr> = above.take(place).filter_map(Site::longest).collect();
    if longer.is_empty() {
        return quote!(#place);
    }
    let others = place - longer.len();
    quote!((#others #(+ (#longer))*))
}

/// The place of a site at the step that a statement runs for.
pub fn place(outline: &Outline, site: &Site) -> TokenStream {
    let first = first_place(outline, &site.name);
    let at = parts::at(site.tilde);
    match site.sequence {
        None => first,
        Some(_) => quote_spanned!(at=> #first + __step.first()),
    }
}

/// `let mut state = carried(VALUE, __here);` of a variable that a loop gives new values.
pub fn started(local: &Local, step: &Step<impl Sized>, own: Option<&Ident>) -> TokenStream {
    let mut local = local.clone();
    if let Some(init) = &mut local.init {
        view::rewrite(&mut init.expr, &step.views, own);
        let value = &init.expr;
        let at = parts::at(local.let_token.span);
        *init.expr = Expr::Verbatim(quote_spanned! {at=>
            ::elbow::__macro::program::carried::carried(#value, __here)
        });
    }
    quote!(#[allow(unused_assignments, unused_mut)] #local)
}

/// `state = carried(VALUE, __here);`
pub fn assigned(assign: &Assign, step: &Step<impl Sized>, own: Option<&Ident>) -> TokenStream {
    let mut value = assign.value.clone();
    view::rewrite(&mut value, &step.views, own);
    let (name, at) = (&assign.name, parts::at(assign.equals));
    quote_spanned!(at=> #name = ::elbow::__macro::program::carried::carried(#value, __here);)
}
