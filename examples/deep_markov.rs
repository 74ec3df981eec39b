//! A deep Markov model of music: what is heard at a step comes from a hidden state, which follows from the state before by a gated network.
//! The guide has read each piece from its end (Krishnan, Shalit and Sontag, "Structured inference networks", 2017).
//!
//! `cargo run --release --example deep_markov` learns from made-up chord progressions of 16 to 48 steps: a test ELBO of
//! −3.3 nats a slice. `-- --data DIR --steps 4000` reads pieces of up to 160 steps: on the chorales of Boulanger-Lewandowski et al. 2012
//! the test ELBO is −7.1. It draws `deep_markov.png`: three test pieces, below them their reconstructions, and three that the model drew.

use std::path::PathBuf;

use clap::Parser;
use elbow::prelude::*;
use elbow_examples::data::{self, Batches, KEYS, rolls};
use elbow_examples::{Error, args::positive_count, plot::Grid, say};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// The steps of the longest piece.
const LONGEST: usize = 160;
/// The steps and the keys that the picture shows.
const SHOWN: usize = 48;
const HIGHEST: usize = 72;
const LOWEST: usize = 8;

model! {
    /// Chords from a chain of states of 32 numbers.
    pub struct DeepMarkov<const LONGEST: usize> {
        gate: (Linear<32, 64>, ReLU, Linear<64, 32>, Sigmoid),
        proposed: (Linear<32, 64>, ReLU, Linear<64, 32>),
        mean: Linear<32, 32>,
        spread: (ReLU, Linear<32, 32>, Softplus),
        emitter: (Linear<32, 100>, ReLU, Linear<100, 100>, ReLU, Linear<100, 88>),
        reader: BackwardGru<88, 128>,
        combine: (Linear<32, 128>, Tanh),
        loc: Linear<128, 32>,
        scale: (Linear<128, 32>, Softplus),
        first: Parameter<Rank1<32>>,
        guide_first: Parameter<Rank1<32>>,
    }

    generative p(length: 0..=LONGEST) {
        let mut before = first;
        for t in 0..length {
            let (share, h) = (gate(before), proposed(before));
            sample z[t]: [32] ~ Normal::new((1.0 - share) * mean(before) + share * h, spread(h));
            sample x[t]: [88] ~ Bernoulli::logits(emitter(z[t]));
            before = z[t];
        }
    }

    inference q(x, length) {
        // The states of a network that has read the rest of the piece, at each step.
        let ahead = reader(x, length);
        let mut before = guide_first;
        for t in 0..length {
            let h = 0.5 * (combine(before) + ahead[t]);
            sample z[t] ~ Normal::new(loc(h), scale(h));
            before = z[t];
        }
    }
}

#[derive(clap::Parser)]
#[command(about = "Trains a deep Markov model of music", long_about = None)]
struct Args {
    /// Folder of pieces in files such as `train.txt.gz` and `test.txt.gz`; without it, made-up progressions
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Training steps; in the first half of them the divergence comes to count
    #[arg(long, value_name = "N", default_value = "1000", value_parser = positive_count::<usize>())]
    steps: usize,
    /// Pieces of a step
    #[arg(long, value_name = "N", default_value = "20", value_parser = positive_count::<usize>())]
    batch: usize,
    /// Seed of weights, noise and order
    #[arg(long, value_name = "N", default_value = "0")]
    seed: u64,
}

/// Pieces and their lengths.
type Rolls = (Batch<(Const<LONGEST>, Const<KEYS>)>, Batch<()>);

fn main() -> Result<(), Error> {
    let args = Args::parse();
    let music = data::chorales(args.data.as_deref())?;
    let batch_of = |pieces: &[&Vec<Vec<usize>>]| -> Result<Rolls, Error> {
        let (keys, lengths) = rolls(pieces, LONGEST)?;
        Ok((batch(keys)?, batch(lengths)?))
    };
    let (test, test_length) = batch_of(&music.test.iter().collect::<Vec<_>>())?;
    let slices: f32 = test_length.as_vec().iter().sum();
    let mut vae = DeepMarkov::<LONGEST>::new(args.seed);
    let mut adam = Adam::new(3e-3);
    let warm_up = Schedule::linear(0.1, 1.0, args.steps.div_ceil(2) as u64);
    let elbo = Elbo::default().kl_weight(warm_up);
    let mut batches = Batches::new(music.train.len(), args.batch, args.seed);
    for step in 1..=args.steps {
        let pieces: Vec<_> = batches
            .at(step - 1)
            .into_iter()
            .map(|row| &music.train[row])
            .collect();
        let (x, length) = batch_of(&pieces)?;
        let loss = elbo.loss(&vae.q(&x, &length))?;
        adam.descend(&mut vae, loss)?;
        if step.is_multiple_of(args.steps.div_ceil(10)) || step == args.steps {
            let bound = Elbo::default().evaluate(&vae.q(&test, &test_length))?;
            // The mean is over pieces, and the literature's is over steps.
            let a_slice = test.shape().0 as f64 / f64::from(slices);
            say!(
                "step {step}: test ELBO {:.3} nats a slice, KL {:.3}",
                bound.elbo * a_slice,
                bound.kl * a_slice
            );
        }
    }

    let three: Vec<usize> = (0..music.test.len().min(3)).collect();
    let (x, length) = (minibatch(&test, &three)?, minibatch(&test_length, &three)?);
    let mut rng = ChaCha8Rng::seed_from_u64(args.seed);
    let again = vae.q(&x, &length).reconstruct(&mut rng)?;
    let drawn = vae.p(&length).sample(three.len(), &mut rng)?;
    let tiles = [x, again.x, drawn.x]
        .iter()
        .flat_map(|x| picture(&x.as_vec()))
        .collect::<Vec<_>>();
    let grid = Grid::new(HIGHEST - LOWEST, SHOWN)
        .columns(three.len())
        .scale(4);
    grid.draw(&tiles)?.save("deep_markov.png")
}

/// The first steps of pieces, from left to right, with the high keys above.
fn picture(rolls: &[f32]) -> Vec<f32> {
    let keys = || (LOWEST..HIGHEST).rev();
    let piece = |roll: &[f32]| {
        keys()
            .flat_map(|key| (0..SHOWN).map(move |t| t * KEYS + key))
            .map(|at| roll[at])
            .collect::<Vec<_>>()
    };
    rolls.chunks(LONGEST * KEYS).flat_map(piece).collect()
}
