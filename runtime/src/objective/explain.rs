//! What an objective does at every site.

use super::training::check;
use super::{AnyObjective, Elbo, Terms};
use crate::program::explain::Explanation;
use crate::program::{Handler, Inference, Pass, Run};
use crate::tensor::tape::unrecorded;

/// `vae.q(&x).explain()`: what the plain [`Elbo`] does at every site.
pub trait Explain: Inference {
    /// What `Elbo::default()` does at every site, and why.
    fn explain(&self) -> Explanation {
        explain(&Elbo::default(), self)
    }
}

impl<I: Inference> Explain for I {}

pub(super) fn explain(objective: &dyn AnyObjective, program: &dyn Run) -> Explanation {
    let key = program.keys().expected(program.run_state());
    let choices = unrecorded(|| {
        check(objective, key)?;
        let rows = program.rows()?;
        let sampling = objective.sampling();
        let settings = sampling.settings_for(key.step, objective.scoring(), rows);
        let handler = Handler::explain(settings);
        let mut pass = Pass::new(program.sites(), handler, key, rows).placed(sampling.place());
        program.run(&mut pass)?;
        objective.check_sites(&Terms::of(pass.outcome()))?;
        Ok(pass.into_choices())
    });
    Explanation { choices }
}
