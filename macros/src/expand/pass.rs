//! The body of `Inference::pass`: q, then p at what q drew.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;

use super::{body, expected, parts, table};
use crate::{
    ast::Site,
    outline::{self, Outline, type_name},
    plan::{Inference, Kind, Latent, Role, Step},
};

/// Draws the latents from q, then scores p at them.
pub fn pass(outline: &Outline, items: &outline::Inference, plan: &Inference) -> TokenStream {
    let read = |name: &Ident| plan.guide.reads.contains(name) || plan.model.reads.contains(name);
    let needed = items
        .inputs
        .iter()
        .filter(|input| input.is_site || read(input.name));
    let data = needed.map(|input| body::data(input.name));
    let (looks, guide) = (body::imports(), guide(outline, plan));
    let hidden = parts::hides_constants(variables(items, plan));
    let misspelt = [&plan.guide.misspelt, &plan.model.misspelt].map(|names| body::misspelt(names));
    let misspelt = misspelt.into_iter().flatten();
    let latents = plan.latents().map(|(site, _)| {
        let (name, drawn) = (&site.name, parts::local("drawn", site));
        quote_spanned!(parts::at(site.tilde)=> #name: __pass.keep(#drawn.value()))
    });
    let drawn = type_name(outline.module, plan.program, "Latents");
    let values = plan
        .latents()
        .filter(|(site, _)| plan.model.reads.contains(&site.name));
    let values = values.map(|(site, _)| value(site));
    let fields = body::fields(plan.model.fields.iter().copied());
    let steps = plan
        .model
        .steps
        .iter()
        .map(|step| score(outline, step, plan));
    let means = means(outline, plan);
    quote_spanned! {parts::at(plan.program.name.span())=>
        #looks
        #(#hidden)*
        #(#misspelt)*
        let __here = &__pass.here(&[]);
        #(#data)*
        #guide
        let __latents = #drawn { #(#latents),* };
        if __pass.stops_at_latents() {
            return ::core::result::Result::Ok((__latents, ::core::option::Option::None));
        }
        #(#values)*
        #(#fields)*
        #(#steps)*
        ::core::result::Result::Ok((__latents, #means))
    }
}

/// The names of the user's that the body binds to data, draws and fields.
fn variables<'a>(
    items: &'a outline::Inference,
    plan: &'a Inference,
) -> impl Iterator<Item = &'a Ident> {
    let inputs = items.inputs.iter().map(|input| input.name);
    let latents = plan.latents().map(|(site, _)| &site.name);
    let fields = plan.guide.fields.iter().chain(&plan.model.fields);
    inputs.chain(latents).chain(fields.map(|field| &field.name))
}

/// q, in a block of its own, for p must not see its `let`s.
fn guide(outline: &Outline, plan: &Inference) -> TokenStream {
    let fields = body::fields(plan.guide.fields.iter().copied());
    let steps = plan.guide.steps.iter().map(|step| match step.kind {
        Kind::Let(local) => {
            let (go, binding) = (go(outline, step, None), body::binding(local, &step.views));
            quote!(#go #binding)
        }
        Kind::Site(site, _) => draw(outline, site, step, plan),
    });
    let results = plan.latents().map(|(site, _)| {
        let [density, via, drawn] = ["q", "via", "drawn"].map(|prefix| parts::local(prefix, site));
        quote!((#density, #via, #drawn),)
    });
    let results: TokenStream = results.collect();
    if results.is_empty() {
        return quote_spanned!(parts::at(plan.program.name.span())=> { #(#fields)* #(#steps)* });
    }
    quote_spanned! {parts::at(plan.program.name.span())=>
        let (#results) = {
            #(#fields)*
            #(#steps)*
            (#results)
        };
    }
}

/// `__here.go(__pass.here(&[0]));`: the statement has the rows of the sites that it reads, and of the latent that it scores.
fn go<R>(outline: &Outline, step: &Step<R>, scored: Option<&Ident>) -> TokenStream {
    let parents = table::places(outline, step.parents.iter().chain(scored));
    let at = match step.kind {
        Kind::Let(local) => local.let_token.span,
        Kind::Site(site, _) => site.tilde,
    };
    quote_spanned!(parts::at(at)=> __here.go(__pass.here(#parents));)
}

/// A draw from the posterior: its density, its estimator, and where something reads it its value.
fn draw(outline: &Outline, site: &Site, step: &Step<&Site>, plan: &Inference) -> TokenStream {
    let [variable, via, drawn] = ["q", "via", "drawn"].map(|prefix| parts::local(prefix, site));
    let check = expected::check_of(outline, plan.program, site);
    let density = body::density(&variable, &check, site, &step.views);
    let estimator = body::estimator(&via, &variable, site, &step.views);
    let (go, place) = (go(outline, step, None), outline.place(&site.name));
    let is_read = plan.guide.reads.contains(&site.name);
    let value = is_read.then(|| value(site));
    let at = parts::at(site.tilde);
    quote_spanned! {at=>
        #go
        #density
        #estimator
        let #drawn = __pass.draw(#place, &#variable, &#via)?;
        #value
    }
}

/// `let z = __drawn_z.value();`
fn value(site: &Site) -> TokenStream {
    let (name, drawn) = (&site.name, parts::local("drawn", site));
    quote_spanned!(parts::at(site.tilde)=> let #name = #drawn.value();)
}

/// A statement of p at the drawn latents.
fn score(outline: &Outline, step: &Step<Role>, plan: &Inference) -> TokenStream {
    let (site, role) = match &step.kind {
        Kind::Let(local) => {
            let (go, binding) = (go(outline, step, None), body::binding(local, &step.views));
            return quote!(#go #binding);
        }
        Kind::Site(site, role) => (site, role),
    };
    let (prior, place) = (parts::local("p", site), outline.place(&site.name));
    let check = expected::check_of(outline, plan.model.program, site);
    let density = body::density(&prior, &check, site, &step.views);
    let (go, term) = match role {
        Role::Observed => {
            let name = &site.name;
            let mean = parts::local("mean", site);
            let term = quote_spanned!(parts::at(site.tilde)=> let #mean = __pass.observe(#place, &#prior, &#name)?;);
            (go(outline, step, None), term)
        }
        Role::Latent(latent) => {
            let term = kl(site, latent, place);
            (go(outline, step, Some(&site.name)), term)
        }
    };
    quote!(#go #density #term)
}

/// A latent's term. Whether its KL has a closed form is asked among the types, here, where both are known.
///
/// A pair that cannot be compared is the guide's mistake, so the statement stands at the guide's tilde; what is wrong with
/// the prior alone stands at its own.
fn kl(site: &Site, latent: &Latent, place: Option<usize>) -> TokenStream {
    let [posterior, via, drawn] =
        ["q", "via", "drawn"].map(|prefix| parts::local(prefix, latent.posterior));
    let density = parts::local("p", site);
    let prior = quote_spanned!(parts::at(site.tilde)=> &#density);
    let chosen = latent
        .posterior
        .via
        .as_ref()
        .map_or(latent.posterior.tilde, |via| via.keyword);
    let via = quote_spanned!(parts::at(chosen)=> &#via);
    let at = parts::at(latent.posterior.tilde);
    quote_spanned! {at=>
        let #density = ::elbow::__macro::program::same_measure(&#posterior, #density);
        ::elbow::__macro::program::same_support(&#posterior, &#density);
        __pass.latent(
            #place,
            &#posterior, #prior, #via, &#drawn,
            { use ::elbow::__macro::kl::probe::*; (&Pair(&#posterior, #prior)).kl() },
        )?;
    }
}

/// The expected observations, if there are any and the pass asks for them.
fn means(outline: &Outline, plan: &Inference) -> TokenStream {
    let observed = plan
        .model
        .sites()
        .filter(|(_, role)| matches!(role, Role::Observed));
    let (names, means): (Vec<_>, Vec<_>) = observed
        .map(|(site, _)| (&site.name, parts::local("mean", site)))
        .unzip();
    if names.is_empty() {
        return quote!(::core::option::Option::None);
    }
    let given = type_name(outline.module, plan.program, "Observed");
    quote_spanned! {parts::at(plan.program.name.span())=>
        match (#(#means,)*) {
            (#(::core::option::Option::Some(#means),)*) => {
                ::core::option::Option::Some(#given { #(#names: #means),* })
            }
            _ => ::core::option::Option::None,
        }
    }
}
