//! A variational auto-encoder of convolutions: two of 4×4 pixels each way around 32 normal latents.
//!
//! `cargo run --release --example conv_vae` trains on the 8×8 digits that come with it, in seconds; `-- --data DIR` on the 28×28 images
//! of IDX files, such as MNIST's. With `--steps 9380`, ten epochs of thresholded MNIST, the test ELBO is −80.1 and −80.5 nats for two seeds;
//! the same network in PyTorch has −80.3 and −80.3 (`runtime/benches/peers/conv_vae.py`). It draws
//! `conv_vae.png`: test images, and below each its reconstruction.

use std::path::PathBuf;

use clap::Parser;
use elbow::prelude::*;
use elbow_examples::data::{self, Batches, Split};
use elbow_examples::{Error, args::positive_count, plot::Grid, say};
use rand::SeedableRng;

model! {
    /// `SIDE` pixels become `HALF` and `QUARTER`, and 64 channels of these one row of `FLAT` numbers.
    pub struct ConvVae<const SIDE: usize, const HALF: usize, const QUARTER: usize, const FLAT: usize> {
        encoder: (
            Conv2D<Rank3<1, SIDE, SIDE>, Rank3<32, HALF, HALF>, 4, 2, 1>,
            ReLU,
            Conv2D<Rank3<32, HALF, HALF>, Rank3<64, QUARTER, QUARTER>, 4, 2, 1>,
            ReLU,
            ToEvent<Rank1<FLAT>>,
            SplitInto<(Linear<FLAT, 32>, Linear<FLAT, 32>)>,
        ),
        decoder: (
            Linear<32, FLAT>,
            ReLU,
            ToEvent<Rank3<64, QUARTER, QUARTER>>,
            ConvTranspose2D<Rank3<64, QUARTER, QUARTER>, Rank3<32, HALF, HALF>, 4, 2, 1>,
            ReLU,
            ConvTranspose2D<Rank3<32, HALF, HALF>, Rank3<1, SIDE, SIDE>, 4, 2, 1>,
        ),
    }

    generative p {
        sample z: [32] ~ Normal::new(0.0, 1.0);
        sample x: [1, SIDE, SIDE] ~ Bernoulli::logits(decoder(z));
    }

    inference q(x) {
        let (loc, log_scale) = encoder(x);
        sample z ~ Normal::new(loc, log_scale.exp());
    }
}

#[derive(clap::Parser)]
#[command(about = "Trains a variational auto-encoder of convolutions", long_about = None)]
struct Args {
    /// Folder of IDX files with images of 28×28 pixels; without it, the 8×8 digits
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Training steps
    #[arg(long, value_name = "N", default_value = "2000", value_parser = positive_count::<usize>())]
    steps: usize,
    /// Images of a step
    #[arg(long, value_name = "N", default_value = "64", value_parser = positive_count::<usize>())]
    batch: usize,
    /// Seed of weights, noise and order
    #[arg(long, value_name = "N", default_value = "0")]
    seed: u64,
}

fn main() -> Result<(), Error> {
    let args = Args::parse();
    let data = data::load(args.data.as_deref())?.thresholded();
    let bound = match data.train.size() {
        64 => train::<8, 4, 2, 256>(&args, &data)?,
        784 => train::<28, 14, 7, 3136>(&args, &data)?,
        pixels => return Err(Error::pixels(pixels)),
    };
    say::out(format_args!("test ELBO {bound:.2} nats"));
    Ok(())
}

/// Trains, draws, and gives the bound of the test images.
fn train<const SIDE: usize, const HALF: usize, const QUARTER: usize, const FLAT: usize>(
    args: &Args,
    data: &Split,
) -> Result<f64, Error> {
    let mut vae = ConvVae::<SIDE, HALF, QUARTER, FLAT>::new(args.seed);
    let (mut adam, elbo) = (Adam::new(1e-3), Elbo::default());
    let mut batches = Batches::new(data.train.rows(), args.batch, args.seed);
    for step in 1..=args.steps {
        let x = batch(data.train.grey(&batches.at(step)))?;
        let loss = elbo.loss(&vae.q(&x))?;
        if step.is_multiple_of(args.steps.div_ceil(10)) {
            say::out(format_args!(
                "step {step}, training ELBO {:.1} nats",
                loss.elbo()
            ));
        }
        adam.descend(&mut vae, loss)?;
    }
    let rows: Vec<usize> = (0..data.test.rows()).collect();
    let x = batch(data.test.grey(&rows))?;
    let bound = elbo.evaluate(&vae.q(&x))?.elbo;
    let shown = minibatch(&x, &rows[..32])?;
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(args.seed);
    let means = vae.q(&shown).reconstruct(&mut rng)?;
    let picture = Grid::new(SIDE, SIDE).reconstructions(&shown.as_vec(), &means.x.as_vec())?;
    picture.save("conv_vae.png")?;
    Ok(bound)
}
