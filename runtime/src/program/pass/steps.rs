//! Sites of loops: one step, or several that run together.

use super::Pass;
use crate::distribution::Distribution;
use crate::distribution::kl::Kl;
use crate::error::Error;
use crate::estimator::Divergence;
use crate::program::Drawn;
use crate::program::steps::Chunk;
use crate::tensor::{Batch, Change, Value, some_rows};

/// A step's guide, its estimator and its draw.
type Step<Q, E> = (Q, E, Drawn<Q>);

impl Pass {
    /// Scores an observed site at some steps. `site` is the place of its first step. Returns the mean, in a run for predictions.
    ///
    /// # Errors
    /// As [`observe`](Self::observe).
    pub fn observe_steps<P: Distribution>(
        &mut self,
        site: usize,
        steps: &Chunk,
        p: &P,
        value: &Value<P::Event>,
    ) -> Result<Option<Batch<P::Event>>, Error> {
        let first = site + steps.first();
        if steps.is_alone() {
            return self.observe(first, p, value);
        }
        let rows = self.log_likelihood(first, None, p, value)?;
        let factor = rows.len() / self.rows.running();
        for (step, own, start) in steps.steps() {
            let part = some_rows(&rows, start * factor..(start + own) * factor);
            self.rows.run_for(own);
            self.enter_observed(site + step, None, part);
        }
        self.rows.run_together(steps.running());
        Ok(None)
    }

    /// Scores a latent site at some steps: the divergences of their guides from the prior, which is that of all of them.
    ///
    /// # Errors
    /// As [`latent`](Self::latent).
    pub fn latent_steps<Q, P, E>(
        &mut self,
        site: usize,
        steps: &Chunk,
        p: &P,
        drawn: &[Step<Q, E>],
        kl: Kl<Q, P>,
    ) -> Result<(), Error>
    where
        Q: Distribution,
        P: Distribution<Event = Q::Event>,
        E: Divergence<Q, P>,
    {
        let own = &drawn[steps.first()..];
        if steps.is_alone() {
            let (q, estimator, drawn) = &own[0];
            return self.latent(site + steps.first(), q, p, estimator, drawn, kl);
        }
        self.check(site + steps.first(), None, p)?;
        let all = self.rows.rows(None);
        let factor = self.rows.factor(None);
        for ((step, rows, start), (q, estimator, drawn)) in steps.steps().zip(own) {
            let range = start * factor..(start + rows) * factor;
            let prior = p.changed(&Change::rows(range, all));
            self.rows.run_for(rows);
            self.latent(site + step, q, &prior, estimator, drawn, kl)?;
        }
        self.rows.run_together(steps.running());
        Ok(())
    }
}
