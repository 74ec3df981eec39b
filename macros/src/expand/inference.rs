//! An inference program: `vae.q(&x)`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Ident;

use super::{body, parts};
use crate::{
    ast::Site,
    outline::{Inference, Outline, type_name},
    plan::{self, ClosedForm, Kind, Latent, Role, Step},
};

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
    quote_spanned! {Span::mixed_site()=>
        #allow
        impl<#bound> #name<#passed> {
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
            __model: &'a #name<#passed>,
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
    quote_spanned! {Span::mixed_site()=>
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

/// Draws the latents from q, then scores p at them.
pub fn pass(outline: &Outline, inference: &Inference, plan: &plan::Inference) -> TokenStream {
    let read = |name: &Ident| plan.guide.reads.contains(name) || plan.model.reads.contains(name);
    let observed = |name: &Ident| inference.observed.iter().any(|column| column.name == name);
    let inputs = inference.inputs.iter().map(|column| column.name);
    let data = inputs
        .filter(|name| observed(name) || read(name))
        .map(body::data);
    let (looks, guide) = (body::imports(), guide(plan));
    let latents = plan.latents().map(|(site, _)| {
        let (name, drawn) = (&site.name, parts::hidden("drawn", &site.name));
        quote_spanned!(Span::mixed_site()=> #name: pass.keep(&#drawn.value()))
    });
    let drawn = type_name(outline.module, inference.program, "Latents");
    let values = plan
        .latents()
        .filter(|(site, _)| plan.model.reads.contains(&site.name));
    let values = values.map(|(site, _)| value(site));
    let fields = body::fields(plan.model.fields.iter().copied());
    let steps = plan.model.steps.iter().map(score);
    let means = means(outline, inference);
    quote_spanned! {Span::mixed_site()=>
        #looks
        #(#data)*
        #guide
        let latents = #drawn { #(#latents),* };
        if pass.stops_at_latents() {
            return ::core::result::Result::Ok((latents, ::core::option::Option::None));
        }
        #(#values)*
        #(#fields)*
        #(#steps)*
        ::core::result::Result::Ok((latents, #means))
    }
}

/// q, in a block of its own, for p must not see its `let`s.
fn guide(plan: &plan::Inference) -> TokenStream {
    let fields = body::fields(plan.guide.fields.iter().copied());
    let steps = plan.guide.steps.iter().map(|step| match step.kind {
        Kind::Let(local) => body::binding(local, &step.views),
        Kind::Site(site, prior) => draw(site, prior, step, plan.guide.reads.contains(&site.name)),
    });
    let results = || {
        plan.latents().map(|(site, _)| {
            let [density, via, drawn] =
                ["q", "via", "drawn"].map(|prefix| parts::hidden(prefix, &site.name));
            quote!((#density, #via, #drawn),)
        })
    };
    let (bound, results): (TokenStream, TokenStream) = (results().collect(), results().collect());
    if bound.is_empty() {
        return quote_spanned!(Span::mixed_site()=> { #(#fields)* #(#steps)* });
    }
    quote_spanned! {Span::mixed_site()=>
        let (#bound) = {
            #(#fields)*
            #(#steps)*
            (#results)
        };
    }
}

/// A draw from the posterior: its density, its estimator, and where something reads it its value.
fn draw(site: &Site, prior: &Site, step: &Step<&Site>, is_read: bool) -> TokenStream {
    let [variable, via, drawn] =
        ["q", "via", "drawn"].map(|prefix| parts::hidden(prefix, &site.name));
    let density = body::density(&variable, site, prior.dims.as_ref(), &step.views);
    let estimator = match &site.via {
        Some(chosen) => {
            let estimator = body::expression(&chosen.estimator, &step.views);
            quote_spanned!(parts::at(chosen.keyword)=> let #via = ::elbow::estimator::via(&#variable, #estimator);)
        }
        None => {
            quote_spanned!(parts::at(site.tilde)=> let #via = ::elbow::estimator::automatic(&#variable);)
        }
    };
    let label = parts::label(&site.name);
    let value = is_read.then(|| value(site));
    quote_spanned! {parts::at(site.name.span())=>
        #density
        #estimator
        let #drawn = pass.draw(#label, &#variable, &#via)?;
        #value
    }
}

/// `let z = drawn_z.value();`
fn value(site: &Site) -> TokenStream {
    let (name, drawn) = (&site.name, parts::hidden("drawn", &site.name));
    quote_spanned!(parts::at(name.span())=> let #name = #drawn.value();)
}

/// A statement of p at the drawn latents.
fn score(step: &Step<Role>) -> TokenStream {
    let (site, role) = match &step.kind {
        Kind::Let(local) => return body::binding(local, &step.views),
        Kind::Site(site, role) => (site, role),
    };
    let (name, label) = (&site.name, parts::label(&site.name));
    let prior = parts::hidden("p", name);
    let density = body::density(&prior, site, site.dims.as_ref(), &step.views);
    let term = match role {
        Role::Observed => {
            let mean = parts::hidden("mean", name);
            quote_spanned!(parts::at(name.span())=> let #mean = pass.observe(#label, &#prior, &#name)?;)
        }
        Role::Latent(latent) => kl(site, latent),
    };
    quote!(#density #term)
}

/// A latent's term. Its closed-form KL is looked for among the types, here, where both are known.
fn kl(site: &Site, latent: &Latent) -> TokenStream {
    let label = parts::label(&site.name);
    let [posterior, prior, via, drawn] =
        ["q", "p", "via", "drawn"].map(|prefix| parts::hidden(prefix, &site.name));
    let influences = latent.influences.iter().map(|name| parts::label(name));
    let closed_form = match &latent.closed_form {
        ClosedForm::Valid(reason) => quote!(::elbow::program::ClosedForm::Valid(#reason)),
        ClosedForm::Invalid(reason) => quote!(::elbow::program::ClosedForm::Invalid(#reason)),
    };
    // A pair without a comparable density is the guide's mistake: rustc points there.
    quote_spanned! {parts::at(latent.posterior.tilde)=>
        pass.latent(
            &::elbow::program::Latent { name: #label, influences: &[#(#influences),*], closed_form: #closed_form },
            &#posterior, &#prior, &#via, &#drawn,
            { use ::elbow::kl::probe::*; (&Pair(&#posterior, &#prior)).kl() },
        )?;
    }
}

/// The expected observations, if there are any and the pass asks for them.
fn means(outline: &Outline, inference: &Inference) -> TokenStream {
    if inference.observed.is_empty() {
        return quote!(::core::option::Option::None);
    }
    let given = type_name(outline.module, inference.program, "Observed");
    let names: Vec<&Ident> = inference
        .observed
        .iter()
        .map(|column| column.name)
        .collect();
    let means: Vec<Ident> = names
        .iter()
        .map(|name| parts::hidden("mean", name))
        .collect();
    quote_spanned! {Span::mixed_site()=>
        match (#(#means,)*) {
            (#(::core::option::Option::Some(#means),)*) => ::core::option::Option::Some(#given { #(#names: #means),* }),
            _ => ::core::option::Option::None,
        }
    }
}
