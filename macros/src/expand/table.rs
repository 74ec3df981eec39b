//! The table of a program's sites, by whose places everything is told to the runtime.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;

use super::{flow, parts};
use crate::{
    ast::Site,
    outline::Outline,
    plan::{ClosedForm, Inference, Latent, Role, Section, Step},
};

/// The sites of the generative model alone.
pub fn generative(outline: &Outline, plan: &Section<()>) -> TokenStream {
    if outline.has_loops() {
        return flow::flow::<_, ()>(outline, None, plan, |_| false);
    }
    let sites = plan.site_steps().map(|(site, (), step)| {
        let parents = places(outline, &step.parents);
        entry(site, &parents, &quote!(None))
    });
    table(plan, sites)
}

/// The same sites, with what is known of those that an inference model draws.
pub fn inference(outline: &Outline, plan: &Inference) -> TokenStream {
    let model = &plan.model;
    if outline.has_loops() {
        let is_latent = |site: &Site| plan.program.argument(&site.name).is_none();
        return flow::flow(outline, Some(&plan.guide), model, is_latent);
    }
    let sites = model.site_steps().map(|(site, role, step)| match role {
        Role::Observed => entry(site, &places(outline, &step.parents), &quote!(None)),
        Role::Latent(known) => {
            let parents = places(outline, step.parents.iter().chain([&site.name]));
            entry(site, &parents, &latent(outline, plan, site, known))
        }
    });
    table(model, sites)
}

/// `&[0, 2]`: the places of the sites among these names. Covariates have none.
pub fn places<'n>(outline: &Outline, names: impl IntoIterator<Item = &'n Ident>) -> TokenStream {
    let places = names.into_iter().filter_map(|name| outline.place(name));
    quote!(&[#(#places),*])
}

fn table<R>(plan: &Section<R>, sites: impl Iterator<Item = TokenStream>) -> TokenStream {
    quote_spanned! {parts::at(plan.program.name.span())=>
        ::elbow::__macro::program::Sites::Listed(&[#(#sites),*])
    }
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
            statement: #label,
            step: ::core::option::Option::None,
            plate: ::elbow::__macro::program::Plate::#plate,
            parents: #parents,
            latent: ::core::option::Option::#latent,
        }
    }
}

fn latent(outline: &Outline, plan: &Inference, site: &Site, known: &Latent) -> TokenStream {
    let guide = |step: &Step<&Site>| places(outline, &step.parents);
    let parents = plan.draw(&site.name).map(guide);
    let [influences, readers, meets, ancestors] = [
        &known.influences,
        &known.readers,
        &known.meets,
        &known.ancestors,
    ]
    .map(|names| places(outline, names.iter().copied()));
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
