//! Explanations: the choice at every site, and its reason.

use std::fmt;

use crate::distribution::Distribution;
use crate::error::Error;
use crate::estimator::{Description, KlForm};
use crate::program::table::ClosedForm;

/// The choices of a program. Print it to see one line a site.
#[derive(Debug)]
pub struct Explanation {
    pub(crate) choices: Result<Vec<Choice>, Error>,
}

/// The choice at one site.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The site, `z`; or some steps of it, `z[0]`, if they are treated in another way than the others.
    pub site: String,
    /// The family in the inference model; none at an observed site.
    pub guide: Option<&'static str>,
    /// The family in the generative model.
    pub prior: &'static str,
    /// The shape of an event, such as `[200]`.
    pub event: String,
    /// The estimator at a latent site.
    pub estimator: Option<Description>,
    /// Whether the site is global: one draw for the whole data set, whose divergence counts once.
    pub is_global: bool,
    /// For a global site: the number of rows of the whole data set, if the objective gives it.
    pub data_size: Option<usize>,
    /// How the divergence of a latent site is computed, and why.
    pub divergence: Option<String>,
    /// The sites whose terms the site's value influences.
    pub influences: Vec<&'static str>,
    /// Whether the site is observed in part, in the rows that the explanation looks at.
    pub has_gaps: bool,
}

impl Explanation {
    /// The choices, in the order of the generative model.
    ///
    /// # Errors
    /// Fails if the program cannot be run, and says why.
    pub fn choices(&self) -> Result<&[Choice], &Error> {
        self.choices.as_deref()
    }
}

impl Choice {
    /// Whether two steps of a site are treated in the same way.
    fn is_like(&self, other: &Self) -> bool {
        let form = |choice: &Self| {
            let divergence = choice.divergence.as_deref();
            divergence.and_then(|text| text.split(" (").next().map(str::to_owned))
        };
        let estimator = |choice: &Self| choice.estimator.as_ref().map(|own| own.estimator.clone());
        (self.guide, self.prior) == (other.guide, other.prior)
            && estimator(self) == estimator(other)
            && form(self) == form(other)
    }

    pub(crate) fn observed<P: Distribution>(site: &'static str, has_gaps: bool) -> Self {
        Self {
            site: site.to_owned(),
            guide: None,
            prior: P::FAMILY,
            event: event_shape::<P::Event>(),
            estimator: None,
            is_global: false,
            data_size: None,
            divergence: None,
            influences: Vec::new(),
            has_gaps,
        }
    }
}

/// The choices of sites from those of their steps, each with its step: steps that are alike have one choice.
pub(super) fn by_site(steps: Vec<(&'static str, Option<usize>, Choice)>) -> Vec<Choice> {
    let mut groups: Vec<(&'static str, Vec<usize>, Choice)> = Vec::new();
    for (statement, step, choice) in steps {
        let alike = |(own, _, first): &&mut (&'static str, Vec<usize>, Choice)| {
            *own == statement && step.is_some() && first.is_like(&choice)
        };
        match groups.iter_mut().find(alike) {
            Some((_, steps, first)) => {
                steps.extend(step);
                for influenced in choice.influences {
                    if !first.influences.contains(&influenced) {
                        first.influences.push(influenced);
                    }
                }
            }
            None => groups.push((statement, step.into_iter().collect(), choice)),
        }
    }
    let is_whole = |statement: &str| {
        let own = groups.iter().filter(|(other, ..)| *other == statement);
        own.count() == 1
    };
    let whole: Vec<bool> = groups
        .iter()
        .map(|(statement, ..)| is_whole(statement))
        .collect();
    let named = groups.into_iter().zip(whole);
    let named = named.map(|((statement, mut steps, choice), is_whole)| {
        steps.sort_unstable();
        let site = match (is_whole, steps.first(), steps.last()) {
            (false, Some(first), Some(last)) if first != last => {
                format!("{statement}[{first}..={last}]")
            }
            (false, Some(first), _) => format!("{statement}[{first}]"),
            _ => statement.to_owned(),
        };
        Choice { site, ..choice }
    });
    named.collect()
}

pub(super) fn event_shape<E: crate::tensor::names::ConstShape>() -> String {
    let sizes: Vec<usize> = E::default().concrete().into();
    if sizes.is_empty() {
        "scalar".into()
    } else {
        format!("{sizes:?}")
    }
}

/// How the divergence of a site is computed, in words.
pub(super) fn divergence(
    graph: ClosedForm,
    form: KlForm,
    why_sampled: &str,
    has_closed_form: bool,
) -> String {
    let (ClosedForm::Valid(why) | ClosedForm::Invalid(why)) = graph;
    match form {
        KlForm::Closed => format!("closed-form KL ({why})"),
        KlForm::LogRatio => format!("log-ratio at the draw ({why_sampled})"),
        KlForm::Discrete => format!(
            "closed-form discrete KL ({why}; with a relaxed draw a surrogate, no bound: judge by the evaluation)"
        ),
        KlForm::RelaxedLogRatio { prior_temperature } => {
            let closed = matches!(graph, ClosedForm::Valid(_)) && has_closed_form;
            let why = if closed {
                String::new()
            } else {
                format!("; {why_sampled}")
            };
            format!(
                "log-ratio of the relaxed densities, prior temperature {prior_temperature} (a bound on the relaxed model's evidence{why})"
            )
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.choices {
            Ok(choices) => choices
                .iter()
                .try_for_each(|choice| writeln!(f, "{choice}")),
            Err(error) => writeln!(f, "nothing to explain: {error}"),
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (site, prior) = (&self.site, self.prior);
        let event = match self.event.as_str() {
            "scalar" => " (scalar)",
            axes => axes,
        };
        match (self.guide, &self.estimator, &self.divergence) {
            (Some(guide), Some(estimator), Some(divergence)) => {
                let Description {
                    estimator,
                    reason,
                    bias,
                    rows,
                } = estimator;
                let evaluations = if *rows == 1 {
                    "evaluation"
                } else {
                    "evaluations"
                };
                let (kind, counted) = match (self.is_global, self.data_size) {
                    (false, _) => ("latent", String::new()),
                    (true, Some(rows)) => (
                        "global latent",
                        format!(" counted once for the whole data set of {rows} rows"),
                    ),
                    (true, None) => (
                        "global latent",
                        " counted once for the whole data set, whose rows the objective must say by `data_size(n)` or `whole_data()`".into(),
                    ),
                };
                write!(
                    f,
                    "{site}: {kind}, q = {guide}{event}, p = {prior}{event}; gradient: {estimator}, because {reason}; {bias}; {divergence}{counted}; {rows} {evaluations} a row"
                )?;
                if !self.influences.is_empty() {
                    write!(f, "; influences {}", self.influences.join(", "))?;
                }
                Ok(())
            }
            _ => {
                let of = if self.has_gaps {
                    " of what is observed"
                } else {
                    ""
                };
                write!(
                    f,
                    "{site}: observed, p = {prior}{event}; log-likelihood{of}"
                )
            }
        }
    }
}
