//! A variational auto-encoder with Bernoulli latents, on 8×8 digits or on MNIST.
//!
//! `cargo run --release --example bernoulli_vae` trains on the digits that come with it;
//! `-- --data DIR` on the IDX files of a folder. See `-- --help`.

use clap::Parser;
use elbow::prelude::*;
use elbow_examples::args::{ImageArgs, one_of, positive_number};
use elbow_examples::data::{self, Split};
use elbow_examples::run::Run;
use elbow_examples::{Error, image_vae};

model! {
    /// Bernoulli latents between networks of one hidden layer.
    pub struct BernoulliVae<const PIXELS: usize, const LATENTS: usize> {
        encoder: (Linear<PIXELS, 200>, Tanh, Linear<200, LATENTS>),
        prior: Parameter<Rank1<LATENTS>>,
        decoder: (Linear<LATENTS, 200>, Tanh, Linear<200, PIXELS>),
    }

    generative p {
        sample z: [LATENTS] ~ Bernoulli::logits(prior);
        sample x: [PIXELS] ~ Bernoulli::logits(decoder(z * 2.0 - 1.0));
    }

    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }

    // With the latents given, `reconstruct` is the mean image.
    inference given(x, z) {}
}

model! {
    /// The same with a single linear layer each way, as in the first tables of the papers.
    pub struct LinearVae<const PIXELS: usize, const LATENTS: usize> {
        encoder: Linear<PIXELS, LATENTS>,
        prior: Parameter<Rank1<LATENTS>>,
        decoder: Linear<LATENTS, PIXELS>,
    }

    generative p {
        sample z: [LATENTS] ~ Bernoulli::logits(prior);
        sample x: [PIXELS] ~ Bernoulli::logits(decoder(z * 2.0 - 1.0));
    }

    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }

    // With the latents given, `reconstruct` is the mean image.
    inference given(x, z) {}
}

image_vae!(BernoulliVae<PIXELS, LATENTS>, q: BernoulliVaeQ, given(z), |vae| vae.decoder.2);
image_vae!(LinearVae<PIXELS, LATENTS>, q: LinearVaeQ, given(z), |vae| vae.decoder);

#[derive(clap::Parser, serde::Serialize)]
#[command(about = "Trains a variational auto-encoder with Bernoulli latents", long_about = None)]
#[command(mut_arg("epochs", |arg| arg.default_value("100")), mut_arg("batch", |arg| arg.default_value("50")))]
struct Args {
    #[command(flatten)]
    #[serde(flatten)]
    image: ImageArgs,
    /// Latent units
    #[arg(long, value_name = "N", default_value = "32", value_parser = one_of([32, 200]))]
    latents: usize,
    /// One linear layer each way instead of two with a tanh between
    #[arg(long)]
    linear: bool,
    /// Train by relaxed draws instead of the automatic choice
    #[arg(long)]
    relax: bool,
    /// With --relax: score the relaxed posterior against a relaxed prior of this temperature, instead of the
    /// closed-form discrete divergence
    #[arg(long, value_name = "T", requires = "relax")]
    #[arg(allow_negative_numbers = true, value_parser = positive_number)]
    prior_temperature: Option<f64>,
}

fn main() -> Result<(), Error> {
    let args = Args::parse();
    let data = data::load(args.image.data.as_deref())?;
    match (data.train.size(), args.latents) {
        (64, 32) => train::<64, 32>(&args, &data),
        (64, _) => train::<64, 200>(&args, &data),
        (784, 32) => train::<784, 32>(&args, &data),
        (784, _) => train::<784, 200>(&args, &data),
        (pixels, _) => Err(Error::pixels(pixels)),
    }
}

fn train<const PIXELS: usize, const LATENTS: usize>(
    args: &Args,
    data: &Split,
) -> Result<(), Error> {
    let mut elbo = Elbo::default().temperature(Schedule::exponential(1.0, 1e-4).floor(0.5));
    if args.relax {
        elbo = elbo.profile(Profile::Relaxed);
    }
    if let Some(prior_temperature) = args.prior_temperature {
        elbo = elbo.temperature(2.0 / 3.0).relaxed_kl(RelaxedKl::LogRatio {
            prior_temperature: prior_temperature as f32,
        });
    }
    let run = Run::new(&args.image, data, elbo, args)?;
    if args.linear {
        run.train(LinearVae::<PIXELS, LATENTS>::new(args.image.train.seed))
    } else {
        run.train(BernoulliVae::<PIXELS, LATENTS>::new(args.image.train.seed))
    }
}

#[cfg(test)]
mod tests {
    use elbow_examples::vae::ImageVae;
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn samples_are_means_and_not_bits() {
        let vae = BernoulliVae::<64, 32>::new(0);
        let mut rng = rand::rngs::StdRng::seed_from_u64(0);
        let dreams = ImageVae::dream(&vae, 4, &mut rng).unwrap();
        assert_eq!(dreams.len(), 4 * 64);
        assert!(dreams.iter().all(|&v| 0.0 < v && v < 1.0), "{dreams:?}");
        // Each draw of the latents has a mean of its own.
        assert_ne!(dreams[..64], dreams[64..128]);
    }

    #[test]
    fn a_bad_prior_temperature_is_an_error() {
        let message = |text: &str| {
            let args = ["bernoulli_vae", "--relax", "--prior-temperature", text];
            Args::try_parse_from(args).err().map(|e| e.to_string())
        };
        assert_eq!(message("0.5"), None);
        for (text, wrong) in [
            ("-1", "-1 is not positive and finite"),
            ("0", "0 is not positive and finite"),
            ("1e-50", "1e-50 is beyond single precision"),
        ] {
            let found = message(text).unwrap();
            let expected = format!("invalid value '{text}' for '--prior-temperature <T>': {wrong}");
            assert!(found.contains(&expected), "{found}");
        }
    }
}
