//! The two questions about a latent that need both graphs.

use std::collections::BTreeSet;

use syn::Ident;

use crate::graph::{Body, Node, Resolved};

/// Whether the KL of a site may be taken in closed form, and why.
pub enum ClosedForm {
    Valid(String),
    Invalid(String),
}

/// KL(q(z | ·) ‖ p(z | pa)) in closed form is an expectation over `z` with `pa` held fixed. So it is valid if and only if no
/// parent of `z` in p descends from `z` in q; otherwise `pa` moves with `z`, and the mean-field formula is wrong (NumPyro's
/// gives 3.55 where the truth is 2.15).
pub fn closed_form(model: &Body, guide: &Body, latent: &Ident) -> ClosedForm {
    let moving = guide.descendants([latent.clone()]);
    let parents = model
        .sites()
        .filter(|(site, _)| site.name == *latent)
        .flat_map(|(_, node)| &node.parents);
    let (p, q) = (&model.program.name, &guide.program.name);
    match parents.into_iter().find(|parent| moving.contains(*parent)) {
        None => ClosedForm::Valid(format!(
            "no parent of `{latent}` in {p} descends from `{latent}` in {q}"
        )),
        Some(parent) => ClosedForm::Invalid(format!(
            "`{parent}`, a parent of `{latent}` in {p}, descends from `{latent}` in {q}"
        )),
    }
}

/// The latents, other than `latent`, that some statement depends on together with it. Those that it does not meet are
/// independent of it given the rest.
pub fn meets<'a>(model: &Body<'a>, guide: &Body<'a>, latent: &Ident) -> Vec<&'a Ident> {
    let dependents = |latent: &Ident| {
        let moving = guide.descendants([latent.clone()]);
        let depends = move |node: &&Node| {
            let is_moving =
                matches!(node.statement, Resolved::Site(site) if moving.contains(&site.name));
            is_moving || !node.parents.is_disjoint(&moving)
        };
        let nodes = guide.nodes.iter().chain(&model.nodes).enumerate();
        let dependent = nodes.filter(move |(_, node)| depends(node));
        dependent.map(|(at, _)| at).collect::<BTreeSet<usize>>()
    };
    let own = dependents(latent);
    let others = guide.sites().map(|(site, _)| &site.name);
    others
        .filter(|other| *other != latent && !dependents(other).is_disjoint(&own))
        .collect()
}

/// The latents, other than `latent`, on which its posterior depends, directly or through others.
pub fn ancestors<'a>(guide: &Body<'a>, latent: &Ident) -> Vec<&'a Ident> {
    let others = guide.sites().map(|(site, _)| &site.name);
    others
        .filter(|other| *other != latent && guide.descendants([(*other).clone()]).contains(latent))
        .collect()
}

/// The sites, other than `latent`, whose terms depend on its value: those that it moves in q, and those that have a moving
/// parent in p. No other term belongs in its cost (Schulman et al., "Gradient estimation using stochastic computation
/// graphs", 2015): a chain z₁ → z₂ → x under a mean-field guide charges z₁ with the term of z₂ alone.
pub fn influences<'a>(model: &Body<'a>, guide: &Body<'a>, latent: &Ident) -> Vec<&'a Ident> {
    let moving: BTreeSet<Ident> = guide.descendants([latent.clone()]);
    model
        .sites()
        .filter(|(site, _)| site.name != *latent)
        .filter(|(site, node)| moving.contains(&site.name) || !node.parents.is_disjoint(&moving))
        .map(|(site, _)| &site.name)
        .collect()
}
