//! The statements inside a program's body.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Expr, Ident, Local};

use super::{expected::Check, numbers, parts, view};
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

/// `let __p_z = CHECK::<EVENT, _>(DISTRIBUTION);`, at the tilde.
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
        function,
        event,
        network,
    } = check;
    let Some(network) = network else {
        return quote_spanned! {parts::at(site.tilde)=>
            let #variable = #function::<#event, _>(#distribution);
        };
    };
    // The argument stands where rustc is to blame the network.
    let mut blamed = variable.clone();
    blamed.set_span(parts::at(network.span()));
    quote_spanned! {parts::at(site.tilde)=>
        let #variable = #distribution;
        let #variable = #function::<#event, _>(#blamed);
    }
}

/// `let __via_z = ::elbow::__macro::estimator::via(&__q_z, ESTIMATOR);`, at the word `via`, or the family's own choice.
pub fn estimator(
    variable: &Ident,
    density: &Ident,
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
    quote_spanned! {parts::at(via.keyword)=>
        let #variable = ::elbow::__macro::estimator::via(&#density, #estimator);
    }
}
