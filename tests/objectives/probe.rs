//! The probe against known means and variances, and that it leaves no trace.

use elbow::Error;
use elbow::family::Key;
use elbow::prelude::*;
use elbow::train::Adam;
use elbow_tests::support::programs::{column, fill};

/// `E (b − 0.45)²` by the logit of `b`, at 1: the exact gradient, and the known moments of each estimator.
const EXACT: f64 = 0.019_661_19;
/// The expectation of the straight-through gradient.
const THROUGH: f64 = 0.110_518_94;

macro_rules! probe {
    ($estimator:expr) => {{
        model! {
            struct Toy { guide: Parameter<Rank0> }
            generative p {
                sample b ~ Bernoulli::probs(0.5);
                let distance = (b - 0.45).abs();
                sample x ~ Factor::new(-distance.powf(2.0));
            }
            inference q(x) { sample b ~ Bernoulli::logits(guide) via $estimator; }
        }
        let mut toy = Toy::new(21);
        fill(&mut toy.guide.value, &[1.0]);
        let objective = Elbo::default().kl_weight(0.0);
        let probe = GradientProbe::new(&objective).repeats(20_000);
        probe.measure(&toy, &toy.q(&column(0.0, 1))).expect("legal")
    }};
}

fn only(probe: Probe) -> Probed {
    assert_eq!(probe.blocks.len(), 1);
    let block = probe.blocks.into_iter().next().expect("one");
    assert_eq!((block.site, block.tensors.len()), (Some("b"), 1));
    block
}

/// Within five standard errors; the effect is larger than ten.
#[track_caller]
fn assert_measured(name: &str, found: Measured, exact: f64, effect: f64) {
    let Measured {
        value,
        standard_error,
    } = found;
    assert!(
        (value - exact).abs() < 5.0 * standard_error + 1e-9,
        "{name}: {found}, not {exact}"
    );
    assert!(10.0 * standard_error < effect, "{name}: no power, {found}");
}

#[test]
fn the_moments_of_estimators_are_the_known_ones() {
    for (name, block, variance, mean) in [
        (
            "RLOO",
            only(probe!(Rloo { samples: 2 })),
            0.000_596_50,
            EXACT,
        ),
        ("DisARM", only(probe!(DisArm)), 0.000_332_11, EXACT),
        ("ReinMax", only(probe!(ReinMax)), 0.044_715_06, EXACT),
        ("ST", only(probe!(StraightThrough)), 0.030_401_12, THROUGH),
    ] {
        assert_measured(name, block.variance, variance, 0.5 * variance);
        let ratio = mean / variance.sqrt();
        assert_measured(name, block.signal_to_noise, ratio, 1.0);
        let bias = block.squared_bias.expect("measurable");
        assert_measured(name, bias, (mean - EXACT).powi(2), 0.006);
    }
}

#[test]
fn an_enumerated_site_has_neither_noise_nor_bias() {
    let block = only(probe!(Enumerate));
    assert_eq!(block.variance.value, 0.0);
    assert_eq!(block.signal_to_noise.value, f64::INFINITY);
    assert!(block.squared_bias.expect("measurable").value.abs() < 1e-15);
}

model! {
    /// A shared encoder, a bit and a normal that reads it, and a decoder.
    struct Mixed {
        encoder: Linear<2, 4>,
        logit: Linear<4, 1>,
        loc: Linear<4, 1>,
        shift: Linear<1, 1>,
        decoder: Linear<1, 2>,
    }
    generative p {
        sample b: [1] ~ Bernoulli::probs(0.5);
        sample z: [1] ~ Normal::new(b * 3.0, 1.0);
        sample x: [2] ~ Normal::new(decoder(z * z), 1.0);
    }
    inference through(x) {
        let h = encoder(x).tanh();
        sample b ~ Bernoulli::logits(logit(h)) via StraightThrough;
        sample z ~ Normal::new(loc(h) + shift(b), 0.7);
    }
    inference rloo(x) {
        let h = encoder(x).tanh();
        sample b ~ Bernoulli::logits(logit(h)) via Rloo { samples: 4 };
        sample z ~ Normal::new(loc(h) + shift(b), 0.7);
    }
}

fn data() -> Batch<(Const<2>,)> {
    batch(vec![1.0, -0.5, 2.0, 0.3, -1.0, 1.5]).expect("whole rows")
}

