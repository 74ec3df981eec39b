//! What stands on the right of `~` must be a distribution over the site's events. A trait of the site's own says so in the
//! site's words.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Expr, ExprLit, Ident, Lit, Pat, Type};

use super::{network, parts};
use crate::{
    ast::{Dims, Field, Program, Site, Statement, Via},
    diagnostics::{self, LastLayer, Unfit},
    outline::{Outline, type_name},
    plan::Call,
    scope,
};

/// The checks of all sites that a program samples, beside the program: `p` is run by every inference model too.
///
/// ```text
/// #[diagnostic::on_unimplemented(…)]
/// trait VaeP_x<D, E, P, F> { … }
/// impl<Site, D: Distribution, E: IsEventOf<D, D::Event, D::Measure, Itself = P>, P, F> VaeP_x<D, E, P, F> for Site { … }
/// type __event_of_VaeP_x<const N: usize> = IfBuilt<(Const<N>,), Vae_encoder<N>>;
/// ```
///
/// The trait is one of `Site`, a type parameter of the body, and what is asked of it is its own method: of such a bound rustc
/// shows neither names of traits and types nor where they are declared, only our words. It would add to them how to bound `Site`,
/// if all types of the bound could be written. `F` is a function's, which cannot.
pub fn checks<'a>(
    outline: &Outline,
    program: &Program,
    sites: impl Iterator<Item = (&'a Site, Option<&'a Dims>)>,
    fields: &[&'a Field],
    calls: &[Call],
) -> TokenStream {
    sites
        .map(|(site, dims)| {
            let event = check(outline, program, site, dims, fields, calls);
            let estimator = site
                .via
                .as_ref()
                .map(|via| fits(outline, program, site, via));
            let called = site.via.as_ref().and_then(setting);
            let called =
                called.map(|(name, setting)| is_called(outline, program, site, name, setting));
            quote!(#event #estimator #called)
        })
        .collect()
}

/// The check that an estimator suits the family of its site.
///
/// ```text
/// trait VaeQ_z_via<Q, N, By, E, F> { fn via(q: &Q, named: N, unwritten: F) -> Named<E>; }
/// ```
fn fits(outline: &Outline, program: &Program, site: &Site, via: &Via) -> TokenStream {
    let name = estimator_of(outline, program, site);
    let Unfit {
        message,
        label,
        note,
    } = diagnostics::another_family(&site.name, &via.estimator, &site.distribution);
    quote_spanned! {parts::at(via.keyword)=>
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
        #[allow(non_camel_case_types, dead_code)]
        trait #name<Q, N, By, E, F> {
            fn via(q: &Q, named: N, unwritten: F) -> ::elbow::__macro::estimator::Named<E>;
        }

        #[diagnostic::do_not_recommend]
        impl<S, Q, N, By, E, F> #name<Q, N, By, E, F> for S
        where
            Q: ::elbow::__macro::distribution::Distribution,
            N: ::elbow::__macro::estimator::EstimatorOf<Q, By, Itself = E>,
        {
            fn via(q: &Q, named: N, _: F) -> ::elbow::__macro::estimator::Named<E> {
                ::elbow::__macro::estimator::via(q, named)
            }
        }
    }
}

/// The estimator's name and its setting in `via Relaxed(0.5)`. Some estimators are called so, and some have fields.
pub fn setting(via: &Via) -> Option<(&Ident, &Lit)> {
    let Expr::Call(call) = &via.estimator else {
        return None;
    };
    let Expr::Path(name) = &*call.func else {
        return None;
    };
    match call.args.first()? {
        Expr::Lit(setting) if call.args.len() == 1 => Some((name.path.get_ident()?, &setting.lit)),
        _ => None,
    }
}

