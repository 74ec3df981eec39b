//! A bare learned tensor as a field of a model.

use std::fmt::Debug;
use std::marker::PhantomData;

use dfdx::nn::BuildOnDevice;
use dfdx::nn::tensor_collection::{ModuleVisitor, TensorCollection, TensorOptions};
use dfdx::shapes::{ConstShape, Dtype};
use dfdx::tensor::{Storage, Tensor};
use dfdx::tensor_ops::Device;
use num_traits::Float;
use rand_distr::Uniform;
use rand_distr::uniform::SampleUniform;

/// A field `prior: Parameter<Rank1<200>>`: a learned tensor of constant shape. A model's body reads it by its name. It is built to a
/// [`Learned`].
///
/// It starts at zero, at random numbers with [`Parameter<Rank1<200>, Random>`](Random), or at what the field says:
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// Two numbers about a learned place.
///     pub struct Place { loc: Parameter<Rank1<2>> = [1.0, -1.0], log_scale: Parameter<Rank1<2>> = -0.5 }
///     generative p { sample x: [2] ~ Normal::new(loc, log_scale.exp()); }
///     inference q(x) {}
/// }
///
/// let place = Place::new(0);
/// assert_eq!(place.loc.value.array(), [1.0, -1.0]);
/// assert_eq!(place.log_scale.value.array(), [-0.5; 2]);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Parameter<S, I = Zeros>(PhantomData<(S, I)>);

/// The initial numbers of a [`Parameter`].
pub trait Initial: Clone + Debug + Default + 'static {
    /// Numbers are uniform between minus this and this, for a tensor whose last axis has `last_axis` numbers.
    fn bound(last_axis: usize) -> f64;
}

/// Starts at zero.
#[derive(Clone, Copy, Debug, Default)]
pub struct Zeros;

impl Initial for Zeros {
    fn bound(_: usize) -> f64 {
        0.0
    }
}

/// Starts uniform between ±1/√N with `N` numbers along the last axis, as the weights of a [`Linear`](super::Linear) layer do:
/// for what must not start at zero, such as the `w` of a [`Planar`](crate::bijector::Planar) flow.
#[derive(Clone, Copy, Debug, Default)]
pub struct Random;

impl Initial for Random {
    fn bound(last_axis: usize) -> f64 {
        1.0 / (last_axis.max(1) as f64).sqrt()
    }
}

/// A learned tensor, in the model's files under the name `field.value`.
///
/// ```
/// use elbow::family::Built;
/// use elbow::prelude::*;
///
/// let prior: Built<Parameter<Rank1<3>>> = Device::default().build_module::<Parameter<Rank1<3>>, f32>();
/// assert_eq!(prior.value.array(), [0.0; 3]);
/// let prior = Device::default().build_module::<Parameter<Rank1<4>, Random>, f32>();
/// assert!(prior.value.array().iter().all(|w| w.abs() <= 0.5 && *w != 0.0));
/// ```
#[derive(Clone, Debug)]
pub struct Learned<S: ConstShape, E: Dtype, D: Storage<E>, I = Zeros> {
    /// The tensor.
    pub value: Tensor<S, E, D>,
    initial: PhantomData<I>,
}

impl<S: ConstShape, I: Initial, E: Dtype + Float + SampleUniform, D: Device<E>> BuildOnDevice<D, E>
    for Parameter<S, I>
{
    type Built = Learned<S, E, D, I>;
}

impl<S: ConstShape, I: Initial, E: Dtype + Float + SampleUniform, D: Device<E>>
    TensorCollection<E, D> for Learned<S, E, D, I>
{
    type To<E2: Dtype, D2: Device<E2>> = Learned<S, E2, D2, I>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(
        visitor: &mut V,
    ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        let initial = TensorOptions::reset_with(|t| {
            let sizes = S::default().concrete();
            let last_axis = sizes.into_iter().last().unwrap_or(1);
            let bound = E::from(I::bound(last_axis)).unwrap_or_else(E::zero);
            if bound > E::zero() {
                t.try_fill_with_distr(Uniform::new(-bound, bound))
            } else {
                t.try_fill_with_zeros()
            }
        });
        visitor.visit_fields(
            Self::tensor("value", |m| &m.value, |m| &mut m.value, initial),
            |value| Learned {
                value,
                initial: PhantomData,
            },
        )
    }
}
