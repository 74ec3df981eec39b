//! Rules about loops over steps.

use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::{Error, Expr, ExprIndex, Ident, Pat};

use crate::{
    ast::{Loop, is_constant},
    diagnostics,
    errors::Errors,
    graph::{At, Body, Graph, Node, Read, Resolved, Variable},
    scope::{self, mentions},
};

/// A site of a loop is sampled as `z[t]`, where `t` is the loop's step; a site of none is sampled by its name.
pub fn sites_name_their_step(graph: &Graph, errors: &mut Errors) {
    for body in graph.bodies() {
        for (site, node) in body.sites() {
            let own = node.within.map(|at| &body.loops[at].step);
            match (&site.step, own) {
                (None, Some(step)) if !errors.is_unclear(&site.name) => {
                    errors.push(diagnostics::site_without_step(&site.name, step));
                    errors.mark_unclear([TokenTree::Ident(site.name.clone())]);
                }
                (Some(written), own) if own != Some(written) => {
                    errors.push(diagnostics::site_of_other_step(written, &site.name, own));
                    errors.mark_unclear([TokenTree::Ident(site.name.clone())]);
                }
                _ => {}
            }
        }
    }
}

/// A global site is drawn once, and so in no loop.
pub fn globals_are_in_no_loop(graph: &Graph, errors: &mut Errors) {
    for body in graph.bodies() {
        for (site, node) in body.sites() {
            if let (Some(global), Some(_)) = (&site.global, node.within) {
                errors.push(diagnostics::global_in_loop(&global.keyword, &site.name));
            }
        }
    }
}

/// A `let mut` above the loop starts each variable that the loop carries: the first step reads it.
pub fn carried_variables_start_above(graph: &Graph, errors: &mut Errors) {
    for body in graph.bodies() {
        for node in &body.nodes {
            let Resolved::Assign(assign) = node.statement else {
                continue;
            };
            let above = node.carried.map(|place| &body.nodes[place]);
            let above = above.filter(|above| above.within.is_none());
            match above.map(|above| &above.statement) {
                Some(Resolved::Let(local)) => {
                    if !is_mutable(&local.pat, &assign.name) {
                        let names = scope::bound_by(&local.pat);
                        let written = names.iter().find(|name| **name == assign.name);
                        let at = written.unwrap_or(&assign.name);
                        errors.push(diagnostics::assigned_without_mut(at));
                    }
                }
                _ => errors.push(diagnostics::assigned_without_let(&assign.name)),
            }
        }
    }
}

fn is_mutable(pattern: &Pat, name: &Ident) -> bool {
    match pattern {
        Pat::Ident(own) => own.mutability.is_some() || own.ident != *name,
        Pat::Tuple(parts) => parts.elems.iter().all(|part| is_mutable(part, name)),
        Pat::Type(typed) => is_mutable(&typed.pat, name),
        _ => true,
    }
}

/// Both models sample a site in loops over the same steps, in either direction, or both in none.
pub fn loops_agree(graph: &Graph, errors: &mut Errors) {
    let generative = &graph.generative;
    for body in &graph.inferences {
        for (site, _) in body.sites() {
            if graph.site(&site.name).is_none() || errors.is_unclear(&site.name) {
                continue;
            }
            let [own, wanted] = [body, generative].map(|body| {
                let over = body.loop_of(&site.name);
                over.map(|over| format!("0..{}", text(&over.end)))
            });
            if own != wanted {
                let name = &generative.program.name;
                errors.push(diagnostics::loops_differ(
                    &site.name,
                    name,
                    wanted.as_deref(),
                ));
            }
        }
    }
}

/// A loop ends at a number, a parameter or constant, or a count that the generative model declares.
pub fn ends_are_numbers(graph: &Graph, errors: &mut Errors) {
    let mut told = Vec::new();
    for over in graph.bodies().flat_map(|body| &body.loops) {
        let Some(name) = scope::variable(&over.end) else {
            continue;
        };
        let is_count = count(graph, over).is_some();
        if !is_count && !is_constant(name) && !errors.is_unclear(name) && !told.contains(&name) {
            let generative = &graph.generative.program.name;
            told.push(name);
            errors.push(diagnostics::length_not_declared(name, generative));
        }
    }
}