/// The check that such an estimator is called.
///
/// ```text
/// trait VaeQ_z_called<T, A, R, F> { fn called(estimator: T, setting: A, unwritten: F) -> R; }
/// ```
fn is_called(
    outline: &Outline,
    program: &Program,
    site: &Site,
    estimator: &Ident,
    setting: &Lit,
) -> TokenStream {
    let name = called_of(outline, program, site);
    let Unfit {
        message,
        label,
        note,
    } = diagnostics::nameless_setting(estimator, setting);
    quote_spanned! {parts::at(estimator.span())=>
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
        #[allow(non_camel_case_types, dead_code)]
        trait #name<T, A, R, F> {
            fn called(estimator: T, setting: A, unwritten: F) -> R;
        }

        #[diagnostic::do_not_recommend]
        impl<S, T: ::core::ops::FnOnce(A) -> R, A, R, F> #name<T, A, R, F> for S {
            fn called(estimator: T, setting: A, _: F) -> R {
                estimator(setting)
            }
        }
    }
}

/// The trait that asks whether an estimator is called.
pub fn called_of(outline: &Outline, program: &Program, site: &Site) -> Ident {
    format_ident!("{}_called", name(outline, program, site))
}

/// The trait that asks whether an estimator suits the family of its site.
pub fn estimator_of(outline: &Outline, program: &Program, site: &Site) -> Ident {
    format_ident!("{}_via", name(outline, program, site))
}

/// How the distribution of a site is checked.
pub struct Check {
    /// The trait.
    pub name: Ident,
    /// The shape of the site's events, by its name. Sizes stand as written outside of bodies alone: of an unknown `K` rustc
    /// would say more wherever a name of one letter is near.
    pub event: TokenStream,
    /// The network to blame, where it is called: then the check stands there.
    pub network: Option<Ident>,
    /// What a network of several ends is built to, where its value is all that is given to the family's constructor: `Normal::new(encoder(x))`.
    /// The network's own error says to take it apart, and rustc need not count the arguments.
    pub only: Option<TokenStream>,
}

