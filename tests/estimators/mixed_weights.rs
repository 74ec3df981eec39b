//! The importance-weighted bound with one site listed and another drawn: its gradient against the
//! sum over everything that can be drawn.

use elbow::prelude::*;

const ROWS: usize = 400_000;
const X: f64 = 1.5;
const LOGIT: f64 = 0.5;

model! {
    /// Two bits with a normal observation; the listed bit is drawn first or last, and read or not.
    struct Bits {}
    generative p(logit) {
        sample c ~ Bernoulli::probs(0.5);
        sample z ~ Bernoulli::probs(0.5);
        sample x ~ Normal::new(c * 2.0 + z, 1.0);
    }
    inference under_vimco(x, logit) {
        sample c ~ Bernoulli::logits(1.0) via Enumerate;
        sample z ~ Bernoulli::logits(logit + c * 0.0) via Vimco;
    }
    inference beside_vimco(x, logit) {
        sample c ~ Bernoulli::logits(1.0) via Enumerate;
        sample z ~ Bernoulli::logits(logit) via Vimco;
    }
    inference under_score(x, logit) {
        sample c ~ Bernoulli::logits(1.0) via Enumerate;
        sample z ~ Bernoulli::logits(logit + c * 0.0) via ScoreFunction;
    }
    inference beside_score(x, logit) {
        sample c ~ Bernoulli::logits(1.0) via Enumerate;
        sample z ~ Bernoulli::logits(logit) via ScoreFunction;
    }
    inference over_vimco(x, logit) {
        sample z ~ Bernoulli::logits(logit) via Vimco;
        sample c ~ Bernoulli::logits(1.0) via Enumerate;
    }
    inference over_score(x, logit) {
        sample z ~ Bernoulli::logits(logit) via ScoreFunction;
        sample c ~ Bernoulli::logits(1.0) via Enumerate;
    }
}

/// `p(c, z, x)/q(z)`, up to a factor that no logit moves.
fn weight(c: usize, z: usize, on: f64) -> f64 {
    let distance = X - 2.0 * c as f64 - z as f64;
    (-0.5 * distance * distance).exp() / if z == 1 { on } else { 1.0 - on }
}

/// `E log Σ_k w_k` over every outcome of the draws of `z`: one for each particle, or one for each
/// particle and state of `c`.
fn bound(logit: f64, particles: usize, one_each: bool) -> f64 {
    let on = 1.0 / (1.0 + (-logit).exp());
    let draws = if one_each { 2 * particles } else { particles };
    (0..1_usize << draws)
        .map(|outcome| {
            let z = |draw: usize| outcome >> draw & 1;
            let probability: f64 = (0..draws)
                .map(|draw| if z(draw) == 1 { on } else { 1.0 - on })
                .product();
            let total: f64 = (0..particles)
                .flat_map(|k| (0..2).map(move |c| (k, c)))
                .map(|(k, c)| weight(c, z(if one_each { 2 * k + c } else { k }), on))
                .sum();
            probability * total.ln()
        })
        .sum()
}

fn exact(particles: usize, one_each: bool) -> f64 {
    let step = 1e-5;
    let [high, low] = [step, -step].map(|d| bound(LOGIT + d, particles, one_each));
    (high - low) / (2.0 * step)
}

model! {
    /// A drawn bit between two listed ones.
    struct Three {}
    generative p(logit) {
        sample c ~ Bernoulli::probs(0.5);
        sample z ~ Bernoulli::probs(0.5);
        sample d ~ Bernoulli::probs(0.5);
        sample x ~ Normal::new(c * 2.0 + z - d * z * 1.5, 1.0);
    }
    inference between_vimco(x, logit) {
        sample c ~ Bernoulli::logits(1.0) via Enumerate;
        sample z ~ Bernoulli::logits(logit + c * 0.0) via Vimco;
        sample d ~ Bernoulli::logits(0.5) via Enumerate;
    }
    inference between_score(x, logit) {
        sample c ~ Bernoulli::logits(1.0) via Enumerate;
        sample z ~ Bernoulli::logits(logit + c * 0.0) via ScoreFunction;
        sample d ~ Bernoulli::logits(0.5) via Enumerate;
    }
}

/// `E log Σ_k w_k` with a draw for each particle and state of `c`, and `d` summed out of each.
fn bound_between(logit: f64, particles: usize) -> f64 {
    let on = 1.0 / (1.0 + (-logit).exp());
    let density = |z: f64| if z == 1.0 { on } else { 1.0 - on };
    let weight = |c: f64, z: f64| -> f64 {
        let of = |d: f64| (-0.5 * (X - 2.0 * c - z + 1.5 * d * z).powi(2)).exp();
        (of(0.0) + of(1.0)) / density(z)
    };
    let draws = 2 * particles;
    (0..1_usize << draws)
        .map(|outcome| {
            let z = |draw: usize| (outcome >> draw & 1) as f64;
            let probability: f64 = (0..draws).map(|draw| density(z(draw))).product();
            let total: f64 = (0..draws).map(|at| weight((at % 2) as f64, z(at))).sum();
            probability * total.ln()
        })
        .sum()
}

fn exact_between(particles: usize) -> f64 {
    let step = 1e-5;
    let [high, low] = [step, -step].map(|d| bound_between(LOGIT + d, particles));
    (high - low) / (2.0 * step)
}

/// Within five standard errors, which are below a tenth of what the faults that this is for moved.
macro_rules! assert_gradient {
    ($inference:ident, $one_each:expr) => {
        assert_gradient!(Bits, $inference, |particles| exact(particles, $one_each))
    };
    ($model:ident, $inference:ident, $exact:expr) => {
        for particles in [1, 2] {
            let bits = $model::new(7);
            let column = |v: f64| batch::<(usize,)>(vec![v as f32; ROWS]).expect("rows");
            let (x, logit) = (column(X), column(LOGIT));
            let loss = ImportanceWeighted::default()
                .particles(particles)
                .loss(&bits.$inference(&x, &logit));
            let gradient = loss.expect("legal").backward().get(&logit).as_vec();
            let own: Vec<f64> = gradient
                .iter()
                .map(|g| -f64::from(*g) * ROWS as f64)
                .collect();
            let mean = own.iter().sum::<f64>() / ROWS as f64;
            let variance = own.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / ROWS as f64;
            let error = (variance / ROWS as f64).sqrt();
            let exact: f64 = $exact(particles);
            assert!(error < 0.002, "no power: {error}");
            assert!(
                (mean - exact).abs() < 5.0 * error + 1e-6,
                "{} of {particles}: {mean}, not {exact} ± {error}",
                stringify!($inference)
            );
        }
    };
}

#[test]
fn a_draw_for_each_state() {
    assert_gradient!(under_vimco, true);
    assert_gradient!(under_score, true);
}

/// A draw that does not read the listed bit is one for all its states.
#[test]
fn a_draw_beside_the_states() {
    assert_gradient!(beside_vimco, false);
    assert_gradient!(beside_score, false);
}

#[test]
fn all_states_of_a_draw() {
    assert_gradient!(over_vimco, false);
    assert_gradient!(over_score, false);
}

#[test]
fn a_draw_between_listed_states() {
    assert_gradient!(Three, between_vimco, exact_between);
    assert_gradient!(Three, between_score, exact_between);
}
