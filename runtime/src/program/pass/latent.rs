//! Latent sites of an inference program: drawn by the guide, scored against the prior.

use std::any::TypeId;

use super::{Mode, Pass, Rise, Term};
use crate::distribution::{Distribution, Listing};
use crate::draw::Draw;
use crate::error::Error;
use crate::estimator::{
    Description, Divergence, Estimator, KlForm, MOST_ROWS, Scoring, Settings, all_states,
    divergence_at_draw, reversed_log_ratio,
};
use crate::explain::Choice;
use crate::kl::Kl;
use crate::program::{ClosedForm, Latent};
use crate::shape::Event;
use crate::var::Rows;

impl Pass {
    /// Draws a latent site from the inference model.
    ///
    /// # Errors
    /// Where a parameter or the estimator's setting is out of its domain.
    pub fn draw<Q: Distribution, E: Estimator<Q>>(
        &mut self,
        site: &'static Latent,
        q: &Q,
        estimator: &E,
    ) -> Result<Draw<Q::Event>, Error> {
        let draw = self.drawn(site, q, estimator)?;
        self.noted.draw(&draw);
        Ok(draw)
    }

    /// Draws as the run's mode wants it.
    fn drawn<Q: Distribution, E: Estimator<Q>>(
        &mut self,
        site: &'static Latent,
        q: &Q,
        estimator: &E,
    ) -> Result<Draw<Q::Event>, Error> {
        self.draw_particles();
        if self.wanted().is_some() {
            return self.draw_for_marginal(site, q);
        }
        let name = site.name;
        let settings = self.settings(site);
        let asked = settings.filter(|s| self.mode.trains() || estimator.is_exact(s));
        let Some(settings) = asked else {
            self.expand(site, 1, Rise::Draws)?;
            self.check(name, q)?;
            return Ok(q.sample(self.rows(), &self.noise(name, false)));
        };
        self.draw_by(site, q, estimator, settings)
    }

    /// Draws by an estimator.
    pub(super) fn draw_by<Q: Distribution, E: Estimator<Q>>(
        &mut self,
        site: &'static Latent,
        q: &Q,
        estimator: &E,
        settings: Settings,
    ) -> Result<Draw<Q::Event>, Error> {
        let name = site.name;
        estimator.check(&settings).map_err(|e| e.at(name))?;
        if settings.list_all {
            if let Some(listing) = Q::listing() {
                return self.list(site, q, listing, &settings);
            }
            if !estimator.is_reparameterised(&settings) {
                return Err(Error::NoListing {
                    site: name,
                    is_global: false,
                });
            }
        }
        self.asked.push((name, settings));
        let times = estimator.rows(&settings);
        let is_exact = estimator.is_exact(&settings);
        self.expand(
            site,
            times,
            if is_exact { Rise::States } else { Rise::Draws },
        )?;
        let rows = self.rows();
        self.check(name, q)?;
        let given = estimator.check_rows(rows);
        given.map_err(|fault| self.parameter_error::<Q>(name, fault))?;
        // A baseline is made of other rows, and a draw stands in for its own density alone: draws must be
        // their own.
        let is_doubly = settings.is_doubly(estimator);
        let noise = self.noise(name, is_doubly || estimator.needs_cost(&settings));
        let draw = estimator.draw(q, rows, &noise, &settings);
        if let Some(log_weights) = estimator.log_weights(q, &draw, &settings) {
            self.weigh(&log_weights);
        }
        if is_exact {
            self.listed.push(name);
        }
        Ok(if is_doubly {
            self.await_scales(name, &draw)
        } else {
            draw
        })
    }

    /// All states of a site in place of a draw.
    fn list<Q: Distribution>(
        &mut self,
        site: &'static Latent,
        q: &Q,
        listing: Listing,
        settings: &Settings,
    ) -> Result<Draw<Q::Event>, Error> {
        let joint = |own: &usize| own.checked_mul(settings.enumerated);
        let few = |own: &usize| joint(own).is_some_and(|all| all <= MOST_ROWS);
        let Some(states) = listing.states.filter(few) else {
            return Err(Error::TooManyStates {
                site: Some(site.name),
                family: Q::FAMILY,
                elements: Q::Event::ELEMENTS,
                log2_states: listing.log2_states + (settings.enumerated as f64).log2(),
                most: MOST_ROWS,
            });
        };
        self.expand(site, states, Rise::States)?;
        self.check(site.name, q)?;
        let draw = all_states(self.rows(), states, listing.write);
        self.weigh(&q.log_prob_of(&draw));
        self.listed.push(site.name);
        Ok(draw)
    }

