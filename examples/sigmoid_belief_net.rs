//! A sigmoid belief network of two layers (Neal 1992), on 8×8 digits or on MNIST.
//!
//! `cargo run --release --example sigmoid_belief_net` trains by the automatic choice; `--estimator`
//! names another. `-- --data DIR` trains on the IDX files of a folder. See `-- --help`.
//!
//! R. M. Neal, *Connectionist learning of belief networks*, Artificial Intelligence, 1992. A. Mnih,
//! K. Gregor, *Neural variational inference and learning in belief networks*, ICML 2014.

use clap::{Parser, ValueEnum};
use elbow::prelude::*;
use elbow_examples::args::{ImageArgs, one_of};
use elbow_examples::data::{self, Split};
use elbow_examples::run::Run;
use elbow_examples::{Error, image_vae};

model! {
    /// Bits that cause bits that cause pixels.
    pub struct BeliefNet<const PIXELS: usize, const UNITS: usize> {
        top: Parameter<Rank1<UNITS>>,
        middle: Linear<UNITS, UNITS>,
        bottom: Linear<UNITS, PIXELS>,
        lower: Linear<PIXELS, UNITS>,
        upper: Linear<UNITS, UNITS>,
    }

    generative p {
        sample z2: [UNITS] ~ Bernoulli::logits(top);
        sample z1: [UNITS] ~ Bernoulli::logits(middle(z2 * 2.0 - 1.0));
        sample x: [PIXELS] ~ Bernoulli::logits(bottom(z1 * 2.0 - 1.0));
    }

    inference automatic(x) {
        sample z1 ~ Bernoulli::logits(lower(x * 2.0 - 1.0));
        sample z2 ~ Bernoulli::logits(upper(z1 * 2.0 - 1.0));
    }
    inference disarm(x) {
        sample z1 ~ Bernoulli::logits(lower(x * 2.0 - 1.0)) via DisArm;
        sample z2 ~ Bernoulli::logits(upper(z1 * 2.0 - 1.0)) via DisArm;
    }
    inference rloo(x) {
        sample z1 ~ Bernoulli::logits(lower(x * 2.0 - 1.0)) via Rloo { samples: 2 };
        sample z2 ~ Bernoulli::logits(upper(z1 * 2.0 - 1.0)) via Rloo { samples: 2 };
    }
    inference reinmax(x) {
        sample z1 ~ Bernoulli::logits(lower(x * 2.0 - 1.0)) via ReinMax;
        sample z2 ~ Bernoulli::logits(upper(z1 * 2.0 - 1.0)) via ReinMax;
    }

    // With the latents given, `reconstruct` is the mean image.
    inference given(x, z1, z2) {}
}

image_vae!(BeliefNet<PIXELS, UNITS>, automatic: BeliefNetAutomatic, given(z1, z2), |net| net.bottom);
image_vae!(BeliefNet<PIXELS, UNITS>, disarm: BeliefNetDisarm, given(z1, z2), |net| net.bottom);
image_vae!(BeliefNet<PIXELS, UNITS>, rloo: BeliefNetRloo, given(z1, z2), |net| net.bottom);
image_vae!(BeliefNet<PIXELS, UNITS>, reinmax: BeliefNetReinmax, given(z1, z2), |net| net.bottom);

/// The gradient estimator of the bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
enum Estimator {
    /// What elbow chooses
    Automatic,
    /// Antithetic pairs (Dong, Mnih and Tucker 2020)
    Disarm,
    /// Scores with leave-one-out baselines (Kool, van Hoof and Welling 2019)
    Rloo,
    /// Hard draws with a second-order straight-through gradient (Liu et al. 2023)
    Reinmax,
    /// Relaxed draws, temperature from 1 to 0.5
    Relaxed,
}

#[derive(clap::Parser, serde::Serialize)]
#[command(about = "Trains a sigmoid belief network of two layers", long_about = None)]
#[command(mut_arg("epochs", |arg| arg.default_value("100")), mut_arg("batch", |arg| arg.default_value("50")))]
struct Args {
    #[command(flatten)]
    #[serde(flatten)]
    image: ImageArgs,
    /// Units in each layer
    #[arg(long, value_name = "N", default_value = "32", value_parser = one_of([32, 200]))]
    units: usize,
    /// Gradient estimator of both layers
    #[arg(long, value_enum, default_value = "automatic")]
    estimator: Estimator,
}

fn main() -> Result<(), Error> {
    let args = Args::parse();
    let data = data::load(args.image.data.as_deref())?;
    match (data.train.size(), args.units) {
        (64, 32) => train::<64, 32>(&args, &data),
        (64, _) => train::<64, 200>(&args, &data),
        (784, 32) => train::<784, 32>(&args, &data),
        (784, _) => train::<784, 200>(&args, &data),
        (pixels, _) => Err(Error::pixels(pixels)),
    }
}

