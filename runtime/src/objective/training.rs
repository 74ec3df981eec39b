//! The loss of a program: one recorded pass, and its terms put together.

use super::{AnyObjective, Loss, Objective, Terms};
use crate::error::Error;
use crate::noise::Key;
use crate::program::room::check_inference;
use crate::program::run_state::Step;
use crate::program::{Handler, Inference, Pass, Run};
use crate::tensor::subnormal::flushed;
use crate::tensor::tape::record;

/// The negative objective, whose gradients can then be computed.
pub(super) fn loss(objective: &dyn AnyObjective, program: &dyn Run) -> Result<Loss, Error> {
    recorded(objective, program, false)
}

/// The same, with every site listed that can be listed, even if its estimator would draw.
pub(crate) fn exact_loss<O: Objective, I: Inference>(
    objective: &O,
    program: &I,
) -> Result<Loss, Error> {
    recorded(objective, program, true)
}

fn recorded(
    objective: &dyn AnyObjective,
    program: &dyn Run,
    lists_all: bool,
) -> Result<Loss, Error> {
    let key = program.keys().training(program.run_state());
    check(objective, key)?;
    let rows = program.rows()?;
    let sampling = objective.sampling();
    let mut settings = sampling.settings_for(key.step, objective.scoring(), rows);
    settings.list_all |= lists_all;
    settings.check_data_size(rows)?;
    let handler = Handler::train(settings);
    let particles = sampling.place().particles;
    check_inference(program, handler, key, rows.saturating_mul(particles))?;
    let mut pass = Pass::new(program.sites(), handler, key, rows)
        .placed(sampling.place())
        .remembering(program.run_state());
    let _restored = flushed();
    let (bound, tape) = record(|| {
        program.run(&mut pass)?;
        let terms = Terms::of(pass.outcome());
        objective.check_sites(&terms)?;
        objective.bound(terms)
    });
    let (loss, sites) = bound?.into_parts();
    let step = Step::new(program.run_state(), pass.outcome().mixed());
    let statistics = pass.statistics();
    Ok(Loss::new(&loss, tape, sites, step, statistics))
}

/// # Errors
/// Returns the setting that is out of its range at the step of the key.
pub(super) fn check(objective: &dyn AnyObjective, key: Key) -> Result<(), Error> {
    let sampling = objective.sampling();
    sampling.check_particles()?;
    sampling.check_temperature()?;
    objective.check(key.step)?;
    sampling.settings(key.step, objective.scoring()).check()
}
