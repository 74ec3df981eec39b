//! The table of a program's sites, by whose places everything is told to the runtime.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;

use super::parts;
use crate::{
    ast::Site,
    plan::{ClosedForm, Inference, Latent, Role, Section, Step},
};

/// The sites of the generative model alone.
pub fn generative(plan: &Section<()>) -> TokenStream {
    let sites = plan.site_steps().map(|(site, (), step)| {
        let parents = places(plan, &step.parents);
        entry(site, &parents, &quote!(None))
    });
    table(plan, sites)
}

/// The same sites, with what is known of those that an inference model draws.
pub fn inference(plan: &Inference) -> TokenStream {
    let model = &plan.model;
    let sites = model.site_steps().map(|(site, role, step)| match role {
        Role::Observed => entry(site, &places(model, &step.parents), &quote!(None)),
        Role::Latent(known) => {
            let parents = places(model, step.parents.iter().chain([&site.name]));
            entry(site, &parents, &latent(plan, site, known))
        }
    });
    table(model, sites)
}

/// `&[0, 2]`: the places of the sites among these names. Covariates have none.
pub fn places<'n, R>(plan: &Section<R>, names: impl IntoIterator<Item = &'n Ident>) -> TokenStream {
    let is_site = |name: &&Ident| plan.sites().any(|(site, _)| site.name == **name);
    let places = names
        .into_iter()
        .filter(is_site)
        .map(|name| place(plan, name));
    quote!(&[#(#places),*])
}

/// The place of a site in the generative model.
pub fn place<R>(plan: &Section<R>, name: &Ident) -> usize {
    plan.sites()
        .take_while(|(site, _)| site.name != *name)
        .count()
}

fn table<R>(plan: &Section<R>, sites: impl Iterator<Item = TokenStream>) -> TokenStream {
    quote_spanned!(parts::at(plan.program.name.span())=> &[#(#sites),*])
}

fn entry(site: &Site, parents: &TokenStream, latent: &TokenStream) -> TokenStream {
    let label = parts::label(&site.name);
    let plate = match site.global {
        Some(_) => quote!(Global),
        None => quote!(Rows),
    };
    quote! {
        ::elbow::__macro::program::Site {
            name: #label,
            plate: ::elbow::__macro::program::Plate::#plate,
            parents: #parents,
            latent: ::core::option::Option::#latent,
        }
    }
}

fn latent(plan: &Inference, site: &Site, known: &Latent) -> TokenStream {
    let guide = |step: &Step<&Site>| places(&plan.model, &step.parents);
    let parents = plan.draw(&site.name).map(guide);
    let [influences, readers, meets, ancestors] = [
        &known.influences,
        &known.readers,
        &known.meets,
        &known.ancestors,
    ]
    .map(|names| places(&plan.model, names.iter().copied()));
    let closed_form = match &known.closed_form {
        ClosedForm::Valid(reason) => quote!(Valid(#reason)),
        ClosedForm::Invalid(reason) => quote!(Invalid(#reason)),
    };
    quote! {
        Some(::elbow::__macro::program::Latent {
            parents: #parents,
            influences: #influences,
            readers: #readers,
            meets: #meets,
            ancestors: #ancestors,
            closed_form: ::elbow::__macro::program::ClosedForm::#closed_form,
        })
    }
}
