//! A flipped coin whose cost depends on the parameter too: derivatives through both (ADEV's `flip_exact_loss`).
//!
//! `b ~ Bernoulli(p)` earns 0 if it is 1 and `−p/2` if not: `E = −p(1 − p)/2`, `dE/dp = p − ½`.

use elbow::prelude::*;
use elbow_tests::support::statistics::assert_mean;

const ROWS: usize = 40_000;

model! {
    /// A coin, by every estimator.
    struct Coin {
        baseline: Parameter<Rank1<1>>,
    }
    generative p(on) {
        sample b ~ Bernoulli::probs(on);
        sample x ~ Factor::new((b - 1.0) * on * 0.5);
    }
    inference enumerated(x, on) { sample b ~ Bernoulli::probs(on) via Enumerate; }
    inference rloo(x, on) { sample b ~ Bernoulli::probs(on) via Rloo { samples: 2 }; }
    inference disarm(x, on) { sample b ~ Bernoulli::probs(on) via DisArm; }
    inference score(x, on) { sample b ~ Bernoulli::probs(on) via ScoreFunction; }
    inference running(x, on) {
        sample b ~ Bernoulli::probs(on) via ScoreFunction::running_mean(0.9);
    }
    inference learned(x, on) {
        sample b ~ Bernoulli::probs(on) via ScoreFunction::learned(baseline);
    }
    inference rebar(x, on) { sample b ~ Bernoulli::probs(on) via Rebar::default(); }
}

/// The bound, and its gradient by each row's `p`.
macro_rules! flipped {
    ($guide:ident, $on:expr, $rows:expr) => {{
        let coin = Coin::new(41);
        coin.run_state().set_means([("b".to_owned(), -0.1)].into());
        let column = |value: f64| batch::<(usize,)>(vec![value as f32; $rows]).expect("rows");
        let (x, on) = (column(0.0), column($on));
        let elbo = Elbo::default().kl_weight(0.0);
        let loss = elbo.loss(&coin.$guide(&x, &on)).expect("legal");
        let value = -f64::from(loss.value());
        let gradients = loss.backward().get(&on).as_vec();
        let own = gradients.iter().map(|g| -f64::from(*g) * $rows as f64);
        (value, own.collect::<Vec<f64>>())
    }};
}

#[test]
fn every_probability_has_its_derivative() {
    for on in [0.1, 0.3, 0.5, 0.7, 0.9] {
        let (value, exact) = flipped!(enumerated, on, 1);
        assert!((value + on * (1.0 - on) / 2.0).abs() < 1e-6, "{value}");
        assert!((exact[0] - (on - 0.5)).abs() < 1e-6, "{on}: {}", exact[0]);
        for (name, found) in [
            ("rloo", flipped!(rloo, on, ROWS)),
            ("disarm", flipped!(disarm, on, ROWS)),
            ("score", flipped!(score, on, ROWS)),
            ("running", flipped!(running, on, ROWS)),
            ("learned", flipped!(learned, on, ROWS)),
            ("rebar", flipped!(rebar, on, ROWS)),
        ] {
            assert_mean(&format!("{name} at {on}"), &found.1, on - 0.5, 0.06);
        }
    }
}

/// A function of an expectation: `d exp(E) = exp(E) dE`.
#[test]
fn a_function_of_the_expectation() {
    let (value, exact) = flipped!(enumerated, 0.4, 1);
    assert!((value + 0.12).abs() < 1e-6, "{value}");
    assert!((exact[0] + 0.1).abs() < 1e-6, "{}", exact[0]);
    assert!((value.exp() - 0.886_920_437).abs() < 1e-6);
    // The function is applied to the estimate of the expectation: here the mean over all rows.
    let (value, _) = flipped!(rloo, 0.4, ROWS);
    assert!((value.exp() - 0.886_920_437).abs() < 0.005, "{value}");
}
