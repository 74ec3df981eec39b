//! Free bits: value and gradient on both sides of the floor, through every kind of term.

use elbow::Error;
use elbow::family::Key;
use elbow::prelude::*;
use elbow_tests::support::programs::{by_row, column};
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::{assert_close, to_f32};

model! {
    /// A normal with a normal mean.
    struct Pair {}
    generative p(loc) {
        sample z ~ Normal::new(0.0, 1.0);
        sample x ~ Normal::new(z, 1.0);
    }
    inference q(x, loc) {
        sample z ~ Normal::new(loc, 0.5);
    }
}

const LOCS: [f64; 4] = [0.1, -0.3, 2.0, 1.0];

/// `KL(N(m, ¼) ‖ N(0, 1))`
fn kl(m: f64) -> f64 {
    2.0_f64.ln() + 0.5 * (0.25 + m * m) - 0.5
}

/// The loss of four rows at one key, its log-likelihood, and the gradient of each row.
fn run(objective: &Elbo) -> (f64, f64, Vec<f64>) {
    let x = column(0.7, 4);
    let loc: Batch<()> = batch(to_f32(&LOCS)).expect("whole rows");
    let loss = objective
        .loss(&Pair::new(1).q(&x, &loc).at(Key::new(1, 0)))
        .expect("legal");
    let (value, fit) = (loss.value().into(), loss.log_likelihood());
    let mean = LOCS.map(kl).iter().sum::<f64>() / 4.0;
    // The report has the divergence itself, whatever it costs in training.
    assert_close("divergence", loss.kl(), mean, 1e-6, 1.0);
    (value, fit, by_row(&loss.backward(), &loc, 4))
}

#[test]
fn the_mean_of_the_batch_is_what_counts() {
    let mean = LOCS.map(kl).iter().sum::<f64>() / 4.0;
    for particles in [1, 3] {
        for weight in [1.0, 0.25] {
            let elbo = Elbo::default()
                .particles(particles)
                .kl_weight(weight as f32);
            let (plain, fit, gradient) = run(&elbo);
            assert_close("plain", plain, weight * mean - fit, 1e-6, 4.0);
            // Two rows lie below the floor, but the batch does not: nothing changes, not a digit.
            let floor = mean - 0.05;
            assert!(kl(LOCS[0]) < floor && kl(LOCS[1]) < floor);
            assert_eq!(
                run(&elbo.clone().free_bits("z", floor as f32)),
                (plain, fit, gradient)
            );
            // Above, the floor is paid, and the gradient is that without a divergence.
            let floor = mean + 0.05;
            let (value, _, gradient) = run(&elbo.clone().free_bits("z", floor as f32));
            assert_close("free", value, weight * floor - fit, 1e-6, 4.0);
            let (_, _, without) = run(&Elbo::default().particles(particles).kl_weight(0.0));
            assert_eq!(gradient, without);
        }
    }
    // The last floor of a site counts, and none is none.
    let elbo = Elbo::default();
    let (plain, ..) = run(&elbo);
    assert_eq!(run(&elbo.free_bits("z", 9.0).free_bits("z", 0.0)).0, plain);
}

model! {
    /// A bit that moves the prior of a normal, which alone is seen.
    struct Bit {}
    generative p(logit) {
        sample y ~ Bernoulli::probs(0.4);
        sample z ~ Normal::new(y * 3.0, 1.0);
        sample x ~ Normal::new(z, 1.0);
    }
    inference listed(x, logit) {
        sample y ~ Bernoulli::logits(logit);
        sample z ~ Normal::new(0.5, 0.8);
    }
    inference rloo(x, logit) {
        sample y ~ Bernoulli::logits(logit) via Rloo { samples: 3 };
        sample z ~ Normal::new(0.5, 0.8);
    }
    inference scored(x, logit) {
        sample y ~ Bernoulli::logits(logit) via ScoreFunction;
        sample z ~ Normal::new(0.5, 0.8);
    }
    inference disarm(x, logit) {
        sample y ~ Bernoulli::logits(logit) via DisArm;
        sample z ~ Normal::new(0.5, 0.8);
    }
}

