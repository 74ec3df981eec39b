//! Adam, whose state can be saved.

mod clip;
mod rule;
mod spare;

use std::collections::BTreeSet;

use crate::tensor::names::{Gradients, HasErr, UniqueId};
use crate::tensor::names::{Optimizer, OptimizerUpdateError, UnusedTensors};

use super::finite;
use super::moments::{AllMoments, list};
use crate::error::Error;
use crate::objective::{IntoLoss, Loss, Schedule};
use crate::tensor::parameters::{ParameterMut, Walked};
use crate::tensor::subnormal::flushed;
use crate::tensor::tape::flow::Written;
use crate::tensor::{Device, Parameters};

use clip::Clip;
use rule::{Rule, SQUARABLE};
use spare::Spare;

/// Adam (Kingma and Ba 2014), with bias correction; with a [weight decay](Self::weight_decay) it is AdamW (Loshchilov and Hutter
/// 2017).
///
/// `m ← β₁m + (1 − β₁)g`, `v ← β₂v + (1 − β₂)g²`, `θ ← (1 − lr · λ)θ − lr · m̂/(√v̂ + ε)`. If all elements of a parameter's gradient are
/// zero, the parameter and its moments stay as they are. This holds for parameters that the loss does not depend on.
///
/// Parameters, moments and gradients are read and written once a step, in place. Every element is computed separately, so the
/// digits depend neither on the machine's vectors nor on its threads. It is a dfdx [`Optimizer`] as well. An optimiser of dfdx
/// only borrows the gradients, so `update` copies them; [`descend`](Self::descend) does not.
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// The mean of a normal.
///     pub struct Mean { loc: Parameter<Rank0> }
///     generative p { sample z ~ Normal::new(0.0, 1.0); sample x ~ Normal::new(z, 1.0); }
///     inference q(x) { sample z ~ Normal::new(loc, 0.7071); }
/// }
///
/// let mut mean = Mean::new(0);
/// let mut adam = Adam::new(0.05);
/// let x = batch(vec![2.0; 8])?;
/// for _ in 0..500 {
///     let loss = Elbo::default().loss(&mean.q(&x))?;
///     adam.descend(&mut mean, loss)?;
/// }
/// // The posterior of one observation at 2 is Normal(1, √½).
/// assert!((mean.loc.value.array() - 1.0).abs() < 0.1);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Adam {
    learning_rate: Schedule,
    /// What the schedule's number is multiplied by.
    pub(super) factor: f32,
    betas: [f64; 2],
    epsilon: f32,
    weight_decay: f32,
    clip: Clip,
    pub(super) steps: u64,
    pub(super) moments: AllMoments,
    /// Buffers for the next step's gradients, which overwrite them.
    spare: Spare,
}

impl Adam {
    /// With this learning rate, not negative; β₁ 0.9, β₂ 0.999, ε 1e-8. A model is given to each [step](Self::descend), and not
    /// here.
    // Of a plain number, so that rustc finds the model superfluous where somebody gives one.
    pub fn new(learning_rate: f32) -> Self {
        Self::scheduled(Schedule::constant(learning_rate))
    }

    /// With a learning rate that changes with the step.
    pub fn scheduled(learning_rate: Schedule) -> Self {
        Self {
            learning_rate,
            factor: 1.0,
            betas: [0.9, 0.999],
            epsilon: 1e-8,
            weight_decay: 0.0,
            clip: Clip::default(),
            steps: 0,
            moments: AllMoments::default(),
            spare: Spare::default(),
        }
    }

    /// With other decay rates of the running means, each at least 0 and less than 1.
    pub fn betas(self, first: f64, second: f64) -> Self {
        Self {
            betas: [first, second],
            ..self
        }
    }

    /// With another term in the denominator, at least [`f32::MIN_POSITIVE`]: smaller numbers count as zero in a step.
    pub fn epsilon(self, epsilon: f32) -> Self {
        Self { epsilon, ..self }
    }

    /// Draws all parameters towards zero by this share of the learning rate in each step, whatever their gradients: AdamW.
    /// Not negative; 0 is none. As always, parameters that the loss does not depend on stay as they are.
    pub fn weight_decay(self, weight_decay: f32) -> Self {
        Self {
            weight_decay,
            ..self
        }
    }

