//! The running mean of the score function: what it is, when it moves, and that a run keeps it.

use elbow::family::{Key, Memory};
use elbow::prelude::*;
use elbow::train::{Adam, checkpoint};
use elbow_tests::support::tensors::assert_close;

const DECAY: f64 = 0.75;

model! {
    /// A certain bit with a certain cost, and one that is open.
    struct Bits {
        open: Parameter<Rank0>,
    }
    generative p {
        sample sure ~ Bernoulli::logits(0.0);
        sample z ~ Bernoulli::logits(0.0);
        sample x ~ Factor::new(sure * -3.0 + z);
    }
    inference q(x) {
        sample sure ~ Bernoulli::logits(60.0) via ScoreFunction::running_mean(0.75);
        sample z ~ Bernoulli::logits(open) via ScoreFunction::running_mean(0.75);
    }
    inference others(x) {
        sample sure ~ Bernoulli::logits(60.0) via ScoreFunction;
        sample z ~ Bernoulli::logits(open) via ScoreFunction;
    }
    inference plain(x) {
        sample sure ~ Bernoulli::logits(60.0);
        sample z ~ Bernoulli::logits(open);
    }
    inference again(x) {
        sample sure ~ Bernoulli::logits(60.0) via ScoreFunction::running_mean(0.75);
        sample z ~ Bernoulli::logits(60.0) via ScoreFunction::running_mean(0.75);
    }
}

fn bits(seed: u64) -> Bits {
    let mut bits = Bits::new(seed);
    bits.open.value.copy_from(&[60.0]);
    bits
}

fn data(rows: usize) -> Batch<()> {
    batch(vec![0.0; rows]).expect("rows")
}

fn mean(bits: &Bits, site: &str) -> Option<f64> {
    bits.run_state().means().get(site).copied()
}

/// Both bits earn −2 by what they influence, which is the one observation.
#[test]
fn it_is_the_cost_and_then_decays() {
    let bits = bits(1);
    let loss = || Elbo::default().loss(&bits.q(&data(3))).expect("legal");
    assert_eq!(mean(&bits, "z"), None);
    let first = loss();
    assert_eq!(mean(&bits, "z"), None, "nothing moves before the step ends");
    let _ = first.backward();
    assert_close("first", mean(&bits, "z").expect("a mean"), -2.0, 1e-6, 2.0);
    bits.run_state()
        .set_means([("z".to_owned(), 6.0), ("other".to_owned(), 1.0)].into());
    let _ = loss().backward();
    let expected = DECAY * 6.0 - (1.0 - DECAY) * 2.0;
    assert_close(
        "next",
        mean(&bits, "z").expect("a mean"),
        expected,
        1e-6,
        2.0,
    );
    assert_close(
        "the other site",
        mean(&bits, "sure").expect("a mean"),
        -2.0,
        1e-6,
        2.0,
    );
    assert_eq!(mean(&bits, "other"), Some(1.0));
}

/// What is only looked at leaves no trace; nor do sites that keep no mean.
#[test]
fn only_a_step_moves_it() {
    let bits = bits(2);
    let x = data(3);
    Elbo::default().loss(&bits.q(&x)).expect("legal");
    Elbo::default().evaluate(&bits.q(&x)).expect("legal");
    let _ = Elbo::default()
        .loss(&bits.plain(&x))
        .expect("legal")
        .backward();
    assert!(bits.run_state().means().is_empty());
}

/// If losses are added, both update the mean, in their order, and together end one step.
#[test]
fn added_losses_are_one_step() {
    let bits = bits(3);
    let x = data(2);
    bits.run_state().set_means([("z".to_owned(), 2.0)].into());
    let one = Elbo::default().loss(&bits.q(&x)).expect("legal");
    let other = Elbo::default().loss(&bits.again(&x)).expect("legal");
    let _ = (one + other).backward();
    assert_eq!(bits.run_state().key().step, 1);
    let once = DECAY * 2.0 - (1.0 - DECAY) * 2.0;
    let twice = DECAY * once - (1.0 - DECAY) * 2.0;
    assert_close("twice", mean(&bits, "z").expect("a mean"), twice, 1e-6, 2.0);
}

