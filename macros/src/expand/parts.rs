//! The small pieces of which items and bodies are made.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Attribute, ConstParam, Expr, Ident, spanned::Spanned};

use crate::{
    ast::{Dims, Field, Module, Program, Site},
    diagnostics::{self, Unfit},
    outline::{Column, Outline, type_name},
};

/// The lints that generated items answer for themselves: nobody calls every method of every model, and a model's
/// fields may be of a private type.
pub fn allow() -> TokenStream {
    quote!(#[allow(dead_code, private_interfaces, clippy::too_many_arguments, clippy::redundant_pattern)])
}

/// The type parameter of a body, of which the checks of its sites are asked.
pub const SITE: &str = "__Site";

/// A generated item's span: ours to name, and at a token of the user's.
pub fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// A variable about a site, `__q_z`, that the user cannot meet. It stands at the site's tilde, as every statement about the
/// site does: rustc then says once, and there, what it would say of each of them.
pub fn local(prefix: &str, site: &Site) -> Ident {
    format_ident!("__{prefix}_{}", site.name, span = at(site.tilde))
}

/// The struct's const parameters: `const N: usize = 3, `, as they are declared in an item.
pub fn declared(module: &Module) -> TokenStream {
    let parameters = &module.parameters;
    quote!(#(#parameters,)*)
}

/// One more parameter of an item beside a mistake: `const __MISTAKE: usize = { __VAE_MISTAKE }`. An item that is named without
/// it is a type of which rustc knows that it is wrong already, so nothing is said of how it is used.
pub fn mistake(outline: &Outline) -> Option<TokenStream> {
    let (at, constant) = (at(outline.mistake?.span()), mistaken(outline.module));
    Some(quote_spanned!(at=> const __MISTAKE: usize = { #constant }))
}

/// The first mistake as the value of a constant, which the items share: so it is told once.
///
/// ```text
/// const __VAE_MISTAKE: usize = compile_error!("…");
/// ```
pub fn mistaken_constant(outline: &Outline) -> Option<TokenStream> {
    let mistake = outline.mistake?;
    let (error, constant) = (mistake.to_compile_error(), mistaken(outline.module));
    Some(quote_spanned! {at(mistake.span())=>
        #[allow(dead_code)]
        const #constant: usize = { #error };
    })
}

fn mistaken(module: &Module) -> Ident {
    let name = label(&module.name).to_uppercase();
    format_ident!("__{name}_MISTAKE", span = Span::mixed_site())
}

/// The same without defaults, for an `impl`.
pub fn bound(module: &Module) -> TokenStream {
    let strip = |parameter: &ConstParam| {
        let ConstParam { ident, ty, .. } = parameter;
        quote_spanned!(at(ident.span())=> const #ident: #ty,)
    };
    module.parameters.iter().map(strip).collect()
}

/// The name of what a field is built to: `Vae_encoder`.
pub fn built(module: &Module, field: &Field) -> Ident {
    format_ident!(
        "{}_{}",
        module.name,
        field.name,
        span = at(field.name.span())
    )
}

/// The parameters as arguments: `N, `.
pub fn passed(module: &Module) -> TokenStream {
    let names = module.parameters.iter().map(|parameter| &parameter.ident);
    quote!(#(#names,)*)
}

/// `A` as `Const<{ A }>`
pub fn axis(size: &Expr) -> TokenStream {
    let at = at(size.span());
    match size {
        Expr::Lit(_) => quote_spanned!(at=> ::elbow::__macro::dfdx::shapes::Const<#size>),
        _ => quote_spanned!(at=> ::elbow::__macro::dfdx::shapes::Const<{ #size }>),
    }
}

/// `[A, 3]` as `(Const<{ A }>, Const<3>,)`; nothing as `()`.
pub fn event(dims: Option<&Dims>) -> TokenStream {
    // More axes are an error already; what is generated beside it has three.
    let axes = dims.iter().flat_map(|dims| &dims.axes).take(3);
    let axes = axes.map(axis);
    quote!((#(#axes,)*))
}

/// `::elbow::__macro::Batch<EVENT>`
pub fn batch(column: &Column) -> TokenStream {
    let event = event(column.dims);
    quote_spanned!(at(column.name.span())=> ::elbow::__macro::Batch<#event>)
}

/// `::elbow::__macro::program::Posterior<EVENT>`
pub fn posterior(column: &Column) -> TokenStream {
    let event = event(column.dims);
    quote_spanned!(at(column.name.span())=> ::elbow::__macro::program::Posterior<#event>)
}

/// `fn z() {}`: where the user has a constant `z`, rustc reads `let z = …;` as a comparison with it. A function of that name in
/// between can be hidden by a variable. (Not by an argument of a method: there rustc says that a constant was meant.)
pub fn hides_constants<'a>(
    names: impl IntoIterator<Item = &'a Ident>,
) -> impl Iterator<Item = TokenStream> {
    let names: BTreeSet<&Ident> = names.into_iter().collect();
    names.into_iter().map(|name| {
        // In our context it is found all the same, but rustc does not suggest it for a misspelt name.
        let (at, mut ours) = (at(name.span()), name.clone());
        ours.set_span(at);
        quote_spanned! {at=>
            #[allow(dead_code, non_snake_case)]
            fn #ours() {}
        }
    })
}

/// `::elbow::__macro::program::Partial<EVENT>`
pub fn partial(column: &Column) -> TokenStream {
    let event = event(column.dims);
    quote_spanned!(at(column.name.span())=> ::elbow::__macro::program::Partial<#event>)
}

/// One `pub` field a column, with the site's docs or a line of our own.
pub fn fields<'a>(
    module: &'a Module,
    columns: &'a [Column],
    role: &'a str,
    kind: fn(&Column) -> TokenStream,
) -> impl Iterator<Item = TokenStream> + 'a {
    columns.iter().map(move |column| {
        let Column { name, docs, .. } = column;
        let visibility = &module.visibility;
        let kind = kind(column);
        let own = docs.is_empty().then(|| {
            let line = format!("{role} `{name}`.");
            quote!(#[doc = #line])
        });
        let global = column.is_global.then(|| {
            quote!(#[doc = ""] #[doc = "One row: the site is global, one draw for the whole data set."])
        });
        quote!(#(#docs)* #own #global #visibility #name: #kind)
    })
}

/// One method argument a column: `mut x @ _: impl VaeQ_x`, a batch. Where the user has a constant `x`, rustc reads `x` as a comparison with
/// it, and complains of both types; of `x @ _` it says in one error that the names clash. The name is in our context, or rustc would suggest
/// it for an unknown size.
pub fn arguments(module: &Module, program: &Program, columns: &[Column]) -> TokenStream {
    let passed = passed(module);
    let declared = |column: &Column| {
        let (name, mut batch) = (argument(column.name), batch_of(module, program, column));
        // As written: so rustc does not say that a macro wrote it.
        batch.set_span(column.name.span());
        quote_spanned!(column.name.span()=> mut #name @ _: impl #batch<#passed>,)
    };
    columns.iter().map(declared).collect()
}

/// The traits of a program's arguments, so that a message names the argument and its shape as the user wrote it.
///
/// ```text
/// pub trait VaeQ_x<const N: usize>: Data<(Const<N>,)> {}
/// ```
pub fn given(module: &Module, program: &Program, columns: &[Column]) -> TokenStream {
    let (bound, passed, visibility) = (bound(module), passed(module), &module.visibility);
    let declared = |column: &Column| {
        let (name, event) = (batch_of(module, program, column), event(column.dims));
        let Unfit {
            message,
            label,
            note,
        } = diagnostics::another_batch(&program.name, column.name, column.dims);
        quote_spanned! {at(column.name.span())=>
            #[doc(hidden)]
            #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
            #[allow(non_camel_case_types, dead_code)]
            #visibility trait #name<#bound>: ::elbow::__macro::program::Data<#event> {
                // Of `&mut`, or clippy would call the borrow in `vae.q(&x)` needless.
                fn __given(&mut self) {}
            }

            #[diagnostic::do_not_recommend]
            impl<#bound T: ::elbow::__macro::program::Data<#event>> #name<#passed> for T {}
        }
    };
    columns.iter().map(declared).collect()
}

fn batch_of(module: &Module, program: &Program, column: &Column) -> Ident {
    let program = type_name(module, program, "");
    format_ident!("{program}_{}", column.name, span = at(column.name.span()))
}

/// The argument of a column.
pub fn argument(name: &Ident) -> Ident {
    let mut ours = name.clone();
    ours.set_span(at(name.span()));
    ours
}

/// The inputs of a program, for the runtime: `vec![Column::site("x", self.x.values())]`.
pub fn inputs(columns: &[Column]) -> TokenStream {
    listed(columns, |name| {
        let this = Ident::new("self", at(name.span()));
        quote_spanned!(at(name.span())=> #this.#name.values())
    })
}

/// Sites are checked against their supports when they are scored; covariates, which have none, must be finite.
fn listed(columns: &[Column], numbers: impl Fn(&Ident) -> TokenStream) -> TokenStream {
    let column = |column: &Column| {
        let (name, label) = (column.name, label(column.name));
        let kind = if column.is_site {
            quote!(site)
        } else {
            quote!(covariate)
        };
        let (at, numbers) = (at(name.span()), numbers(name));
        quote_spanned!(at=> ::elbow::__macro::program::Column::#kind(#label, #numbers))
    };
    let columns = columns.iter().map(column);
    quote!(::std::vec![#(#columns),*])
}

/// The names of a program's constants for these sites: `Z` for `z`. Of `y` and `Y`, the later one gets a number.
pub fn constants<'c, 'a: 'c>(
    columns: impl IntoIterator<Item = &'c Column<'a>>,
) -> impl Iterator<Item = (Ident, &'c Column<'a>)> {
    let mut taken: Vec<String> = Vec::new();
    columns.into_iter().map(move |column| {
        let mut upper = label(column.name).to_uppercase();
        if taken.contains(&upper) {
            upper = format!("{upper}_{}", taken.len());
        }
        taken.push(upper.clone());
        (Ident::new(&upper, at(column.name.span())), column)
    })
}

/// The name of a site or a field as users see it at run time.
pub fn label(name: &Ident) -> String {
    syn::ext::IdentExt::unraw(name).to_string()
}

/// The doc attributes among all.
pub fn docs(attributes: &[Attribute]) -> TokenStream {
    let docs = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"));
    docs.map(ToTokens::to_token_stream).collect()
}

/// `p(z, x | u)`
pub fn formula(program: &Ident, drawn: &[Column], given: &[Column]) -> String {
    let list = |columns: &[Column]| {
        let names: Vec<String> = columns.iter().map(|column| label(column.name)).collect();
        names.join(", ")
    };
    let bar = if given.is_empty() { "" } else { " | " };
    format!("{}({}{bar}{})", label(program), list(drawn), list(given))
}

/// A plan in the docs of the type that runs it.
pub fn shown(plan: &str) -> TokenStream {
    if plan.is_empty() {
        return TokenStream::new();
    }
    let block = format!("```text\n{plan}\n```");
    quote!(#[doc = ""] #[doc = #block])
}
