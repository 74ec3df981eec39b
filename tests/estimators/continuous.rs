//! Draws that carry their own gradient: pathwise and implicit, and few rows of the score function.

use elbow::prelude::*;
use elbow_tests::support::statistics::assert_mean;

const ROWS: usize = 40_000;

model! {
    /// A normal, a gamma and a bit that earn what they are.
    struct Own {}
    generative p(a, b) {
        sample z ~ Normal::new(0.0, 1.0);
        sample x ~ Factor::new(z * z);
    }
    inference q(x, a, b) {
        sample z ~ Normal::new(a, b) via Pathwise;
    }
}

model! {
    /// A gamma that earns its square.
    struct Sizes {}
    generative p(a, b) {
        sample z ~ Gamma::new(1.0, 1.0);
        sample x ~ Factor::new(z * z);
    }
    inference q(x, a, b) {
        sample z ~ Gamma::new(a, b) via Implicit;
    }
}

model! {
    /// A bit that earns itself.
    struct Bit {}
    generative p(logit) {
        sample z ~ Bernoulli::logits(0.0);
        sample x ~ Factor::new(z);
    }
    inference q(x, logit) {
        sample z ~ Bernoulli::logits(logit) via ScoreFunction;
    }
}

fn column(value: f64, rows: usize) -> Batch<()> {
    batch(vec![value as f32; rows]).expect("rows")
}

macro_rules! estimates {
    ($model:expr, $a:expr, $b:expr, $kl_weight:expr) => {{
        let (a, b) = (column($a, ROWS), column($b, ROWS));
        let elbo = Elbo::default().kl_weight($kl_weight);
        let loss = elbo
            .loss(&$model.q(&column(0.0, ROWS), &a, &b))
            .expect("legal");
        let gradients = loss.backward();
        [a, b].map(|own| {
            let own = gradients.get(&own).as_vec();
            own.iter()
                .map(|g| -f64::from(*g) * ROWS as f64)
                .collect::<Vec<f64>>()
        })
    }};
}

/// `E z² = a² + b²`, and the divergence from the standard normal is `½(a² + b² − 1) − ln b`.
#[test]
fn a_normal() {
    let [a, b] = estimates!(Own::new(3), 0.6, 0.8, 0.0);
    assert_mean("location", &a, 1.2, 0.1);
    assert_mean("scale", &b, 1.6, 0.15);
    let [a, b] = estimates!(Own::new(3), 0.6, 0.8, 1.0);
    assert_mean("location, with its divergence", &a, 0.6, 0.1);
    assert_mean("scale, with its divergence", &b, 1.6 - 0.8 + 1.25, 0.15);
}

/// `E z² = a(a + 1)/b²`
#[test]
fn a_gamma() {
    let [a, b] = estimates!(Sizes::new(5), 2.5, 2.0, 0.0);
    assert_mean("shape", &a, 6.0 / 4.0, 0.2);
    assert_mean("rate", &b, -2.0 * 2.5 * 3.5 / 8.0, 0.3);
}

/// Two rows are each other's baseline: with any other share of the mean the estimate would be off.
#[test]
fn two_rows_are_enough() {
    let bit = Bit::new(7);
    let (x, logit) = (column(0.0, 2), column(0.4, 2));
    let elbo = Elbo::default().kl_weight(0.0);
    let found: Vec<f64> = (0..4_000)
        .map(|step| {
            let program = bit.q(&x, &logit).at(elbow::family::Key::new(9, step));
            let gradients = elbo.loss(&program).expect("legal").backward();
            -gradients
                .get(&logit)
                .as_vec()
                .iter()
                .copied()
                .map(f64::from)
                .sum::<f64>()
        })
        .collect();
    let on = 1.0 / (1.0 + (-0.4_f64).exp());
    assert_mean("gradient", &found, on * (1.0 - on), 0.06);
}
