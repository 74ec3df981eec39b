//! Batch normalisation.

use dfdx::nn::Module;
use dfdx::shapes::{Const, Dim, Shape};
use dfdx::tensor::{HasErr, Tensor};

use super::facts::{Layer, Reals, Widths};
use crate::error::Error;
use crate::kernels::batch_norm::{Channels, Moments};
use crate::noise::{follow, refuse, trains};
use crate::tensor::{Device, Flat, Var, leaf_of};

/// A field `norm: BatchNorm<64>`: `(x − m)/√(s² + 10⁻⁵) · w + b` of each of 64 numbers along the last axis, with its mean `m` and its
/// variance `s²` over all rows of the batch (Ioffe and Szegedy 2015).
///
/// While the model trains, `m` and `s²` are those of the batch, over the rows and all axes but the last, and gradients flow through them.
/// Evaluations, draws and layers called by hand take `running_mean` and `running_var`, which follow the batch: each step that
/// [`Adam::descend`](crate::prelude::Adam::descend) takes moves them by a tenth of the way, to the mean and to the variance divided by
/// one row less. A loss that is not descended moves nothing. With another optimiser see
/// [`Loss::statistics`](crate::prelude::Loss::statistics).
///
/// **Rows of a batch depend on each other** while the model trains. So a minibatch is a noisier model than the whole data, and a loss
/// is no longer a sum of independent rows: [`GradientProbe`](crate::prelude::GradientProbe) and estimators that compare the draws of a
/// row compare them with all other rows changed as well. In front of the first draw the rows are those of the data; particles and listed
/// states read the same output, and change no statistic. Behind a draw each particle and each listed state is a row like any other. States
/// count alike, however probable they are, so prefer [`LayerNorm`](super::LayerNorm) behind an enumerated site.
///
/// Parameters, their names in files and their initial values are PyTorch's: `weight` of ones and `bias` of zeros are learned;
/// `running_mean` of zeros and `running_var` of ones are kept, in checkpoints too. The layer is one operation, its sums are in double, and
/// it computes no gradient for data. It is built to a [`family::modules::BatchNorm`](crate::family::modules::BatchNorm).
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// Numbers and a cause of them.
///     pub struct Normed {
///         encoder: (Linear<3, 4>, BatchNorm<4>, ReLU, Linear<4, 1>),
///         decoder: Linear<1, 3>,
///     }
///     generative p { sample z: [1] ~ Normal::new(0.0, 1.0); sample x: [3] ~ Normal::new(decoder(z), 1.0); }
///     inference q(x) { sample z ~ Normal::new(encoder(x), 1.0); }
/// }
///
/// let (mut model, mut adam) = (Normed::new(0), Adam::new(1e-2));
/// let x: Batch<(Const<3>,)> = batch(vec![0.5, 1.0, 2.0, 1.5, 0.0, 3.0])?;
/// let loss = Elbo::default().loss(&model.q(&x))?;
/// adam.descend(&mut model, loss)?;
/// assert!(model.encoder.1.running_mean.as_vec().iter().all(|mean| *mean != 0.0));
/// # Ok::<(), elbow::Error>(())
/// ```
///
/// A loss of a single row is an error: one row has no variance. For images see [`BatchNorm2D`](super::BatchNorm2D).
#[doc(alias("BatchNorm1D", "BatchNorm1d"))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchNorm<const N: usize>;

/// What is added to a variance, so that equal numbers have an image.
const EPSILON: f64 = 1e-5;

/// The part of the way that a step moves the running statistics.
const MOMENTUM: f64 = 0.1;

impl<const N: usize> Layer for BatchNorm<N> {
    const WIDTHS: Widths = Widths::Changed { takes: N, gives: N };
    type Range = Reals;
}

/// The type that the layer is built to.
pub mod modules {
    use dfdx::shapes::Rank1;

    use crate::nn::Start;

