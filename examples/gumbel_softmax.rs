//! The categorical auto-encoder of Jang, Gu and Poole (2016): thirty latents of ten categories.
//!
//! `cargo run --release --example gumbel_softmax`, on the digits that come with it; `-- --data DIR`
//! on the IDX files of a folder.

use clap::Parser;
use elbow::prelude::*;
use elbow_examples::args::ImageArgs;
use elbow_examples::data::{self, Split};
use elbow_examples::run::Run;
use elbow_examples::{Error, image_vae};

model! {
    /// Thirty one-hot latents between networks of two hidden layers.
    pub struct CategoricalVae<const PIXELS: usize> {
        encoder: (Linear<PIXELS, 512>, ReLU, Linear<512, 256>, ReLU, Linear<256, 300>, ToEvent<Rank2<30, 10>>),
        decoder: (ToEvent<Rank1<300>>, (Linear<300, 256>, ReLU, Linear<256, 512>, ReLU), Linear<512, PIXELS>),
    }

    generative p {
        sample z: [30, 10] ~ OneHotCategorical::logits(0.0);
        sample x: [PIXELS] ~ Bernoulli::logits(decoder(z));
    }

    inference q(x) {
        sample z ~ OneHotCategorical::logits(encoder(x));
    }

    // With the latents given, `reconstruct` is the mean image.
    inference given(x, z) {}
}

image_vae!(CategoricalVae<PIXELS>, q: CategoricalVaeQ, given(z), |vae| vae.decoder.2);

#[derive(clap::Parser, serde::Serialize)]
#[command(about = "Trains a variational auto-encoder with thirty categorical latents", long_about = None)]
#[command(mut_arg("epochs", |arg| arg.default_value("100")))]
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
    let elbo = Elbo::default()
        .profile(Profile::Relaxed)
        .temperature(Schedule::exponential(1.0, 3e-5).floor(0.5));
    let run = Run::new(&args.image, data, elbo, args)?;
    run.train(CategoricalVae::<PIXELS>::new(args.image.train.seed))
}
