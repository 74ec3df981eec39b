//! The count covariate to which a loop runs, if each row has its own number of steps.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Expr, Ident};

use super::{loops, parts};
use crate::{
    ast::{Argument, Loop, Site, Statement},
    outline::Outline,
    scope,
};

/// The count to which a loop runs.
pub fn count<'a>(outline: &Outline<'a>, over: &Loop) -> Option<&'a Argument> {
    let named = scope::variable(&over.end)?;
    let mut covariates = outline
        .generative
        .iter()
        .flat_map(|own| &own.program.arguments);
    covariates.find(|argument| argument.name == *named && argument.most.is_some())
}

/// `true` if the loop that samples a site runs for the rows' own numbers of steps.
pub fn is_ragged(outline: &Outline, site: &Site) -> bool {
    count_of(outline, &site.name).is_some()
}

/// The count to which the loop that samples a site runs, and the most that it may be.
pub fn count_of<'a>(outline: &Outline<'a>, site: &Ident) -> Option<(&'a Ident, &'a Expr)> {
    let generative = outline.generative.iter();
    let mut loops = generative.flat_map(|own| own.program.loops());
    let over = loops.find(|over| {
        let mut sites = over.statements.iter();
        sites.any(|own| matches!(own, Statement::Site(own) if own.name == *site))
    })?;
    let count = count(outline, over)?;
    Some((&count.name, count.most.as_ref()?))
}

/// `__pass.by_length::<N>("length", &self.length)?;` before all else, if some loop of these sections runs to a count.
pub fn by_length<'a>(
    outline: &Outline,
    loops: impl IntoIterator<Item = &'a Loop>,
) -> Option<TokenStream> {
    let mut counts = loops.into_iter().filter_map(|over| count(outline, over));
    let Argument { name, most, .. } = counts.next()?;
    let (at, label) = (parts::at(name.span()), parts::label(name));
    let most = most.as_ref()?;
    let size = loops::size(most);
    Some(quote_spanned!(at=> __pass.by_length::<#size>(#label, &self.#name)?;))
}
