//! Discrete and continuous latents that depend on each other, evaluated on the discrete model.
//!
//! Nothing observed depends on the latents; `model!` warns of it.
#![allow(unused_must_use)]

use elbow::prelude::*;
use elbow_tests::support::programs::bounds;
use elbow_tests::support::statistics::assert_mean;

const OBSERVED: f64 = -0.918_938_533_204_672_7;

model! {
    /// A bit decides where a normal lies, in both models.
    struct BitThenNormal {}
    generative p {
        sample y ~ Bernoulli::probs(0.33);
        sample z ~ Normal::new(y * 1.5 - 0.5, 1.0);
        sample x ~ Normal::new(0.0, 1.0);
    }
    inference q(x) {
        sample y ~ Bernoulli::probs(0.43);
        sample z ~ Normal::new(y * 0.6 + 0.1, 0.8);
    }
}

model! {
    /// A normal decides how a coin falls, in both models.
    struct NormalThenBit {}
    generative p {
        sample z ~ Normal::new(0.0, 1.0);
        sample y ~ Bernoulli::logits(z * 2.0 - 0.5);
        sample x ~ Normal::new(0.0, 1.0);
    }
    inference q(x) {
        sample z ~ Normal::new(0.4, 0.7);
        sample y ~ Bernoulli::logits(z + 0.3);
    }
}

model! {
    /// Bit after bit.
    struct BitThenBit {}
    generative p {
        sample y ~ Bernoulli::probs(0.33);
        sample z ~ Bernoulli::probs(y * 0.45 + 0.1);
        sample x ~ Normal::new(0.0, 1.0);
    }
    inference q(x) {
        sample y ~ Bernoulli::probs(0.43);
        sample z ~ Bernoulli::probs(y * 0.17 + 0.1);
    }
}

fn data() -> Batch<()> {
    batch(vec![0.0; 400_000]).expect("whole rows")
}

fn bits(q: f64, p: f64) -> f64 {
    q * (q / p).ln() + (1.0 - q) * ((1.0 - q) / (1.0 - p)).ln()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[test]
fn a_bit_then_a_normal() {
    let normals = |y: f64| {
        let (m, s, p) = (y * 0.6 + 0.1, 0.8_f64, y * 1.5 - 0.5);
        0.5 * (s * s + (m - p).powi(2) - 1.0) - s.ln()
    };
    let exact = bits(0.43, 0.33) + 0.43 * normals(1.0) + 0.57 * normals(0.0);
    assert_mean(
        "bound",
        &bounds(&BitThenNormal::new(98).q(&data())),
        OBSERVED - exact,
        0.02,
    );
}

#[test]
fn a_normal_then_a_bit() {
    let of_z = 0.5 * (0.49 + 0.16 - 1.0) - 0.7_f64.ln();
    let of_y = elbow_tests::support::quadrature::integrate(
        |e: f64| {
            let z = 0.4 + 0.7 * e;
            let density = (-0.5 * e * e).exp() / (2.0 * std::f64::consts::PI).sqrt();
            density * bits(sigmoid(z + 0.3), sigmoid(2.0 * z - 0.5))
        },
        &[-12.0, 0.0, 12.0],
        100,
    );
    let rows = bounds(&NormalThenBit::new(99).q(&data()));
    assert_mean("bound", &rows, OBSERVED - of_z - of_y, 0.01);
}

#[test]
fn a_bit_then_a_bit() {
    let exact = bits(0.43, 0.33) + 0.43 * bits(0.27, 0.55);
    assert_mean(
        "bound",
        &bounds(&BitThenBit::new(100).q(&data())),
        OBSERVED - exact,
        0.01,
    );
}
