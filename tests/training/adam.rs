//! Adam: dfdx's trains an elbow model, and elbow's is the same.
//!
//! `model!` warns of the latent that nothing observed depends on.
#![allow(unused_must_use)]

use elbow::Error;
use elbow::dfdx::optim::{Adam as DfdxAdam, AdamConfig, Optimizer, Sgd, SgdConfig};
use elbow::dfdx::shapes::Axis;
use elbow::dfdx::tensor_ops::SumTo;
use elbow::prelude::*;
use elbow::train::Adam;
use elbow_tests::support::programs::fill;

use crate::model::{Vae, data, parameters};

fn losses(vae: &mut Vae<3>, mut descend: impl FnMut(&mut Vae<3>, Loss)) -> Vec<f32> {
    let x = data();
    let step = |_| {
        let loss = Elbo::default().loss(&vae.q(&x)).expect("legal");
        let value = loss.value();
        descend(vae, loss);
        value
    };
    (0..100).map(step).collect()
}

/// dfdx computes `1 − βᵗ` in `f32`, which is off by up to 6·10⁻⁶ of itself in the first steps, and the
/// draws of a bit by bit different model amplify it.
fn assert_same(config: AdamConfig, mut adam: Adam) {
    let (mut theirs, mut ours) = (Vae::<3>::new(11), Vae::<3>::new(11));
    let mut dfdx = DfdxAdam::new(&theirs, config);
    let first = losses(&mut theirs, |vae, loss| {
        dfdx.update(vae, &loss.backward())
            .expect("every parameter has a gradient");
    });
    let second = losses(&mut ours, |vae, loss| {
        adam.descend(vae, loss).expect("finite gradients")
    });
    assert_eq!(adam.steps(), 100);
    for (step, (a, b)) in first.iter().zip(second).enumerate() {
        assert!((a - b).abs() < 1e-5, "step {step}: {a} and {b}");
    }
    for (a, b) in parameters(&theirs).into_iter().zip(parameters(&ours)) {
        let (a, b) = (f32::from_bits(a), f32::from_bits(b));
        assert!((a - b).abs() <= 5e-6 * a.abs().max(1.0), "{a} and {b}");
    }
    let (start, end) = (
        first[..10].iter().sum::<f32>(),
        first[90..].iter().sum::<f32>(),
    );
    assert!(
        end < start - 1.0,
        "dfdx's Adam trains the model: {start} to {end}"
    );
}

#[test]
fn ours_is_the_same_as_that_of_dfdx() {
    let config = AdamConfig {
        lr: 0.01,
        ..AdamConfig::default()
    };
    assert_same(config, Adam::new(0.01));
    let (betas, eps) = ([0.5, 0.9], 1e-3);
    let config = AdamConfig {
        lr: 0.02,
        betas,
        eps,
        weight_decay: None,
    };
    assert_same(config, Adam::new(0.02).betas(0.5, 0.9).epsilon(1e-3));
}

/// An optimiser of dfdx's, whichever it is.
fn by<O: Optimizer<Vae<3>, Device, f32>>(mut optimiser: O) -> impl FnMut(&mut Vae<3>, Loss) {
    move |vae, loss| {
        let updated = optimiser.update(vae, &loss.backward());
        updated.expect("every parameter has a gradient");
    }
}

#[test]
fn ours_is_an_optimiser_of_dfdx() {
    let (mut first, mut second) = (Vae::<3>::new(11), Vae::<3>::new(11));
    let mut adam = Adam::new(0.01);
    let descended = losses(&mut first, |vae, loss| {
        adam.descend(vae, loss).expect("finite gradients")
    });
    assert_eq!(losses(&mut second, by(Adam::new(0.01))), descended);
    assert_eq!(parameters(&first), parameters(&second));
}

#[test]
fn an_optimiser_names_what_the_loss_does_not_depend_on() {
    let mut vae = Vae::<3>::new(11);
    let before = parameters(&vae);
    let (nothing, recording) = elbow::family::record(|| Var::from(tensor(vec![1.0], ())));
    let gradients = Loss::recorded(&nothing, recording).backward();
    let updated = Adam::new(0.01).update(&mut vae, &gradients);
    assert!(updated.is_err_and(|error| error.to_string().contains("Unused")));
    assert_eq!(parameters(&vae), before);
}

