//! The body of `Inference::pass`: q, then p at what q drew.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::Ident;

use super::{body, counts, expected, loops, parts, table};
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
        let (name, at) = (&site.name, parts::at(site.tilde));
        if site.sequence.is_some() {
            let sequence = loops::sequence(name);
            return quote_spanned!(at=> #name: __pass.keep_steps(&#sequence));
        }
        let drawn = parts::local("drawn", site);
        quote_spanned!(at=> #name: __pass.keep(#drawn.value()))
    });
    let sequences = plan.latents().map(|(site, _)| site);
    let sequences = sequences.filter(|site| site.sequence.is_some());
    let sequences = sequences.map(|site| drawn_sequence(outline, site));
    let drawn = type_name(outline.module, plan.program, "Latents");
    let values = plan
        .latents()
        .filter(|(site, _)| plan.model.whole.contains(&site.name));
    let values = values.map(|(site, _)| match site.sequence {
        None => value(site),
        Some(_) => whole(site),
    });
    let fields = body::fields(plan.model.fields.iter().copied());
    let observed = plan.model.sites().filter(|(site, role)| {
        let is_read =
            plan.guide.reads.contains(&site.name) || plan.model.reads.contains(&site.name);
        matches!(role, Role::Observed) && site.sequence.is_some() && is_read
    });
    let observed = observed.map(|(site, _)| observed_sequence(site));
    let steps = scored(outline, plan);
    let means = means(outline, plan);
    let all_loops = plan.guide.loops.iter().chain(&plan.model.loops);
    let by_length = counts::by_length(outline, all_loops.copied());
    quote_spanned! {parts::at(plan.program.name.span())=>
        #looks
        #(#hidden)*
        #(#misspelt)*
        #by_length
        let __here = &__pass.here(&[]);
        #(#data)*
        #(#observed)*
        #guide
        #(#sequences)*
        let __latents = #drawn { #(#latents),* };
        if __pass.stops_at_latents() {
            return ::core::result::Result::Ok((__latents, ::core::option::Option::None));
        }
        #(#values)*
        #(#fields)*
        #steps
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
    let guide = &plan.guide;
    let fields = body::fields(guide.fields.iter().copied());
    let statement = |number, step: &Step<&Site>| {
        let (own, go) = (
            guide.step_around(step),
            go(outline, Side::Guide, number, step, None),
        );
        match step.kind {
            Kind::Let(local) if step.carried.is_some() => {
                let started = loops::started(local, step, own);
                quote!(#go #started)
            }
            Kind::Let(local) => {
                let binding = body::binding(local, &step.views, own);
                quote!(#go #binding)
            }
            Kind::Assign(assign) => {
                let assigned = loops::assigned(assign, step, own);
                quote!(#go #assigned)
            }
            Kind::Site(site, _) => {
                let draw = draw(outline, site, step, plan);
                quote!(#go #draw)
            }
        }
    };
    let after = |site: &Site| read_below(outline, site, plan);
    let steps = loops::laid_out(outline, guide, None, statement, |_| true, after);
    let results = plan.latents().map(|(site, _)| {
        if site.sequence.is_some() {
            return loops::list(site).to_token_stream();
        }
        let [density, via, drawn] = ["q", "via", "drawn"].map(|prefix| parts::local(prefix, site));
        quote!((#density, #via, #drawn))
    });
    let results: Vec<TokenStream> = results.collect();
    let at = parts::at(plan.program.name.span());
    if results.is_empty() {
        return quote_spanned!(at=> { #(#fields)* #steps });
    }
    quote_spanned! {at=>
        let (#(#results,)*) = {
            #(#fields)*
            #steps
            (#(#results,)*)
        };
    }
}

/// The two bodies of a pass.
#[derive(Clone, Copy)]
enum Side {
    Guide,
    Model,
}

/// `__here.go(__pass.here(&[0]));`: the statement has the rows of the sites that it reads, and of the latent that it scores.
/// Beside a loop the runtime knows which sites these are, step by step.
fn go<R>(
    outline: &Outline,
    side: Side,
    number: usize,
    step: &Step<R>,
    scored: Option<&Ident>,
) -> TokenStream {
    let at = parts::at(match step.kind {
        Kind::Let(local) => local.let_token.span,
        Kind::Assign(assign) => assign.equals,
        Kind::Site(site, _) => site.tilde,
    });
    if outline.has_loops() {
        let side = match side {
            Side::Guide => quote!(Guide),
            Side::Model => quote!(Model),
        };
        let step = match step.within {
            None => quote!(::core::option::Option::None),
            Some(_) => quote_spanned!(at=> ::core::option::Option::Some(&__step)),
        };
        return quote_spanned! {at=>
            __here.go(__pass.here_at(::elbow::__macro::program::flow::Side::#side, #number, #step));
        };
    }
    let parents = table::places(outline, step.parents.iter().chain(scored));
    quote_spanned!(at=> __here.go(__pass.here(#parents));)
}

/// A draw from the posterior: its density, its estimator, and where something reads it its value.
fn draw(outline: &Outline, site: &Site, step: &Step<&Site>, plan: &Inference) -> TokenStream {
    let [variable, via, drawn] = ["q", "via", "drawn"].map(|prefix| parts::local(prefix, site));
    let own = plan.guide.step_around(step);
    let check = expected::check_of(outline, plan.program, site);
    let density = body::density(&variable, &check, site, &step.views, own);
    let suits = [expected::estimator_of, expected::called_of];
    let suits = suits.map(|name| name(outline, plan.program, site));
    let estimator = body::estimator(&via, &variable, &suits, site, &step.views, own);
    let place = loops::place(outline, site);
    let at = parts::at(site.tilde);
    let kept = match site.sequence {
        Some(_) => {
            let (sequence, list) = (loops::sequence(&site.name), loops::list(site));
            quote_spanned! {at=>
                #[allow(unused_variables)]
                let #sequence = #drawn.value();
                #list.push((#variable, #via, #drawn));
            }
        }
        None if plan.guide.reads.contains(&site.name) => value(site),
        None => TokenStream::new(),
    };
    quote_spanned! {at=>
        #density
        #estimator
        let #drawn = __pass.draw(#place, &#variable, &#via)?;
        #kept
    }
}

/// The values of a site below its loop, where the guide reads them.
fn read_below(outline: &Outline, site: &Site, plan: &Inference) -> TokenStream {
    let is_read = plan.guide.reads.contains(&site.name);
    let sequence = is_read.then(|| drawn_sequence(outline, site));
    let whole = plan.guide.whole.contains(&site.name).then(|| whole(site));
    quote!(#sequence #whole)
}

/// `let __at_z = __pass.drawn_steps(Steps::<N>, &__list_z, false);`
fn drawn_sequence(outline: &Outline, site: &Site) -> TokenStream {
    let is_ragged = counts::is_ragged(outline, site);
    let (sequence, list, steps) = (
        loops::sequence(&site.name),
        loops::list(site),
        loops::steps(site),
    );
    quote_spanned! {parts::at(site.tilde)=>
        let #sequence = __pass.drawn_steps(#steps, &#list, #is_ragged);
    }
}

/// `let __at_x = &x;`: the steps of an observed site are read of the data.
fn observed_sequence(site: &Site) -> TokenStream {
    let (name, sequence) = (&site.name, loops::sequence(&site.name));
    quote_spanned! {parts::at(site.tilde)=>
        #[allow(unused_variables)]
        let #sequence = ::core::clone::Clone::clone(&#name);
    }
}

/// `let z = __at_z.whole();`
fn whole(site: &Site) -> TokenStream {
    let (name, sequence) = (&site.name, loops::sequence(&site.name));
    quote_spanned!(parts::at(site.tilde)=> let #name = #sequence.whole();)
}

/// `let z = __drawn_z.value();`
fn value(site: &Site) -> TokenStream {
    let (name, drawn) = (&site.name, parts::local("drawn", site));
    quote_spanned!(parts::at(site.tilde)=> let #name = #drawn.value();)
}

/// p at the drawn latents.
fn scored(outline: &Outline, plan: &Inference) -> TokenStream {
    let model = &plan.model;
    let statement = |number, step: &Step<Role>| score(outline, number, step, plan);
    let is_observed = |role: &Role| matches!(role, Role::Observed);
    let means = |site: &Site| {
        let (list, mean) = (loops::list(site), parts::local("mean", site));
        let is_ragged = counts::is_ragged(outline, site);
        quote_spanned! {parts::at(site.tilde)=>
            let #mean = __pass.means(__steps, #list, #is_ragged);
        }
    };
    let early = |number, step: &Step<Role>| go(outline, Side::Model, number, step, None);
    loops::laid_out(outline, model, Some(&early), statement, is_observed, means)
}

/// A statement of p at the drawn latents.
fn score(outline: &Outline, number: usize, step: &Step<Role>, plan: &Inference) -> TokenStream {
    let own = plan.model.step_around(step);
    let go = |scored| go(outline, Side::Model, number, step, scored);
    let (site, role) = match &step.kind {
        Kind::Let(local) if step.carried.is_some() => {
            let (go, started) = (go(None), loops::started(local, step, own));
            return quote!(#go #started);
        }
        Kind::Let(local) => {
            let (go, binding) = (go(None), body::binding(local, &step.views, own));
            return quote!(#go #binding);
        }
        Kind::Assign(assign) => {
            let (go, assigned) = (go(None), loops::assigned(assign, step, own));
            return quote!(#go #assigned);
        }
        Kind::Site(site, role) => (*site, role),
    };
    let prior = parts::local("p", site);
    let check = expected::check_of(outline, plan.model.program, site);
    let density = body::density(&prior, &check, site, &step.views, own);
    let at = parts::at(site.tilde);
    let sequence = loops::sequence(&site.name);
    let (go, term) = match role {
        Role::Observed => (go(None), observe(outline, site)),
        Role::Latent(latent) => (go(Some(&site.name)), kl(outline, site, latent)),
    };
    let is_read = plan.model.reads.contains(&site.name);
    let here = (site.sequence.is_some() && is_read && matches!(role, Role::Latent(_))).then(|| {
        quote_spanned! {at=>
            #[allow(unused_variables)]
            let #sequence = ::elbow::__macro::program::steps::at_step(&#sequence, __steps, &__step, __here);
        }
    });
    quote!(#go #density #term #here)
}

/// Scores an observed site.
fn observe(outline: &Outline, site: &Site) -> TokenStream {
    let (name, at) = (&site.name, parts::at(site.tilde));
    let [prior, mean] = ["p", "mean"].map(|prefix| parts::local(prefix, site));
    let place = loops::first_place(outline, name);
    if site.sequence.is_none() {
        return quote_spanned!(at=> let #mean = __pass.observe(#place, &#prior, &#name)?;);
    }
    let (sequence, list) = (loops::sequence(name), loops::list(site));
    quote_spanned! {at=>
        #[allow(unused_variables)]
        let #sequence = ::elbow::__macro::program::steps::at_step(&#name, __steps, &__step, __here);
        #list.push(__pass.observe_steps(#place, &__step, &#prior, &#sequence)?);
    }
}

/// A latent's term. Whether its KL has a closed form is asked among the types, here, where both are known.
///
/// A pair that cannot be compared is the guide's mistake, so the statement stands at the guide's tilde; what is wrong with
/// the prior alone stands at its own.
fn kl(outline: &Outline, site: &Site, latent: &Latent) -> TokenStream {
    let drawn_at = latent.posterior;
    let [posterior, via, drawn] =
        ["q", "via", "drawn"].map(|prefix| parts::local(prefix, drawn_at));
    let density = parts::local("p", site);
    let place = loops::first_place(outline, &site.name);
    let prior = quote_spanned!(parts::at(site.tilde)=> &#density);
    let chosen = drawn_at
        .via
        .as_ref()
        .map_or(drawn_at.tilde, |via| via.keyword);
    let at = parts::at(drawn_at.tilde);
    // Asked of the body's parameter, as `expected` says.
    let body = Ident::new(parts::SITE, drawn_at.tilde);
    let compared = |guide: TokenStream| {
        quote_spanned! {at=>
            let #density = <#body as ::elbow::__macro::program::MeasureOfBoth<_, _, _, _>>::itself(
                #guide, #density, ::elbow::__macro::program::unwritten
            );
            <#body as ::elbow::__macro::program::SupportOfBoth<_, _, _>>::ask(
                #guide, &#density, ::elbow::__macro::program::unwritten
            );
        }
    };
    if site.sequence.is_some() {
        let list = loops::list(drawn_at);
        let compared = compared(quote_spanned!(at=> #posterior));
        return quote_spanned! {at=>
            let #posterior = &#list[__step.first()].0;
            #compared
            __pass.latent_steps(
                #place, &__step,
                #prior, &#list,
                { use ::elbow::__macro::kl::probe::*; (&Pair(#posterior, #prior)).kl() },
            )?;
        };
    }
    let via = quote_spanned!(parts::at(chosen)=> &#via);
    let compared = compared(quote_spanned!(at=> &#posterior));
    quote_spanned! {at=>
        #compared
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
