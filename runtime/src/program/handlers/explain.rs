//! Explaining: a training run that notes what was chosen at every site, and why.

use super::{Handler, Notes};
use crate::distribution::Distribution;
use crate::estimator::{Description, KlForm, Scoring, Settings};
use crate::program::Pass;
use crate::program::explain::{Choice, by_site, divergence, event_shape};
use crate::program::table::{ClosedForm, Latent, Site};

impl Handler {
    /// The choices of a training run.
    pub(crate) fn explain(settings: Settings) -> Self {
        let notes = Notes::Choices;
        Self {
            notes,
            ..Self::train(settings)
        }
    }
}

/// The words for a latent site's families.
pub(in crate::program) struct Families {
    guide: &'static str,
    prior: &'static str,
    event: String,
}

impl Families {
    pub(in crate::program) fn of<Q: Distribution, P: Distribution>() -> Self {
        Self {
            guide: Q::FAMILY,
            prior: P::FAMILY,
            event: event_shape::<Q::Event>(),
        }
    }
}

impl Pass {
    /// The choices, in the order of the generative model.
    pub(crate) fn into_choices(self) -> Vec<Choice> {
        let choices = self.sites.iter().zip(self.records);
        let choices = choices.filter_map(|(site, record)| {
            let choice = record.choice?;
            Some((site.statement, site.step, choice))
        });
        by_site(choices.collect())
    }

    /// Notes the choice at a latent site. Without a plan its draws are the model's own.
    pub(in crate::program) fn note_choice(
        &mut self,
        site: usize,
        families: Families,
        plan: Option<Description>,
        by_path: bool,
        form: KlForm,
        has_closed_form: bool,
    ) {
        let Site {
            statement, latent, ..
        } = &self.sites[site];
        let Some(latent) = latent else { return };
        let is_global = self.sites[site].is_global();
        let settings = self.handler.settings().filter(|_| is_global);
        let why_sampled = self.why_sampled(latent, by_path, has_closed_form);
        let mut influences: Vec<&'static str> = Vec::new();
        for &other in latent.influences {
            let other = self.sites[other].statement;
            if !influences.contains(&other) {
                influences.push(other);
            }
        }
        let choice = Choice {
            site: (*statement).to_owned(),
            guide: Some(families.guide),
            prior: families.prior,
            event: families.event,
            estimator: Some(self.description(plan, by_path)),
            is_global,
            data_size: settings.and_then(|settings| settings.data_size),
            divergence: Some(divergence(
                latent.closed_form,
                form,
                why_sampled,
                has_closed_form,
            )),
            influences,
            has_gaps: false,
        };
        self.records[site].choice = Some(choice);
    }

    /// The estimator at a site, in words.
    fn description(&self, plan: Option<Description>, by_path: bool) -> Description {
        let Some(own) = plan else {
            return Description {
                estimator: "reweighted draws".into(),
                reason: "wake-sleep raises the density of heavy draws, and differentiates none",
                bias: "biased, less with every particle",
                rows: 1,
            };
        };
        let form = match self.handler.scoring() {
            Some(Scoring::Terms { .. }) if by_path => ", sticking the landing",
            Some(Scoring::Weights { .. }) if by_path => ", doubly reparameterised",
            _ => "",
        };
        Description {
            estimator: own.estimator + form,
            ..own
        }
    }

    /// Why a divergence is not in closed form, if it is not.
    fn why_sampled(&self, site: &Latent, by_path: bool, has_closed_form: bool) -> &'static str {
        match (site.closed_form, self.handler.scoring()) {
            (_, Some(Scoring::Weights { .. } | Scoring::WakePhase)) => {
                "a weight is a ratio of densities at the draw"
            }
            _ if by_path => "its gradient by the draw vanishes where the posterior is exact",
            (ClosedForm::Invalid(why), _) => why,
            (ClosedForm::Valid(_), _) if has_closed_form => "no closed form at these parameters",
            (ClosedForm::Valid(_), _) => "no closed form for this pair of families",
        }
    }
}
