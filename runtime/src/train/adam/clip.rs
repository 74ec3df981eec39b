//! Clipping: gradients that are too large are made smaller before a step.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::tensor::Device;
use crate::tensor::names::Gradients;
use crate::tensor::parameters::Walked;
use crate::tensor::tape::flow::Written;

/// The settings.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clip {
    /// The most that the norm of all gradients together may be.
    pub(super) norm: Option<f32>,
    /// The most that each number may be.
    pub(super) value: Option<f32>,
}

/// What a step makes of each number of a gradient.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    factor: f32,
    most: f32,
}

impl Change {
    /// The number after it.
    #[inline(always)]
    pub(super) fn of(self, number: f32) -> f32 {
        (self.factor * number).clamp(-self.most, self.most)
    }
}

impl Clip {
    /// Checks the settings.
    pub(super) fn check(&self) -> Result<(), Error> {
        let settings = [
            ("the norm at which gradients are clipped", self.norm),
            ("the number at which gradients are clipped", self.value),
        ];
        let is_wrong = |most: f32| !(most > 0.0 && most.is_finite());
        let mut given = settings
            .into_iter()
            .filter_map(|(setting, most)| Some((setting, most?)));
        given
            .find(|(_, most)| is_wrong(*most))
            .map_or(Ok(()), |(setting, most)| {
                Err(Error::Setting {
                    setting,
                    value: most.into(),
                    expected: "positive and finite",
                })
            })
    }

    /// The change that clipping makes to these gradients, if it makes any.
    pub(super) fn change(
        &self,
        model: &mut dyn Walked,
        gradients: &mut Gradients<f32, Device>,
        written: &Written,
    ) -> Option<Change> {
        let norm = self
            .norm
            .map(|most| (most, norm(model, gradients, written)));
        let factor = match norm {
            Some((most, norm)) if norm > f64::from(most) => (f64::from(most) / norm) as f32,
            _ => 1.0,
        };
        let most = self.value.unwrap_or(f32::INFINITY);
        (factor < 1.0 || most.is_finite()).then_some(Change { factor, most })
    }
}

/// The Euclidean norm of the gradients by all parameters of a model together. That of a tied parameter counts once.
fn norm(model: &mut dyn Walked, gradients: &mut Gradients<f32, Device>, written: &Written) -> f64 {
    let (mut seen, mut squares) = (BTreeSet::new(), 0.0);
    model.each_mut(&mut |parameter| {
        let parameter = parameter.as_ref();
        if parameter.is_learned
            && parameter.is_written(written)
            && seen.insert(parameter.identity())
        {
            squares += sum_of_squares(parameter.gradient(gradients));
        }
    });
    squares.sqrt()
}

fn sum_of_squares(numbers: &[f32]) -> f64 {
    // Partial sums side by side, which a processor adds at once.
    let mut sums = [0.0_f64; 8];
    for numbers in numbers.chunks(8) {
        for (sum, &number) in sums.iter_mut().zip(numbers) {
            *sum += f64::from(number) * f64::from(number);
        }
    }
    sums.iter().sum()
}
