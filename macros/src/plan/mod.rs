//! Graph to plan: what each program does, statement by statement, with every decision made. Expanding a plan cannot fail:
//! here a latent has a posterior, and a guide's site has a prior, by construction.

mod analysis;
mod calls;
mod joins;
mod show;
mod views;

pub use analysis::ClosedForm;
pub use calls::{Call, Given, Parameter};
pub use joins::{Early, Scanned};
pub use views::{View, Views};

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use syn::{Ident, Local};

use crate::{
    ast::{Assign, Field, Loop, Program, Site},
    graph::{At, Body, Graph, Node, Read, Resolved, Variable},
    suggest,
};

/// What is generated for a model without errors.
pub struct Plan<'a> {
    pub generative: Section<'a, ()>,
    pub inferences: Vec<Inference<'a>>,
    /// The calls of networks that types can judge beforehand.
    pub calls: Vec<Call<'a>>,
    /// The networks whose values are parameters of distributions.
    pub parameters: Vec<Parameter<'a>>,
}

/// An inference model: it draws the latents, then scores the generative model at them.
pub struct Inference<'a> {
    pub program: &'a Program,
    /// The guide's body; a site's role is its prior.
    pub guide: Section<'a, &'a Site>,
    /// The generative model's body as this inference model runs it.
    pub model: Section<'a, Role<'a>>,
}

/// A body with its statements in order, and what it reads from around it.
pub struct Section<'a, R> {
    pub program: &'a Program,
    pub steps: Vec<Step<'a, R>>,
    /// Its loops.
    pub loops: Vec<&'a Loop>,
    /// Those whose steps may run together, once all sites are drawn or given, with what is known before their statements.
    pub joined: BTreeMap<usize, Vec<Early<'a>>>,
    /// The variables that are read after a loop that carries them, by the places of their `let`s.
    pub read_after: BTreeSet<(usize, usize)>,
    /// The fields that it reads or calls.
    pub fields: Vec<&'a Field>,
    /// The sites and covariates that it reads.
    pub reads: BTreeSet<Ident>,
    /// Those of which it reads all steps.
    pub whole: BTreeSet<Ident>,
    /// The fields, sites and covariates that it may misspell.
    pub misspelt: Vec<&'a Ident>,
}

/// A statement.
pub struct Step<'a, R> {
    pub kind: Kind<'a, R>,
    pub parents: BTreeSet<Ident>,
    pub views: Views,
    /// The number of the loop that it stands in.
    pub within: Option<usize>,
    /// The variable of a loop that it starts or gives a new value, by the place of its `let`.
    pub carried: Option<usize>,
    /// What it reads.
    pub sources: Vec<Source>,
}

/// What a statement reads, step by step.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A site, with all its steps.
    Site(Ident),
    /// A site at the statement's own step.
    Step(Ident),
    /// A variable of the `let` at this place.
    Variable(usize, Ident),
}

/// What a statement is.
pub enum Kind<'a, R> {
    Let(&'a Local),
    Assign(&'a Assign),
    Site(&'a Site, R),
}

/// What an inference model does with a site of the generative model.
pub enum Role<'a> {
    /// It is given, and scored.
    Observed,
    /// It was drawn from the posterior, and costs its KL.
    Latent(Latent<'a>),
}

/// A latent site.
pub struct Latent<'a> {
    /// Where the guide samples it.
    pub posterior: &'a Site,
    /// The sites whose terms depend on it: its cost, for score-function estimators.
    pub influences: Vec<&'a Ident>,
    /// The latents whose posteriors read it.
    pub readers: Vec<&'a Ident>,
    /// The latents that it is not independent of, given the rest.
    pub meets: Vec<&'a Ident>,
    /// The latents on which its posterior depends.
    pub ancestors: Vec<&'a Ident>,
    /// Whether its KL may be taken in closed form.
    pub closed_form: ClosedForm,
}

impl<'a> Plan<'a> {
    /// The plan of a graph that passed every check; `None` for any other.
    pub fn of(graph: &Graph<'a>) -> Option<Self> {
        let inferences = graph
            .inferences
            .iter()
            .map(|guide| Inference::of(graph, guide));
        Some(Plan {
            generative: Section::of(graph, &graph.generative, |_| Some(()))?,
            inferences: inferences.collect::<Option<_>>()?,
            calls: calls::of(graph),
            parameters: calls::parameters(graph),
        })
    }
}

impl<'a> Inference<'a> {
    fn of(graph: &Graph<'a>, guide: &Body<'a>) -> Option<Self> {
        let model = &graph.generative;
        let role = |site: &'a Site| {
            if guide.program.argument(&site.name).is_some() {
                return Some(Role::Observed);
            }
            Some(Role::Latent(Latent {
                posterior: guide.program.sites().find(|draw| draw.name == site.name)?,
                influences: analysis::influences(model, guide, &site.name),
                readers: analysis::readers(guide, &site.name),
                meets: analysis::meets(model, guide, &site.name),
                ancestors: analysis::ancestors(guide, &site.name),
                closed_form: analysis::closed_form(model, guide, &site.name),
            }))
        };
        Some(Inference {
            program: guide.program,
            guide: Section::of(graph, guide, |site| graph.site(&site.name))?,
            model: Section::of(graph, model, role)?,
        })
    }

    /// The statement in which the guide draws a latent.
    pub fn draw(&self, name: &Ident) -> Option<&Step<'a, &'a Site>> {
        let mut draws = self.guide.site_steps();
        draws.find_map(|(site, _, step)| (site.name == *name).then_some(step))
    }

    /// The latents, in the order in which the guide draws them, with their priors.
    pub fn latents(&self) -> impl Iterator<Item = (&'a Site, &'a Site)> {
        self.guide.sites().map(|(site, prior)| (site, *prior))
    }
}

