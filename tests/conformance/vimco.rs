//! VIMCO's learning signals against leave-one-out bounds in `f64`, for given log-weights: also where they are far
//! apart.

use elbow::family::{
    Draw, Estimator, Gradient, LogWeights, Memory, Plan, Rows, Score, Scoring, Settings, Surrogate,
};
use elbow::prelude::*;
use elbow_tests::support::tensors::{assert_close, backward, scattered, to_f32, weighted};

/// `ln 1/K Σ e^w`
fn bound(log_weights: &[f64]) -> f64 {
    let most = log_weights.iter().copied().fold(f64::MIN, f64::max);
    let sum: f64 = log_weights.iter().map(|w| (w - most).exp()).sum();
    most + (sum / log_weights.len() as f64).ln()
}

/// `L̂ − L̂^−k`, the bound with the weight of draw `k` replaced by the geometric mean of the others.
fn signal(log_weights: &[f64], k: usize) -> f64 {
    let mut without = log_weights.to_vec();
    let others = log_weights.iter().sum::<f64>() - log_weights[k];
    without[k] = others / (log_weights.len() - 1) as f64;
    bound(log_weights) - bound(&without)
}

/// VIMCO's estimate of a draw with these log-weights, in blocks of so many.
pub fn estimate(q: &Bernoulli<()>, draw: &Draw<()>, rows: Rows, block: usize) -> Rows {
    let settings = Settings {
        scoring: Scoring::Weights {
            is_doubly_required: false,
        },
        ..Settings::default()
    };
    let plan: Plan<Bernoulli<()>> = Vimco.plan(&settings).expect("legal");
    let Gradient::Score(Score {
        surrogate: Surrogate::Weights(estimate),
        ..
    }) = plan.gradient
    else {
        panic!("it is paid its weights");
    };
    estimate(q, draw, &LogWeights { rows, block }, &Memory::default())
}

#[test]
fn the_signals_are_the_leave_one_out_differences() {
    for (particles, spread, shift) in [(2, 1.0, 0.0), (5, 3.0, -700.0), (10, 60.0, 5.0)] {
        let blocks = 4;
        let rows = particles * blocks;
        let log_weights: Vec<f64> = (0..rows)
            .map(|row| f64::from((shift + spread * scattered(row)) as f32))
            .collect();
        let drawn: Vec<f32> = (0..rows).map(|row| f32::from(row % 3 == 0)).collect();
        let logits: Vec<f32> = (0..rows).map(|row| scattered(row + 100) as f32).collect();
        let by_row = tensor(logits.clone(), (rows,));
        let gradients = backward(|| {
            let q = Bernoulli::<()>::logits(by_row.clone());
            let draw = Draw::of(Var::from(tensor(drawn.clone(), (rows,))));
            let own = Var::from(tensor(to_f32(&log_weights), (rows,)));
            let surrogate = estimate(&q, &draw, own.into(), particles);
            weighted(surrogate, &vec![1.0; rows])
        });
        let found = gradients.get(&by_row).as_vec();
        for (block, own) in log_weights.chunks(particles).enumerate() {
            for k in 0..particles {
                let row = block * particles + k;
                let on = 1.0 / (1.0 + (-f64::from(logits[row])).exp());
                let score = f64::from(drawn[row]) - on;
                // Rows are averaged and blocks are counted.
                let expected = particles as f64 * signal(own, k) * score;
                // Log-weights are f32: their rounding is that of the largest.
                let size = spread.max(shift.abs());
                let name = format!("{particles} particles, row {row}");
                assert_close(&name, f64::from(found[row]), expected, 4e-7 * size, size);
            }
        }
    }
}
