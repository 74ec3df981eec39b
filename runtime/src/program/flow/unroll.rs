//! A program's statements, one below the other.

use std::sync::atomic::AtomicBool;

use super::analysis::{self, Graph, Labels};
use super::places::Places;
use super::{Declared, Flow, Line, Reads, Source, Unrolled};
use crate::program::table::Site;

/// A statement at one step.
#[derive(Debug)]
pub(super) struct Node {
    /// The site that it draws.
    pub site: Option<usize>,
    /// The sites on which it depends, directly or through variables.
    pub parents: Places,
}

/// A program with its loops unrolled.
pub(super) fn unroll(flow: &'static Flow) -> Unrolled {
    let first = first_places(flow.sites);
    let [guide, model] = [flow.guide, flow.model].map(|lines| {
        let mut body = Body::new(flow.sites, &first);
        body.run(lines, None);
        body
    });
    let mut latents = Places::default();
    for (site, first) in flow.sites.iter().zip(&first) {
        if site.is_latent {
            (*first..first + site.steps.unwrap_or(1)).for_each(|place| latents.insert(place));
        }
    }
    let mut model_reads = model.reads;
    // A latent is scored at its draw.
    for (number, steps) in model_reads.iter_mut().enumerate() {
        for (step, reads) in steps.iter_mut().enumerate() {
            let site = model.sites[number].map(|site| first[site] + step);
            if let Some(site) = site.filter(|&site| latents.contains(site)) {
                reads.insert(site);
            }
        }
    }
    let graph = Graph::new(&guide.nodes, &model.nodes, &latents);
    Unrolled {
        sites: sites(flow, &graph),
        guide: kept(guide.reads),
        model: kept(model_reads),
        mixes_rows: AtomicBool::new(false),
    }
}

/// The place of the first step of every site.
fn first_places(sites: &[Declared]) -> Vec<usize> {
    let mut next = 0;
    let place = |site: &Declared| {
        let place = next;
        next += site.steps.unwrap_or(1);
        place
    };
    sites.iter().map(place).collect()
}

/// The declarations and steps of places.
struct Named(Vec<(Declared, Option<usize>)>);

impl Labels for Named {
    fn step(&self, place: usize) -> String {
        let (site, step) = &self.0[place];
        step.map_or(site.name.to_owned(), |step| {
            format!("{}[{step}]", site.name)
        })
    }

    fn statement(&self, place: usize) -> &'static str {
        self.0[place].0.name
    }
}

/// The table, with a name for every step.
fn sites(flow: &Flow, graph: &Graph<'_>) -> Vec<Site> {
    let places = flow.sites.iter().flat_map(|site| {
        let steps = 0..site.steps.unwrap_or(1);
        steps.map(|step| (*site, site.steps.map(|_| step)))
    });
    let named = Named(places.collect());
    let entry = |(place, (site, step)): (usize, &(Declared, Option<usize>))| Site {
        name: match step {
            None => site.name,
            Some(_) => named.step(place).leak(),
        },
        statement: site.name,
        step: *step,
        plate: site.plate,
        parents: analysis::scored_with(graph, place),
        latent: analysis::latent(graph, place, &named, flow.names),
    };
    named.0.iter().enumerate().map(entry).collect()
}

fn kept(reads: Vec<Vec<Places>>) -> Reads {
    let steps = |steps: Vec<Places>| steps.iter().map(listed).collect();
    reads.into_iter().map(steps).collect()
}

/// A list that is kept as long as the program.
pub(super) fn listed(places: &Places) -> &'static [usize] {
    places.iter().collect::<Vec<_>>().leak()
}

/// A body while its statements are run through.
struct Body<'f> {
    declared: &'f [Declared],
    first: &'f [usize],
    /// What the variables depend on.
    variables: Vec<Places>,
    nodes: Vec<Node>,
    /// What each statement depends on, by its number and step.
    reads: Vec<Vec<Places>>,
    /// The site that each statement draws.
    sites: Vec<Option<usize>>,
}

impl<'f> Body<'f> {
    fn new(declared: &'f [Declared], first: &'f [usize]) -> Self {
        Self {
            declared,
            first,
            variables: Vec::new(),
            nodes: Vec::new(),
            reads: Vec::new(),
            sites: Vec::new(),
        }
    }

    fn run(&mut self, lines: &[Line], step: Option<usize>) {
        for line in lines {
            match line {
                Line::Statement {
                    number,
                    makes,
                    reads,
                } => self.statement(*number, makes, reads, step),
                Line::Loop {
                    steps,
                    is_reversed,
                    lines,
                } => (0..*steps).for_each(|at| {
                    let step = if *is_reversed { steps - 1 - at } else { at };
                    self.run(lines, Some(step));
                }),
            }
        }
    }

    fn statement(
        &mut self,
        number: usize,
        makes: &[Source],
        reads: &[Source],
        step: Option<usize>,
    ) {
        let mut parents = Places::default();
        for &read in reads {
            match read {
                Source::Variable(at) => {
                    if let Some(variable) = self.variables.get(at) {
                        parents.extend(variable);
                    }
                }
                Source::Site(site) => {
                    let first = self.first[site];
                    let steps = self.declared[site].steps.unwrap_or(1);
                    (first..first + steps).for_each(|place| parents.insert(place));
                }
                Source::Step(site) => parents.insert(self.first[site] + step.unwrap_or(0)),
            }
        }
        let mut site = None;
        for &made in makes {
            match made {
                Source::Site(own) | Source::Step(own) => {
                    let step = self.declared[own].steps.and(step);
                    site = Some((own, self.first[own] + step.unwrap_or(0)));
                }
                Source::Variable(at) => {
                    grown(&mut self.variables, at);
                    self.variables[at] = parents.clone();
                }
            }
        }
        grown(&mut self.reads, number);
        grown(&mut self.reads[number], step.unwrap_or(0));
        self.reads[number][step.unwrap_or(0)] = parents.clone();
        grown(&mut self.sites, number);
        self.sites[number] = site.map(|(site, _)| site);
        self.nodes.push(Node {
            site: site.map(|(_, place)| place),
            parents,
        });
    }
}

/// Makes room for an element.
fn grown<T: Default>(list: &mut Vec<T>, at: usize) {
    if at >= list.len() {
        list.resize_with(at + 1, T::default);
    }
}
