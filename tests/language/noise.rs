//! Noise belongs to a seed, a step and a site's name: what else the model has does not matter.

use elbow::noise::Key;
use elbow::prelude::*;
use elbow::program::Inference;
use elbow_tests::support::programs::latents;

model! {
    /// Two latents.
    struct Two {}
    generative p {
        sample z: [3] ~ Normal::new(0.0, 1.0);
        sample b: [3] ~ Bernoulli::probs(0.4);
        sample x: [3] ~ Normal::new(z + b, 1.0);
    }
    inference q(x) {
        sample z ~ Normal::new(x, 1.0);
        sample b ~ Bernoulli::probs(0.4);
    }
}

model! {
    /// The same with one more in between, and in another order.
    struct Three {}
    generative p {
        sample w ~ Normal::new(0.0, 1.0);
        sample b: [3] ~ Bernoulli::probs(0.4);
        sample z: [3] ~ Normal::new(0.0, 1.0);
        sample x: [3] ~ Normal::new(z + b, 1.0);
        sample y ~ Normal::new(w, 1.0);
    }
    inference q(x, y) {
        sample w ~ Normal::new(y, 1.0);
        sample b ~ Bernoulli::probs(0.4);
        sample z ~ Normal::new(x, 1.0);
    }
}

fn x() -> Batch<(Const<3>,)> {
    batch((0..12).map(|i| i as f32 * 0.1).collect()).expect("rows")
}

#[test]
fn another_site_leaves_the_others_alone() {
    let (two, three) = (Two::new(1), Three::new(1));
    let y: Batch<()> = batch(vec![0.0; 4]).expect("rows");
    for step in 0..5 {
        let key = Key { seed: 9, step };
        let few = latents(&two.q(&x()), key);
        let more = latents(&three.q(&x(), &y), key);
        assert_eq!(few.z.as_vec(), more.z.as_vec());
        assert_eq!(few.b.as_vec(), more.b.as_vec());
    }
    // Training too: the term of x is the same to the bit. (Not where `b` is enumerated before `z` is
    // drawn: each of its states then has a draw of its own.)
    let elbo = Elbo::default().profile(Profile::Relaxed);
    let key = Key { seed: 9, step: 9 };
    let likelihood = |loss: elbow::elbo::Loss| {
        loss.sites()
            .iter()
            .find(|s| s.site == "x")
            .expect("the site")
            .mean
    };
    let elbo = elbo.enumerate_up_to(0);
    let few = elbo.loss(&two.q(&x()).at(key)).expect("legal");
    let more = elbo.loss(&three.q(&x(), &y).at(key)).expect("legal");
    assert_eq!(likelihood(few), likelihood(more));
}

#[test]
fn keys_follow_one_another() {
    let two = Two::new(77);
    for step in 0..3 {
        assert_eq!(two.noise().peek(), Key { seed: 77, step });
        assert_eq!(two.q(&x()).key(), Key { seed: 77, step });
    }
    // Drawing from the generative model is the caller's randomness and takes no key.
    two.p()
        .sample(
            2,
            &mut elbow_tests::support::tensors::noise(1, "rng").row(0),
        )
        .expect("legal");
    assert_eq!(two.noise().peek().step, 3);
}

#[test]
fn seeds_steps_and_sites_draw_apart() {
    let two = Two::new(1);
    let draw = |seed, step| latents(&two.q(&x()), Key { seed, step }).z.as_vec();
    assert_eq!(draw(1, 1), draw(1, 1));
    assert_ne!(draw(1, 1), draw(1, 2));
    assert_ne!(draw(1, 1), draw(2, 1));
    // Seed and step do not stand for each other.
    assert_ne!(draw(1, 2), draw(2, 1));
}

/// An outer recording gets nothing of what an evaluation computes.
#[test]
fn evaluation_is_constant_to_a_recording() {
    use elbow::dfdx::tensor::{PutTape, SplitTape};
    use elbow::tape::{is_recording, record};
    let two = Two::new(1);
    let x = x();
    let (value, tape) = record(|| {
        assert!(is_recording());
        let probe: Var<Rank0> = x.retaped::<elbow::tape::Ambient>().sum::<Rank0, _>();
        Elbo::default().evaluate(&two.q(&x)).expect("legal");
        LogEvidence::samples(3).evaluate(&two.q(&x)).expect("legal");
        two.q(&x).explain();
        assert!(is_recording(), "the outer recording goes on");
        probe
    });
    assert!(!is_recording());
    let gradients = value.split_tape().0.put_tape(tape).backward();
    assert_eq!(gradients.get(&x).as_vec(), [1.0; 12]);
}
