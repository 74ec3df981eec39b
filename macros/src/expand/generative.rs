//! The generative program: `vae.p(&u)`.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use super::{body, module::concrete, parts};
use crate::{
    outline::{Generative, Outline, type_name},
    plan::{Kind, Section},
};

/// The method, the program, its joint draw, and `Generative` with `joint` as the body of its one step.
///
/// ```text
/// impl Vae { pub fn p(&self, u: &Batch<…>) -> VaeP<'_> { … } }
/// pub struct VaePJoint { pub z: Batch<…>, pub x: Batch<…> }
/// pub struct VaeP<'a> { __model: &'a Vae, u: Batch<…> }
/// impl<'a> Generative for VaeP<'a> { type Joint = VaePJoint; … }
/// ```
pub fn items(
    outline: &Outline,
    generative: &Generative,
    shown: &str,
    joint: &TokenStream,
) -> TokenStream {
    let (module, program) = (outline.module, generative.program);
    let (visibility, name, allow) = (&module.visibility, &module.name, parts::allow());
    let (declared, bound, passed) = (
        parts::declared(module),
        parts::bound(module),
        parts::passed(module),
    );
    let (method, attributes, docs) = (
        &program.name,
        &program.attributes,
        parts::docs(&program.attributes),
    );
    let [this, drawn] = ["", "Joint"].map(|suffix| type_name(module, program, suffix));
    let concrete = concrete(module);
    let arguments = parts::arguments(&generative.covariates);
    let columns = parts::columns(&generative.covariates);
    let covariates: Vec<_> = generative
        .covariates
        .iter()
        .map(|column| column.name)
        .collect();
    let batches = generative.covariates.iter().map(parts::batch);
    let sites = parts::fields(module, &generative.sites, "The site");
    let formula = parts::formula(method, &generative.sites, &generative.covariates);
    let program_doc = format!("The generative model `{formula}` of [`{name}`].");
    let joint_doc = format!("A joint draw from `{formula}`, one batch a site.");
    let method_doc = format!("The generative model `{formula}`.");
    let shown = parts::shown(shown);
    quote_spanned! {parts::at(method.span())=>
        #allow
        impl<#bound> #concrete {
            #(#attributes)*
            #[doc = ""]
            #[doc = #method_doc]
            #visibility fn #method(&self, #arguments) -> #this<'_, #passed> {
                #this { __model: self, #(#covariates: ::core::clone::Clone::clone(#covariates)),* }
            }
        }

        #[doc = #joint_doc]
        #[derive(Debug, Clone)]
        #allow
        #visibility struct #drawn<#declared> { #(#sites),* }

        #[doc = #program_doc]
        #[doc = ""]
        #docs
        #shown
        #[derive(Clone)]
        #allow
        #visibility struct #this<'a, #declared> {
            __model: &'a #concrete,
            #(#covariates: #batches,)*
        }

        #[automatically_derived]
        impl<'a, #bound> ::elbow::program::Generative for #this<'a, #passed> {
            type Joint = #drawn<#passed>;

            fn columns(&self) -> ::std::vec::Vec<::elbow::program::Column> {
                #columns
            }

            #[allow(unused_variables)]
            fn joint(
                &self,
                pass: &mut ::elbow::program::Pass,
                given: ::core::option::Option<&Self::Joint>,
            ) -> ::core::result::Result<Self::Joint, ::elbow::Error> {
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
            let (name, label, density) = (
                &site.name,
                parts::label(&site.name),
                parts::local("p", site),
            );
            let prior = body::density(&density, site, site.dims.as_ref(), &step.views);
            let at = parts::at(site.tilde);
            quote_spanned! {at=>
                #prior
                let #name = pass.generate(#label, &#density, given.map(|given| &given.#name))?;
            }
        }
    });
    let drawn = type_name(outline.module, generative.program, "Joint");
    let kept = plan.sites().map(|(site, ())| {
        let name = &site.name;
        quote_spanned!(parts::at(site.tilde)=> #name: pass.keep(&#name))
    });
    let looks = body::imports();
    quote_spanned! {parts::at(generative.program.name.span())=>
        #looks
        #(#data)*
        #(#fields)*
        #(#steps)*
        ::core::result::Result::Ok(#drawn { #(#kept),* })
    }
}