    /// Shortens the gradient by all parameters together to this Euclidean norm, positive, wherever it is longer (Pascanu, Mikolov
    /// and Bengio 2012).
    ///
    /// ```
    /// use elbow::prelude::*;
    /// use elbow::family::record;
    ///
    /// let mut layer = Device::default().build_module::<UnbiasedLinear<2, 1>, f32>();
    /// layer.weight.copy_from(&[0.0, 0.0]);
    /// let x = batch::<(usize, Const<2>)>(vec![30.0, 40.0])?;
    /// // Without its moments, Adam's step is the learning rate times g/(|g| + ε). So a large ε shows the gradient.
    /// let mut adam = Adam::new(1e6).betas(0.0, 0.0).epsilon(1e6).clip_norm(5.0);
    /// let (loss, recording) = record(|| layer.forward(Var::from(&x)).sum());
    /// adam.descend(&mut layer, Loss::recorded(&loss, recording))?;
    /// let moved = layer.weight.as_vec();
    /// assert!((moved[0] + 3.0).abs() < 1e-3 && (moved[1] + 4.0).abs() < 1e-3);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    pub fn clip_norm(mut self, norm: f32) -> Self {
        self.clip.norm = Some(norm);
        self
    }

    /// Takes each number of a gradient, if it is beyond this, positive, as this. With [`clip_norm`](Self::clip_norm) the norm is
    /// shortened first.
    pub fn clip_value(mut self, most: f32) -> Self {
        self.clip.value = Some(most);
        self
    }

    /// The learning rate of the next step.
    pub fn learning_rate(&self) -> f32 {
        self.learning_rate.at(self.steps) * self.factor
    }

    /// Goes on with another learning rate. A schedule is read at the step that is [reached](Self::steps), not from its start.
    pub fn set_learning_rate(&mut self, learning_rate: impl Into<Schedule>) {
        (self.learning_rate, self.factor) = (learning_rate.into(), 1.0);
    }

    /// Multiplies the learning rate from here on, whatever its schedule is.
    pub fn scale_learning_rate(&mut self, factor: f32) {
        self.factor *= factor;
    }

    /// How many steps were taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// One step down the gradient of a loss.
    ///
    /// # Errors
    /// Returns a setting that is out of its range, or the parameters whose gradients are NaN or infinite. If the loss is another
    /// model's, and depends on no parameter of this one, it returns all of them. Nothing is updated then.
    /// If the loss could not be computed, it returns that error.
    // On one line, as rustc shows it in messages.
    #[rustfmt::skip]
    pub fn descend<M: Parameters>(&mut self, model: &mut M, loss: impl IntoLoss) -> Result<(), Error> {
        self.go_down(model, loss.into_loss()?)
    }

    fn go_down(&mut self, model: &mut dyn Walked, loss: Loss) -> Result<(), Error> {
        self.check()?;
        let mut gradients = self.spare.take();
        let is_mixed = !loss.is_own();
        // Operations of dfdx add to what is there.
        if is_mixed && !(self.spare.cleared && self.spare.parameters == list(model).parameters) {
            clear(model, &mut gradients);
        }
        self.spare.cleared = false;
        let statistics = loss.statistics();
        let written = loss.backward_into(&mut gradients);
        let parameters = finite::check(model, &mut gradients, &written, self.steps)?;
        // The next loss may add to them too. The gradient of tied parameters is read more than once, so it is not cleared.
        let clears = is_mixed && are_distinct(&parameters);
        let (gradients, _) = self.follow(model, &parameters, gradients, written, clears);
        self.spare.keep(gradients, parameters, clears);
        statistics.move_kept(model);
        Ok(())
    }

    /// Checks the settings at this step.
    fn check(&self) -> Result<(), Error> {
        self.learning_rate.check()?;
        self.clip.check()?;
        let rate = f64::from(self.learning_rate());
        let ([beta1, beta2], epsilon) = (self.betas, f64::from(self.epsilon));
        let is_rate = |rate: f64| rate >= 0.0 && rate.is_finite();
        let is_decay = |beta| (0.0..1.0).contains(&beta);
        // As the first step corrects the learning rate, for the bias of the first moment.
        let corrected = f64::from((rate / (1.0 - beta1)) as f32);
        let decay = "at least 0 and less than 1";
        let settings = [
            (
                "the learning rate",
                rate,
                is_rate(rate) && (!is_decay(beta1) || is_rate(corrected)),
                "finite and not negative",
            ),
            (
                "the weight decay",
                f64::from(self.weight_decay),
                is_rate(self.weight_decay.into()),
                "finite and not negative",
            ),
            ("β₁", beta1, is_decay(beta1), decay),
            ("β₂", beta2, is_decay(beta2), decay),
            (
                "ε",
                epsilon,
                // Subnormal numbers count as zero in a step.
                is_rate(epsilon) && epsilon >= f64::from(f32::MIN_POSITIVE),
                "finite and at least 1.2e-38",
            ),
        ];
        let wrong = settings.into_iter().find(|(_, _, is_sound, _)| !is_sound);
        wrong.map_or(Ok(()), |(setting, value, _, expected)| {
            Err(Error::Setting {
                setting,
                value,
                expected,
            })
        })
    }

    /// One step down those of these gradients that were written. Clears them if `clears`. Returns them, and the parameters that the
    /// loss did not depend on.
    fn follow(
        &mut self,
        model: &mut dyn Walked,
        parameters: &[UniqueId],
        mut gradients: Gradients<f32, Device>,
        written: Written,
        clears: bool,
    ) -> (Gradients<f32, Device>, Vec<UniqueId>) {
        let _restored = flushed();
        self.moments.arrange(model, parameters);
        let rate = self.learning_rate();
        let change = self.clip.change(model, &mut gradients, &written);
        self.steps += 1;
        let [beta1, beta2] = self.betas;
        let exponent = self.steps.min(i32::MAX as u64) as i32;
        let correction2 = 1.0 - beta2.powi(exponent);
        let mut step = Step {
            moments: &mut self.moments,
            number: 0,
            gradients,
            written,
            unused: Vec::new(),
            rule: Rule {
                betas: self.betas.map(|b| b as f32),
                complements: self.betas.map(|b| (1.0 - b) as f32),
                rate: (f64::from(rate) / (1.0 - beta1.powi(exponent))) as f32,
                inverse_correction: (1.0 / correction2) as f32,
                kept: (1.0 - f64::from(rate) * f64::from(self.weight_decay)) as f32,
                change,
                epsilon: self.epsilon,
                negligible: (self.epsilon * f32::EPSILON).min(SQUARABLE),
                clears,
            },
        };
        model.each_mut(&mut |parameter| step.update(parameter));
        let Step {
            gradients, unused, ..
        } = step;
        (gradients, unused)
    }
}

