//! Latent sites of an inference program: drawn by the guide, scored against the prior.

use super::{Mode, Pass, Rise, Term};
use crate::distribution::Distribution;
use crate::draw::Draw;
use crate::error::Error;
use crate::estimator::{Divergence, Estimator, KlForm, Settings, divergence_at_draw};
use crate::explain::Choice;
use crate::kl::Kl;
use crate::program::{ClosedForm, Latent};
use crate::support::Meets;
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
        self.draw_particles();
        if self.wanted().is_some() {
            return self.draw_for_marginal(site, q);
        }
        let name = site.name;
        let settings = self.settings(site);
        let asked = settings.filter(|s| self.mode.trains() || estimator.is_exact(s));
        let Some(settings) = asked else {
            self.expand(site, 1, Rise::Draws);
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
        estimator.check(&settings)?;
        self.asked.push((name, settings));
        let times = estimator.rows(&settings);
        let is_exact = estimator.is_exact(&settings);
        self.expand(
            site,
            times,
            if is_exact { Rise::States } else { Rise::Draws },
        );
        let rows = self.rows();
        self.check(name, q)?;
        let given = estimator.check_rows(rows);
        given.map_err(|fault| self.parameter_error::<Q>(name, fault))?;
        // A baseline is made of other rows: their draws must be their own.
        let noise = self.noise(name, estimator.needs_cost(&settings));
        let draw = estimator.draw(q, rows, &noise, &settings);
        if let Some(log_weights) = estimator.log_weights(q, &draw, &settings) {
            self.weigh(&log_weights);
        }
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
        (Q::Measure, Q::Support): Meets<(P::Measure, P::Support)>,
        E: Divergence<Q, P>,
    {
        self.check(site.name, p)?;
        let (rows, form) = self.divergence(site, q, p, estimator, draw, kl);
        self.note_latent::<Q, P, E>(site, estimator, form, kl.has_closed_form(), false);
        self.terms.push(Term {
            site: site.name,
            is_divergence: true,
            rows,
            branch: self.branches.current(),
        });
        self.await_cost(site, q, estimator, draw, form);
        Ok(())
    }

    /// The divergence at a draw, as the run's mode wants it.
    pub(super) fn divergence<Q, P, E>(
        &self,
        site: &Latent,
        q: &Q,
        p: &P,
        estimator: &E,
        draw: &Draw<Q::Event>,
        kl: Kl<Q, P>,
    ) -> (Rows, KlForm)
    where
        Q: Distribution,
        P: Distribution<Event = Q::Event>,
        E: Divergence<Q, P>,
    {
        let closed = match site.closed_form {
            ClosedForm::Valid(_) => kl,
            ClosedForm::Invalid(_) => Kl::SAMPLED,
        };
        let asked = self.asked(site.name);
        match (self.mode, asked) {
            (Mode::Train(_), Some(settings)) => estimator.divergence(q, p, draw, closed, &settings),
            (Mode::TrainWeights(_), Some(settings)) => {
                estimator.divergence(q, p, draw, Kl::SAMPLED, &settings)
            }
            (Mode::Weigh(_), _) => divergence_at_draw(q, p, draw, Kl::SAMPLED),
            _ => divergence_at_draw(q, p, draw, closed),
        }
    }

    pub(super) fn note_latent<Q: Distribution, P: Distribution, E: Estimator<Q>>(
        &mut self,
        site: &Latent,
        estimator: &E,
        form: KlForm,
        has_closed_form: bool,
        is_global: bool,
    ) {
        if let (Some(settings), Some(choices)) = (self.asked(site.name), &mut self.choices) {
            choices.push(Choice::latent::<Q, P>(
                site,
                estimator.describe(&settings),
                form,
                has_closed_form,
                is_global,
            ));
        }
    }
}