#[test]
fn other_optimisers_of_dfdx_train_too() {
    let mut vae = Vae::<3>::new(12);
    let mut sgd = Sgd::new(
        &vae,
        SgdConfig {
            lr: 0.05,
            ..SgdConfig::default()
        },
    );
    let found = losses(&mut vae, |vae, loss| {
        sgd.update(vae, &loss.backward())
            .expect("every parameter has a gradient");
    });
    assert!(found[90..].iter().sum::<f32>() < found[..10].iter().sum::<f32>() - 1.0);
}

model! {
    /// A normal guide and nothing else: the gradients, `m` and `s − 1/s`, have no noise.
    struct Guide {
        loc: Parameter<Rank0>,
        scale: Parameter<Rank0>,
    }
    generative p { sample z ~ Normal::new(0.0, 1.0); }
    inference q() { sample z ~ Normal::new(loc, scale); }
}

fn guide([loc, scale]: [f64; 2]) -> Guide {
    let mut guide = Guide::new(16);
    fill(&mut guide.loc.value, &[loc]);
    fill(&mut guide.scale.value, &[scale]);
    guide
}

/// The update rule of Kingma and Ba, algorithm 1, in `f64`; dfdx's keeps to it as well as `f32` lets it.
#[test]
fn ours_is_the_published_rule() {
    let mut theta = [2.0, 0.3];
    let (mut ours, mut theirs) = (guide(theta), guide(theta));
    let mut adam = Adam::new(0.02);
    let config = AdamConfig {
        lr: 0.02,
        ..AdamConfig::default()
    };
    let mut dfdx = DfdxAdam::new(&theirs, config);
    let (mut m, mut v) = ([0.0; 2], [0.0; 2]);
    for t in 1..=100 {
        let g: [f64; 2] = [theta[0], theta[1] - 1.0 / theta[1]];
        for i in 0..2 {
            m[i] = 0.9 * m[i] + 0.1 * g[i];
            v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
            let first = m[i] / (1.0 - 0.9_f64.powi(t));
            let second = v[i] / (1.0 - 0.999_f64.powi(t));
            theta[i] -= 0.02 * first / (second.sqrt() + 1e-8);
        }
        let loss = Elbo::default().loss(&ours.q()).expect("legal");
        adam.descend(&mut ours, loss).expect("finite gradients");
        let loss = Elbo::default().loss(&theirs.q()).expect("legal");
        dfdx.update(&mut theirs, &loss.backward())
            .expect("two gradients");
        for (model, allowed) in [(&ours, 1e-6), (&theirs, 5e-6)] {
            let found = [model.loc.value.array(), model.scale.value.array()].map(f64::from);
            for (found, exact) in found.iter().zip(theta) {
                let allowed = allowed * exact.abs().max(1.0);
                assert!(
                    (found - exact).abs() < allowed,
                    "step {t}: {found}, {exact}"
                );
            }
        }
    }
}

/// The first step of Adam is the learning rate, whatever the gradient: so a schedule shows.
#[test]
fn the_learning_rate_follows_its_schedule() {
    let mut vae = Vae::<3>::new(13);
    let mut adam = Adam::scheduled(Schedule::linear(0.0, 0.25, 2)).betas(0.0, 0.0);
    let x = data();
    for expected in [0.0, 0.125, 0.25, 0.25] {
        let before = vae.from_bits.bias.array();
        let loss = Elbo::default().loss(&vae.q(&x)).expect("legal");
        adam.descend(&mut vae, loss).expect("finite gradients");
        for (a, b) in vae.from_bits.bias.array().iter().zip(before) {
            assert!(
                ((a - b).abs() - expected).abs() < 1e-4,
                "{a} after {b}, rate {expected}"
            );
        }
    }
}