fn train<const PIXELS: usize, const UNITS: usize>(args: &Args, data: &Split) -> Result<(), Error> {
    let elbo = match args.estimator {
        Estimator::Relaxed => Elbo::default()
            .profile(Profile::Relaxed)
            .temperature(Schedule::exponential(1.0, 1e-4).floor(0.5)),
        _ => Elbo::default(),
    };
    let run = Run::new(&args.image, data, elbo, args)?;
    let net = BeliefNet::<PIXELS, UNITS>::new(args.image.train.seed);
    match args.estimator {
        Estimator::Automatic | Estimator::Relaxed => run.train::<BeliefNetAutomatic<_, _>, _>(net),
        Estimator::Disarm => run.train::<BeliefNetDisarm<_, _>, _>(net),
        Estimator::Rloo => run.train::<BeliefNetRloo<_, _>, _>(net),
        Estimator::Reinmax => run.train::<BeliefNetReinmax<_, _>, _>(net),
    }
}

#[cfg(test)]
mod tests {
    use elbow_examples::data::{Batches, Images};
    use elbow_examples::vae::ImageVae;

    use super::*;

    type Net = BeliefNet<64, 32>;

    /// Trains with one of the inference models. Returns the bound on test images and the choices at
    /// the two layers.
    fn train<Q>(elbo: Elbo) -> (f64, [String; 2])
    where
        Net: ImageVae<Q>,
    {
        let data = data::digits().thresholded();
        let mut net = Net::new(1);
        let mut adam = Adam::new(3e-3);
        let mut batches = Batches::new(data.train.rows(), 50, 1);
        for step in 0..600 {
            let images = data.train.grey(&batches.at(step));
            let loss = elbo.loss(&ImageVae::<Q>::infer(&net, images).unwrap());
            let loss = loss.unwrap();
            adam.descend(&mut net, loss).expect("finite gradients");
        }
        let program = ImageVae::<Q>::infer(&net, all(&data.test)).unwrap();
        let explained = elbo.explain(&program);
        let choices = explained.choices().unwrap();
        let chosen = |site: &str| {
            let choice = choices.iter().find(|choice| choice.site == site).unwrap();
            choice.to_string()
        };
        let bound = Elbo::default().evaluate(&program).unwrap().elbo;
        (bound, ["z1", "z2"].map(chosen))
    }

    fn all(images: &Images) -> Vec<f32> {
        images.grey(&(0..images.rows()).collect::<Vec<_>>())
    }

    /// The log-likelihood of a test image under a model without latents: what the bias of the last layer can
    /// do alone.
    fn independent_pixels() -> f64 {
        let data = data::digits().thresholded();
        let (train, test) = (all(&data.train), all(&data.test));
        let on = |images: &[f32], pixel: usize| {
            let values = images.iter().skip(pixel).step_by(64);
            values.map(|&v| f64::from(v)).sum::<f64>()
        };
        let pixels = (0..64).map(|pixel| {
            let probability = (on(&train, pixel) + 0.5) / (data.train.rows() as f64 + 1.0);
            let share = on(&test, pixel) / data.test.rows() as f64;
            share * probability.ln() + (1.0 - share) * (1.0 - probability).ln()
        });
        pixels.sum()
    }

    #[track_caller]
    fn beats_independent_pixels((bound, layers): (f64, [String; 2]), estimator: &str) {
        let without = independent_pixels();
        assert!(bound > without + 1.5, "{estimator}: {bound}, {without}");
        for layer in layers {
            assert!(layer.contains(estimator), "{layer}");
        }
    }

    #[test]
    fn every_estimator_trains_the_latents() {
        let elbo = Elbo::default();
        beats_independent_pixels(train::<BeliefNetAutomatic<_, _>>(elbo.clone()), "ReinMax");
        beats_independent_pixels(train::<BeliefNetReinmax<_, _>>(elbo.clone()), "ReinMax");
        beats_independent_pixels(train::<BeliefNetDisarm<_, _>>(elbo.clone()), "DisARM");
        beats_independent_pixels(train::<BeliefNetRloo<_, _>>(elbo.clone()), "leave-one-out");
        let relaxed = elbo.profile(Profile::Relaxed);
        beats_independent_pixels(
            train::<BeliefNetAutomatic<_, _>>(relaxed),
            "relaxed to Concrete",
        );
    }

    /// The second layer's prior is part of the first's divergence: that one has no closed form.
    #[test]
    fn only_the_top_layer_has_a_closed_form() {
        let (_, [z1, z2]) = train::<BeliefNetAutomatic<_, _>>(Elbo::default());
        assert!(z1.contains("log-ratio at the draw (`z2`, a parent"), "{z1}");
        assert!(z2.contains("closed-form KL"), "{z2}");
    }
}
