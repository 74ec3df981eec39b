//! Noise belongs to a seed, a step and a site's name: what else the model has does not matter.

use elbow::family::{Key, Place, Standard, Stream};
use elbow::prelude::*;
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
        sample w ~ Bernoulli::probs(0.3);
        sample b: [3] ~ Bernoulli::probs(0.4);
        sample z: [3] ~ Normal::new(0.0, 1.0);
        sample x: [3] ~ Normal::new(z + b, 1.0);
        sample y ~ Normal::new(w, 1.0);
    }
    inference q(x, y) {
        sample w ~ Bernoulli::logits(y);
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
        let key = Key::new(9, step);
        let few = latents(&two.q(&x()), key);
        let more = latents(&three.q(&x(), &y), key);
        assert_eq!(few.z.as_vec(), more.z.as_vec());
        assert_eq!(few.b.as_vec(), more.b.as_vec());
    }
    let key = Key::new(9, 9);
    let likelihood = |loss: elbow::prelude::Loss| {
        loss.sites()
            .iter()
            .find(|s| s.site == "x")
            .expect("the site")
            .mean
    };
    // Training too, whether `b` is relaxed, drawn or enumerated: before `z` in the one, after it in the
    // other. The sums over the states are then put together in another order.
    for (profile, bound) in [
        (Profile::Relaxed, 0),
        (Profile::ExactFirst, 0),
        (Profile::ExactFirst, 64),
        (Profile::Unbiased, 64),
    ] {
        let elbo = Elbo::default().profile(profile).enumerate_up_to(bound);
        let few = likelihood(elbo.loss(&two.q(&x()).at(key)).expect("legal"));
        let more = likelihood(elbo.loss(&three.q(&x(), &y).at(key)).expect("legal"));
        assert!((few - more).abs() < 1e-6, "{profile:?}: {few} {more}");
        let few = elbo.evaluate(&two.q(&x()).at(key)).expect("legal");
        let more = elbo.evaluate(&three.q(&x(), &y).at(key)).expect("legal");
        let [few, more] = [&few, &more].map(|of| {
            let x = of.sites.iter().find(|s| s.site == "x");
            x.expect("the site").mean
        });
        assert!((few - more).abs() < 1e-6, "{profile:?}: {few} {more}");
    }
}

/// Losses are counted within a step, and a step ends when a loss gives its gradients. A program that is made, evaluated or
/// explained is not counted.
#[test]
fn keys_follow_one_another() {
    let two = Two::new(77);
    for program in 0..3 {
        let expected = Key {
            seed: 77,
            step: 0,
            program,
        };
        let unused = two.q(&x());
        Elbo::default().evaluate(&unused).expect("legal");
        assert_eq!(two.run_state().key(), expected);
        let (free, named) = (two.q(&x()), two.q(&x()).at(expected));
        let [free, named] =
            [free, named].map(|program| Elbo::default().loss(&program).expect("legal").value());
        assert_eq!(free.to_bits(), named.to_bits());
    }
    // Drawing from the generative model is the caller's randomness and takes no key.
    two.p()
        .sample(
            2,
            &mut elbow_tests::support::tensors::noise(1, "rng").row(0),
        )
        .expect("legal");
    assert_eq!(two.run_state().key().program, 3);
    let loss = || Elbo::default().loss(&two.q(&x())).expect("legal");
    let (first, second) = (loss(), loss() * 2.0);
    assert_eq!(two.run_state().key().step, 0);
    // Both losses are of one step, and a dropped one of none.
    drop(loss());
    let _ = (first + second).backward();
    assert_eq!(two.run_state().key(), Key::new(77, 1));
    elbow::dfdx::tensor_ops::Backward::backward(loss().into_tensor());
    assert_eq!(two.run_state().key(), Key::new(77, 2));
}

/// A schedule is at the optimiser's step, whatever is evaluated in between.
#[test]
fn evaluations_move_no_schedule() {
    let two = Two::new(5);
    let elbo = Elbo::default().kl_weight(Schedule::linear(0.0, 1.0, 10));
    for step in 0..4 {
        elbo.evaluate(&two.q(&x())).expect("legal");
        let loss = elbo.loss(&two.q(&x())).expect("legal");
        let weighed = -loss.log_likelihood() + f64::from(step) * 0.1 * loss.kl();
        assert!((f64::from(loss.value()) - weighed).abs() < 1e-5);
        let _ = loss.backward();
    }
}

#[test]
fn seeds_steps_and_sites_draw_apart() {
    let two = Two::new(1);
    let draw = |seed, step| latents(&two.q(&x()), Key::new(seed, step)).z.as_vec();
    assert_eq!(draw(1, 1), draw(1, 1));
    assert_ne!(draw(1, 1), draw(1, 2));
    assert_ne!(draw(1, 1), draw(2, 1));
    // Seed and step do not stand for each other.
    assert_ne!(draw(1, 2), draw(2, 1));
}

/// An outer recording gets nothing of what an evaluation computes.
#[test]
fn evaluation_is_constant_to_a_recording() {
    use elbow::__macro::tape::is_recording;
    use elbow::family::record;
    let two = Two::new(1);
    let x = x();
    let (value, recording) = record(|| {
        assert!(is_recording());
        let probe: Var<Rank0> = Var::from(&x).sum();
        Elbo::default().evaluate(&two.q(&x)).expect("legal");
        LogEvidence::samples(3).evaluate(&two.q(&x)).expect("legal");
        two.q(&x).explain();
        assert!(is_recording(), "the outer recording goes on");
        probe
    });
    assert!(!is_recording());
    let gradients = recording.backward(&value);
    assert_eq!(gradients.get(&x).as_vec(), [1.0; 12]);
}

/// A site may be called as another site and a purpose in one.
#[test]
fn a_part_is_no_other_site() {
    let of = |site| Stream::new(Key::new(3, 1), site, Place::default());
    let [part, site] = [of("z").part("component"), of("zcomponent")];
    assert_ne!(
        part.numbers(Standard::Normal, 4, 4),
        site.numbers(Standard::Normal, 4, 4)
    );
}