/// With β₁ = β₂ = 0 and a large ε a step is `lr · g/ε`, so that it shows what clipping and decay make of a gradient.
#[test]
fn gradients_are_clipped_and_weights_decay() {
    let gradients = |change: &dyn Fn(Adam) -> Adam| {
        let mut vae = Vae::<3>::new(13);
        let before = parameters(&vae);
        let mut adam = change(Adam::new(1e6).betas(0.0, 0.0).epsilon(1e6));
        let loss = Elbo::default().loss(&vae.q(&data())).expect("legal");
        adam.descend(&mut vae, loss).expect("finite gradients");
        let after = parameters(&vae);
        let pairs = before.into_iter().zip(after);
        let numbers = pairs.map(|(a, b)| [f32::from_bits(a), f32::from_bits(b)].map(f64::from));
        numbers.map(|[a, b]| (a, a - b)).collect::<Vec<_>>()
    };
    let norm = |gradients: &[f64]| gradients.iter().map(|g| g * g).sum::<f64>().sqrt();
    let only = |pairs: Vec<(f64, f64)>| pairs.into_iter().map(|(_, g)| g).collect::<Vec<_>>();
    let plain = only(gradients(&|adam| adam));
    let whole = norm(&plain);
    let close = |found: &[f64], expected: &dyn Fn(f64) -> f64| {
        for (found, own) in found.iter().zip(&plain) {
            let expected = expected(*own);
            assert!((found - expected).abs() < 2e-6, "{found}, not {expected}");
        }
    };
    let most = whole / 3.0;
    close(
        &only(gradients(&|adam| adam.clip_norm(most as f32))),
        &|g| g / 3.0,
    );
    close(
        &only(gradients(&|adam| adam.clip_norm(2.0 * whole as f32))),
        &|g| g,
    );
    close(&only(gradients(&|adam| adam.clip_value(0.01))), &|g| {
        g.clamp(-0.01, 0.01)
    });
    let both = gradients(&|adam| adam.clip_norm(most as f32).clip_value(0.01));
    close(&only(both), &|g| (g / 3.0).clamp(-0.01, 0.01));
    // λ · lr = 0.2.
    for ((weight, moved), own) in gradients(&|adam| adam.weight_decay(2e-7))
        .iter()
        .zip(&plain)
    {
        let expected = own + if *own == 0.0 { 0.0 } else { 0.2 * weight };
        assert!((moved - expected).abs() < 2e-6, "{moved}, not {expected}");
    }
    for (adam, said) in [
        (
            Adam::new(0.1).clip_norm(0.0),
            "the norm at which gradients are clipped is 0; it must be positive and finite",
        ),
        (
            Adam::new(0.1).clip_value(f32::NAN),
            "the number at which gradients are clipped is NaN; it must be positive and finite",
        ),
        (
            Adam::new(0.1).weight_decay(-1.0),
            "the weight decay is -1; it must be finite and not negative",
        ),
    ] {
        let (mut adam, mut vae) = (adam, Vae::<3>::new(13));
        let loss = Elbo::default().loss(&vae.q(&data())).expect("legal");
        let error = adam.descend(&mut vae, loss).expect_err("a setting");
        assert_eq!(error.to_string(), said);
    }
}

model! {
    /// Two inference models that read different parameters.
    struct Either {
        first: Parameter<Rank0>,
        second: Parameter<Rank0>,
    }
    generative p {
        sample z ~ Normal::new(0.0, 1.0);
        sample x ~ Normal::new(z, 1.0);
    }
    inference by_first(x) { sample z ~ Normal::new(first, 1.0); }
    inference by_second(x) { sample z ~ Normal::new(second, 1.0); }
}

/// Momentum moves no parameter that the loss of a step does not depend on, nor does such a step count
/// in that parameter's moments.
#[test]
fn parameters_that_the_loss_ignores_stay() {
    let x = batch(vec![3.0; 4]).expect("rows");
    let mut model = Either::new(14);
    let mut adam = Adam::new(0.1);
    let loss = Elbo::default().loss(&model.by_first(&x)).expect("legal");
    adam.descend(&mut model, loss).expect("finite gradients");
    let first = model.first.value.array();
    assert_ne!(first, 0.0);
    assert_eq!(model.second.value.array(), 0.0);
    for _ in 0..3 {
        let loss = Elbo::default().loss(&model.by_second(&x)).expect("legal");
        adam.descend(&mut model, loss).expect("finite gradients");
    }
    assert_eq!(model.first.value.array(), first);
    assert_ne!(model.second.value.array(), 0.0);
}

