//! Latent sites of an inference program, drawn by the guide.

use super::Pass;
use crate::distribution::{Distribution, Draw, Listing};
use crate::error::Error;
use crate::estimator::{Block, Estimator, Gradient, Plan, Scoring, Settings};
use crate::program::handlers::Draws;
use crate::program::row_tree::{Branch, Rise};
use crate::tensor::{Value, constant, detach_rows};

/// A draw of a latent site, with its estimator's plan.
#[derive(Debug)]
pub struct Drawn<Q: Distribution> {
    pub(super) draw: Draw<Q::Event>,
    /// None if the draw is the model's own.
    pub(super) plan: Option<Plan<Q>>,
}

impl<Q: Distribution> Drawn<Q> {
    /// The value, of as many rows as were drawn.
    pub fn value(&self) -> Value<Q::Event> {
        self.draw.value()
    }
}

impl Pass {
    /// Draws a latent site from the inference model: for each row, or for each particle if it is global.
    ///
    /// # Errors
    /// Fails if a parameter or a setting of the estimator is out of its range, or if the estimator or the objective does not fit
    /// the site.
    pub fn draw<Q: Distribution, E: Estimator<Q>>(
        &mut self,
        site: usize,
        q: &Q,
        estimator: &E,
    ) -> Result<Drawn<Q>, Error> {
        self.rows.draw_particles();
        self.check_plate(site)?;
        let drawn = match self.handler.draws {
            Draws::Planned(settings) | Draws::Declared(settings) => {
                self.drawn(site, q, estimator, self.settings_of(site, settings))?
            }
            Draws::Plain => Self::own(self.draw_once(site, q)?),
            Draws::Means => Drawn {
                draw: self.point_for_draw(site, q, Self::predicted)?,
                plan: None,
            },
            Draws::Modes => Drawn {
                draw: self.point_for_draw(site, q, Self::likeliest)?,
                plan: None,
            },
            Draws::Summaries => Drawn {
                draw: self.summary_for_draw(site, q)?,
                plan: None,
            },
            Draws::Toward { .. } => Self::own(self.draw_for_marginal(site, q)?),
        };
        drawn.draw.note(&self.noted);
        Ok(drawn)
    }

    /// The model's own draw.
    fn own<Q: Distribution>((draw, _): (Draw<Q::Event>, Branch)) -> Drawn<Q> {
        Drawn { draw, plan: None }
    }

    /// Draws as the estimator plans, if it is asked.
    fn drawn<Q: Distribution, E: Estimator<Q>>(
        &mut self,
        site: usize,
        q: &Q,
        estimator: &E,
        settings: Settings,
    ) -> Result<Drawn<Q>, Error> {
        let Some(plan) = self.plan(site, estimator, &settings)? else {
            return Ok(Self::own(self.draw_once(site, q)?));
        };
        self.check_plan(site, &plan)?;
        if let Gradient::States(listing) = plan.gradient {
            let (draw, _) = self.list(site, q, listing, settings.enumerated)?;
            let plan = Some(plan);
            return Ok(Drawn { draw, plan });
        }
        if settings.list_all {
            let listing = Q::listing().filter(|_| !settings.is_global);
            if let Some(listing) = listing {
                let listed = self.list(site, q, listing, settings.enumerated)?;
                return Ok(Self::own(listed));
            }
            if !plan.gradient.is_reparameterised() {
                return Err(Error::NoListing {
                    site: self.sites[site].name,
                    is_global: settings.is_global,
                });
            }
        }
        let draw = self.draw_by(site, q, &plan)?;
        let plan = Some(plan);
        Ok(Drawn { draw, plan })
    }

    /// The estimator's plan for a site, if the run needs it. A training run does. Every other run needs it only if it lists the
    /// site's states.
    ///
    /// # Errors
    /// Returns the setting that is out of its range. Fails if the estimator does not fit the objective.
    fn plan<Q: Distribution, E: Estimator<Q>>(
        &self,
        site: usize,
        estimator: &E,
        settings: &Settings,
    ) -> Result<Option<Plan<Q>>, Error> {
        let plan = estimator.plan(settings);
        if let Draws::Planned(_) = self.handler.draws {
            let plan = plan.and_then(|plan| plan.legal(settings));
            let name = self.sites[site].name;
            return plan.map(Some).map_err(|error| error.at(name));
        }
        let lists = |plan: &Plan<Q>| matches!(plan.gradient, Gradient::States(_));
        Ok(plan.ok().filter(lists))
    }

    /// One draw of the model's own for every row.
    pub(in crate::program) fn draw_once<Q: Distribution>(
        &mut self,
        site: usize,
        q: &Q,
    ) -> Result<(Draw<Q::Event>, Branch), Error> {
        let branch = self.rows.expand(site, 1, Rise::Draws)?;
        self.check(site, branch, q)?;
        let noise = self.noise(site, branch, false);
        Ok((q.sample(self.rows_of(site, branch), &noise), branch))
    }

    /// Draws as an estimator plans.
    fn draw_by<Q: Distribution>(
        &mut self,
        site: usize,
        q: &Q,
        plan: &Plan<Q>,
    ) -> Result<Draw<Q::Event>, Error> {
        let branch = self.rows.expand(site, plan.gradient.rows(), Rise::Draws)?;
        let rows = self.rows_of(site, branch);
        self.check(site, branch, q)?;
        let score = match &plan.gradient {
            Gradient::Score(score) => Some(score),
            _ => None,
        };
        // Baselines come from other rows, and a draw stands in only for its own density. So each row needs its own draw.
        let is_doubly = self.is_doubly(plan);
        let noise = self.noise(site, branch, is_doubly || score.is_some());
        let draw = plan.draw(q, rows, &noise);
        let draw = draw.map_err(|fault| self.parameter_error(site, branch, Q::FAMILY, fault))?;
        if let Some(Block::First(of)) = score.map(|score| score.block) {
            let counts = |row: usize| match row % of {
                0 => 0.0,
                _ => f32::NEG_INFINITY,
            };
            let weights = constant((0..rows).map(counts).collect(), (rows,));
            self.rows.weigh(branch, &weights.into());
        }
        Ok(match is_doubly {
            true => self.await_scales(site, branch, &draw),
            false => draw,
        })
    }

    /// All states of a site in place of a draw.
    ///
    /// # Errors
    /// Fails if they are too many, together with the joint states of earlier sites.
    pub(in crate::program) fn list<Q: Distribution>(
        &mut self,
        site: usize,
        q: &Q,
        listing: Listing,
        enumerated: usize,
    ) -> Result<(Draw<Q::Event>, Branch), Error> {
        let states = listing.few::<Q>(self.sites[site].name, enumerated)?;
        let branch = self.rows.expand(site, states, Rise::States)?;
        self.check(site, branch, q)?;
        let draw = listing.all(self.rows_of(site, branch));
        let shares = q.log_prob_of(&draw);
        let shares = match self.handler.scoring() {
            // The guide is not trained by how often it draws a listed state.
            Some(Scoring::WakePhase) => detach_rows(&shares),
            _ => shares,
        };
        self.rows.weigh(branch, &shares);
        Ok((draw, branch))
    }
}
