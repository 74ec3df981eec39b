//! The statements inside a program's body.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, Ident, Local, spanned::Spanned};

use super::{
    expected::{self, Check},
    numbers, parts, view,
};
use crate::{
    ast::{Field, Site},
    plan::Views,
};

/// The methods of `Look`, by which tensors are read.
pub fn imports() -> TokenStream {
    quote! {
        #[allow(unused_imports)]
        use ::elbow::__macro::program::look::{LookAtOther as _, LookAtTensors as _};
    }
}

/// `let decoder: ();`, before all else: where a name is unknown, rustc looks among the variables for what was meant.
pub fn misspelt<'a>(names: &'a [&'a Ident]) -> impl Iterator<Item = TokenStream> + 'a {
    names.iter().map(|name| {
        quote_spanned! {parts::at(name.span())=>
            #[allow(unused_variables)]
            let #name: ();
        }
    })
}

/// `let x = __pass.data(&self.x);`
pub fn data(name: &Ident) -> TokenStream {
    quote_spanned!(parts::at(name.span())=> let #name = __pass.data(&self.#name);)
}

/// `let decoder = &self.__model.decoder;`, and for a parameter its tensor in this pass.
pub fn fields<'a>(fields: impl Iterator<Item = &'a Field>) -> impl Iterator<Item = TokenStream> {
    fields.map(|field| {
        let name = &field.name;
        let at = parts::at(name.span());
        if field.is_parameter() {
            quote_spanned!(at=> let #name = __pass.parameter(&self.__model.#name);)
        } else {
            quote_spanned!(at=> let #name = &self.__model.#name;)
        }
    })
}

/// The user's `let`, with its reads rewritten.
pub fn binding(local: &Local, views: &Views, own: Option<&Ident>) -> TokenStream {
    let mut local = local.clone();
    if let Some(init) = &mut local.init {
        view::rewrite(&mut init.expr, views, own);
        if let Some((_, diverge)) = &mut init.diverge {
            view::rewrite(diverge, views, own);
        }
    }
    quote!(#local)
}

/// `let __p_z = <__Site as CHECK<_, EVENT, _, _>>::itself(DISTRIBUTION, unwritten);`, at the tilde.
pub fn density(
    variable: &Ident,
    check: &Check,
    site: &Site,
    views: &Views,
    own: Option<&Ident>,
) -> TokenStream {
    // A tuple struct stands in parentheses, which rustc would call superfluous.
    let mut distribution = match &site.distribution {
        Expr::Paren(inner) => Expr::clone(&inner.expr),
        distribution => distribution.clone(),
    };
    numbers::told_once(&mut distribution);
    view::rewrite(&mut distribution, views, own);
    let Check {
        name,
        event,
        network,
        only,
    } = check;
    if let (Expr::Call(call), Some(built)) = (&mut distribution, only) {
        let constructor = &call.func;
        *call.func = Expr::Verbatim(quote_spanned! {parts::at(constructor.span())=>
            ::elbow::__macro::nn::fitting::if_built::<#built, _>(#constructor)
        });
    }
    // rustc underlines the parameter of the body: it stands at the network to blame, or where the distribution begins. It is a
    // token as the user wrote it, so that nothing is said of a macro.
    let begins = Ident::new(parts::SITE, first(&site.distribution));
    let blamed = network.as_ref().map_or(begins.span(), Ident::span);
    let blamed = Ident::new(parts::SITE, blamed);
    quote_spanned! {parts::at(site.tilde)=>
        let #variable = <#begins as ::elbow::__macro::program::IsDistribution<_, _>>::itself(
            #distribution, ::elbow::__macro::program::unwritten
        );
        let #variable = <#begins as ::elbow::__macro::program::HasParameters<_, _>>::itself(
            #variable, ::elbow::__macro::program::unwritten
        );
        let #variable = <#blamed as #name<_, #event, _, _>>::itself(
            #variable, ::elbow::__macro::program::unwritten
        );
    }
}

/// Where an expression begins.
fn first(expr: &Expr) -> Span {
    let mut tokens = quote!(#expr).into_iter();
    tokens
        .next()
        .map_or_else(|| expr.span(), |first| first.span())
}

/// `let __via_z = <__Site as CHECK<_, _, _, _, _>>::via(&__q_z, ESTIMATOR, unwritten);`, at the word `via`, or the family's own choice.
pub fn estimator(
    variable: &Ident,
    density: &Ident,
    checks: &[Ident; 2],
    site: &Site,
    views: &Views,
    own: Option<&Ident>,
) -> TokenStream {
    let Some(via) = &site.via else {
        let at = parts::at(site.tilde);
        return quote_spanned!(at=> let #variable = ::elbow::__macro::estimator::automatic(&#density););
    };
    let mut estimator = via.estimator.clone();
    view::rewrite(&mut estimator, views, own);
    let body = Ident::new(parts::SITE, first(&via.estimator));
    let [fits, calls] = checks;
    let estimator = match (expected::setting(via), &estimator) {
        (Some((name, setting)), Expr::Call(_)) => quote_spanned! {parts::at(via.keyword)=>
            <#body as #calls<_, _, _, _>>::called(
                #name, #setting, ::elbow::__macro::program::unwritten
            )
        },
        _ => quote!(#estimator),
    };
    quote_spanned! {parts::at(via.keyword)=>
        let #variable = <#body as #fits<_, _, _, _, _>>::via(
            &#density, #estimator, ::elbow::__macro::program::unwritten
        );
    }
}
