//! Checks that gradients exist and are finite, before anything is updated.

use crate::tensor::names::{Gradients, UniqueId};

use super::adam::NOTHING;
use super::moments::list;
use crate::error::Error;
use crate::tensor::parameters::Walked;
use crate::tensor::tape::flow::Written;
use crate::tensor::{Device, first};

/// Checks the gradients that were written, and returns the parameters.
///
/// # Errors
/// Returns the parameters whose gradients are NaN or infinite, or all of them if none has a gradient.
pub(super) fn check(
    model: &mut dyn Walked,
    gradients: &mut Gradients<f32, Device>,
    written: &Written,
    step: u64,
) -> Result<Vec<UniqueId>, Error> {
    let mut parameters = Vec::new();
    // Whether the loss depends on any, and whether all gradients are finite.
    let (mut any, mut all) = (false, true);
    // The other walk makes names, which takes longer than a small layer's step.
    model.each_mut(&mut |parameter| {
        let parameter = parameter.as_ref();
        if !parameter.is_learned {
            return;
        }
        parameters.push(parameter.identity());
        if parameter.is_written(written) {
            let gradient = parameter.gradient(gradients);
            any |= written.is_known() || is_written(gradient);
            all &= is_finite(gradient);
        }
    });
    if !any && !parameters.is_empty() {
        let parameters = list(model).names;
        return Err(Error::OtherModel { parameters });
    }
    if all {
        return Ok(parameters);
    }
    // Names are made only for the error.
    let mut parameters = Vec::new();
    model.each_named(&mut |name, parameter| {
        let is_asked = parameter.is_learned && parameter.is_written(written);
        if is_asked && !is_finite(parameter.gradient(gradients)) {
            parameters.push(name);
        }
    });
    Err(Error::NotFiniteGradient { step, parameters })
}

/// Whether something flowed into a buffer that held nothing.
fn is_written(values: &[f32]) -> bool {
    values.iter().any(|v| v.to_bits() != NOTHING.to_bits())
}

fn is_finite(values: &[f32]) -> bool {
    first(values, f32::is_finite).is_none()
}
