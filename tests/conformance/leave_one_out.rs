//! TFP's `CsiszarVIMCOTest`: VIMCO's gradient against its formula, written out in `f64`, for weights of every size; and the
//! bound and its gradient under a whole program.

use elbow::family::Draw;
use elbow::prelude::*;
use elbow_tests::support::programs::{by_row, column};
use elbow_tests::support::tensors::{
    assert_close, backward, gradient_of, plate, rounded, scattered,
};

use crate::vimco::estimate;

fn log_sum_exp(logs: &[f64]) -> f64 {
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    most + logs.iter().map(|l| (l - most).exp()).sum::<f64>().ln()
}

/// `L̂ − L̂^−k`, with the geometric mean of the other weights in place of the one left out.
fn signals(log_weights: &[f64]) -> Vec<f64> {
    let others = (log_weights.len() - 1) as f64;
    let without = |k: usize| {
        let mut own = log_weights.to_vec();
        own[k] = (log_weights.iter().sum::<f64>() - own[k]) / others;
        log_sum_exp(&own)
    };
    let bound = log_sum_exp(log_weights);
    (0..log_weights.len()).map(|k| bound - without(k)).collect()
}

#[test]
fn the_formula_for_weights_of_every_size() {
    const BATCH: usize = 5;
    for particles in [2, 3, 7] {
        for size in [1e-3, 1.0, 20.0, 300.0] {
            let rows = BATCH * particles;
            let log_weights: Vec<f64> = (0..rows)
                .map(|row| rounded(size * scattered(3 * row + 1)))
                .collect();
            let draws: Vec<f64> = (0..rows).map(|row| f64::from(row % 3 == 0)).collect();
            let logits: Vec<f64> = (0..rows).map(|row| rounded(2.0 * scattered(row))).collect();
            let own = plate::<()>(&logits);
            let mut gradients = backward(|| {
                let q: Bernoulli<()> = Bernoulli::logits(own.clone());
                let draw = Draw::of(plate::<()>(&draws));
                let own = plate::<()>(&log_weights).into();
                elbow::family::mean(&estimate(&q, &draw, own, particles))
            });
            let found = gradient_of(&mut gradients, &own);
            let blocks = log_weights.chunks(particles);
            let signals: Vec<f64> = blocks.flat_map(signals).collect();
            for row in 0..rows {
                let score = draws[row] - 1.0 / (1.0 + (-logits[row]).exp());
                // The mean over the batch of the sum over particles.
                let exact = signals[row] * score / BATCH as f64;
                assert_close("signal", found[row], exact, 1e-5, signals[row]);
            }
        }
    }
}

model! {
    /// A bit that moves a normal.
    struct Bit {}
    generative p(logit) {
        sample y ~ Bernoulli::probs(0.4);
        sample x ~ Normal::new(y * 2.0, 1.0);
    }
    inference q(x, logit) { sample y ~ Bernoulli::logits(logit) via Vimco; }
}

/// Every row has a draw of its own: what it adds to loss and gradient is one of a few numbers, and they are known.
#[test]
fn loss_and_gradient_of_every_outcome() {
    const ROWS: usize = 200;
    let (x, logit): (f64, f64) = (1.5, 0.7);
    let on = 1.0 / (1.0 + (-logit).exp());
    let of = |ones: usize| -> (f64, f64) {
        let log_weight = |y: usize| {
            let fit = -0.5 * (x - 2.0 * y as f64).powi(2) - 0.918_938_533_204_672_7;
            let (prior, own) = ([0.6_f64, 0.4][y], [1.0 - on, on][y]);
            (prior / own).ln() + fit
        };
        let bits: Vec<usize> = (0..3).map(|k| usize::from(k < ones)).collect();
        let weights: Vec<f64> = bits.iter().map(|&y| log_weight(y)).collect();
        let (bound, signals) = (log_sum_exp(&weights), signals(&weights));
        let gradient = (0..3).map(|k| {
            let share = (weights[k] - bound).exp();
            (signals[k] - share) * (bits[k] as f64 - on)
        });
        (bound - 3.0_f64.ln(), gradient.sum())
    };
    let outcomes = [0, 1, 2, 3].map(of);
    let logits = column(logit, ROWS);
    let objective = ImportanceWeighted::default().particles(3);
    let mut seen = [0; 4];
    let data = column(x, ROWS);
    let loss = objective
        .loss(&Bit::new(20).q(&data, &logits))
        .expect("legal");
    let value = -f64::from(loss.value());
    for gradient in by_row(&loss.backward(), &logits, ROWS) {
        let near = |(_, exact): &(f64, f64)| (gradient - exact).abs() < 2e-5;
        let outcome = outcomes.iter().position(near);
        seen[outcome.unwrap_or_else(|| panic!("{gradient} is none of {outcomes:?}"))] += 1;
    }
    assert!(seen.iter().all(|&times| times > 0), "{seen:?}");
    let exact: f64 = seen
        .iter()
        .zip(outcomes)
        .map(|(&n, (bound, _))| n as f64 * bound)
        .sum();
    assert_close("loss", value, exact / ROWS as f64, 1e-5, 1.0);
}
