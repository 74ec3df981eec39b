//! The toy of REBAR: a fair bit with cost `(b − t)²`, `t = 0.499` and `t = 0.45` (Tucker et al. 2017). The gradient by the
//! probability is 0.002 and 0.1, by the logit a quarter of it.

use elbow::prelude::*;
use elbow_tests::support::statistics::{Estimate, assert_mean};

const ROWS: usize = 200_000;

model! {
    /// A bit.
    struct Toy {}
    generative p(logit, target, constant) {
        sample b ~ Bernoulli::logits(0.0);
        sample x ~ Factor::new(-((b - target) * (b - target)) - constant);
    }
    inference half(x, logit, target, constant) {
        sample b ~ Bernoulli::logits(logit) via Rebar { temperature: 0.5, scale: 0.5 };
    }
    inference whole(x, logit, target, constant) {
        sample b ~ Bernoulli::logits(logit) via Rebar { temperature: 0.5, scale: 1.0 };
    }
    inference without(x, logit, target, constant) {
        sample b ~ Bernoulli::logits(logit) via Rebar { temperature: 0.5, scale: 0.0 };
    }
    inference sharp(x, logit, target, constant) {
        sample b ~ Bernoulli::logits(logit) via Rebar { temperature: 0.1, scale: 0.5 };
    }
    inference relaxed(x, logit, target, constant) {
        sample b ~ Bernoulli::logits(logit) via Relaxed { temperature: 0.5 };
    }
}

/// The cost's gradient by each row's logit.
macro_rules! estimates {
    ($guide:ident, $target:expr) => {
        estimates!($guide, $target, 0.0)
    };
    ($guide:ident, $target:expr, $constant:expr) => {{
        let toy = Toy::new(53);
        let column = |value: f32| batch::<(usize,)>(vec![value; ROWS]).expect("rows");
        let (logit, target, constant) = (column(0.0), column($target), column($constant));
        let elbo = Elbo::default().kl_weight(0.0);
        let loss = elbo
            .loss(&toy.$guide(&column(0.0), &logit, &target, &constant))
            .expect("legal");
        let gradients = loss.backward().get(&logit).as_vec();
        gradients
            .iter()
            .map(|g| f64::from(*g) * ROWS as f64)
            .collect::<Vec<f64>>()
    }};
}

fn variance(sample: &[f64]) -> f64 {
    Estimate::of(sample).standard_error.powi(2) * sample.len() as f64
}

#[test]
fn it_is_unbiased_at_any_scale_and_temperature() {
    for (target, exact) in [(0.499, 0.0005), (0.45, 0.025)] {
        assert_mean("half", &estimates!(half, target), exact, 0.006);
        assert_mean("whole", &estimates!(whole, target), exact, 0.006);
        assert_mean("without", &estimates!(without, target), exact, 0.006);
        assert_mean("sharp", &estimates!(sharp, target), exact, 0.006);
    }
}

/// The relaxation alone is off: 0.0214602 by quadrature.
#[test]
fn the_relaxation_alone_is_biased() {
    assert_mean("relaxed", &estimates!(relaxed, 0.45), 0.021_460_18, 0.003);
    let off = 0.025 - Estimate::of(&estimates!(relaxed, 0.45)).mean;
    assert!(off > 0.002, "{off}");
}

/// The signal-to-noise ratio: the mean is the same, so the smaller variance wins. A constant in the cost drowns the score
/// function, and the control variate takes it off.
#[test]
fn the_control_variate_raises_the_signal_to_noise_ratio() {
    let close = |own: f64, exact: f64| assert!((own / exact - 1.0).abs() < 0.03, "{own} {exact}");
    // Computed by enumeration: the score is ±½, the costs 0.3025 and 0.2025 or one more.
    close(variance(&estimates!(without, 0.45)), 0.015_939_06);
    close(variance(&estimates!(without, 0.45, 1.0)), 0.392_189_06);
    // Computed by quadrature, with and without the constant.
    close(variance(&estimates!(whole, 0.45)), 0.0226);
    close(variance(&estimates!(whole, 0.45, 1.0)), 0.0226);
}
