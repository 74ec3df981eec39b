//! The update of every element: values, moments and gradient in one sweep.

use super::NOTHING;
use super::clip::Change;
use crate::tensor::parallel::join;
use crate::tensor::simd::vectorised_by;

/// A step's update of one element.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    pub(super) betas: [f32; 2],
    /// One minus each of them. 1 − 0.999 is off by 10⁻⁵ in `f32`, and the bias correction would not cancel that.
    pub(super) complements: [f32; 2],
    /// The learning rate, corrected for the bias of the first moment.
    pub(super) rate: f32,
    pub(super) inverse_correction: f32,
    /// What is left of a value by weight decay.
    pub(super) kept: f32,
    /// What clipping makes of the gradients, if anything.
    pub(super) change: Option<Change>,
    pub(super) epsilon: f32,
    /// Gradients below this do not count in the second moment: they are too small beside ε to change a digit.
    pub(super) negligible: f32,
    /// Whether gradients are set to zero.
    pub(super) clears: bool,
}

/// Numbers smaller than this count as zero in the first moment. A moment that no gradient feeds any more would fall below
/// [`f32::MIN_POSITIVE`] and stay there, since rounding turns 0.9 times the smallest number back into that number. A processor
/// takes a hundred times as long for such numbers.
const FAINT: f32 = 1e-33;

/// The least gradient whose square divided by a thousand is above [`f32::MIN_POSITIVE`].
pub(super) const SQUARABLE: f32 = 4e-18;

/// The number, or zero if it is smaller than `least`.
#[inline(always)]
fn at_least(least: f32, number: f32) -> f32 {
    if number.abs() < least { 0.0 } else { number }
}

/// With fewer elements, a second thread costs more time than it saves.
const WORTH_SHARING: usize = 1 << 15;

/// Elements that are still in the nearest cache after they were read.
const NEAR: usize = 1 << 11;

impl Rule {
    /// Updates values and moments, and clears the gradient if asked to.
    pub(super) fn apply(
        self,
        values: &mut [f32],
        gradient: &mut [f32],
        first: &mut [f32],
        second: &mut [f32],
    ) {
        if values.len() < WORTH_SHARING {
            self.sweep(values, gradient, first, second);
            return;
        }
        let middle = values.len() / 2;
        let (values, own_values) = values.split_at_mut(middle);
        let (gradient, own_gradient) = gradient.split_at_mut(middle);
        let (first, own_first) = first.split_at_mut(middle);
        let (second, own_second) = second.split_at_mut(middle);
        join(
            || self.sweep(values, gradient, first, second),
            || self.sweep(own_values, own_gradient, own_first, own_second),
        );
    }

    fn sweep(
        self,
        values: &mut [f32],
        gradient: &mut [f32],
        first: &mut [f32],
        second: &mut [f32],
    ) {
        let ([beta1, beta2], [rest1, rest2]) = (self.betas, self.complements);
        // The gradient of tied parameters is read more than once, so it stays as it is.
        let mut changed = match self.change {
            Some(_) => vec![0.0; gradient.len().min(NEAR)],
            None => Vec::new(),
        };
        vectorised_by(
            #[inline(always)]
            || {
                let state = first.chunks_mut(NEAR).zip(second.chunks_mut(NEAR));
                let steps = values.chunks_mut(NEAR).zip(gradient.chunks_mut(NEAR));
                for ((values, gradient), (first, second)) in steps.zip(state) {
                    let state = first.iter_mut().zip(second);
                    let read = match self.change {
                        None => &*gradient,
                        Some(change) => {
                            let own = changed.iter_mut().zip(gradient.iter());
                            own.for_each(|(new, old)| *new = change.of(*old));
                            &changed
                        }
                    };
                    let steps = values.iter_mut().zip(read.iter());
                    for ((value, &g), (m, v)) in steps.zip(state) {
                        *m = at_least(FAINT, beta1 * *m + rest1 * g);
                        let felt = at_least(self.negligible, g);
                        // A moment that was infinite once would stay so.
                        let moment = (beta2 * *v + rest2 * felt * felt).min(f32::MAX);
                        *v = at_least(f32::MIN_POSITIVE, moment);
                        let step =
                            self.rate * *m / ((*v * self.inverse_correction).sqrt() + self.epsilon);
                        *value = self.kept * *value - step;
                    }
                    if self.clears {
                        gradient.fill(NOTHING);
                    }
                }
            },
        );
    }
}
