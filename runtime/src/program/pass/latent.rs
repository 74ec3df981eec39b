//! Latent sites of an inference program: drawn by the guide, scored against the prior.

use super::{Mode, Pass, Rise, Term};
use crate::distribution::Draw;
use crate::distribution::kl::Kl;
use crate::distribution::{Distribution, Listing};
use crate::error::Error;
use crate::estimator::{
    Block, Description, Divergence, Estimator, Gradient, KlForm, Plan, Scoring, Settings,
    divergence_at_draw, reversed_log_ratio,
};
use crate::program::explain::Choice;
use crate::program::{ClosedForm, Latent};
use crate::tensor::{Rows, Value, constant};

/// A draw of a latent site, with what its estimator does at it.
#[derive(Debug)]
pub struct Drawn<Q: Distribution> {
    pub(super) draw: Draw<Q::Event>,
    /// None where the draw is the model's own.
    pub(super) plan: Option<Plan<Q>>,
}

impl<Q: Distribution> Drawn<Q> {
    /// The model's own draw.
    pub(super) fn of(draw: Draw<Q::Event>) -> Self {
        Self { draw, plan: None }
    }

    /// The draw that an estimator planned.
    pub(super) fn by(plan: Plan<Q>, draw: Draw<Q::Event>) -> Self {
        let plan = Some(plan);
        Self { draw, plan }
    }

