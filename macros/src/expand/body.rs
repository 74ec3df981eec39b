//! The statements inside a program's body.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, Ident, Local};

use super::{parts, view};
use crate::{
    ast::{Dims, Field, Site},
    plan::Views,
};

/// The methods of `Look`, by which every tensor is read.
pub fn imports() -> TokenStream {
    quote! {
        #[allow(unused_imports)]
        use ::elbow::program::look::{LookAtOther as _, LookAtTensors as _};
    }
}

/// `let x = pass.data(&self.x);`
pub fn data(name: &Ident) -> TokenStream {
    quote_spanned!(Span::mixed_site()=> let #name = pass.data(&self.#name);)
}

/// `let decoder = &self.__model.decoder;`, and for a parameter its tensor in this pass.
pub fn fields<'a>(fields: impl Iterator<Item = &'a Field>) -> impl Iterator<Item = TokenStream> {
    fields.map(|field| {
        let name = &field.name;
        let at = Span::mixed_site();
        if field.is_parameter() {
            quote_spanned!(at=> let #name = pass.parameter(&self.__model.#name);)
        } else {
            quote_spanned!(at=> let #name = &self.__model.#name;)
        }
    })
}

/// The user's `let`, with its reads rewritten.
pub fn binding(local: &Local, views: &Views) -> TokenStream {
    let mut local = local.clone();
    if let Some(init) = &mut local.init {
        view::rewrite(&mut init.expr, views);
        if let Some((_, diverge)) = &mut init.diverge {
            view::rewrite(diverge, views);
        }
    }
    quote!(#local)
}

/// `let p_z = ::elbow::program::site::<(Const<200>,), _>(DISTRIBUTION);`, at the tilde.
pub fn density(variable: &Ident, site: &Site, dims: Option<&Dims>, views: &Views) -> TokenStream {
    let distribution = expression(&site.distribution, views);
    let event = parts::event(dims);
    quote_spanned! {parts::at(site.tilde)=>
        let #variable = ::elbow::program::site::<#event, _>(#distribution);
    }
}

/// The user's expression, with its reads rewritten.
pub fn expression(expr: &Expr, views: &Views) -> Expr {
    let mut expr = expr.clone();
    view::rewrite(&mut expr, views);
    expr
}
