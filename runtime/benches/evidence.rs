//! The importance-weighted log-evidence of a discrete auto-encoder, with 1,000 samples a row.
//!
//! `cargo bench -p elbow --bench evidence` prints the time a row takes, best and median of several runs, and the memory that
//! was resident at most. The model is 784 – tanh 200 – 200 bits, 200 – tanh 200 – 784.

use std::time::Instant;

use elbow::prelude::*;

model! {
    /// Bits between networks of one hidden layer.
    pub struct Bits {
        encoder: (Linear<784, 200>, Tanh, Linear<200, 200>),
        decoder: (Linear<200, 200>, Tanh, Linear<200, 784>),
    }
    generative p {
        sample z: [200] ~ Bernoulli::probs(0.5);
        sample x: [784] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

const ROWS: usize = 20;
const SAMPLES: usize = 1000;
const RUNS: usize = 7;

fn main() -> Result<(), elbow::Error> {
    let model = Bits::new(0);
    let bits = (0..ROWS * 784).map(|i| f32::from(i * 7919 % 5 == 0));
    let x: Batch<(Const<784>,)> = batch(bits.collect())?;
    let mut milliseconds = Vec::new();
    let mut estimate = f64::NAN;
    for _ in 0..RUNS {
        let start = Instant::now();
        let evidence = LogEvidence::samples(SAMPLES).evaluate(&model.q(&x))?;
        milliseconds.push(start.elapsed().as_secs_f64() * 1e3 / ROWS as f64);
        estimate = evidence.log_evidence;
    }
    milliseconds.sort_by(f64::total_cmp);
    println!(
        "{SAMPLES} samples a row: best {:.2} ms a row, median {:.2} ms; log-evidence {estimate:.2} nats",
        milliseconds[0],
        milliseconds[RUNS / 2],
    );
    Ok(())
}
