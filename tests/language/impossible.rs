//! Rows in which every category is ruled out, and flows without a direction: errors at their own site, from every entry.

use elbow::family::Param;
use elbow::prelude::bijector::Planar;
use elbow::prelude::*;
use elbow::train::Adam;
use elbow_tests::support::tensors::noise;

type Triple = (Const<3>,);

model! {
    /// A class, with weights that the data give.
    struct Weighed { f: Linear<3, 1> }
    generative p(c: [3]) {
        sample y: [3] ~ OneHotCategorical::probs(c);
        sample x: [1] ~ Normal::new(f(y), 1.0);
    }
    inference q(x, c) { sample y ~ OneHotCategorical::logits(0.0); }
    inference q_own(x, c) { sample y ~ OneHotCategorical::probs(c); }
}

model! {
    /// The same by their logarithms.
    struct Logits { f: Linear<3, 1> }
    generative p(c: [3]) {
        sample y: [3] ~ OneHotCategorical::logits(ln(c));
        sample x: [1] ~ Normal::new(f(y), 1.0);
    }
    inference q(x, c) { sample y ~ OneHotCategorical::logits(0.0); }
    inference q_own(x, c) { sample y ~ OneHotCategorical::logits(ln(c)); }
}

model! {
    /// The same by index.
    struct Indexed {}
    generative p(c: [3]) {
        sample y ~ Categorical::probs(c);
        sample x ~ Normal::new(y, 1.0);
    }
    inference q(x, c) { sample y ~ Categorical::logits(Param::Number(0.0)); }
    inference q_own(x, c) { sample y ~ Categorical::probs(c); }
}

fn ln(c: Var<(usize, Const<3>)>) -> Var<(usize, Const<3>)> {
    c.ln()
}

fn weights(rows: &[[f32; 3]]) -> Batch<Triple> {
    batch(rows.concat()).expect("whole rows")
}

fn zeros<P: elbow::family::Plated>(rows: usize) -> elbow::dfdx::tensor::Tensor<P, f32, Device> {
    batch(vec![0.0; rows]).expect("rows")
}

/// The error of every entry, which is one.
macro_rules! entries {
    ($model:expr, $c:expr, $marginal:expr) => {{
        let (model, c, x) = ($model, $c, zeros(3));
        let rng = || noise(1, "rng").row(0);
        let mut told = vec![
            model.p(&c).sample(3, &mut rng()).err(),
            Elbo::default().loss(&model.q(&x, &c)).err(),
            Elbo::default().evaluate(&model.q(&x, &c)).err(),
            LogEvidence::samples(2).evaluate(&model.q(&x, &c)).err(),
            model.q_own(&x, &c).sample(&mut rng()).err(),
            model.q_own(&x, &c).reconstruct(&mut rng()).err(),
            Elbo::default().loss(&model.q_own(&x, &c)).err(),
        ];
        told.extend($marginal(&model, &x, &c));
        let told: Vec<String> = told
            .into_iter()
            .map(|e| e.expect("an error").to_string())
            .collect();
        assert!(told.iter().all(|t| *t == told[0]), "{told:#?}");
        let explained = model.q(&x, &c).explain().to_string();
        assert!(explained.contains(&told[0]), "{explained}");
        told[0].clone()
    }};
}

#[test]
fn weights_that_are_all_zero() {
    let c = || weights(&[[0.2, 0.3, 0.5], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]);
    let told = entries!(Weighed::new(0), c(), |m: &Weighed, x, c| {
        [m.q_own(x, c).marginal(WeighedQOwn::Y).err()]
    });
    let same = "at site `y`, OneHotCategorical: `probs` is 0 for every category of a vector in row 2; at least one must be greater than 0";
    assert_eq!(told, same);
    let told = entries!(Logits::new(0), c(), |m: &Logits, x, c| {
        [m.q_own(x, c).marginal(LogitsQOwn::Y).err()]
    });
    assert_eq!(
        told,
        "at site `y`, OneHotCategorical: `logits` is -inf for every category of a vector in row 2; at least one must be greater than -inf"
    );
    let told = entries!(Indexed::new(0), c(), |_: &Indexed, _, _| None);
    assert_eq!(told, same.replace("OneHotCategorical", "Categorical"));
}

#[test]
fn weights_below_zero() {
    let c = weights(&[[0.2, 0.3, 0.5], [0.2, -0.1, 0.5], [0.1, 0.1, 0.1]]);
    let told = entries!(Weighed::new(0), c, |m: &Weighed, x, c| {
        [m.q_own(x, c).marginal(WeighedQOwn::Y).err()]
    });
    assert_eq!(
        told,
        "at site `y`, OneHotCategorical: `probs` is -0.1 in row 1; it must be finite and 0 or more; end the network in `Softmax`, or write `logits` for numbers of any size"
    );
    // They are normalised.
    let c = weights(&[[0.2, 0.3, 0.5], [0.1, 0.1, 0.2], [1.5, 1.5, 1.5]]);
    let model = Weighed::new(0);
    let found = model
        .q_own(&zeros(3), &c)
        .marginal(WeighedQOwn::Y)
        .expect("legal")
        .as_vec();
    let exact = [
        0.2,
        0.3,
        0.5,
        0.25,
        0.25,
        0.5,
        1.0 / 3.0,
        1.0 / 3.0,
        1.0 / 3.0,
    ];
    assert!(
        found
            .iter()
            .zip(exact)
            .all(|(a, b): (&f32, f32)| (a - b).abs() < 1e-6),
        "{found:?}"
    );
}

