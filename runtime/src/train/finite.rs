//! Whether gradients are there, and are numbers: asked before anything is updated.

use std::convert::Infallible;

use dfdx::nn::tensor_collection::{
    RecursiveWalker, TensorCollection, TensorOptions, TensorVisitor, ViewTensorName, ViewTensorRef,
};
use dfdx::optim::UnusedTensors;
use dfdx::shapes::Shape;
use dfdx::tensor::{Gradients, Tensor, UniqueId};

use super::adam::NOTHING;
use super::moments::list;
use crate::error::Error;
use crate::support::first;
use crate::tensor::Device;
use crate::tensor::tape::flow::Written;

/// Looks at the gradients that were written, and returns the parameters.
///
/// # Errors
/// With the parameters by which the gradient is NaN or infinite, or with all of them where none has a gradient.
pub(super) fn check<M: TensorCollection<f32, Device>>(
    model: &M,
    gradients: &mut Gradients<f32, Device>,
    written: &Written,
    step: u64,
) -> Result<Vec<UniqueId>, Error> {
    let mut finite = Finite {
        gradients,
        written,
        parameters: UnusedTensors::default(),
        any: false,
        all: true,
    };
    let Ok(_) = M::iter_tensors(&mut RecursiveWalker {
        m: model,
        f: &mut finite,
    });
    let Finite {
        parameters,
        any,
        all,
        ..
    } = finite;
    if !any && !parameters.is_empty() {
        let parameters = list(model).names;
        return Err(Error::OtherModel { parameters });
    }
    if all {
        return Ok(parameters.ids);
    }
    // Names are made only where they are told.
    let mut named = Named {
        gradients,
        written,
        parameters: Vec::new(),
    };
    let Ok(_) = M::iter_tensors(&mut RecursiveWalker {
        m: (model, String::new()),
        f: &mut named,
    });
    Err(Error::NotFiniteGradient {
        step,
        parameters: named.parameters,
    })
}

/// Whether something flowed into a buffer that held nothing.
fn is_written(values: &[f32]) -> bool {
    values.iter().any(|v| v.to_bits() != NOTHING.to_bits())
}

fn is_finite(values: &[f32]) -> bool {
    first(values, f32::is_finite).is_none()
}

struct Finite<'a> {
    gradients: &'a mut Gradients<f32, Device>,
    written: &'a Written,
    parameters: UnusedTensors,
    /// Whether the loss depends on any.
    any: bool,
    /// Whether all gradients are finite.
    all: bool,
}

impl TensorVisitor<f32, Device> for Finite<'_> {
    type Viewer = ViewTensorRef;
    type Err = Infallible;
    type E2 = f32;
    type D2 = Device;

    fn visit<S: Shape>(
        &mut self,
        options: TensorOptions<S, f32, Device>,
        parameter: &Tensor<S, f32, Device>,
    ) -> Result<Option<Tensor<S, f32, Device>>, Infallible> {
        if !options.do_gradient_update {
            return Ok(None);
        }
        self.parameters.add(parameter);
        if self.written.contains(parameter) {
            let gradient = self.gradients.get_or_alloc_mut(parameter);
            let gradient = gradient.expect("memory for a gradient");
            self.any |= self.written.is_known() || is_written(gradient);
            self.all &= is_finite(gradient);
        }
        Ok(None)
    }
}

struct Named<'a> {
    gradients: &'a mut Gradients<f32, Device>,
    written: &'a Written,
    parameters: Vec<String>,
}

impl TensorVisitor<f32, Device> for Named<'_> {
    type Viewer = (ViewTensorRef, ViewTensorName);
    type Err = Infallible;
    type E2 = f32;
    type D2 = Device;

    fn visit<S: Shape>(
        &mut self,
        options: TensorOptions<S, f32, Device>,
        (parameter, name): (&Tensor<S, f32, Device>, String),
    ) -> Result<Option<Tensor<S, f32, Device>>, Infallible> {
        if options.do_gradient_update && self.written.contains(parameter) {
            let gradient = self.gradients.get_or_alloc_mut(parameter);
            if !is_finite(gradient.expect("memory for a gradient")) {
                self.parameters.push(name);
            }
        }
        Ok(None)
    }
}