    crate::parameters! {
        /// A batch norm with its parameters and its running statistics.
        pub struct BatchNorm<const N: usize> of super::BatchNorm {
            /// `w`, by which the normalised numbers are multiplied.
            weight: Rank1<N> = Start::Ones,
            /// `b`, which is added.
            bias: Rank1<N> = Start::Zeros,
        }
        kept {
            /// Follows the means of the batches.
            running_mean: Rank1<N> = Start::Zeros,
            /// Follows the variances of the batches, divided by one row less.
            running_var: Rank1<N> = Start::Ones,
        }
        where { assert!(N > 0, "a layer has no inputs") }
    }
}

/// The parameters of a batch norm, and its running statistics.
pub(super) struct Norm<'a, S: Shape> {
    pub(super) weight: &'a Tensor<S, f32, Device>,
    pub(super) bias: &'a Tensor<S, f32, Device>,
    pub(super) mean: &'a Tensor<S, f32, Device>,
    pub(super) variance: &'a Tensor<S, f32, Device>,
    pub(super) channels: Channels,
}

impl<S: Shape<Concrete = [usize; 1]>> Norm<'_, S> {
    /// Rows of so many numbers, by the statistics of the batch if a model trains, and else by the running ones.
    pub(super) fn of(&self, x: Flat, elements: usize) -> Flat {
        if let Some((rows, how)) = x.repeated_rows(elements) {
            return how.apply(&self.of(rows.clone(), elements));
        }
        let is_training = trains();
        let moments = if is_training {
            let moments = self.channels.moments(x.values());
            self.note(&moments, self.channels.count(x.values()));
            moments
        } else {
            let [mean, variance] = [self.mean, self.variance]
                .map(|own| own.as_vec().into_iter().map(f64::from).collect());
            Moments { mean, variance }
        };
        let parameters = [self.weight, self.bias].map(|own| leaf_of::<_, (usize,)>(own.clone()));
        self.channels
            .normalised(x, parameters, moments, EPSILON, is_training)
    }

    /// Lets the running statistics follow those of a batch.
    fn note(&self, moments: &Moments, count: usize) {
        if count < 2 {
            return refuse(Error::Setting {
                setting: "the number of rows of a batch norm",
                value: count as f64,
                expected: "2 or more while the model trains",
            });
        }
        let more = count as f64 / (count - 1) as f64;
        let variance: Vec<f64> = moments.variance.iter().map(|own| own * more).collect();
        if let Some(&value) = variance.iter().find(|own| **own > f64::from(f32::MAX)) {
            return refuse(Error::Setting {
                setting: "the variance of a batch norm's rows",
                value,
                expected: "at most 3.4e38",
            });
        }
        follow(self.mean, moments.mean.clone(), MOMENTUM);
        follow(self.variance, variance, MOMENTUM);
    }
}

macro_rules! forward {
    ($([$($axis:ident),*] $elements:expr;)*) => {$(
        impl<$($axis: Dim,)* const N: usize> Module<Var<($($axis,)* Const<N>,)>>
            for modules::BatchNorm<N, f32, Device>
        {
            type Output = Var<($($axis,)* Const<N>,)>;
            type Error = <Device as HasErr>::Err;

            fn try_forward(&self, x: Self::Output) -> Result<Self::Output, Self::Error> {
                let shape = *x.shape();
                let elements = $elements(&shape);
                let norm = Norm {
                    weight: &self.weight,
                    bias: &self.bias,
                    mean: &self.running_mean,
                    variance: &self.running_var,
                    channels: Channels {
                        channels: N,
                        each: 1,
                    },
                };
                Ok(Var::of(norm.of(x.into_flat(), elements), shape))
            }
        }
    )*};
}

forward! {
    [] |_: &(Const<N>,)| N;
    [A] |_: &(A, Const<N>)| N;
    [A, B] |shape: &(A, B, Const<N>)| shape.1.size() * N;
}
