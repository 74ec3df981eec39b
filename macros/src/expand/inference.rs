//! An inference program: `vae.q(&x)`.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::Ident;

use super::{module::concrete, parts};
use crate::outline::{Inference, Outline, type_name};

/// The method, the program, its latents and observations, and `Inference` with `pass` as the body of its one step.
///
/// ```text
/// impl Vae { pub fn q(&self, x: &Batch<…>) -> VaeQ<'_> { … } }
/// pub struct VaeQLatents { pub z: Batch<…> }
/// pub struct VaeQObserved { pub x: Batch<…> }
/// pub struct VaeQ<'a> { __model: &'a Vae, __key: Key, x: Batch<…> }
/// impl<'a> Inference for VaeQ<'a> { … }
/// ```
pub fn items(
    outline: &Outline,
    inference: &Inference,
    shown: &str,
    pass: &TokenStream,
) -> TokenStream {
    let (module, program) = (outline.module, inference.program);
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
    let [this, drawn, given] =
        ["", "Latents", "Observed"].map(|suffix| type_name(module, program, suffix));
    let concrete = concrete(module);
    let arguments = parts::arguments(&inference.inputs);
    let inputs: Vec<&Ident> = inference.inputs.iter().map(|column| column.name).collect();
    let batches = inference.inputs.iter().map(parts::batch);
    let latents = parts::fields(module, &inference.latents, "The latent");
    let observed = parts::fields(module, &inference.observed, "The observed site");
    let formula = parts::formula(method, &inference.latents, &inference.inputs);
    let program_doc = format!("The inference model `{formula}` of [`{name}`].");
    let latents_doc = format!("A draw from `{formula}`, one batch a latent.");
    let observed_doc = format!(
        "What the generative model expects where `{method}` is given data, one batch an observed site."
    );
    let method_doc =
        format!("The inference model `{formula}`, with the next key of the model's noise.");
    let (shown, implementation) = (
        parts::shown(shown),
        implementation(outline, inference, pass),
    );
    quote_spanned! {parts::at(method.span())=>
        #allow
        impl<#bound> #concrete {
            #(#attributes)*
            #[doc = ""]
            #[doc = #method_doc]
            #visibility fn #method(&self, #arguments) -> #this<'_, #passed> {
                #this {
                    __model: self,
                    __key: self.__noise.next_key(),
                    #(#inputs: ::core::clone::Clone::clone(#inputs)),*
                }
            }
        }

        #[doc = #latents_doc]
        #[derive(Debug, Clone)]
        #allow
        #visibility struct #drawn<#declared> { #(#latents),* }

        #[doc = #observed_doc]
        #[derive(Debug, Clone)]
        #allow
        #visibility struct #given<#declared> { #(#observed),* }

        #[doc = #program_doc]
        #[doc = ""]
        #docs
        #shown
        #[derive(Clone)]
        #allow
        #visibility struct #this<'a, #declared> {
            __model: &'a #concrete,
            __key: ::elbow::noise::Key,
            #(#inputs: #batches,)*
        }

        #implementation
    }
}

fn implementation(outline: &Outline, inference: &Inference, pass: &TokenStream) -> TokenStream {
    let module = outline.module;
    let (bound, passed) = (parts::bound(module), parts::passed(module));
    let [this, drawn, given] =
        ["", "Latents", "Observed"].map(|suffix| type_name(module, inference.program, suffix));
    let columns = parts::columns(&inference.inputs);
    let inputs: Vec<&Ident> = inference.inputs.iter().map(|column| column.name).collect();
    quote_spanned! {parts::at(inference.program.name.span())=>
        #[automatically_derived]
        impl<'a, #bound> ::elbow::program::Inference for #this<'a, #passed> {
            type Latents = #drawn<#passed>;
            type Observed = #given<#passed>;

            fn key(&self) -> ::elbow::noise::Key {
                self.__key
            }

            fn at(self, key: ::elbow::noise::Key) -> Self {
                Self { __key: key, ..self }
            }

            fn columns(&self) -> ::std::vec::Vec<::elbow::program::Column> {
                #columns
            }

            #[allow(unused_variables)]
            fn slice(&self, rows: ::core::ops::Range<usize>) -> Self {
                Self {
                    __model: self.__model,
                    __key: self.__key,
                    #(#inputs: ::elbow::program::slice(&self.#inputs, ::core::clone::Clone::clone(&rows)),)*
                }
            }

            #[allow(unused_variables)]
            fn pass(
                &self,
                pass: &mut ::elbow::program::Pass,
            ) -> ::core::result::Result<
                (Self::Latents, ::core::option::Option<Self::Observed>),
                ::elbow::Error,
            > {
                #pass
            }
        }
    }
}
