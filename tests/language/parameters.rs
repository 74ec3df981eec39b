//! An argument of a distribution may be a number, a learned tensor, or a tensor with one row per row of data.

use elbow::prelude::*;
use elbow_tests::support::programs::{fill, gradient};
use elbow_tests::support::tensors::assert_close;

model! {
    /// Every mixture of forms at once.
    struct Mixed {
        loc: Parameter<Rank1<2>>,
        scale: Parameter<Rank1<2>>,
        net: Linear<2, 2>,
    }

    generative p {
        sample a: [2] ~ Normal::new(loc, 1.5);
        sample b: [2] ~ Normal::new(0.5, scale);
        sample c: [2] ~ Normal::new(net(x0(a, 0.0)), scale);
        sample x: [2] ~ Normal::new(c * 0.0 + b * 0.0, 1.0);
    }

    inference q(x) {
        sample a ~ Normal::new(net(x), scale);
        sample b ~ Normal::new(loc, net(x).exp());
        sample c ~ Normal::new(net(x), net(x).exp());
    }
}

/// The tensor times a number: a helper on the right-hand side.
fn x0(a: Var<(usize, Const<2>)>, by: f32) -> Var<(usize, Const<2>)> {
    a * by
}

/// `KL(N(m, s) ‖ N(n, t))`
fn kl(m: f64, s: f64, n: f64, t: f64) -> f64 {
    (t / s).ln() + (s * s + (m - n).powi(2)) / (2.0 * t * t) - 0.5
}

#[test]
fn forms_mix() {
    let (loc, scale, bias) = ([0.3, -0.4], [0.7, 1.2], [0.1, -0.2]);
    let mut model = Mixed::new(1);
    fill(&mut model.loc.value, &loc);
    fill(&mut model.scale.value, &scale);
    fill(&mut model.net.weight, &[1.0, 0.0, 0.0, 1.0]);
    fill(&mut model.net.bias, &bias);
    let data = [[0.5, -1.0], [0.25, 0.75], [-0.5, 0.0]];
    let x: Batch<(Const<2>,)> =
        batch(data.concat().iter().map(|&x| x as f32).collect()).expect("rows");
    let loss = Elbo::default().loss(&model.q(&x)).expect("legal");
    let (mut a, mut b, mut c, mut by_loc) = (0.0, 0.0, 0.0, [0.0; 2]);
    for row in data {
        for i in 0..2 {
            let net: f64 = row[i] + bias[i];
            a += kl(net, scale[i], loc[i], 1.5) / 3.0;
            b += kl(loc[i], net.exp(), 0.5, scale[i]) / 3.0;
            c += kl(net, net.exp(), bias[i], scale[i]) / 3.0;
            by_loc[i] += ((loc[i] - net) / 2.25 + (loc[i] - 0.5) / scale[i].powi(2)) / 3.0;
        }
    }
    for (site, exact) in [("a", a), ("b", b), ("c", c)] {
        let found = loss
            .sites()
            .iter()
            .find(|s| s.site == site)
            .expect("the site")
            .mean;
        assert_close(site, found, exact, 2e-6, exact);
    }
    let found = gradient(&loss.backward(), &model.loc.value);
    for (found, exact) in found.into_iter().zip(by_loc) {
        assert_close("by loc", found, exact, 2e-6, 1.0);
    }
}

model! {
    /// The text has the estimator's settings.
    struct Explicit {
        guide: Parameter<Rank1<3>>,
        decoder: Linear<3, 2>,
    }
    generative p {
        sample z: [3] ~ Bernoulli::probs(0.3);
        sample x: [2] ~ Bernoulli::logits(decoder(z));
    }
    inference by_default(x) { sample z ~ Bernoulli::logits(guide); }
    inference at_half(x) { sample z ~ Bernoulli::logits(guide) via Relaxed { temperature: 0.5 }; }
}

/// `via` sets the temperature of one site, whatever the objective's.
#[test]
fn via_names_the_temperature() {
    use elbow::family::Key;
    use elbow::prelude::Inference;
    let model = Explicit::new(2);
    let x: Batch<(Const<2>,)> = batch(vec![1.0, 0.0, 1.0, 1.0]).expect("rows");
    let key = Key::new(1, 0);
    let by_default = |temperature: f32| {
        let elbo = Elbo::default()
            .profile(Profile::Relaxed)
            .temperature(temperature);
        elbo.loss(&model.by_default(&x).at(key))
            .expect("legal")
            .value()
    };
    let at_half = |temperature: f32| {
        let elbo = Elbo::default()
            .profile(Profile::Relaxed)
            .temperature(temperature);
        elbo.loss(&model.at_half(&x).at(key))
            .expect("legal")
            .value()
    };
    assert_eq!(by_default(0.5), at_half(0.1));
    assert_eq!(at_half(2.0), at_half(0.1));
    assert_ne!(by_default(2.0), by_default(0.5));
    // Evaluation is the same for both: hard draws from the same noise.
    let bound = |rows: Result<elbow::prelude::Evaluation, _>| rows.expect("legal").rows;
    assert_eq!(
        bound(
            Elbo::default()
                .enumerate_up_to(0)
                .profile(Profile::Relaxed)
                .evaluate(&model.by_default(&x).at(key))
        ),
        bound(
            Elbo::default()
                .enumerate_up_to(0)
                .profile(Profile::Relaxed)
                .evaluate(&model.at_half(&x).at(key))
        )
    );
}

const FIRST: f32 = 2.5;

model! {
    /// Tensors that start with numbers of every form.
    struct Started<const N: usize> {
        zero: Parameter<Rank1<2>>,
        all: Parameter<Rank2<2, N>> = FIRST,
        each: Parameter<Rank1<3>> = [1.0, -0.5 * 2.0, N as f32],
        rows: Parameter<Rank2<2, 2>> = [[1.0, 2.0], [3.0, 4.0]],
        blocks: Parameter<Rank3<1, 2, 1>> = [[[5.0], [6.0]]],
        alone: Parameter<Rank0> = -1.5,
        layer: Linear<3, 3>,
    }
    generative p { sample x: [3] ~ Normal::new(layer(each) + all.sum() + rows.sum() + blocks.sum() + alone + zero.sum(), 1.0); }
    inference q(x) {}
}

#[test]
fn a_parameter_starts_with_what_its_field_says() {
    let found = Started::<3>::new(4);
    assert_eq!(found.zero.value.as_vec(), [0.0; 2]);
    assert_eq!(found.all.value.as_vec(), [2.5; 6]);
    assert_eq!(found.each.value.as_vec(), [1.0, -1.0, 3.0]);
    assert_eq!(found.rows.value.as_vec(), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(found.blocks.value.as_vec(), [5.0, 6.0]);
    assert_eq!(found.alone.value.as_vec(), [-1.5]);
    // The layer has the numbers that it has without them, and so has a model on a device of one's own.
    let device = Device::seed_from_u64(4);
    let other = Started::<3>::on(&device, 4);
    assert_eq!(found.layer.weight.as_vec(), other.layer.weight.as_vec());
    assert_eq!(other.each.value.as_vec(), [1.0, -1.0, 3.0]);
}