impl<M: Parameters> Optimizer<M, Device, f32> for Adam {
    /// One step down these gradients. As with dfdx's optimisers, the caller must check that they are finite, and that the settings
    /// are those that [`descend`](Self::descend) accepts.
    ///
    /// # Errors
    /// Returns the parameters that the loss did not depend on, as dfdx's optimisers do. They stay as they are; the step is taken.
    fn update(
        &mut self,
        module: &mut M,
        gradients: &Gradients<f32, Device>,
    ) -> Result<(), OptimizerUpdateError<<Device as HasErr>::Err>> {
        let written = Written::whatever_is_there();
        let parameters = list(module).parameters;
        let (_, unused) = self.follow(module, &parameters, gradients.clone(), written, false);
        if unused.is_empty() {
            Ok(())
        } else {
            Err(OptimizerUpdateError::UnusedParams(UnusedTensors {
                ids: unused,
            }))
        }
    }
}

/// Whether no parameter occurs twice.
fn are_distinct(parameters: &[UniqueId]) -> bool {
    let distinct: BTreeSet<_> = parameters.iter().collect();
    distinct.len() == parameters.len()
}

/// The content of a buffer to which nothing was added. −0 plus any number is that number, and −0 plus a gradient of 0 is 0.
pub(super) const NOTHING: f32 = -0.0;

/// Sets the gradients of the model's parameters to [`NOTHING`].
fn clear(model: &mut dyn Walked, gradients: &mut Gradients<f32, Device>) {
    model.each_mut(&mut |parameter| {
        if parameter.is_learned {
            parameter.as_ref().gradient(gradients).fill(NOTHING);
        }
    });
}

struct Step<'a> {
    moments: &'a mut AllMoments,
    /// The number of visited parameters.
    number: usize,
    gradients: Gradients<f32, Device>,
    written: Written,
    /// The parameters whose gradients are zero in all elements.
    unused: Vec<UniqueId>,
    rule: Rule,
}

impl Step<'_> {
    /// Updates the next parameter.
    fn update(&mut self, mut parameter: ParameterMut<'_>) {
        if !parameter.is_learned {
            return;
        }
        let number = self.number;
        self.number += 1;
        let seen = parameter.as_ref();
        let gradient = seen.gradient(&mut self.gradients);
        // Momentum must not move parameters that the loss does not depend on.
        if !seen.is_written(&self.written) || gradient.iter().all(|&g| g == 0.0) {
            return self.unused.push(seen.identity());
        }
        let moments = self.moments.of(number);
        moments.first.resize(gradient.len(), 0.0);
        moments.second.resize(gradient.len(), 0.0);
        let (first, second) = (&mut moments.first, &mut moments.second);
        parameter.rewrite(|values| self.rule.apply(values, gradient, first, second));
    }
}
