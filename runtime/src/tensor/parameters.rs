//! One walk over the parameters of a model, for all shapes.

use std::convert::Infallible;
use std::marker::PhantomData;

use dfdx::nn::tensor_collection::{
    RecursiveWalker, TensorCollection, TensorOptions, TensorVisitor, ViewTensorMut, ViewTensorName,
    ViewTensorRef,
};
use dfdx::shapes::Shape;
use dfdx::tensor::{Gradients, Tensor, UniqueId};

use super::Device;
use super::slice::{as_mut_slice, in_rows};
use super::tape::flow::Written;
use super::tape::identity_of;

/// A model, or any other collection of tensors, whose parameters can be walked through.
pub trait Parameters: TensorCollection<f32, Device> {}

impl<M: TensorCollection<f32, Device>> Parameters for M {}

/// One tensor of a model.
pub(crate) struct Parameter<'a> {
    tensor: &'a dyn Stored,
    /// Whether it is learned. Else it is kept, in files too, but never updated.
    pub(crate) is_learned: bool,
}

/// One tensor of a model, for writing.
pub(crate) struct ParameterMut<'a> {
    tensor: &'a mut dyn Stored,
    /// Whether it is learned.
    pub(crate) is_learned: bool,
}

/// A tensor of any shape.
trait Stored {
    fn identity(&self) -> UniqueId;
    fn sizes(&self) -> Vec<usize>;
    fn values(&self) -> Vec<f32>;
    fn is_written(&self, written: &Written) -> bool;
    fn gradient<'g>(&self, gradients: &'g mut Gradients<f32, Device>) -> &'g mut Vec<f32>;
    fn rewrite(&mut self, write: &mut dyn FnMut(&mut [f32]));
    fn set(&mut self, values: &[f32]);
}

impl<S: Shape> Stored for Tensor<S, f32, Device> {
    fn identity(&self) -> UniqueId {
        identity_of(self)
    }

    fn sizes(&self) -> Vec<usize> {
        dfdx::shapes::HasShape::shape(self).concrete().into()
    }

    fn values(&self) -> Vec<f32> {
        in_rows(self)
    }

    fn is_written(&self, written: &Written) -> bool {
        written.contains(self)
    }

    fn gradient<'g>(&self, gradients: &'g mut Gradients<f32, Device>) -> &'g mut Vec<f32> {
        let gradient = gradients.get_or_alloc_mut(self);
        gradient.expect("memory for a gradient")
    }

    fn rewrite(&mut self, write: &mut dyn FnMut(&mut [f32])) {
        match as_mut_slice(self) {
            Some(values) => write(values),
            // If a parameter does not lie in rows, neither does its gradient. Both are in the order of memory.
            None => {
                let shape = *dfdx::shapes::HasShape::shape(self);
                let mut values = vec![0.0; shape.num_elements()];
                self.copy_into(&mut values);
                write(&mut values);
                self.copy_from(&values);
            }
        }
    }

    fn set(&mut self, values: &[f32]) {
        self.copy_from(values);
    }
}

impl Parameter<'_> {
    /// The identity by which its gradient is found.
    pub(crate) fn identity(&self) -> UniqueId {
        self.tensor.identity()
    }

    /// The sizes of its axes.
    pub(crate) fn sizes(&self) -> Vec<usize> {
        self.tensor.sizes()
    }

    /// Its numbers, row-major.
    pub(crate) fn values(&self) -> Vec<f32> {
        self.tensor.values()
    }

    /// Whether something flowed to it.
    pub(crate) fn is_written(&self, written: &Written) -> bool {
        self.tensor.is_written(written)
    }

    /// Its gradient, in the order of its memory.
    pub(crate) fn gradient<'g>(
        &self,
        gradients: &'g mut Gradients<f32, Device>,
    ) -> &'g mut Vec<f32> {
        self.tensor.gradient(gradients)
    }
}

impl ParameterMut<'_> {
    /// The same for reading.
    pub(crate) fn as_ref(&self) -> Parameter<'_> {
        Parameter {
            tensor: self.tensor,
            is_learned: self.is_learned,
        }
    }

    /// Lets `write` write over its numbers, in the order of its memory.
    pub(crate) fn rewrite(&mut self, mut write: impl FnMut(&mut [f32])) {
        self.tensor.rewrite(&mut write);
    }

    /// Copies these numbers, row-major, as many as it has.
    pub(crate) fn set(&mut self, values: &[f32]) {
        self.tensor.set(values);
    }
}

/// A model without its type. Code that walks through `&dyn Walked` is compiled once.
pub(crate) trait Walked {
    /// Calls `visit` with every tensor and its name, `encoder.0.weight`, in the model's order.
    fn each_named(&self, visit: &mut dyn FnMut(String, Parameter<'_>));
    /// Calls `visit` with every tensor, in the model's order, to write to.
    fn each_mut(&mut self, visit: &mut dyn FnMut(ParameterMut<'_>));
}

impl<M: Parameters> Walked for M {
    fn each_named(&self, visit: &mut dyn FnMut(String, Parameter<'_>)) {
        let mut walk = Walk(visit, PhantomData::<(ViewTensorRef, ViewTensorName)>);
        let Ok(_) = M::iter_tensors(&mut RecursiveWalker {
            m: (self, String::new()),
            f: &mut walk,
        });
    }

    fn each_mut(&mut self, visit: &mut dyn FnMut(ParameterMut<'_>)) {
        let mut walk = Walk(visit, PhantomData::<ViewTensorMut>);
        let Ok(_) = M::iter_tensors(&mut RecursiveWalker {
            m: self,
            f: &mut walk,
        });
    }
}

/// A walk that calls `F` with each view that `Viewer` gives.
struct Walk<F, Viewer>(F, PhantomData<Viewer>);

macro_rules! walks {
    ($($call:ty, $viewer:ty: |$walk:ident, $is_learned:ident, $view:pat_param in $type:ty| $visit:expr;)*) => {$(
        impl TensorVisitor<f32, Device> for Walk<$call, $viewer> {
            type Viewer = $viewer;
            type Err = Infallible;
            type E2 = f32;
            type D2 = Device;

            fn visit<S: Shape>(
                &mut self,
                options: TensorOptions<S, f32, Device>,
                $view: $type,
            ) -> Result<Option<Tensor<S, f32, Device>>, Infallible> {
                let ($walk, $is_learned) = (self, options.do_gradient_update);
                $visit;
                Ok(None)
            }
        }
    )*};
}

walks! {
    &mut dyn FnMut(String, Parameter<'_>), (ViewTensorRef, ViewTensorName):
        |walk, is_learned, (tensor, name) in (&Tensor<S, f32, Device>, String)|
            (walk.0)(name, Parameter { tensor, is_learned });
    &mut dyn FnMut(ParameterMut<'_>), ViewTensorMut:
        |walk, is_learned, tensor in &mut Tensor<S, f32, Device>| (walk.0)(ParameterMut { tensor, is_learned });
}