impl<'a, R> Section<'a, R> {
    fn of(
        graph: &Graph<'a>,
        body: &Body<'a>,
        role: impl Fn(&'a Site) -> Option<R>,
    ) -> Option<Self> {
        let step = |node: &Node<'a>| {
            Some(Step {
                kind: match node.statement {
                    Resolved::Let(local) => Kind::Let(local),
                    Resolved::Assign(assign) => Kind::Assign(assign),
                    Resolved::Site(site) => Kind::Site(site, role(site)?),
                },
                parents: node.parents.clone(),
                views: Views::of(node),
                within: node.within,
                carried: node.carried,
                sources: sources(graph, node),
            })
        };
        let reads = || body.nodes.iter().flat_map(|node| &node.reads);
        let is_read = |field: &&Field| {
            let of_field = |of| matches!(of, Variable::Parameter | Variable::Module);
            reads().any(|read| of_field(read.of) && read.name == field.name)
        };
        let data = reads().filter(|read| read.of == Variable::Data);
        let whole = reads().filter(|read| read.of == Variable::Data && read.at == At::All);
        let fields = graph.model.module.fields.iter().map(|field| &field.name);
        let known = fields.chain(graph.names());
        let may_be_misspelt = |name: &Ident| {
            let mut unknown = body.unknown();
            unknown.any(|read| suggest::rustc_may_suggest(name, &read.name))
        };
        Some(Section {
            program: body.program,
            steps: body.nodes.iter().map(step).collect::<Option<_>>()?,
            fields: graph.model.module.fields.iter().filter(is_read).collect(),
            loops: body.loops.clone(),
            joined: (0..body.loops.len())
                .filter_map(|own| Some((own, joins::early(graph, body, own)?)))
                .collect(),
            read_after: read_after(body),
            whole: whole.map(|read| read.name.clone()).collect(),
            reads: data.map(|read| read.name.clone()).collect(),
            misspelt: known.filter(|name| may_be_misspelt(name)).collect(),
        })
    }

    /// The statements by their numbers, those of a loop together with its number.
    pub fn parts(&self) -> impl Iterator<Item = (Option<usize>, Range<usize>)> {
        let mut first = 0;
        let alike = |a: &Step<R>, b: &Step<R>| a.within == b.within;
        self.steps.chunk_by(alike).map(move |part| {
            let numbers = first..first + part.len();
            first = numbers.end;
            (part[0].within, numbers)
        })
    }

    /// The variables that loops carry, each with the place of its `let`. One `let` may start several.
    pub fn carried(&self) -> Vec<(usize, &'a Ident)> {
        let mut carried = Vec::new();
        for step in &self.steps {
            if let (Kind::Assign(assign), Some(place)) = (&step.kind, step.carried) {
                let variable = (place, &assign.name);
                if !carried.contains(&variable) {
                    carried.push(variable);
                }
            }
        }
        carried
    }

    /// The name of the step of the loop around a statement.
    pub fn step_around(&self, step: &Step<R>) -> Option<&'a Ident> {
        step.within.map(|own| &self.loops[own].step)
    }

    /// The sites with their roles, in order.
    pub fn sites(&self) -> impl Iterator<Item = (&'a Site, &R)> {
        self.site_steps().map(|(site, role, _)| (site, role))
    }

    /// The same with their statements.
    pub fn site_steps(&self) -> impl Iterator<Item = (&'a Site, &R, &Step<'a, R>)> {
        self.steps.iter().filter_map(|step| match &step.kind {
            Kind::Site(site, role) => Some((*site, role, step)),
            Kind::Let(_) | Kind::Assign(_) => None,
        })
    }
}

/// The loops that carry a variable, each with the variable, of which something below the loop reads it.
fn read_after(body: &Body) -> BTreeSet<(usize, usize)> {
    let mut found = BTreeSet::new();
    for (at, node) in body.nodes.iter().enumerate() {
        let (Some(own), Some(carried)) = (node.within, node.carried) else {
            continue;
        };
        let below = body.nodes[at..]
            .iter()
            .filter(|node| node.within != Some(own));
        let mut reads = below.flat_map(|node| &node.reads);
        let is_read =
            reads.any(|read| matches!(read.of, Variable::Let { node, .. } if node == carried));
        if is_read {
            found.insert((own, carried));
        }
    }
    found
}

/// What a statement reads of sites and variables.
fn sources(graph: &Graph, node: &Node) -> Vec<Source> {
    let source = |read: &Read| match read.of {
        Variable::Data if graph.site(&read.name).is_none() => None,
        Variable::Data => Some(match read.at {
            At::All | At::Step => Source::Site(read.name.clone()),
            At::StepOfSite | At::OwnStep => Source::Step(read.name.clone()),
        }),
        Variable::Let { node, .. } => Some(Source::Variable(node, read.name.clone())),
        _ => None,
    };
    let found: BTreeSet<Source> = node.reads.iter().filter_map(source).collect();
    found.into_iter().collect()
}

#[cfg(test)]
mod tests;
