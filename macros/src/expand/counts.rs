//! The count covariate to which a loop runs, if each row has its own number of steps.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{
    Expr, ExprIndex, Ident,
    visit::{self, Visit},
};

use super::{loops, parts};
use crate::{
    ast::{Argument, Loop, Site, Statement},
    outline::{Column, Outline},
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
    count_where(outline, |over| samples(over, &site.name)).is_some()
}

/// The count to which the loop of an input runs, and the most that it may be. A site's loop samples it, a covariate's reads its steps.
pub fn count_of<'a>(outline: &Outline<'a>, input: &Column) -> Option<(&'a Ident, &'a Expr)> {
    count_where(outline, |over| match input.is_site {
        true => samples(over, input.name),
        false => reads_steps(over, input.name),
    })
}

/// The count of the first such loop.
fn count_where<'a>(
    outline: &Outline<'a>,
    is_it: impl Fn(&Loop) -> bool,
) -> Option<(&'a Ident, &'a Expr)> {
    let generative = outline.generative.iter().map(|own| own.program);
    let programs = generative.chain(outline.inferences.iter().map(|own| own.program));
    let mut loops = programs.flat_map(|program| program.loops());
    let count = count(outline, loops.find(|over| is_it(over))?)?;
    Some((&count.name, count.most.as_ref()?))
}

/// `true` if a loop samples `name[t]`.
fn samples(over: &Loop, name: &Ident) -> bool {
    let mut sites = over.statements.iter();
    sites.any(|own| matches!(own, Statement::Site(own) if own.name == *name))
}

/// `true` if a loop reads `name[t]`.
fn reads_steps(over: &Loop, name: &Ident) -> bool {
    let step = &over.step;
    let mut search = Search {
        name,
        step,
        found: false,
    };
    for statement in &over.statements {
        match statement {
            Statement::Site(site) => search.visit_expr(&site.distribution),
            Statement::Let(local) => search.visit_local(local),
            Statement::Assign(assign) => search.visit_expr(&assign.value),
            Statement::Loop(_) => {}
        }
    }
    search.found
}

/// Looks for `name[step]`.
struct Search<'a> {
    name: &'a Ident,
    step: &'a Ident,
    found: bool,
}

impl Visit<'_> for Search<'_> {
    fn visit_expr_index(&mut self, index: &ExprIndex) {
        let is = |expr: &Expr, name: &Ident| scope::variable(expr) == Some(name);
        self.found |= is(&index.expr, self.name) && is(&index.index, self.step);
        visit::visit_expr_index(self, index);
    }
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
