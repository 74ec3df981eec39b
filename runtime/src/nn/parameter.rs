//! A bare learned tensor as a field of a model.

use std::marker::PhantomData;

use dfdx::nn::BuildOnDevice;
use dfdx::nn::tensor_collection::{ModuleVisitor, TensorCollection, TensorOptions};
use dfdx::shapes::{ConstShape, Dtype};
use dfdx::tensor::{Storage, Tensor};
use dfdx::tensor_ops::Device;

/// A field `prior: Parameter<Rank1<200>>`: a learned tensor of constant shape, zero at first, read by
/// its name in a model's body. It is built to a [`Learned`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Parameter<S>(PhantomData<S>);

/// A learned tensor, in the model's files under the name `field.value`.
///
/// ```
/// use elbow::nn::{Built, Parameter};
/// use elbow::prelude::*;
///
/// let prior: Built<Parameter<Rank1<3>>> = Device::default().build_module::<Parameter<Rank1<3>>, f32>();
/// assert_eq!(prior.value.array(), [0.0; 3]);
/// ```
#[derive(Clone, Debug)]
pub struct Learned<S: ConstShape, E: Dtype, D: Storage<E>> {
    /// The tensor.
    pub value: Tensor<S, E, D>,
}

impl<S: ConstShape, E: Dtype, D: Device<E>> BuildOnDevice<D, E> for Parameter<S> {
    type Built = Learned<S, E, D>;
}

impl<S: ConstShape, E: Dtype, D: Device<E>> TensorCollection<E, D> for Learned<S, E, D> {
    type To<E2: Dtype, D2: Device<E2>> = Learned<S, E2, D2>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(
        visitor: &mut V,
    ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        let zeros = TensorOptions::reset_with(|t| t.try_fill_with_zeros());
        visitor.visit_fields(
            Self::tensor("value", |m| &m.value, |m| &mut m.value, zeros),
            |value| Learned { value },
        )
    }
}