/// Steps with operations of dfdx and without take turns, alone and in sums: no gradient of a step before is left in the
/// next one's.
#[test]
fn every_step_has_its_own_gradient() {
    let x = batch(vec![3.0, -1.0, 2.0]).expect("rows");
    let own = |model: &Either| Elbo::default().loss(&model.by_first(&x)).expect("legal");
    let other = |model: &Either| Elbo::default().loss(&model.by_second(&x)).expect("legal");
    let mixed = |model: &Either| {
        let (loss, recording) = elbow::family::record(|| -> Var<()> {
            let [first, second] =
                [&model.first, &model.second].map(|own| -> Var<()> { Var::from(&own.value) });
            Var::from((first.exp() + second - 2.0).into_tensor().square())
        });
        Loss::recorded(&loss, recording)
    };
    let losses: [&dyn Fn(&Either) -> Loss; 6] = [
        &own,
        &mixed,
        &other,
        &|model| own(model) + mixed(model) * 0.5,
        &|model| mixed(model) + other(model),
        &|model| own(model) * 2.0 + other(model),
    ];
    let (mut ours, mut theirs) = (Either::new(15), Either::new(15));
    let mut adam = Adam::new(0.05);
    let config = AdamConfig {
        lr: 0.05,
        ..AdamConfig::default()
    };
    let mut dfdx = DfdxAdam::new(&theirs, config);
    for loss in losses.into_iter().cycle().take(48) {
        let [own, same] = [&ours, &theirs].map(loss);
        adam.descend(&mut ours, own).expect("finite gradients");
        // Says which parameters the loss did not depend on, and updates the others.
        let _ = dfdx.update(&mut theirs, &same.backward());
        for (a, b) in [(&ours.first, &theirs.first), (&ours.second, &theirs.second)] {
            let (a, b) = (a.value.array(), b.value.array());
            assert!((a - b).abs() < 2e-5, "{a} and {b}");
        }
    }
}

model! {
    /// Two numbers in one tensor.
    struct Two { numbers: Parameter<Rank1<2>> }
    generative p { sample z: [2] ~ Normal::new(0.0, 1.0); }
    inference q() { sample z ~ Normal::new(numbers, 1.0); }
}

/// Adds one gradient after another to the first of two numbers, and 1 to the second each time; returns the moments as they
/// are shown.
fn moments_after(gradients: impl Iterator<Item = f32>) -> (Vec<f32>, String) {
    let mut model = Two::new(0);
    let mut adam = Adam::new(0.1);
    for gradient in gradients {
        let (loss, recording) = elbow::family::record(|| -> Var<()> {
            let slopes: Var<Rank1<2>> =
                Var::from(tensor(vec![gradient, 1.0], Rank1::<2>::default()));
            slopes.note_unlearned();
            let numbers: Var<Rank1<2>> = Var::from(&model.numbers.value);
            (numbers * slopes).sum()
        });
        adam.descend(&mut model, Loss::recorded(&loss, recording))
            .expect("finite gradients");
    }
    (model.numbers.value.as_vec(), format!("{adam:?}"))
}

/// A moment that no gradient feeds any more becomes zero, not a subnormal number, on which a processor
/// takes a hundred times as long.
#[test]
fn moments_do_not_linger_below_the_normal_numbers() {
    let once = |step| if step == 0 { 1.0 } else { 0.0 };
    let (_, shown) = moments_after((0..1000).map(once));
    assert!(shown.contains("first: [0.0, "), "{shown}");
    // The square of 1e-21 is such a number; the first moment is not.
    let (moved, shown) = moments_after((0..20).map(|_| 1e-21));
    assert!(shown.contains("second: [0.0, "), "{shown}");
    assert!(!shown.contains("first: [0.0, "), "{shown}");
    assert!(moved[0].abs() < 1e-10 && moved[1] < -1.9, "{moved:?}");
}

/// The square of a large gradient is beyond `f32`, and an infinite moment could not be saved.
#[test]
fn moments_stay_finite() {
    let once = |step| if step == 0 { 1e21 } else { 1.0 };
    let (moved, shown) = moments_after((0..10).map(once));
    let (_, moments) = shown.split_once("moments").expect("moments");
    assert!(
        !moments.contains("inf") && !moments.contains("NaN"),
        "{shown}"
    );
    assert!(moved[0].is_finite() && moved[1] < -0.9, "{moved:?}");
}

/// `sign` times the loss of a parabola, with operations of dfdx.
fn bowl(model: &Either, sign: f32) -> Loss {
    let (loss, recording) = elbow::family::record(|| -> Var<()> {
        let first: Var<()> = Var::from(&model.first.value);
        Var::from((first - 1.0).into_tensor().square()) * sign
    });
    Loss::recorded(&loss, recording)
}