    /// Scores a latent site: the divergence of its guide from its prior.
    ///
    /// # Errors
    /// Where a parameter of the prior is out of its domain.
    pub fn latent<Q, P, E>(
        &mut self,
        site: &'static Latent,
        q: &Q,
        p: &P,
        estimator: &E,
        draw: &Draw<Q::Event>,
        kl: Kl<Q, P>,
    ) -> Result<(), Error>
    where
        Q: Distribution,
        P: Distribution<Event = Q::Event>,
        E: Divergence<Q, P>,
    {
        self.check(site.name, p)?;
        let (rows, form) = self.divergence(site, q, p, estimator, draw, kl)?;
        self.terms.push(Term {
            site: site.name,
            is_divergence: true,
            rows,
            branch: self.branches.current(),
        });
        self.await_cost(site, q, estimator, draw, form);
        Ok(())
    }

    /// The divergence at a draw, as the run's mode wants it. It is noted where somebody asks.
    ///
    /// # Errors
    /// Where the site is to be differentiated in a way that is wrong for it.
    pub(super) fn divergence<Q, P, E>(
        &mut self,
        site: &Latent,
        q: &Q,
        p: &P,
        estimator: &E,
        draw: &Draw<Q::Event>,
        kl: Kl<Q, P>,
    ) -> Result<(Rows, KlForm), Error>
    where
        Q: Distribution,
        P: Distribution<Event = Q::Event>,
        E: Divergence<Q, P>,
    {
        let by_path = self.is_by_path(site, estimator)?;
        let detached = by_path.then(|| q.detach());
        let scored = detached.as_ref().unwrap_or(q);
        let closed = match site.closed_form {
            ClosedForm::Valid(_) if !by_path => kl,
            _ => Kl::SAMPLED,
        };
        let asked = self.asked(site.name);
        let (rows, form) = match (self.mode.scoring(), asked) {
            (Some(Scoring::Terms { .. }), Some(settings)) => {
                estimator.divergence(scored, p, draw, closed, &settings)
            }
            (Some(Scoring::Weights { .. }), Some(settings)) => {
                estimator.divergence(scored, p, draw, Kl::SAMPLED, &settings)
            }
            (Some(Scoring::WakePhase), _) => (reversed_log_ratio(q, p, draw), KlForm::LogRatio),
            _ if matches!(self.mode, Mode::Weigh(_)) => divergence_at_draw(q, p, draw, Kl::SAMPLED),
            _ => divergence_at_draw(q, p, draw, closed),
        };
        let has_closed_form = kl.has_closed_form();
        if self.choices.is_some() {
            let why_sampled = self.why_sampled(site, by_path, has_closed_form);
            let description = self.description(site, estimator, by_path);
            let choice =
                Choice::latent::<Q, P>(site, description, form, why_sampled, has_closed_form);
            self.choices.iter_mut().for_each(|c| c.push(choice.clone()));
        }
        if let Some(densities) = &mut self.densities {
            densities.push((site.name, q.log_prob_of(draw)));
        }
        Ok((rows, form))
    }

    /// What is done at a site, in words.
    fn description<Q: Distribution, E: Estimator<Q>>(
        &self,
        site: &Latent,
        estimator: &E,
        by_path: bool,
    ) -> Description {
        let Some(settings) = self.asked(site.name) else {
            return Description {
                estimator: "reweighted draws".into(),
                reason: "wake-sleep raises the density of heavy draws, and differentiates none",
                bias: "biased, less with every particle",
                rows: 1,
            };
        };
        let own = estimator.describe(&settings);
        let form = match settings.scoring {
            Scoring::Terms { .. } if by_path => ", sticking the landing",
            Scoring::Weights { .. } if by_path => ", doubly reparameterised",
            _ => "",
        };
        let is_named = TypeId::of::<E>() != TypeId::of::<Q::Auto>();
        Description {
            estimator: own.estimator + form,
            reason: if is_named {
                "the model names it"
            } else {
                own.reason
            },
            ..own
        }
    }

    /// Why a divergence is not in closed form, where it is not.
    fn why_sampled(&self, site: &Latent, by_path: bool, has_closed_form: bool) -> &'static str {
        match site.closed_form {
            _ if matches!(
                self.mode.scoring(),
                Some(Scoring::Weights { .. } | Scoring::WakePhase)
            ) =>
            {
                "a weight is a ratio of densities at the draw"
            }
            _ if by_path => "its gradient by the draw vanishes where the posterior is exact",
            ClosedForm::Invalid(why) => why,
            ClosedForm::Valid(_) if has_closed_form => "no closed form at these parameters",
            ClosedForm::Valid(_) => "no closed form for this pair of families",
        }
    }
}