    /// The value, of as many rows as were drawn.
    pub fn value(&self) -> Value<Q::Event> {
        self.draw.value()
    }
}

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
    ) -> Result<Drawn<Q>, Error> {
        self.draw_particles();
        let drawn = match self.wanted() {
            Some(_) => Drawn::of(self.draw_for_marginal(site, q)?),
            None => self.drawn(site, q, estimator)?,
        };
        drawn.draw.note(&self.noted);
        Ok(drawn)
    }

    /// Draws as the run's mode wants it.
    fn drawn<Q: Distribution, E: Estimator<Q>>(
        &mut self,
        site: &'static Latent,
        q: &Q,
        estimator: &E,
    ) -> Result<Drawn<Q>, Error> {
        let settings = self.settings(site);
        let plan = self.plan(site.name, estimator, settings)?;
        let (Some(settings), Some(plan)) = (settings, plan) else {
            return Ok(Drawn::of(self.draw_once(site, q)?));
        };
        if let Gradient::States(listing) = plan.gradient {
            let draw = self.list(site, q, listing, settings.enumerated)?;
            return Ok(Drawn::by(plan, draw));
        }
        if settings.list_all {
            if let Some(listing) = Q::listing() {
                return Ok(Drawn::of(self.list(
                    site,
                    q,
                    listing,
                    settings.enumerated,
                )?));
            }
            if !plan.gradient.is_reparameterised() {
                return Err(Error::NoListing {
                    site: site.name,
                    is_global: false,
                });
            }
        }
        let draw = self.draw_by(site, q, &plan)?;
        Ok(Drawn::by(plan, draw))
    }

    /// What the estimator of a site does, where it matters: where it trains, and where it lists the site's states, which
    /// serves every run.
    ///
    /// # Errors
    /// With the setting that makes no sense, or the objective that the estimator is not for.
    pub(super) fn plan<Q: Distribution, E: Estimator<Q>>(
        &self,
        site: &'static str,
        estimator: &E,
        settings: Option<Settings>,
    ) -> Result<Option<Plan<Q>>, Error> {
        let Some(settings) = settings else {
            return Ok(None);
        };
        let plan = estimator.plan(&settings);
        if self.mode.trains() {
            let plan = plan.and_then(|plan| plan.legal(&settings));
            return plan.map(Some).map_err(|error| error.at(site));
        }
        let lists = |plan: &Plan<Q>| matches!(plan.gradient, Gradient::States(_));
        Ok(plan.ok().filter(lists))
    }

    /// One draw of the model's own for every row.
    pub(super) fn draw_once<Q: Distribution>(
        &mut self,
        site: &'static Latent,
        q: &Q,
    ) -> Result<Draw<Q::Event>, Error> {
        self.expand(site, 1, Rise::Draws)?;
        self.check(site.name, q)?;
        Ok(q.sample(self.rows(), &self.noise(site.name, false)))
    }

    /// Draws as an estimator plans it.
    fn draw_by<Q: Distribution>(
        &mut self,
        site: &'static Latent,
        q: &Q,
        plan: &Plan<Q>,
    ) -> Result<Draw<Q::Event>, Error> {
        let name = site.name;
        self.expand(site, plan.gradient.rows(), Rise::Draws)?;
        let rows = self.rows();
        self.check(name, q)?;
        let score = match &plan.gradient {
            Gradient::Score(score) => Some(score),
            _ => None,
        };
        // A baseline is made of other rows, and a draw stands in for its own density alone: draws must be
        // their own.
        let is_doubly = self.is_doubly(plan);
        let noise = self.noise(name, is_doubly || score.is_some());
        let draw = plan.draw(q, rows, &noise);
        let draw = draw.map_err(|fault| self.parameter_error::<Q>(name, fault))?;
        if let Some(Block::First(of)) = score.map(|score| score.block) {
            let counts = |row: usize| match row % of {
                0 => 0.0,
                _ => f32::NEG_INFINITY,
            };
            self.weigh(&constant((0..rows).map(counts).collect(), (rows,)).into());
        }
        Ok(match is_doubly {
            true => self.await_scales(name, &draw),
            false => draw,
        })
    }

    /// All states of a site in place of a draw.
    ///
    /// # Errors
    /// Where they are too many, beside so many joint states of the sites before.
    pub(super) fn list<Q: Distribution>(
        &mut self,
        site: &'static Latent,
        q: &Q,
        listing: Listing,
        enumerated: usize,
    ) -> Result<Draw<Q::Event>, Error> {
        let states = listing.few::<Q>(site.name, enumerated)?;
        self.expand(site, states, Rise::States)?;
        self.check(site.name, q)?;
        let draw = listing.all(self.rows());
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
        drawn: &Drawn<Q>,
        kl: Kl<Q, P>,
    ) -> Result<(), Error>
    where
        Q: Distribution,
        P: Distribution<Event = Q::Event>,
        E: Divergence<Q, P>,
    {
        self.check(site.name, p)?;
        let (rows, form) = self.divergence(site, q, p, estimator, drawn, kl)?;
        self.terms.push(Term {
            site: site.name,
            is_divergence: true,
            rows,
            branch: self.branches.current(),
        });
        self.await_cost(site, q, drawn, form);
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
        drawn: &Drawn<Q>,
        kl: Kl<Q, P>,
    ) -> Result<(Rows, KlForm), Error>
    where
        Q: Distribution,
        P: Distribution<Event = Q::Event>,
        E: Divergence<Q, P>,
    {
        let Drawn { draw, plan } = drawn;
        let by_path = self.is_by_path(site, plan.as_ref())?;
        let detached = by_path.then(|| q.detach());
        let scored = detached.as_ref().unwrap_or(q);
        let closed = match site.closed_form {
            ClosedForm::Valid(_) if !by_path => kl,
            _ => Kl::SAMPLED,
        };
        let (rows, form) = match (self.mode.scoring(), plan) {
            (Some(Scoring::Terms { .. }), Some(plan)) => {
                estimator.divergence(plan, scored, p, draw, closed)
            }
            (Some(Scoring::Weights { .. }), Some(plan)) => {
                estimator.divergence(plan, scored, p, draw, Kl::SAMPLED)
            }
            (Some(Scoring::WakePhase), _) => (reversed_log_ratio(q, p, draw), KlForm::LogRatio),
            _ if matches!(self.mode, Mode::Weigh(_)) => divergence_at_draw(q, p, draw, Kl::SAMPLED),
            _ => divergence_at_draw(q, p, draw, closed),
        };
        let has_closed_form = kl.has_closed_form();
        if self.choices.is_some() {
            let why_sampled = self.why_sampled(site, by_path, has_closed_form);
            let description = self.description(plan.as_ref(), by_path);
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
    fn description<Q: Distribution>(&self, plan: Option<&Plan<Q>>, by_path: bool) -> Description {
        let Some(plan) = plan else {
            return Description {
                estimator: "reweighted draws".into(),
                reason: "wake-sleep raises the density of heavy draws, and differentiates none",
                bias: "biased, less with every particle",
                rows: 1,
            };
        };
        let form = match self.mode.scoring() {
            Some(Scoring::Terms { .. }) if by_path => ", sticking the landing",
            Some(Scoring::Weights { .. }) if by_path => ", doubly reparameterised",
            _ => "",
        };
        let own = plan.description();
        Description {
            estimator: own.estimator + form,
            ..own
        }
    }

    /// Why a divergence is not in closed form, where it is not.
    fn why_sampled(&self, site: &Latent, by_path: bool, has_closed_form: bool) -> &'static str {
        match (site.closed_form, self.mode.scoring()) {
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
