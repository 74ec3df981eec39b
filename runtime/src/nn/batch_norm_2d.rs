//! Batch normalisation of images.

use std::marker::PhantomData;

use dfdx::nn::Module;
use dfdx::shapes::ConstDim;
use dfdx::tensor::HasErr;

use super::batch_norm::Norm;
use super::facts::{ImageWidths, Layer, Reals, Widths};
use super::image::Image;
use crate::kernels::batch_norm::Channels;
use crate::tensor::{Device, Value, Var};

/// A field `norm: BatchNorm2D<Rank3<32, 14, 14>>`: a [`BatchNorm`](super::BatchNorm) of 32 channels of images of 14 by 14 pixels. A channel
/// has one mean and one variance, over all rows and pixels.
///
/// While the model trains they are those of the batch, and elsewhere running ones, with all that [`BatchNorm`](super::BatchNorm) says
/// about them. Parameters, their names in files and their initial values are PyTorch's. It is built to a
/// [`family::modules::BatchNorm2D`](crate::family::modules::BatchNorm2D).
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// Small images and a cause of them.
///     pub struct Images {
///         encoder: (
///             Conv2D<Rank3<1, 4, 4>, Rank3<2, 3, 3>, 2>,
///             BatchNorm2D<Rank3<2, 3, 3>>,
///             ReLU,
///             ToEvent<Rank1<18>>,
///             Linear<18, 1>,
///         ),
///         decoder: (Linear<1, 16>, ToEvent<Rank3<1, 4, 4>>),
///     }
///     generative p { sample z: [1] ~ Normal::new(0.0, 1.0); sample x: [1, 4, 4] ~ Bernoulli::logits(decoder(z)); }
///     inference q(x) { sample z ~ Normal::new(encoder(x), 1.0); }
/// }
///
/// let (mut model, mut adam) = (Images::new(0), Adam::new(1e-2));
/// let x: Batch<(Const<1>, Const<4>, Const<4>)> = batch((0..64).map(|i| i / 3 % 2).collect())?;
/// let loss = Elbo::default().loss(&model.q(&x))?;
/// adam.descend(&mut model, loss)?;
/// assert!(model.encoder.1.running_mean.as_vec().iter().all(|mean| *mean != 0.0));
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias = "BatchNorm2d")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchNorm2D<In>(PhantomData<In>);

impl<In: Image> Layer for BatchNorm2D<In> {
    const WIDTHS: Widths = Widths::Images(ImageWidths {
        takes: In::SIZES,
        gives: In::SIZES,
        fitting: In::SIZES,
    });
    type Range = Reals;
}

/// The type that the layer is built to.
pub mod modules {
    use crate::nn::Start;
    use crate::nn::image::Image;

    crate::parameters! {
        /// A batch norm of images with its parameters and its running statistics, a number for each channel.
        pub struct BatchNorm2D<In: Image;> of super::BatchNorm2D {
            /// `w`, by which the normalised numbers are multiplied.
            weight: (In::Channels,) = Start::Ones,
            /// `b`, which is added.
            bias: (In::Channels,) = Start::Zeros,
        }
        kept {
            /// Follows the means of the batches.
            running_mean: (In::Channels,) = Start::Zeros,
            /// Follows the variances of the batches, divided by one number less.
            running_var: (In::Channels,) = Start::Ones,
        }
        where { assert!(In::ELEMENTS > 0, "an image has no pixels") }
    }
}

impl<In: Image> Module<Value<In>> for modules::BatchNorm2D<In, f32, Device> {
    type Output = Value<In>;
    type Error = <Device as HasErr>::Err;

    fn try_forward(&self, x: Value<In>) -> Result<Value<In>, Self::Error> {
        let shape = *x.shape();
        let channels = In::Channels::SIZE;
        let norm = Norm {
            weight: &self.weight,
            bias: &self.bias,
            mean: &self.running_mean,
            variance: &self.running_var,
            channels: Channels {
                channels,
                each: In::ELEMENTS / channels,
            },
        };
        Ok(Var::of(norm.of(x.into_flat(), In::ELEMENTS), shape))
    }
}