/// The check of a site of a program.
pub fn check_of(outline: &Outline, program: &Program, site: &Site) -> Check {
    let dims = outline.dims(&site.name);
    let name = name(outline, program, site);
    let (event, passed) = (event_of(&name), parts::passed(outline.module));
    Check {
        event: quote_spanned!(name.span()=> #event<#passed>),
        name,
        network: last_layer(site, dims, program, &outline.fields).map(|last| last.network.clone()),
        only: only_given(outline, program, site),
    }
}

fn only_given(outline: &Outline, program: &Program, site: &Site) -> Option<TokenStream> {
    let Expr::Call(distribution) = &site.distribution else {
        return None;
    };
    if distribution.args.len() != 1 {
        return None;
    }
    let given = &distribution.args[0];
    let (network, spec) = match scope::variable(given) {
        Some(variable) => bound(program, site, variable, &outline.fields)?,
        None => called(given, &outline.fields).map(|(name, field)| (name, &field.spec))?,
    };
    network::end(spec, 1)?;
    let field = outline.fields.iter().find(|field| field.name == *network)?;
    let (built, passed) = (
        parts::built(outline.module, field),
        parts::passed(outline.module),
    );
    Some(quote!(#built<#passed>))
}

fn name(outline: &Outline, program: &Program, site: &Site) -> Ident {
    let program = type_name(outline.module, program, "");
    format_ident!("{program}_{}", site.name, span = parts::at(site.tilde))
}

fn check(
    outline: &Outline,
    program: &Program,
    site: &Site,
    dims: Option<&Dims>,
    fields: &[&Field],
    calls: &[Call],
) -> TokenStream {
    let at = parts::at(site.tilde);
    let name = name(outline, program, site);
    let (event, shape_of_event, sizes) = (
        event_of(&name),
        shape_beside(outline, site, dims, calls),
        parts::bound(outline.module),
    );
    let Unfit {
        message,
        label,
        note,
    } = match last_layer(site, dims, program, fields) {
        Some(last) => diagnostics::another_width(&site.name, last),
        None => diagnostics::another_event(&site.name, &diagnostics::shape(dims)),
    };
    quote_spanned! {at=>
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
        #[allow(non_camel_case_types, dead_code)]
        trait #name<D, E, P, F> {
            fn itself(distribution: D, unwritten: F) -> P;
        }

        #[diagnostic::do_not_recommend]
        impl<S, D, E, P, F> #name<D, E, P, F> for S
        where
            D: ::elbow::__macro::distribution::Distribution,
            E: ::elbow::__macro::shape::Event
                + ::elbow::__macro::program::IsEventOf<D, D::Event, D::Measure, Itself = P>,
        {
            fn itself(distribution: D, _: F) -> P {
                ::elbow::__macro::program::has_elements::<E>();
                E::itself(distribution)
            }
        }

        #[allow(non_camel_case_types, dead_code)]
        type #event<#sizes> = #shape_of_event;
    }
}

/// The site's shape. None if the site is given to a network that does not fit it, since the call reports that error.
fn shape_beside(
    outline: &Outline,
    site: &Site,
    dims: Option<&Dims>,
    calls: &[Call],
) -> TokenStream {
    let (at, passed) = (parts::at(site.tilde), parts::passed(outline.module));
    let fields = outline.fields.iter();
    let networks = fields.filter(|field| network::takes(calls, &field.name, &site.name));
    networks.fold(parts::event(dims), |shape, network| {
        let network = parts::built(outline.module, network);
        quote_spanned!(at=> ::elbow::__macro::nn::fitting::IfBuilt<#shape, #network<#passed>>)
    })
}

fn event_of(check: &Ident) -> Ident {
    format_ident!("__event_of_{check}", span = check.span())
}

/// The last layer of a network whose result is a parameter of the distribution, where its width and that of the site are
/// numbers that differ.
fn last_layer<'a>(
    site: &'a Site,
    dims: Option<&'a Dims>,
    program: &'a Program,
    fields: &[&'a Field],
) -> Option<LastLayer<'a>> {
    let wanted = match dims.map(|dims| dims.axes.as_slice()) {
        None => None,
        Some(
            [
                Expr::Lit(ExprLit {
                    lit: Lit::Int(size),
                    ..
                }),
            ],
        ) => Some(size.base10_digits()),
        Some(_) => return None,
    };
    let Expr::Call(distribution) = &site.distribution else {
        return None;
    };
    let arguments = distribution.args.iter();
    let mut networks = arguments.filter_map(|argument| match scope::variable(argument) {
        Some(variable) => bound(program, site, variable, fields),
        None => called(argument, fields).map(|(name, field)| (name, &field.spec)),
    });
    networks.find_map(|(network, spec)| {
        let (layer, [takes, gives]) = network::last_widths(spec)?;
        let gives = gives?.base10_digits();
        (gives != wanted.unwrap_or("1")).then(|| LastLayer {
            network,
            layer,
            takes: takes.map(|takes| takes.base10_digits()),
            gives,
            wanted,
        })
    })
}

/// The field that an expression calls, and its name there.
fn called<'a>(expr: &'a Expr, fields: &[&'a Field]) -> Option<(&'a Ident, &'a Field)> {
    let Expr::Call(call) = expr else {
        return None;
    };
    let name = scope::variable(&call.func)?;
    let field = fields.iter().find(|field| field.name == *name)?;
    Some((name, field))
}

/// The network to which the latest `let` above a site binds a name, or the end of it that has this name.
fn bound<'a>(
    program: &'a Program,
    site: &Site,
    name: &Ident,
    fields: &[&'a Field],
) -> Option<(&'a Ident, &'a Type)> {
    let is_other = |statement: &&Statement| !matches!(statement, Statement::Site(other) if other.name == site.name);
    let statements = program.flat().into_iter().map(|(_, statement)| statement);
    let mut latest = None;
    for statement in statements.take_while(is_other) {
        match statement {
            Statement::Let(local) if scope::bound_by(&local.pat).contains(name) => {
                latest = Some(local);
            }
            // A later step reads what a loop gave it.
            Statement::Assign(assign) if assign.name == *name => return None,
            _ => {}
        }
    }
    let latest = latest?;
    let (network, field) = called(&latest.init.as_ref()?.expr, fields)?;
    match scope::untyped(&latest.pat) {
        Pat::Ident(_) => Some((network, &field.spec)),
        Pat::Tuple(names) => {
            let is_name = |end: &Pat| matches!(end, Pat::Ident(end) if end.ident == *name);
            let place = names.elems.iter().position(is_name)?;
            Some((network, network::end(&field.spec, place)?))
        }
        _ => None,
    }
}
