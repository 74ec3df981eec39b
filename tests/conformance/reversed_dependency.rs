//! The reversed-dependency trap: a latent whose prior depends on what its own draw moved.
//!
//! `q: z₂ → z₁`, `p: z₁ → z₂`. The closed form of z₂'s divergence holds z₁ fixed, which moves with z₂: it
//! gives 3.55 where the truth is 2.15. Nothing observed depends on the latents; `model!` warns of it.
#![allow(unused_must_use)]

use elbow::prelude::*;
use elbow_tests::support::programs::{bounds, evidence, fill, gradient, train};
use elbow_tests::support::statistics::assert_mean;

/// `ln N(0; 0, 1)`, the term of the observation.
const OBSERVED: f64 = -0.918_938_533_204_672_7;

model! {
    /// Normal latents.
    struct Normals { loc: Parameter<Rank0> }
    generative p {
        sample z1 ~ Normal::new(0.0, 1.0);
        sample z2 ~ Normal::new(z1 * 2.0, 1.0);
        sample x ~ Normal::new(0.0, 1.0);
    }
    inference q(x) {
        sample z2 ~ Normal::new(loc, 1.0);
        sample z1 ~ Normal::new(z2 * 0.7, 1.0);
    }
}

model! {
    /// The same through `let`s, which must not hide it.
    struct Lets { loc: Parameter<Rank0> }
    generative p {
        sample z1 ~ Normal::new(0.0, 1.0);
        let twice = z1 + z1;
        let (mean, _) = (twice, 1.0);
        sample z2 ~ Normal::new(mean, 1.0);
        sample x ~ Normal::new(0.0, 1.0);
    }
    inference q(x) {
        sample z2 ~ Normal::new(loc, 1.0);
        let part = z2 * 0.7;
        sample z1 ~ Normal::new(part, 1.0);
    }
}

model! {
    /// Bits.
    struct Bits {}
    generative p {
        sample z1 ~ Bernoulli::probs(0.5);
        sample z2 ~ Bernoulli::probs(z1 * 0.3 + 0.4);
        sample x ~ Normal::new(0.0, 1.0);
    }
    inference q(x) {
        sample z2 ~ Bernoulli::probs(0.3);
        sample z1 ~ Bernoulli::probs(z2 * 0.5 + 0.2);
    }
}

fn data(rows: usize) -> Batch<()> {
    batch(vec![0.0; rows]).expect("whole rows")
}

fn normals(seed: u64) -> Normals {
    let mut model = Normals::new(seed);
    fill(&mut model.loc.value, &[1.0]);
    model
}

#[test]
fn the_divergence_is_the_true_one() {
    let model = normals(71);
    let rows = bounds(&model.q(&data(200_000)));
    assert_mean("evaluated", &rows, OBSERVED - 2.15, 0.2);
    let x = data(1000);
    let (losses, gradients) = train(
        Elbo::default(),
        100,
        || model.q(&x),
        |g| gradient(g, &model.loc.value),
    );
    assert_mean("loss", &losses, 2.15 - OBSERVED, 0.2);
    // The divergence is ½(0.49(m² + 1) + 1) + ½(0.16(m² + 1) + 4) − 1 at guide mean m.
    assert_mean("gradient", &gradients[0], 0.65, 0.1);
}

#[test]
fn lets_do_not_hide_it() {
    let mut model = Lets::new(72);
    fill(&mut model.loc.value, &[1.0]);
    let rows = bounds(&model.q(&data(200_000)));
    assert_mean("evaluated", &rows, OBSERVED - 2.15, 0.2);
    assert_refused(&model.q(&data(1)), Elbo::default());
}

#[test]
fn bits_have_it_too() {
    let model = Bits::new(73);
    let mut divergence = 0.0;
    for (z2, q2) in [(0.0, 0.7_f64), (1.0, 0.3)] {
        for (z1, q1) in [(0.0, 0.8 - 0.5 * z2), (1.0, 0.2 + 0.5 * z2)] {
            let on = 0.4 + 0.3 * z1;
            let p2: f64 = if z2 == 1.0 { on } else { 1.0 - on };
            divergence += q2 * q1 * (q2.ln() + q1.ln() - 0.5_f64.ln() - p2.ln());
        }
    }
    let rows = bounds(&model.q(&data(200_000)));
    assert_mean("evaluated", &rows, OBSERVED - divergence, 0.02);
    // Every ratio at its draw: right whatever the graph.
    let rows = evidence(&model.q(&data(200_000)), 1);
    assert_mean("weighed", &rows, OBSERVED - divergence, 0.02);
}

/// `explain` says that the closed form is not used for `z2`, why, and names the parent.
fn assert_refused<I: Inference>(program: &I, elbo: Elbo) {
    let explanation = elbo.explain(program);
    let choices = explanation.choices().expect("a legal program");
    let choice = |site| choices.iter().find(|c| c.site == site).expect("the site");
    let refused = choice("z2").divergence.as_deref().expect("a latent");
    assert!(refused.contains("log-ratio"), "{refused}");
    assert!(
        refused.contains("`z1`, a parent of `z2` in p, descends from `z2` in q"),
        "{refused}"
    );
    let closed = choice("z1").divergence.as_deref().expect("a latent");
    assert!(closed.starts_with("closed-form"), "{closed}");
    assert!(
        closed.contains("no parent of `z1` in p descends"),
        "{closed}"
    );
    // The printed explanation says the same.
    assert!(explanation.to_string().contains("a parent of `z2` in p"));
}

#[test]
fn the_explanation_names_the_parent() {
    assert_refused(&normals(74).q(&data(1)), Elbo::default());
}

/// A discrete site has the same reason, relaxed, enumerated or drawn.
#[test]
fn the_explanation_names_the_parent_of_a_bit() {
    let model = Bits::new(75);
    for profile in [Profile::Relaxed, Profile::ExactFirst, Profile::Unbiased] {
        assert_refused(&model.q(&data(1)), Elbo::default().profile(profile));
    }
}