/// Steps of two models by one optimiser, some of them by dfdx's interface: no buffer goes from one to the other.
#[test]
fn models_take_turns() {
    let x = batch(vec![3.0; 4]).expect("rows");
    let (mut one, mut two) = (Either::new(17), Either::new(18));
    let mut adam = Adam::new(0.1).betas(0.0, 0.0);
    let steep = Elbo::default().loss(&one.by_first(&x)).expect("legal") * 1000.0;
    adam.descend(&mut one, steep).expect("finite gradients");
    let gradients = bowl(&two, 1.0).backward();
    let _ = adam.update(&mut two, &gradients);
    let loss = bowl(&two, 1.0);
    adam.descend(&mut two, loss).expect("finite gradients");
    let before = one.first.value.array();
    let loss = bowl(&one, -1.0);
    adam.descend(&mut one, loss).expect("finite gradients");
    let after = one.first.value.array();
    // Away from 1, where the first step was on its way to.
    assert!((after - before + 0.1).abs() < 1e-4, "{before} to {after}");
}

/// One tensor under two names moves under both, whatever operations there are.
#[test]
fn tied_parameters_stay_tied() {
    let layer = Device::default().build_module::<Linear<2, 1>, f32>();
    for is_mixed in [false, true] {
        let mut tied = (layer.clone(), layer.clone());
        let mut adam = Adam::new(0.1);
        let x = batch::<(usize, elbow::prelude::Const<2>)>(vec![1.0, 2.0]).expect("rows");
        for _ in 0..3 {
            let (loss, recording) = elbow::family::record(|| {
                let ends = [&tied.0, &tied.1].map(|layer| layer.forward(Var::from(&x)));
                let [first, second] =
                    ends.map(|end| elbow::family::mean(&end.reshape_like(&(1,)).into()));
                let sum = elbow::family::weighted_sum(vec![(first, 1.0), (second, 2.0)]);
                if is_mixed {
                    Var::from(sum.into_tensor() * 1.0)
                } else {
                    sum
                }
            });
            adam.descend(&mut tied, Loss::recorded(&loss, recording))
                .expect("finite gradients");
        }
        assert_eq!(tied.0.weight.as_vec(), tied.1.weight.as_vec());
        assert_ne!(tied.0.weight.as_vec(), layer.weight.as_vec());
    }
}

/// A finite loss may have an infinite slope, as the root has at zero.
#[test]
fn a_gradient_that_is_not_finite_moves_nothing() {
    let mut model = Either::new(14);
    fill(&mut model.second.value, &[1.0]);
    let mut adam = Adam::new(0.1);
    let (loss, recording) = elbow::family::record(|| -> Var<()> {
        let [first, second] =
            [&model.first, &model.second].map(|own| -> Var<()> { Var::from(&own.value) });
        first.sqrt() + second.square()
    });
    let error = adam
        .descend(&mut model, Loss::recorded(&loss, recording))
        .expect_err("an infinite slope");
    let Error::NotFiniteGradient { step, parameters } = &error else {
        panic!("{error}");
    };
    assert_eq!(
        (*step, &parameters[..]),
        (0, &["first.value".to_owned()][..])
    );
    assert!(
        error.to_string().contains("by `first.value` is not finite"),
        "{error}"
    );
    // No step was taken that could have been too long.
    assert!(!error.to_string().contains("learning rate"), "{error}");
    assert_eq!(model.first.value.array(), 0.0);
    assert_eq!(model.second.value.array(), 1.0);
    assert_eq!(adam.steps(), 0);
}

/// No setting ruins the model: it is told before anything moves.
#[test]
fn settings_that_make_no_sense_move_nothing() {
    let sound = || Adam::new(0.1);
    let cases = [
        (Adam::new(f32::NAN), "the learning rate is NaN"),
        (Adam::new(f32::INFINITY), "the learning rate is inf"),
        (Adam::new(-0.5), "the learning rate is -0.5"),
        // Finite, but not after the correction for bias.
        (Adam::new(1e38), "the learning rate is "),
        (sound().betas(1.0, 0.999), "β₁ is 1"),
        (sound().betas(0.9, -0.25), "β₂ is -0.25"),
        (sound().betas(0.9, f64::NAN), "β₂ is NaN"),
        (sound().epsilon(0.0), "ε is 0"),
        (sound().epsilon(1e-39), "ε is "),
        (sound().epsilon(f32::NAN), "ε is NaN"),
    ];
    let x = batch(vec![3.0; 4]).expect("rows");
    let mut model = Either::new(14);
    for (mut adam, told) in cases {
        let loss = Elbo::default().loss(&model.by_first(&x)).expect("legal");
        let error = adam.descend(&mut model, loss).expect_err(told).to_string();
        assert!(error.starts_with(told), "{error}");
        assert_eq!((model.first.value.array(), adam.steps()), (0.0, 0));
    }
    let loss = Elbo::default().loss(&model.by_first(&x)).expect("legal");
    Adam::new(0.0).descend(&mut model, loss).expect("no step");
    assert_eq!(model.first.value.array(), 0.0);
}

