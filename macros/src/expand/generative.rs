//! The generative program: `vae.p(&u)`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{body, expected, parts, program::Item};
use crate::{
    outline::{Column, Generative, Outline, type_name},
    plan::{Kind, Section},
};

/// The method, the program, its joint draw, and `Generative` with `sites` as its table and `joint` as the body of its one step.
pub fn items(
    outline: &Outline,
    generative: &Generative,
    shown: &str,
    sites: &TokenStream,
    joint: &TokenStream,
) -> TokenStream {
    let program = generative.program;
    let formula = parts::formula(&program.name, &generative.sites, &generative.covariates);
    let item = Item {
        outline,
        program,
        inputs: &generative.covariates,
        title: &format!("The generative model `{formula}`"),
        shown,
        keyed: false,
    };
    let doc = format!("A joint draw from `{formula}`, one batch a site.");
    let record = item.record("Joint", &doc, &generative.sites, "The site");
    let (method, definition) = (item.method(), item.definition());
    let implementation = implementation(outline, generative, sites, joint);
    quote!(#method #record #definition #implementation)
}

fn implementation(
    outline: &Outline,
    generative: &Generative,
    sites: &TokenStream,
    joint: &TokenStream,
) -> TokenStream {
    let module = outline.module;
    let (bound, passed) = (parts::bound(module), parts::passed(module));
    let [this, drawn] = ["", "Joint"].map(|suffix| type_name(module, generative.program, suffix));
    let columns = parts::inputs(&generative.covariates);
    let with_rows: Vec<Column> = generative
        .sites
        .iter()
        .filter(|site| !site.is_global)
        .copied()
        .collect();
    let given = parts::batches(&with_rows);
    quote_spanned! {parts::at(generative.program.name.span())=>
        impl<'a, #bound> ::elbow::__macro::program::Generative for #this<'a, #passed> {
            const SITES: &'static [::elbow::__macro::program::Site] = #sites;
            type Joint = #drawn<#passed>;

            fn columns(&self) -> ::std::vec::Vec<::elbow::__macro::program::Column<'_>> {
                #columns
            }

            fn given(
                #[allow(unused_variables)] __joint: &Self::Joint,
            ) -> ::std::vec::Vec<::elbow::__macro::program::Column<'_>> {
                #given
            }

            fn joint(
                &self,
                #[allow(unused_variables)] __pass: &mut ::elbow::__macro::program::Pass,
                #[allow(unused_variables)] __given: ::core::option::Option<::elbow::__macro::program::Given<'_, Self::Joint>>,
            ) -> ::core::result::Result<Self::Joint, ::elbow::__macro::Error> {
                #joint
            }
        }
    }
}

/// Draws every site in order, or takes it as given.
pub fn joint(outline: &Outline, generative: &Generative, plan: &Section<()>) -> TokenStream {
    let columns = generative.covariates.iter().map(|column| column.name);
    let data = columns
        .filter(|name| plan.reads.contains(name))
        .map(body::data);
    let fields = body::fields(plan.fields.iter().copied());
    let steps = plan.steps.iter().map(|step| match step.kind {
        Kind::Let(local) => body::binding(local, &step.views),
        Kind::Site(site, ()) => {
            let (name, density) = (&site.name, parts::local("p", site));
            let place = outline.place(name);
            let check = expected::check_of(outline, generative.program, site);
            let prior = body::density(&density, &check, site, &step.views);
            let at = parts::at(site.tilde);
            quote_spanned! {at=>
                #prior
                let #name = __pass.generate(#place, &#density, __given.map(|__given| __given.of(|__joint| &__joint.#name)))?;
            }
        }
    });
    let drawn = type_name(outline.module, generative.program, "Joint");
    let kept = plan.sites().map(|(site, ())| {
        let name = &site.name;
        quote_spanned!(parts::at(site.tilde)=> #name: __pass.keep(#name))
    });
    let names = plan.sites().map(|(site, ())| &site.name);
    let names = names.chain(generative.covariates.iter().map(|column| column.name));
    let names = names.chain(plan.fields.iter().map(|field| &field.name));
    let hidden = parts::hides_constants(names);
    let (looks, misspelt) = (body::imports(), body::misspelt(&plan.misspelt));
    quote_spanned! {parts::at(generative.program.name.span())=>
        #looks
        #(#hidden)*
        #(#misspelt)*
        let __here = &__pass.here(&[]);
        #(#data)*
        #(#fields)*
        #(#steps)*
        ::core::result::Result::Ok(#drawn { #(#kept),* })
    }
}