/// The gradient by the logit comes from both divergences; the normal's comes through the bit's cost or weight.
#[test]
fn a_free_divergence_is_no_cost() {
    const LOGIT: f64 = 0.7;
    let on = 1.0 / (1.0 + (-LOGIT).exp());
    let of_bit = on * (1.0 - on) * (LOGIT - (0.4_f64 / 0.6).ln());
    let of_normal = |y: f64| 0.5 * (0.64 + (0.5 - 3.0 * y).powi(2) - 1.0) - 0.8_f64.ln();
    let moved = on * (1.0 - on) * (of_normal(1.0) - of_normal(0.0));
    let mean = on * of_normal(1.0) + (1.0 - on) * of_normal(0.0);
    let bit_kl = on * (on / 0.4).ln() + (1.0 - on) * ((1.0 - on) / 0.6).ln();
    let plain = Elbo::default();
    let cases = [
        ("none", plain.clone(), -of_bit - moved),
        (
            "below",
            plain.clone().free_bits("z", mean as f32 - 0.1),
            -of_bit - moved,
        ),
        (
            "z",
            plain.clone().free_bits("z", mean as f32 + 0.1),
            -of_bit,
        ),
        (
            "y",
            plain.clone().free_bits("y", bit_kl as f32 + 0.1),
            -moved,
        ),
        (
            "both",
            plain
                .free_bits("z", mean as f32 + 0.1)
                .free_bits("y", bit_kl as f32 + 0.1),
            0.0,
        ),
    ];
    const ROWS: usize = 100_000;
    let (x, logit) = (column(1.0, ROWS), column(LOGIT, ROWS));
    let bit = Bit::new(2);
    for (name, elbo, exact) in cases {
        for particles in [1, 2] {
            let elbo = elbo.clone().particles(particles);
            macro_rules! check {
                ($program:ident) => {
                    let loss = elbo.loss(&bit.$program(&x, &logit)).expect("legal");
                    let own = by_row(&loss.backward(), &logit, ROWS);
                    let name = format!("{name} free, {}, {particles}", stringify!($program));
                    assert_mean(&name, &own, exact, 0.1);
                };
            }
            check!(listed);
            check!(rloo);
            check!(scored);
            check!(disarm);
        }
    }
}

#[test]
fn sites_that_have_none() {
    let (x, logit) = (column(1.0, 2), column(0.0, 2));
    let bit = Bit::new(2);
    for (site, told) in [
        (
            "w",
            "the free bits name `w`, which is no latent site; the latents are `y`, `z`",
        ),
        (
            "x",
            "the free bits name `x`, which is no latent site; the latents are `y`, `z`",
        ),
    ] {
        let elbo = Elbo::default().free_bits("y", 0.1).free_bits(site, 0.1);
        let error = elbo
            .loss(&bit.listed(&x, &logit))
            .expect_err("no such site");
        assert!(matches!(error, Error::NoSuchLatent { .. }), "{error}");
        assert_eq!(error.to_string(), told);
        assert!(elbo.explain(&bit.listed(&x, &logit)).choices().is_err());
    }
    for nats in [-0.1, f32::NAN, f32::INFINITY] {
        let elbo = Elbo::default().free_bits("y", nats);
        let error = elbo
            .loss(&bit.listed(&x, &logit))
            .expect_err("no such floor");
        assert_eq!(
            error.to_string(),
            format!(
                "the free bits of `y` are {nats}; they must be finite and not negative, in nats"
            )
        );
    }
}

/// Evaluation knows no floor.
#[test]
fn evaluation_has_none() {
    let (x, logit) = (column(1.0, 3), column(0.3, 3));
    let bit = Bit::new(2);
    let at = || bit.listed(&x, &logit).at(Key::new(2, 0));
    let free = Elbo::default().free_bits("z", 50.0).free_bits("y", 50.0);
    let own = |elbo: Elbo| elbo.evaluate(&at()).expect("legal");
    assert_eq!(own(free), own(Elbo::default()));
}