/// The loss of one model says nothing of another.
#[test]
fn a_loss_of_another_model_is_refused() {
    let x = batch(vec![3.0; 4]).expect("rows");
    let (mut one, two) = (Either::new(14), Either::new(14));
    let mut adam = Adam::new(0.1);
    let loss = Elbo::default().loss(&two.by_first(&x)).expect("legal");
    let error = adam.descend(&mut one, loss).expect_err("another's");
    assert_eq!(
        error.to_string(),
        "the loss depends on none of `first.value`, `second.value`; descend it with the model that it is a loss of"
    );
    assert_eq!((one.first.value.array(), adam.steps()), (0.0, 0));
}

/// The sum of each row, by dfdx's own operation.
fn summed(rows: Var<(usize, Const<2>)>) -> Var<(usize,)> {
    Var::from(rows.into_tensor().sum::<_, Axis<1>>())
}

/// Operations of dfdx take part in these losses: of its gradients there is always one, if only of zeros.
#[test]
fn a_mixed_loss_of_another_model_is_refused() {
    model! {
        struct Doubled { loc: Parameter<Rank0>, bits: Parameter<Rank1<2>> }
        generative p {
            sample z ~ Normal::new(0.0, 1.0);
            sample b: [2] ~ Bernoulli::probs(0.5);
            let sum = summed(b);
            sample x ~ Normal::new(z * 2.0 + sum, 1.0);
        }
        inference q(x) {
            sample z ~ Normal::new(loc, 1.0);
            sample b ~ Bernoulli::logits(bits);
        }
    }
    let x = batch(vec![3.0; 4]).expect("rows");
    let (mut one, mut two) = (Doubled::new(1), Doubled::new(2));
    let mut adam = Adam::new(0.1);
    for round in 0..3 {
        let loss = Elbo::default().loss(&two.q(&x)).expect("legal");
        let error = adam.descend(&mut one, loss).expect_err("another's");
        assert!(matches!(error, elbow::Error::OtherModel { .. }), "{error}");
        assert_eq!((one.loc.value.array(), adam.steps()), (0.0, round));
        // Its own loss goes down, with what the other's left in memory.
        let loss = Elbo::default().loss(&two.q(&x)).expect("legal");
        adam.descend(&mut two, loss).expect("its own");
    }
    // A loss of both is one of each.
    let mut adam = Adam::new(0.1);
    let both = Elbo::default().loss(&one.q(&x)).expect("legal")
        + Elbo::default().loss(&two.q(&x)).expect("legal");
    adam.descend(&mut one, both).expect("part of it");
    assert_ne!(one.loc.value.array(), 0.0);
}

/// A gradient of zero is one: a model at its optimum may be descended.
#[test]
fn a_gradient_of_zero_is_no_other_model() {
    model! {
        struct Still { loc: Parameter<Rank0> }
        generative p { sample x ~ Normal::new(loc * 0.0, 1.0); }
        inference q(x) {}
    }
    let mut still = Still::new(1);
    let mut adam = Adam::new(0.1);
    for _ in 0..2 {
        let x = batch(vec![0.0; 4]).expect("rows");
        let loss = Elbo::default().loss(&still.q(&x)).expect("legal");
        adam.descend(&mut still, loss).expect("its own");
    }
    assert_eq!(adam.steps(), 2);
}

/// A quadratic bowl, far away: Adam's sign and size are right on their own account.
#[test]
fn the_mean_of_a_normal_is_found() {
    let x = batch(vec![3.0; 64]).expect("rows");
    let mut model = Either::new(15);
    fill(&mut model.first.value, &[-2.0]);
    let mut adam = Adam::scheduled(Schedule::exponential(0.1, 3e-3));
    for _ in 0..1000 {
        let loss = Elbo::default().loss(&model.by_first(&x)).expect("legal");
        adam.descend(&mut model, loss).expect("finite gradients");
    }
    // The posterior mean of one observation at 3, of prior and likelihood of variance 1.
    assert!((model.first.value.array() - 1.5).abs() < 0.03);
}
