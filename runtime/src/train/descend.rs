//! What moves a model: Adam, or any optimiser of dfdx.

use super::adam::Adam;
use super::finite;
use crate::error::Error;
use crate::objective::Loss;
use crate::program::Model;
use crate::tensor::Device;
use crate::tensor::names::{Gradients, Optimizer, OptimizerUpdateError};

/// An optimiser for a [`Trainer`](super::Trainer).
pub trait Descend<M> {
    /// One step down the gradient of a loss.
    ///
    /// # Errors
    /// Fails if a gradient or a setting is out of its range. Nothing is updated then.
    fn take_step(&mut self, model: &mut M, loss: Loss) -> Result<(), Error>;

    /// This optimiser, if it is elbow's Adam: only its state can be saved, and only its learning rate be read and set.
    fn adam(&mut self) -> Option<&mut Adam>;
}

impl<M: Model> Descend<M> for Adam {
    fn take_step(&mut self, model: &mut M, loss: Loss) -> Result<(), Error> {
        self.descend(model, loss)
    }

    fn adam(&mut self) -> Option<&mut Adam> {
        Some(self)
    }
}

/// An optimiser of dfdx, for a [`Trainer`](super::Trainer). Its state cannot be saved.
///
/// ```
/// use elbow::dfdx::optim::{Sgd, SgdConfig};
/// use elbow::prelude::*;
/// use elbow::train::{OfDfdx, Trainer};
///
/// model! {
///     /// A normal with a normal mean.
///     pub struct Pair { loc: Parameter<Rank0> }
///     generative p { sample z ~ Normal::new(0.0, 1.0); sample x ~ Normal::new(z, 1.0); }
///     inference q(x) { sample z ~ Normal::new(loc, 0.7071); }
/// }
///
/// let x = batch(vec![2.0; 8])?;
/// let mut pair = Pair::new(0);
/// let mut sgd = OfDfdx(Sgd::new(&pair, SgdConfig { lr: 0.02, ..Default::default() }));
/// Trainer::new(&mut pair, &mut sgd)
///     .steps(300)
///     .run(|pair, _| Elbo::default().loss(&pair.q(&x)))?;
/// assert!((pair.loc.value.array() - 1.0).abs() < 0.2);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct OfDfdx<O>(pub O);

impl<M: Model, O: Optimizer<M, Device, f32>> Descend<M> for OfDfdx<O> {
    fn take_step(&mut self, model: &mut M, loss: Loss) -> Result<(), Error> {
        let statistics = loss.statistics();
        let step = model.run_state().key().step;
        let mut gradients = Gradients::leaky();
        let written = loss.backward_into(&mut gradients);
        // The check makes room for gradients that are not there, and dfdx takes those for zeros.
        finite::check(model, &mut gradients.clone(), &written, step)?;
        match self.0.update(model, &gradients) {
            Ok(()) | Err(OptimizerUpdateError::UnusedParams(_)) => {}
            Err(OptimizerUpdateError::DeviceError(problem)) => {
                return Err(Error::Optimiser {
                    step,
                    problem: format!("{problem:?}"),
                });
            }
        }
        statistics.move_kept(model);
        Ok(())
    }

    fn adam(&mut self) -> Option<&mut Adam> {
        None
    }
}