/// All loops that run to a count run to the same: the rows are sorted by it.
pub fn rows_have_one_count(graph: &Graph, errors: &mut Errors) {
    let loops = graph.bodies().flat_map(|body| &body.loops);
    let mut counts =
        loops.filter_map(|over| Some((scope::variable(&over.end)?, count(graph, over)?)));
    let Some((_, first)) = counts.next() else {
        return;
    };
    if let Some((written, _)) = counts.find(|(_, other)| *other != first) {
        errors.push(diagnostics::two_counts(written, first));
    }
}

/// A step of a site is read in a loop over the steps that the site has.
pub fn steps_are_read_in_loops_of_their_own(graph: &Graph, errors: &mut Errors) {
    // After another error, this one may follow from it.
    if !errors.is_empty() {
        return;
    }
    for body in graph.bodies() {
        for node in &body.nodes {
            let Some(here) = node.within.map(|at| text(&body.loops[at].end)) else {
                continue;
            };
            for read in node.reads.iter().filter(|read| read.at == At::StepOfSite) {
                let own = graph.generative.loop_of(&read.name);
                let own = own.map(|over| text(&over.end)).filter(|own| *own != here);
                if let Some(own) = own.filter(|_| !errors.is_unclear(&read.name)) {
                    let [own, here] = [own, here.clone()].map(|end| format!("0..{end}"));
                    errors.push(diagnostics::step_of_other_loop(&read.name, &own, &here));
                }
            }
        }
    }
}

/// The count covariate to which a loop runs.
pub fn count<'g>(graph: &Graph<'g>, over: &Loop) -> Option<&'g Ident> {
    let name = scope::variable(&over.end)?;
    let argument = graph.covariate(name)?;
    argument.most.as_ref().map(|_| &argument.name)
}

/// In the loop that draws a site, only its step is there.
pub fn sequences_are_read_after_their_loop(graph: &Graph, errors: &mut Errors) {
    for body in graph.bodies() {
        for (at, node) in body.nodes.iter().enumerate() {
            let Some(over) = node.within else { continue };
            let early = |name: &Ident| is_drawn_above(body, at, over, name);
            let whole =
                |read: &&Read| read.of == Variable::Data && read.at == At::All && early(&read.name);
            let is_indexed = |name: &Ident| {
                let mut indexed = node.inspections.iter();
                indexed.any(|own| matches!(own, Expr::Index(index) if scope::variable(&index.expr) == Some(name)))
            };
            let mut found = node.reads.iter().filter(whole);
            // Another check reports a wrong index.
            if let Some(read) = found.find(|read| !is_indexed(&read.name)) {
                let step = &body.loops[over].step;
                errors.push(diagnostics::sequence_read_in_its_loop(&read.name, step));
            }
        }
    }
}

fn is_drawn_above(body: &Body, at: usize, over: usize, name: &Ident) -> bool {
    let is_site =
        |node: &Node| matches!(node.statement, Resolved::Site(site) if site.name == *name);
    let mut above = body.nodes[..at].iter();
    above.any(|node| node.within == Some(over) && is_site(node))
}

/// The error of an index that names a step of a loop, but not the step of the statement.
pub fn other_step(graph: &Graph, index: &ExprIndex) -> Option<Error> {
    let name = scope::variable(&index.expr)?;
    let mut steps = graph.bodies().flat_map(|body| &body.loops);
    let written = index.index.to_token_stream();
    let step = steps.find(|over| mentions(written.clone(), &over.step))?;
    let at = index.bracket_token.span.join();
    Some(match scope::variable(&index.index) {
        Some(_) => diagnostics::step_read_outside(at, name, &step.step),
        None => diagnostics::other_step_read(at, name, &step.step),
    })
}

/// The end of a range as it is written.
fn text(end: &Expr) -> String {
    end.to_token_stream().to_string()
}
