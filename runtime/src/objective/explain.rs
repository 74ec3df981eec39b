//! What an objective does at every site.

use super::training::check;
use super::{Elbo, Objective, Terms};
use crate::program::explain::Explanation;
use crate::program::{Handler, Inference, Pass};
use crate::tensor::tape::unrecorded;

/// `vae.q(&x).explain()`: what the plain [`Elbo`] does at every site.
pub trait Explain: Inference {
    /// What `Elbo::default()` does at every site, and why.
    fn explain(&self) -> Explanation {
        Elbo::default().explain(self)
    }
}

impl<I: Inference> Explain for I {}

pub(super) fn explain<O: Objective, I: Inference>(objective: &O, program: &I) -> Explanation {
    let key = program.keys().expected(program.run_state());
    let choices = unrecorded(|| {
        check(objective, key)?;
        let rows = program.rows()?;
        let sampling = objective.sampling();
        let settings = sampling.settings_for(key.step, objective.scoring(), rows);
        let handler = Handler::explain(settings);
        let mut pass = Pass::new(I::SITES, handler, key, rows).placed(sampling.place());
        program.run(&mut pass)?;
        objective.check_sites(&Terms::of(pass.outcome()))?;
        Ok(pass.into_choices())
    });
    Explanation { choices }
}
