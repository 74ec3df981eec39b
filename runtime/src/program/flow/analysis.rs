//! What there is to know of a site from both bodies. The compiler finds the same for programs without loops.

use super::places::Places;
use super::unroll::{Node, listed};
use crate::program::table::{ClosedForm, Latent};

/// The statements of a program, step by step.
pub(super) struct Graph<'g> {
    guide: &'g [Node],
    model: &'g [Node],
    latents: Vec<Moves>,
}

/// What a latent moves.
struct Moves {
    place: usize,
    /// The sites that move with it in the inference model, and itself.
    sites: Places,
    /// The statements that depend on one of them, by their places in both bodies.
    statements: Places,
}

impl<'g> Graph<'g> {
    pub fn new(guide: &'g [Node], model: &'g [Node], latents: &Places) -> Self {
        let moves = |place| {
            let sites = moving(guide, place);
            let depends = |node: &Node| {
                let is_moving = node.site.is_some_and(|site| sites.contains(site));
                is_moving || node.parents.meets(&sites)
            };
            let nodes = guide.iter().chain(model).enumerate();
            let dependent = nodes.filter(|(_, node)| depends(node));
            let statements = dependent.map(|(at, _)| at).collect();
            Moves {
                place,
                sites,
                statements,
            }
        };
        Self {
            guide,
            model,
            latents: latents.iter().map(moves).collect(),
        }
    }

    fn moves(&self, place: usize) -> Option<&Moves> {
        self.latents.iter().find(|latent| latent.place == place)
    }

    fn others(&self, place: usize) -> impl Iterator<Item = &Moves> {
        let latents = self.latents.iter();
        latents.filter(move |latent| latent.place != place)
    }
}

/// The sites that move with a latent in the inference model, and itself.
fn moving(guide: &[Node], latent: usize) -> Places {
    let mut moving = Places::from_iter([latent]);
    for node in guide {
        if let Some(site) = node.site
            && node.parents.meets(&moving)
        {
            moving.insert(site);
        }
    }
    moving
}

fn of(body: &[Node], place: usize) -> Option<&Node> {
    body.iter().find(|node| node.site == Some(place))
}

/// The sites that the generative model reads for a site, and the site itself if it is latent.
pub(super) fn scored_with(graph: &Graph<'_>, place: usize) -> &'static [usize] {
    let parents = of(graph.model, place).map(|node| &node.parents);
    let mut places = parents.cloned().unwrap_or_default();
    if graph.moves(place).is_some() {
        places.insert(place);
    }
    listed(&places)
}

/// The names of places.
pub(super) trait Labels {
    /// `z[17]`
    fn step(&self, place: usize) -> String;
    /// `z`
    fn statement(&self, place: usize) -> &'static str;
}

/// More about a latent. `names` are those of the generative model and the inference model.
pub(super) fn latent(
    graph: &Graph<'_>,
    place: usize,
    label: &dyn Labels,
    names: [&str; 2],
) -> Option<Latent> {
    let (own, drawn) = (graph.moves(place)?, of(graph.guide, place)?);
    let prior = of(graph.model, place)?;
    let scored = graph
        .model
        .iter()
        .filter_map(|node| Some((node.site?, node)));
    let influences = scored.filter(|(site, node)| {
        *site != place && (own.sites.contains(*site) || node.parents.meets(&own.sites))
    });
    let influences: Places = influences.map(|(site, _)| site).collect();
    let readers = graph
        .guide
        .iter()
        .filter(|node| node.parents.contains(place));
    let readers: Places = readers.filter_map(|node| node.site).collect();
    let meets = graph.others(place);
    let meets = meets.filter(|other| other.statements.meets(&own.statements));
    let meets: Places = meets.map(|other| other.place).collect();
    let ancestors = graph.others(place);
    let ancestors = ancestors.filter(|other| other.sites.contains(place));
    let ancestors: Places = ancestors.map(|other| other.place).collect();
    let moved = prior
        .parents
        .iter()
        .find(|&parent| own.sites.contains(parent));
    let (site, [p, q]) = (label.step(place), names);
    Some(Latent {
        parents: listed(&drawn.parents),
        influences: listed(&influences),
        readers: listed(&readers),
        meets: listed(&meets),
        ancestors: listed(&ancestors),
        closed_form: match moved.map(|parent| label.step(parent)) {
            None => {
                // One sentence for all steps of which it is true.
                let site = label.statement(place);
                let why = format!("no parent of `{site}` in {p} descends from `{site}` in {q}");
                ClosedForm::Valid(why.leak())
            }
            Some(parent) => {
                let why = format!(
                    "`{parent}`, a parent of `{site}` in {p}, descends from `{site}` in {q}"
                );
                ClosedForm::Invalid(why.leak())
            }
        },
    })
}
