//! The generative program: `vae.p(&u)`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{body, counts, expected, loops, parts, program::Item};
use crate::{
    ast::Site,
    outline::{Generative, Outline, type_name},
    plan::{Kind, Section, Step},
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
    let given = given(outline, generative);
    let (method, definition) = (item.method(), item.definition());
    let constants = constants(outline, generative);
    let implementation = implementation(outline, generative, sites, joint);
    quote!(#method #record #given #definition #constants #implementation)
}

/// `pub struct VaePGiven { z: Option<Partial<…>> }`
fn given(outline: &Outline, generative: &Generative) -> TokenStream {
    let module = outline.module;
    let (visibility, declared) = (&module.visibility, parts::declared(module));
    let mistake = parts::mistake(outline);
    let (name, allow) = (
        type_name(module, generative.program, "Given"),
        parts::allow(),
    );
    let fields = generative.sites.iter().map(|site| {
        let (name, partial) = (site.name, parts::partial(site));
        quote_spanned!(parts::at(name.span())=> #name: ::core::option::Option<#partial>)
    });
    quote_spanned! {parts::at(generative.program.name.span())=>
        /// Values of some of the sites.
        #[derive(Debug, Clone, Default)]
        #allow
        #visibility struct #name<#declared #mistake> { #(#fields),* }
    }
}

/// The sites by name: `VaeP::Z`, to give them values.
fn constants(outline: &Outline, generative: &Generative) -> TokenStream {
    let module = outline.module;
    let (bound, passed) = (parts::bound(module), parts::passed(module));
    let (visibility, allow) = (&module.visibility, parts::allow());
    let this = type_name(module, generative.program, "");
    let constants = parts::constants(&generative.sites).map(|(constant, column)| {
        let (name, event) = (column.name, parts::event(column.dims));
        let doc = format!("The site `{}`, to give it values.", parts::label(name));
        quote_spanned! {constant.span()=>
            #[doc = #doc]
            #visibility const #constant: ::elbow::__macro::program::GenerativeSite<Self, #event> =
                ::elbow::__macro::program::GenerativeSite::<Self, #event>::new(|__given, __own| {
                    __given.#name = ::core::option::Option::Some(__own);
                });
        }
    });
    quote_spanned! {parts::at(generative.program.name.span())=>
        #allow
        impl<'a, #bound> #this<'a, #passed> {
            #(#constants)*
        }
    }
}

