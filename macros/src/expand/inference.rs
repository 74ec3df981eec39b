//! An inference program: `vae.q(&x)`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;

use super::{loops, parts, program::Item};
use crate::outline::{Column, Inference, Outline, type_name};

/// The method, the program, its latents and observations, and `Inference` with `sites` as its table and `pass` as the body of its one step.
pub fn items(
    outline: &Outline,
    inference: &Inference,
    shown: &str,
    sites: &TokenStream,
    pass: &TokenStream,
) -> TokenStream {
    let program = inference.program;
    let formula = parts::formula(&program.name, &inference.latents, &inference.inputs);
    let item = Item {
        outline,
        program,
        inputs: &inference.inputs,
        title: &format!("The inference model `{formula}`"),
        shown,
        keyed: true,
    };
    let doc = format!("A draw from `{formula}`, one batch a latent.");
    let latents = item.record("Latents", &doc, &inference.latents, "The latent");
    let doc = format!(
        "What the generative model expects where `{formula}` is given data, one batch an observed site."
    );
    let observed = item.record("Observed", &doc, &inference.observed, "The observed site");
    let doc = format!("What `{formula}` says of its latents, row by row.");
    let (role, kind) = ("The latent", parts::posterior);
    let posterior = item.record_of("Posterior", &doc, &inference.latents, role, kind);
    let (method, definition) = (item.method(), item.definition());
    let constants = constants(outline, inference);
    let implementation = implementation(outline, inference, sites, pass);
    quote!(#method #latents #observed #posterior #definition #constants #implementation)
}

/// The latents by name: `VaeQ::Y`, for what is asked of one of them.
fn constants(outline: &Outline, inference: &Inference) -> TokenStream {
    let module = outline.module;
    let (bound, passed) = (parts::bound(module), parts::passed(module));
    let (visibility, allow) = (&module.visibility, parts::allow());
    let this = type_name(module, inference.program, "");
    let constants = parts::constants(named(outline, inference)).map(|(name, column)| {
        let (label, event) = (parts::label(column.name), parts::event(column.dims));
        let place = loops::first_place(outline, column.name);
        let doc =
            format!("The latent `{label}`, for questions about it alone, such as its marginal.");
        quote_spanned! {name.span()=>
            #[doc = #doc]
            #visibility const #name: ::elbow::__macro::program::LatentSite<Self, #event> =
                ::elbow::__macro::program::LatentSite::new(#place);
        }
    });
    let constants: Vec<TokenStream> = constants.collect();
    quote_spanned! {parts::at(inference.program.name.span())=>
        #allow
        impl<'a, #bound> #this<'a, #passed> {
            #(#constants)*
        }
    }
}

/// The latents; beside a mistake the other sites too, for a statement that cannot be read may have been a latent's.
fn named<'a>(
    outline: &'a Outline,
    inference: &'a Inference,
) -> impl Iterator<Item = &'a Column<'a>> {
    let mistaken = outline
        .generative
        .iter()
        .filter(|_| outline.mistake.is_some());
    let sites = mistaken.flat_map(|generative| &generative.sites);
    let is_latent = |site: &&Column| {
        let mut latents = inference.latents.iter();
        latents.any(|latent| latent.name == site.name)
    };
    let others = sites.filter(move |site| !is_latent(site));
    inference.latents.iter().chain(others)
}

fn implementation(
    outline: &Outline,
    inference: &Inference,
    sites: &TokenStream,
    pass: &TokenStream,
) -> TokenStream {
    let module = outline.module;
    let (bound, passed) = (parts::bound(module), parts::passed(module));
    let [this, drawn, given, posterior] = ["", "Latents", "Observed", "Posterior"]
        .map(|suffix| type_name(module, inference.program, suffix));
    let columns = parts::inputs(&inference.inputs);
    let latents = inference.latents.iter().map(|column| column.name);
    let places = inference.latents.iter();
    let places = places.map(|column| loops::first_place(outline, column.name));
    let inputs: Vec<&Ident> = inference.inputs.iter().map(|column| column.name).collect();
    quote_spanned! {parts::at(inference.program.name.span())=>
        #[diagnostic::do_not_recommend]
        impl<'a, #bound> ::elbow::__macro::program::InferenceProgram for #this<'a, #passed> {
            type Program = Self;
            fn program(&mut self) -> &Self {
                self
            }
        }

        impl<'a, #bound> ::elbow::__macro::program::Inference for #this<'a, #passed> {
            const SITES: ::elbow::__macro::program::Sites = #sites;
            type Latents = #drawn<#passed>;
            type Observed = #given<#passed>;
            type Posterior = #posterior<#passed>;

            fn keys(&self) -> &::elbow::__macro::program::Keys {
                &self.__keys
            }

            fn at(self, __key: ::elbow::__macro::noise::Key) -> Self {
                Self { __keys: ::elbow::__macro::program::Keys::of(__key), ..self }
            }

            fn run_state(&self) -> &::elbow::__macro::RunState {
                &self.__model.__run
            }

            fn columns(&self) -> ::std::vec::Vec<::elbow::__macro::program::Column<'_>> {
                #columns
            }

            fn noted(
                #[allow(unused_variables)] __pass: &::elbow::__macro::program::Pass,
            ) -> Self::Posterior {
                #posterior { #(#latents: __pass.posterior(#places)),* }
            }

            fn slice(&self, #[allow(unused_variables)] __rows: ::core::ops::Range<usize>) -> Self {
                Self {
                    __model: self.__model,
                    __keys: ::core::clone::Clone::clone(&self.__keys),
                    #(#inputs: ::elbow::__macro::program::slice(&self.#inputs, ::core::clone::Clone::clone(&__rows)),)*
                }
            }

            fn pass<__Site>(
                &self,
                #[allow(unused_variables)] __pass: &mut ::elbow::__macro::program::Pass,
            ) -> ::core::result::Result<
                (Self::Latents, ::core::option::Option<Self::Observed>),
                ::elbow::__macro::Error,
            > {
                #pass
            }
        }
    }
}