#[test]
fn numbers_and_mixtures_that_rule_everything_out() {
    use elbow::prelude::Distribution;
    let told = |fault: Result<(), elbow::family::Fault>| fault.expect_err("impossible").to_string();
    let rest = "for every category of a vector in row 0; at least one must be greater than";
    let of = OneHotCategorical::<Triple>::probs(0.0);
    assert_eq!(told(of.check(2)), format!("`probs` is 0 {rest} 0"));
    let of = Categorical::<Triple>::logits(f32::NEG_INFINITY);
    assert_eq!(told(of.check(2)), format!("`logits` is -inf {rest} -inf"));
    let of = Mixture::new(
        f32::NEG_INFINITY,
        [Normal::<()>::new(0.0, 1.0), Normal::new(1.0, 1.0)],
    );
    assert_eq!(told(of.check(2)), format!("`logits` is -inf {rest} -inf"));
    let of = GumbelSoftmax::<Triple>::new(f32::NEG_INFINITY, 0.5);
    assert!(told(of.check(2)).contains("`logits` is -inf in row 0; it must be finite"));
    // Several vectors in an event: any of them, and blocks of rows count as rows of the site.
    type Two = (Const<2>, Const<2>);
    let values = vec![0.5, 0.5, 0.1, 0.9, 0.5, 0.5, 0.0, 0.0];
    let probs = batch::<(usize, Const<2>, Const<2>)>(values).expect("two rows");
    let of = OneHotCategorical::<Two>::probs(probs);
    assert!(
        told(of.check(6)).contains("in row 3;"),
        "{}",
        told(of.check(6))
    );
    assert_eq!(OneHotCategorical::<Triple>::probs(1.0).check(2), Ok(()));
}

model! {
    /// A guide that bends, from zero.
    struct Still {
        u: Parameter<Rank1<2>>,
        w: Parameter<Rank1<2>>,
        b: Parameter<Rank0>,
        decoder: Linear<2, 3>,
    }
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [3] ~ Normal::new(decoder(z), 1.0);
    }
    inference q(x) { sample z ~ Transformed::new(Normal::new(0.0, 1.0), Planar::new(u, w, b)); }
}

model! {
    /// The same from a random `w`.
    struct Bent {
        u: Parameter<Rank1<2>>,
        w: Parameter<Rank1<2>, Random>,
        b: Parameter<Rank0>,
        decoder: Linear<2, 3>,
    }
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [3] ~ Normal::new(decoder(z), 1.0);
    }
    inference q(x) { sample z ~ Transformed::new(Normal::new(0.0, 1.0), Planar::new(u, w, b)); }
}

#[test]
fn flows_without_a_direction() {
    let still = Still::new(0);
    let x: Batch<Triple> = batch(vec![0.5; 12]).expect("rows");
    let mut rng = noise(1, "rng").row(0);
    let told = [
        Elbo::default().loss(&still.q(&x)).err(),
        Elbo::default().evaluate(&still.q(&x)).err(),
        still.q(&x).sample(&mut rng).err(),
        LogEvidence::samples(2).evaluate(&still.q(&x)).err(),
    ];
    for told in told {
        assert_eq!(
            told.expect("no direction").to_string(),
            "at site `z`, Transformed: `w` is 0 in row 0; at least one of its elements must not be: of a learned one, declare `Parameter<…, Random>`, which is not zero at first"
        );
    }
}

#[test]
fn flows_train_from_a_random_direction() {
    let x: Batch<Triple> = batch((0..30).map(|i| (i % 7) as f32 * 0.3).collect()).expect("rows");
    for seed in 0..3 {
        let (mut bent, mut adam) = (Bent::new(seed), Adam::new(1e-2));
        assert!(
            bent.w
                .value
                .array()
                .iter()
                .all(|w| *w != 0.0 && w.abs() <= 0.5_f32.sqrt())
        );
        let before = Elbo::default()
            .particles(50)
            .evaluate(&bent.q(&x))
            .expect("legal")
            .elbo;
        for _ in 0..200 {
            let loss = Elbo::default().loss(&bent.q(&x)).expect("finite");
            adam.descend(&mut bent, loss).expect("finite");
        }
        let after = Elbo::default()
            .particles(50)
            .evaluate(&bent.q(&x))
            .expect("legal")
            .elbo;
        assert!(after > before + 0.1, "seed {seed}: {before}, then {after}");
        assert!(bent.u.value.array() != [0.0; 2], "the flow moves");
    }
}

/// A class that there is not is told with those that there are, wherever data come in.
#[test]
fn a_class_that_there_is_not() {
    model! {
        struct Labels { means: Parameter<Rank1<3>> }
        generative p { sample y ~ Categorical::<(Const<3>,)>::logits(means); }
        inference q(y) {}
    }
    let labels = Labels::new(0);
    let expected = "`y` is 3 in row 1, element 0, but a Categorical observation is one of its classes, 0, 1, 2";
    for bad in [3.0, -1.0, 1.5, 1e9, f32::NAN] {
        let y = batch(vec![2.0, bad]).expect("rows");
        let told = [
            Elbo::default().loss(&labels.q(&y)).map(drop),
            Elbo::default().evaluate(&labels.q(&y)).map(drop),
            LogEvidence::samples(1).evaluate(&labels.q(&y)).map(drop),
            labels
                .p()
                .log_joint(&LabelsPJoint { y: y.clone() })
                .map(drop),
        ];
        for told in told {
            let told = told.expect_err("no class").to_string();
            let told = told.replace(&format!("is {bad} in"), "is 3 in");
            assert!(told.starts_with(expected), "{told}");
        }
    }
}
