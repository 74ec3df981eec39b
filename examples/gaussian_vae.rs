//! The variational auto-encoder of Kingma and Welling (2013), with normal latents.
//!
//! `cargo run --release --example gaussian_vae`, on the digits that come with it; `-- --data DIR` on
//! the IDX files of a folder.

use clap::Parser;
use elbow::prelude::*;
use elbow_examples::args::ImageArgs;
use elbow_examples::data::{self, Split};
use elbow_examples::run::Run;
use elbow_examples::{Error, image_vae};

model! {
    /// Twenty normal latents between networks of one hidden layer.
    pub struct GaussianVae<const PIXELS: usize> {
        encoder: (Linear<PIXELS, 500>, Tanh, SplitInto<(Linear<500, 20>, Linear<500, 20>)>),
        decoder: (Linear<20, 500>, Tanh, Linear<500, PIXELS>),
    }

    generative p {
        sample z: [20] ~ Normal::new(0.0, 1.0);
        sample x: [PIXELS] ~ Bernoulli::logits(decoder(z));
    }

    inference q(x) {
        let (loc, log_scale) = encoder(x);
        sample z ~ Normal::new(loc, log_scale.exp());
    }

    // With the latents given, `reconstruct` is the mean image.
    inference given(x, z) {}
}

image_vae!(GaussianVae<PIXELS>, q: GaussianVaeQ, given(z), |vae| vae.decoder.2);

#[derive(clap::Parser, serde::Serialize)]
#[command(about = "Trains the variational auto-encoder of Kingma and Welling", long_about = None)]
#[command(mut_arg("epochs", |arg| arg.default_value("100")), mut_arg("batch", |arg| arg.default_value("50")))]
struct Args {
    #[command(flatten)]
    #[serde(flatten)]
    image: ImageArgs,
}

fn main() -> Result<(), Error> {
    let args = Args::parse();
    let data = data::load(args.image.data.as_deref())?;
    match data.train.size() {
        64 => train::<64>(&args, &data),
        784 => train::<784>(&args, &data),
        pixels => Err(Error::pixels(pixels)),
    }
}

fn train<const PIXELS: usize>(args: &Args, data: &Split) -> Result<(), Error> {
    let run = Run::new(&args.image, data, Elbo::default(), args)?;
    run.train(GaussianVae::<PIXELS>::new(args.image.train.seed))
}
