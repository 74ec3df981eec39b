//! From the start of a process to the end of its first training step, and to the end of its hundredth.
//!
//! `cargo bench -p elbow --bench start` starts itself again and again, and prints the best and the median. The model and the
//! batch are those of the workload W1a_100, see `README.md`.

use std::process::Command;
use std::time::Instant;

use elbow::prelude::*;
use elbow::train::Adam;

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
        sample z ~ Bernoulli::logits(encoder(x)) via Relaxed { temperature: 0.5 };
    }
}

const RUNS: usize = 21;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let steps = std::env::args().nth(1).and_then(|steps| steps.parse().ok());
    if let Some(steps) = steps {
        return Ok(train(steps)?);
    }
    for steps in [1, 100] {
        let mut milliseconds = Vec::new();
        for _ in 0..RUNS {
            let start = Instant::now();
            let status = Command::new(std::env::current_exe()?)
                .arg(steps.to_string())
                .status()?;
            if !status.success() {
                return Err(format!("{steps} steps ended with {status}").into());
            }
            milliseconds.push(start.elapsed().as_secs_f64() * 1e3);
        }
        milliseconds.sort_by(f64::total_cmp);
        println!(
            "a process of {steps:3} steps: best {:.1} ms, median {:.1} ms",
            milliseconds[0],
            milliseconds[RUNS / 2]
        );
    }
    Ok(())
}

fn train(steps: usize) -> Result<(), elbow::Error> {
    let mut model = Bits::new(0);
    let bits = (0..100 * 784).map(|i| f32::from(i * 7919 % 5 == 0));
    let x: Batch<(Const<784>,)> = batch(bits.collect())?;
    let mut adam = Adam::new(1e-3);
    for _ in 0..steps {
        let loss = Elbo::default().loss(&model.q(&x))?;
        adam.descend(&mut model, loss)?;
    }
    Ok(())
}
