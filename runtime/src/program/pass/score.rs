//! Latent sites of an inference program, scored against the prior.

use super::Pass;
use crate::distribution::Distribution;
use crate::distribution::kl::Kl;
use crate::error::Error;
use crate::estimator::{
    Divergence, Gradient, KlForm, Memory, Plan, Scoring, divergence_at_draw, reversed_log_ratio,
};
use crate::program::Drawn;
use crate::program::handlers::{Families, Notes, Scores, Then};
use crate::program::ledger::{Pending, Score, Term};
use crate::program::row_tree::Branch;
use crate::program::table::ClosedForm;
use crate::tensor::Event;

impl Pass {
    /// Scores a latent site: the divergence of its guide from its prior.
    ///
    /// # Errors
    /// Returns an error if a parameter of the prior is out of its domain, or if the site cannot be differentiated as the
    /// objective demands.
    pub fn latent<Q, P, E>(
        &mut self,
        site: usize,
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
        let branch = self.rows.branch(self.sites[site].parents);
        self.check(site, branch, p)?;
        let Then::Score(scores) = self.handler.then else {
            return Ok(());
        };
        let Drawn { draw, plan } = drawn;
        let is_reparameterised = |plan: &Plan<Q>| plan.gradient.is_reparameterised();
        let by_path = self.is_by_path(site, plan.as_ref().is_some_and(is_reparameterised))?;
        let detached = by_path.then(|| q.detach());
        let scored = detached.as_ref().unwrap_or(q);
        let has_closed_form = kl.has_closed_form();
        let closed = match self.sites[site].latent.map(|latent| latent.closed_form) {
            Some(ClosedForm::Valid(_)) if !by_path && !scores.are_of_weights() => kl,
            _ => Kl::SAMPLED,
        };
        let (rows, form) = match (scores, plan) {
            (Scores::Trained(Scoring::WakePhase), _) => {
                (reversed_log_ratio(q, p, draw), KlForm::LogRatio)
            }
            (Scores::Trained(_), Some(plan)) => estimator.divergence(plan, scored, p, draw, closed),
            _ => divergence_at_draw(q, p, draw, closed),
        };
        match self.handler.notes {
            Notes::None => {}
            Notes::Choices => {
                let plan = plan.as_ref().map(Plan::description);
                let families = Families::of::<Q, P>();
                self.note_choice(site, families, plan, by_path, form, has_closed_form);
            }
            Notes::Units => self.records[site].units = Some(self.units(site, q, p, draw)),
            Notes::Densities => self.records[site].density = Some(q.log_prob_of(draw)),
        }
        self.ledger.enter(Term {
            site: self.sites[site].statement,
            step: self.sites[site].step,
            is_divergence: true,
            rows: self.in_all_rows(site, self.shared(site, rows)),
            place: site,
            branch,
        });
        self.await_cost(site, branch, q, drawn, form);
        Ok(())
    }

    /// Keeps an estimate until the costs are known, if it wants to know them.
    fn await_cost<Q: Distribution>(
        &mut self,
        site: usize,
        branch: Branch,
        q: &Q,
        drawn: &Drawn<Q>,
        form: KlForm,
    ) {
        let Some(Plan {
            gradient: Gradient::Score(plan),
            ..
        }) = &drawn.plan
        else {
            return;
        };
        let rows = Q::Event::rows(drawn.value().shape());
        self.ledger.await_cost(Score {
            site,
            own_divergence: form.is_sampled(),
            running: self.rows.running(),
            branch,
            factor: self.rows.factor_of(rows),
            memory: Memory::new(self.records[site].running_mean),
            estimate: Pending::of(&plan.surrogate, q, &drawn.draw),
        });
    }
}