/// Blocks by what guides read; a bit's bias is measured beside a normal's noise, under either objective that sums.
#[test]
fn blocks_of_a_mixed_model() {
    let (mixed, x) = (Mixed::new(22), data());
    for objective in [
        Elbo::default(),
        Elbo::default().particles(2).sticking_the_landing(),
    ] {
        let probe = GradientProbe::new(&objective).repeats(5000);
        let through = probe.measure(&mixed, &mixed.through(&x)).expect("legal");
        let rloo = probe.measure(&mixed, &mixed.rloo(&x)).expect("legal");
        let blocks: Vec<_> = through
            .blocks
            .iter()
            .map(|b| (b.site, b.tensors.clone()))
            .collect();
        let of = |names: &[&str]| -> Vec<String> {
            let both = |name: &&str| [format!("{name}.weight"), format!("{name}.bias")];
            names.iter().flat_map(both).collect()
        };
        let expected = [
            (Some("b"), of(&["encoder", "logit"])),
            (Some("z"), of(&["encoder", "loc", "shift"])),
            (None, of(&["decoder"])),
        ];
        assert_eq!(blocks, expected);
        let bias = |probe: &Probe, site: usize| {
            probe.blocks[site].squared_bias.clone().expect("measurable")
        };
        let (biased, unbiased) = (bias(&through, 0), bias(&rloo, 0));
        assert!(biased.value > 8.0 * biased.standard_error, "{through}");
        for site in 0..3 {
            let bias = bias(&rloo, site);
            assert!(bias.value.abs() < 5.0 * bias.standard_error, "{rloo}");
        }
        assert!(
            8.0 * unbiased.standard_error < biased.value,
            "{through}\n{rloo}"
        );
        let shown = through.to_string();
        assert_eq!(shown.lines().count(), 5, "{shown}");
        assert!(
            shown.contains("(generative)") && shown.contains("5000 repeats"),
            "{shown}"
        );
    }
}

model! {
    /// A count, which cannot be listed.
    struct Count { log_rate: Parameter<Rank0> }
    generative p {
        sample n ~ Poisson::new(2.0);
        sample x ~ Normal::new(n, 1.0);
    }
    inference q(x) { sample n ~ Poisson::new(log_rate.exp()); }
}

#[test]
fn what_cannot_be_measured_says_why() {
    let elbo = Elbo::default();
    let (count, x) = (Count::new(23), column(1.0, 3));
    let probe = GradientProbe::new(&elbo)
        .repeats(20)
        .measure(&count, &count.q(&x));
    let probe = probe.expect("legal");
    let why = probe.blocks[0].squared_bias.as_ref().expect_err("no list");
    assert!(why.contains("`n` cannot be listed"), "{why}");
    assert!(
        probe
            .to_string()
            .contains("not measurable: the states of `n`"),
        "{probe}"
    );
    let (mixed, x) = (Mixed::new(22), data());
    let weighted = WakeSleep::default().particles(2);
    let probe = GradientProbe::new(&weighted)
        .repeats(20)
        .measure(&mixed, &mixed.rloo(&x));
    let probe = probe.expect("legal");
    let why = probe.blocks[0]
        .squared_bias
        .as_ref()
        .expect_err("another bound");
    assert!(why.contains("another bound"), "{why}");
    let error = GradientProbe::new(&elbo)
        .repeats(19)
        .measure(&mixed, &mixed.rloo(&x));
    let error = error.expect_err("too few");
    assert!(
        matches!(
            error,
            Error::Setting {
                setting: "the repeats of the probe",
                ..
            }
        ),
        "{error}"
    );
}

model! {
    /// A normal whose location is the root of what is learned.
    struct Root { square: Parameter<Rank0> }
    generative p {
        sample z ~ Normal::new(0.0, 1.0);
        sample x ~ Normal::new(z, 1.0);
    }
    inference q(x) { sample z ~ Normal::new(square.sqrt(), 1.0); }
}

/// At zero its slope is infinite, and the loss is not.
#[test]
fn a_gradient_that_is_not_finite_is_reported() {
    let mut root = Root::new(25);
    fill(&mut root.square.value, &[0.0]);
    let (elbo, x) = (Elbo::default(), column(1.0, 3));
    assert!(elbo.loss(&root.q(&x)).expect("legal").value().is_finite());
    let error = GradientProbe::new(&elbo).measure(&root, &root.q(&x));
    let error = error.expect_err("an infinite slope");
    assert!(
        matches!(&error, Error::NotFiniteGradient { parameters, .. } if *parameters == ["square.value"]),
        "{error}"
    );
}

/// The probe leaves the run's key and running means alone: training goes on exactly as without it.
#[test]
fn probing_changes_no_training() {
    let x = data();
    let train = |probed: bool| -> (Vec<f32>, Key) {
        let mut mixed = Mixed::new(24);
        let mut adam = Adam::new(0.01);
        let objective = Elbo::default();
        for _ in 0..3 {
            let program = mixed.rloo(&x);
            if probed {
                let (key, means) = (mixed.run_state().key(), mixed.run_state().means());
                let probe = GradientProbe::new(&objective).repeats(20);
                probe.measure(&mixed, &program).expect("legal");
                assert_eq!(mixed.run_state().key(), key);
                assert_eq!(mixed.run_state().means(), means);
            }
            let loss = objective.loss(&program).expect("legal");
            adam.descend(&mut mixed, loss).expect("finite gradients");
        }
        (mixed.encoder.weight.as_vec(), mixed.run_state().key())
    };
    assert_eq!(train(true), train(false));
}