fn implementation(
    outline: &Outline,
    generative: &Generative,
    sites: &TokenStream,
    joint: &TokenStream,
) -> TokenStream {
    let module = outline.module;
    let (bound, passed) = (parts::bound(module), parts::passed(module));
    let [this, drawn, given] =
        ["", "Joint", "Given"].map(|suffix| type_name(module, generative.program, suffix));
    let columns = parts::inputs(&generative.covariates);
    let with_rows = generative.sites.iter().filter(|site| !site.is_global);
    let given_columns = with_rows.map(|site| {
        let (name, label, at) = (site.name, parts::label(site.name), parts::at(site.name.span()));
        quote_spanned! {at=>
            let __own = __given.#name.as_ref();
            __columns.extend(__own.map(|__own| ::elbow::__macro::program::Column::site(#label, __own.values())));
        }
    });
    let values = generative.sites.iter().map(|site| {
        let (name, at) = (site.name, parts::at(site.name.span()));
        quote_spanned! {at=>
            #name: ::elbow::__macro::program::of_joint(&__joint.#name, __observed.map(|__own| &__own.#name))?
        }
    });
    quote_spanned! {parts::at(generative.program.name.span())=>
        impl<'a, #bound> ::elbow::__macro::program::Generative for #this<'a, #passed> {
            const SITES: ::elbow::__macro::program::Sites = #sites;
            type Joint = #drawn<#passed>;
            type Given = #given<#passed>;

            fn columns(&self) -> ::std::vec::Vec<::elbow::__macro::program::Column<'_>> {
                #columns
            }

            fn of_joint(
                #[allow(unused_variables)] __joint: &Self::Joint,
                #[allow(unused_variables)] __observed: ::core::option::Option<&Self::Joint>,
            ) -> ::core::result::Result<Self::Given, ::elbow::__macro::Error> {
                ::core::result::Result::Ok(#given { #(#values),* })
            }

            fn given_columns(
                #[allow(unused_variables)] __given: &Self::Given,
            ) -> ::std::vec::Vec<::elbow::__macro::program::Column<'_>> {
                #[allow(unused_mut)]
                let mut __columns = ::std::vec::Vec::new();
                #(#given_columns)*
                __columns
            }

            fn joint<__Site>(
                &self,
                #[allow(unused_variables)] __pass: &mut ::elbow::__macro::program::Pass,
                #[allow(unused_variables)] __given: &Self::Given,
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
    let statement = |_, step: &Step<()>| {
        let own = plan.step_around(step);
        match step.kind {
            Kind::Let(local) if step.carried.is_some() => loops::started(local, step, own),
            Kind::Let(local) => body::binding(local, &step.views, own),
            Kind::Assign(assign) => loops::assigned(assign, step, own),
            Kind::Site(site, ()) => generate(outline, generative, plan, site, step),
        }
    };
    let after = |site: &Site| sequence(outline, plan, site);
    let steps = loops::laid_out(outline, plan, None, statement, |()| true, after);
    let drawn = type_name(outline.module, generative.program, "Joint");
    let kept = plan.sites().map(|(site, ())| {
        let (name, sequence) = (&site.name, loops::sequence(&site.name));
        let at = parts::at(site.tilde);
        match site.sequence {
            None => quote_spanned!(at=> #name: __pass.keep(#name)),
            Some(_) => quote_spanned!(at=> #name: __pass.keep_steps(&#sequence)),
        }
    });
    let names = plan.sites().map(|(site, ())| &site.name);
    let names = names.chain(generative.covariates.iter().map(|column| column.name));
    let names = names.chain(plan.fields.iter().map(|field| &field.name));
    let hidden = parts::hides_constants(names);
    let (looks, misspelt) = (body::imports(), body::misspelt(&plan.misspelt));
    let by_length = counts::by_length(outline, plan.loops.iter().copied());
    quote_spanned! {parts::at(generative.program.name.span())=>
        #looks
        #(#hidden)*
        #(#misspelt)*
        #by_length
        let __here = &__pass.here(&[]);
        #(#data)*
        #(#fields)*
        #steps
        ::core::result::Result::Ok(#drawn { #(#kept),* })
    }
}

/// Draws a site, or takes it as given.
fn generate(
    outline: &Outline,
    generative: &Generative,
    plan: &Section<()>,
    site: &Site,
    step: &Step<()>,
) -> TokenStream {
    let (name, density) = (&site.name, parts::local("p", site));
    let place = loops::place(outline, site);
    let check = expected::check_of(outline, generative.program, site);
    let prior = body::density(&density, &check, site, &step.views, plan.step_around(step));
    let at = parts::at(site.tilde);
    if site.sequence.is_none() {
        return quote_spanned! {at=>
            #prior
            let #name = __pass.generate(#place, &#density, ::core::clone::Clone::clone(&__given.#name))?;
        };
    }
    let (sequence, list) = (loops::sequence(name), loops::list(site));
    let event = parts::event(site.dims.as_ref());
    quote_spanned! {at=>
        #prior
        let __given_step =
            ::elbow::__macro::program::given_step::<#event, _>(&__given.#name, __steps, __step.first());
        let #sequence = __pass.generate(#place, &#density, __given_step)?;
        #list.push(::core::clone::Clone::clone(&#sequence));
    }
}

/// The sequence of a list, and all of its steps side by side where something reads them.
fn sequence(outline: &Outline, plan: &Section<()>, site: &Site) -> TokenStream {
    let is_ragged = counts::is_ragged(outline, site);
    let (name, sequence, list) = (&site.name, loops::sequence(&site.name), loops::list(site));
    let at = parts::at(site.tilde);
    let is_whole = plan.whole.contains(name);
    let whole = is_whole.then(|| quote_spanned!(at=> let #name = #sequence.whole();));
    quote_spanned! {at=>
        let #sequence = __pass.sequence(__steps, #list, #is_ragged);
        #whole
    }
}
