//! The image examples need this of a model, whatever its latents.

use elbow::prelude::{Inference, Model};
use rand::RngCore;

/// A variational auto-encoder of images: the names that its `model!` block leaves to it.
///
/// `Q` is the inference model, by the type of its programs: a model that has several is one of these by
/// each.
pub trait ImageVae<Q>: Model {
    /// The inference model with its images.
    type Program<'a>: Inference
    where
        Self: 'a;

    /// The inference model on images, one after another.
    ///
    /// # Errors
    /// When the numbers are not whole images.
    fn infer(&self, images: Vec<f32>) -> Result<Self::Program<'_>, elbow::Error>;

    /// The mean images given `images` draws of the latents from the generative model: grey levels in 0.0..=1.0.
    ///
    /// # Errors
    /// When a parameter has left its domain.
    fn dream(&self, images: usize, rng: &mut dyn RngCore) -> Result<Vec<f32>, elbow::Error>;

    /// The mean images given one draw of the latents.
    ///
    /// # Errors
    /// When the numbers are not whole images, or a parameter has left its domain.
    fn reconstruct(
        &self,
        images: Vec<f32>,
        rng: &mut dyn RngCore,
    ) -> Result<Vec<f32>, elbow::Error>;

    /// Sets the bias of the last layer to the log-odds of each pixel, so that training starts from
    /// the independent-pixel model.
    fn start_from(&mut self, log_odds: &[f32]);
}

/// Implements [`ImageVae`] for a model of images `x`.
///
/// The arguments are the model, one of its inference models with the type of its programs, its inference model
/// in which `x` and all latents are given, and its last layer.
#[macro_export]
macro_rules! image_vae {
    ($model:ident<$($size:ident),*>, $q:ident: $program:ident, $given:ident($($latent:ident),+), |$vae:ident| $last:expr) => {
        impl<$(const $size: usize),*> $crate::vae::ImageVae<$program<'static, $($size),*>>
            for $model<$($size),*>
        {
            type Program<'a> = $program<'a, $($size),*>;

            fn infer(&self, images: Vec<f32>) -> Result<Self::Program<'_>, ::elbow::Error> {
                Ok(self.$q(&::elbow::prelude::batch(images)?))
            }

            fn dream(
                &self,
                images: usize,
                mut rng: &mut dyn ::rand::RngCore,
            ) -> Result<Vec<f32>, ::elbow::Error> {
                let drawn = ::elbow::prelude::Generative::sample(&self.p(), images, &mut rng)?;
                let program = self.$given(&drawn.x, $(&drawn.$latent),+);
                Ok(::elbow::prelude::Inference::reconstruct(program, &mut rng)?.x.as_vec())
            }

            fn reconstruct(
                &self,
                images: Vec<f32>,
                mut rng: &mut dyn ::rand::RngCore,
            ) -> Result<Vec<f32>, ::elbow::Error> {
                let program = self.$q(&::elbow::prelude::batch(images)?);
                Ok(::elbow::prelude::Inference::reconstruct(program, &mut rng)?.x.as_vec())
            }

            fn start_from(&mut self, log_odds: &[f32]) {
                let $vae = self;
                $last.bias.copy_from(log_odds);
            }
        }
    };
}