/// Two models have runs of their own, also where their losses are added.
#[test]
fn runs_do_not_mix() {
    let (one, other) = (bits(4), bits(5));
    let x = data(2);
    other.run_state().set_means([("z".to_owned(), 2.0)].into());
    let loss = |bits: &Bits| Elbo::default().loss(&bits.q(&x)).expect("legal");
    let _ = (loss(&one) + loss(&other)).backward();
    assert_close("own", mean(&one, "z").expect("a mean"), -2.0, 1e-6, 2.0);
    let expected = DECAY * 2.0 - (1.0 - DECAY) * 2.0;
    assert_close(
        "other",
        mean(&other, "z").expect("a mean"),
        expected,
        1e-6,
        2.0,
    );
    assert_eq!([one, other].map(|bits| bits.run_state().key().step), [1, 1]);
}

/// Every draw is paid its cost less the mean: the gradient is a line of the mean whose slope is the mean score.
#[test]
fn it_is_taken_off_every_draw() {
    let mut bits = bits(6);
    bits.open.value.copy_from(&[0.3]);
    let x = data(5);
    let gradient = |mean: f64| {
        bits.run_state().set_means([("z".to_owned(), mean)].into());
        let program = bits.q(&x).at(Key::new(7, 0));
        let gradients = Elbo::default().loss(&program).expect("legal").backward();
        f64::from(gradients.get(&bits.open.value).array())
    };
    let drawn = elbow_tests::support::programs::latents(&bits.q(&x), Key::new(7, 0));
    let on = 1.0 / (1.0 + (-0.3_f64).exp());
    let scores = drawn.z.as_vec().into_iter().map(|z| f64::from(z) - on);
    let slope = scores.sum::<f64>() / 5.0;
    assert!(slope.abs() > 0.01, "no power: {slope}");
    assert_close(
        "slope",
        gradient(5.0) - gradient(0.0),
        5.0 * slope,
        1e-5,
        1.0,
    );
}

/// The first step has no mean yet: there the other rows are the baseline, as without a memory.
#[test]
fn the_first_step_has_the_other_rows() {
    let mut bits = bits(10);
    bits.open.value.copy_from(&[0.3]);
    let (x, key) = (data(5), Key::new(7, 0));
    macro_rules! gradient {
        ($guide:ident) => {{
            let loss = Elbo::default()
                .loss(&bits.$guide(&x).at(key))
                .expect("legal");
            loss.backward().get(&bits.open.value).array().to_bits()
        }};
    }
    assert_eq!(gradient!(q), gradient!(others));
    assert_ne!(gradient!(q), gradient!(others), "now there is a mean");
}

/// A cost that is no number is not remembered.
#[test]
fn only_numbers_are_mixed_in() {
    for value in [f64::NAN, f64::NEG_INFINITY] {
        let memory = Memory::new(Some(1.0));
        memory.mix(value, 0.5);
        assert_eq!(memory.after(), Some(1.0));
    }
}

/// A resumed run is the uninterrupted one to the bit, means and all.
#[test]
fn a_checkpoint_keeps_it() {
    let path = std::env::temp_dir().join(format!("elbow-means-{}", std::process::id()));
    let train = |bits: &mut Bits, adam: &mut Adam| -> Vec<u32> {
        let x = data(4);
        (0..5)
            .map(|_| {
                let loss = Elbo::default().loss(&bits.q(&x)).expect("legal");
                adam.descend(bits, loss).expect("finite gradients");
                bits.open.value.array().to_bits()
            })
            .collect()
    };
    let (mut whole, mut adam) = (bits(8), Adam::new(0.1));
    whole.open.value.copy_from(&[0.3]);
    train(&mut whole, &mut adam);
    checkpoint::save(&path, &whole, &adam, &Default::default()).expect("a writable folder");
    let later = train(&mut whole, &mut adam);
    let load = || {
        let (mut bits, mut adam) = (bits(9), Adam::new(0.1));
        checkpoint::load(&path, &mut bits, &mut adam).expect("the file");
        (bits, adam)
    };
    let (mut resumed, mut other) = load();
    let (mut forgetful, mut third) = load();
    std::fs::remove_file(&path).expect("the file");
    assert!(mean(&resumed, "z").is_some());
    // The means matter: without them it goes another way.
    forgetful.run_state().set_means(Default::default());
    assert_eq!(train(&mut resumed, &mut other), later);
    assert_eq!(resumed.run_state().means(), whole.run_state().means());
    assert_ne!(train(&mut forgetful, &mut third), later);
}
