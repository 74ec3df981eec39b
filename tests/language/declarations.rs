//! Declarations that are legal: const parameters, no fields, no inputs, several guides, in a function.

use elbow::prelude::*;
use elbow_tests::support::programs::{bounds, evidence, fill, gradient, train};
use elbow_tests::support::statistics::{Estimate, assert_mean};
use elbow_tests::support::tensors::{assert_close, noise};

model! {
    /// One text, many sizes.
    pub struct Sized<const PIXELS: usize, const LATENTS: usize> {
        encoder: Linear<PIXELS, LATENTS>,
        decoder: Linear<LATENTS, PIXELS>,
    }
    generative p {
        sample z: [LATENTS] ~ Bernoulli::probs(0.5);
        sample x: [PIXELS] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
    }
}

fn bound<const PIXELS: usize, const LATENTS: usize>() -> f64 {
    let mut model = Sized::<PIXELS, LATENTS>::new(1);
    fill(&mut model.decoder.weight, &vec![0.0; PIXELS * LATENTS]);
    fill(&mut model.decoder.bias, &vec![0.0; PIXELS]);
    fill(&mut model.encoder.weight, &vec![0.0; PIXELS * LATENTS]);
    fill(&mut model.encoder.bias, &vec![0.0; LATENTS]);
    let x: Batch<(Const<PIXELS>,)> = batch(vec![1.0; 2 * PIXELS]).expect("rows");
    Elbo::default().evaluate(&model.q(&x)).expect("legal").elbo
}

#[test]
fn sizes_are_parameters() {
    let ln2 = std::f64::consts::LN_2;
    assert_close("3 pixels", bound::<3, 1>(), -3.0 * ln2, 1e-6, 1.0);
    assert_close("1 pixel", bound::<1, 7>(), -ln2, 1e-6, 1.0);
    assert_close("100 pixels", bound::<100, 20>(), -100.0 * ln2, 1e-6, 100.0);
}

/// A model with nothing to learn and no network, inside a function.
#[test]
fn a_model_in_a_function_without_fields() {
    model! {
        /// A coin behind a number.
        struct Coin {}
        generative p {
            sample heads ~ Bernoulli::probs(0.25);
            sample x ~ Normal::new(heads * 2.0, 1.0);
        }
        inference q(x) {
            sample heads ~ Bernoulli::probs(0.25);
        }
    }
    let coin = Coin::new(1);
    let x = batch(vec![1.0; 2000]).expect("rows");
    // At 1 both sides explain the number equally well.
    let exact = -0.5 - 0.918_938_533_204_672_7;
    for row in evidence(&coin.q(&x), 3) {
        assert_close("evidence", row, exact, 1e-6, 1.0);
    }
    for row in bounds(&coin.q(&x)) {
        assert_close("bound", row, exact, 1e-6, 1.0);
    }
}

/// Without inputs there is one row. Nothing is observed, which `model!` warns of.
#[test]
#[allow(unused_must_use)]
fn a_guide_without_inputs() {
    model! {
        /// Two normals.
        struct Prior { loc: Parameter<Rank0> }
        generative p { sample z ~ Normal::new(1.0, 2.0); }
        inference q() { sample z ~ Normal::new(loc, 0.5); }
    }
    let prior = Prior::new(1);
    let exact = 4.0_f64.ln() + (0.25 + 1.0) / 8.0 - 0.5;
    let found = Elbo::default().evaluate(&prior.q()).expect("legal");
    assert_eq!(found.rows.len(), 1);
    assert_close("divergence", found.kl, exact, 1e-6, 1.0);
    assert_close("bound", found.elbo, -exact, 1e-6, 1.0);
    // Nothing was observed: the evidence is 1, and q is wide enough here for weights to say so.
    let many = elbow::prelude::LogEvidence::samples(200_000)
        .evaluate(&prior.q())
        .expect("legal");
    assert!(many.log_evidence.is_finite());
    let loss = Elbo::default()
        .particles(3)
        .loss(&prior.q())
        .expect("legal");
    assert_close(
        "by loc",
        gradient(&loss.backward(), &prior.loc.value)[0],
        -0.25,
        1e-6,
        1.0,
    );
}

/// Names that are near to those of a field and a site, and are no slips of them.
#[test]
#[deny(warnings)]
fn functions_may_have_names_like_those_of_fields() {
    fn scaled<T>(number: T) -> T {
        number
    }
    fn heads_of(number: f32) -> f32 {
        number
    }
    model! {
        /// A coin with a learned chance.
        struct Coin { scale: Parameter<Rank0> }
        generative p {
            sample heads: [] ~ Bernoulli::probs(scaled(heads_of(0.5)));
            sample x ~ Normal::new(heads, 1.0);
        }
        inference q(x) { sample heads ~ Bernoulli::logits(scale); }
    }
    let coin = Coin::new(1);
    let x = batch(vec![0.5; 3]).expect("rows");
    assert!(Elbo::default().loss(&coin.q(&x)).is_ok());
}

model! {
    /// A class and a style behind each image: one generative model, three guides.
    struct SemiSupervised {
        classify: Linear<4, 3>,
        style: Linear<4, 2>,
        styled: Linear<3, 2>,
        from_class: Linear<3, 4>,
        from_style: Linear<2, 4>,
    }
    generative p {
        sample y: [3] ~ OneHotCategorical::probs(1.0 / 3.0);
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [4] ~ Normal::new(from_class(y) + from_style(z), 1.0);
    }
    inference q(x) {
        sample y ~ OneHotCategorical::logits(classify(x));
        sample z ~ Normal::new(style(x) + styled(y), 1.0);
    }
    inference q_labelled(x, y) {
        sample z ~ Normal::new(style(x) + styled(y), 1.0);
    }
    inference q_labels(y) {
        sample x ~ Normal::new(from_class(y), 1.0);
        sample z ~ Normal::new(styled(y), 1.0);
    }
}

/// A site may be observed by one guide and latent in another, and is scored accordingly.
#[test]
fn one_model_has_several_guides() {
    let model = SemiSupervised::new(3);
    let x: Batch<(Const<4>,)> = batch([0.3, -0.8, 1.2, 0.1].repeat(20_000)).expect("rows");
    let y: Batch<(Const<3>,)> = batch([0.0, 1.0, 0.0].repeat(20_000)).expect("rows");
    let names = |evaluation: elbow::prelude::Evaluation| -> Vec<(&str, bool)> {
        evaluation
            .sites
            .iter()
            .map(|s| (s.site, s.is_divergence))
            .collect()
    };
    let evaluate = Elbo::default();
    let unlabelled = evaluate.evaluate(&model.q(&x)).expect("legal");
    let labelled = evaluate.evaluate(&model.q_labelled(&x, &y)).expect("legal");
    let only_labels = evaluate.evaluate(&model.q_labels(&y)).expect("legal");
    assert_eq!(names(unlabelled), [("y", true), ("z", true), ("x", false)]);
    assert_eq!(
        names(labelled.clone()),
        [("y", false), ("z", true), ("x", false)]
    );
    assert_eq!(names(only_labels), [("y", false), ("z", true), ("x", true)]);
    assert_close(
        "ln p(y)",
        labelled.sites[0].mean,
        -(3.0_f64.ln()),
        1e-6,
        1.0,
    );
    // Σ_y p(y) p(x | y) = p(x): the evidences of the guides agree.
    let x: Batch<(Const<4>,)> = batch([0.3, -0.8, 1.2, 0.1].repeat(400)).expect("rows");
    let weights = |rows: Vec<f64>| Estimate::of(&rows.iter().map(|l| l.exp()).collect::<Vec<_>>());
    let parts = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(|label| {
        let y = batch(label.repeat(400)).expect("rows");
        weights(evidence(&model.q_labelled(&x, &y), 500))
    });
    let whole = weights(evidence(&model.q(&x), 500));
    let sum: f64 = parts.iter().map(|part| part.mean).sum();
    let errors = parts.iter().map(|part| part.standard_error.powi(2));
    let error = (errors.sum::<f64>() + whole.standard_error.powi(2)).sqrt();
    assert!((sum - whole.mean).abs() < 5.0 * error, "{sum}, {whole:?}");
    assert!(error < 0.01 * sum, "too few samples to see a hundredth");
}

/// A label trains the labelled guide's parameters and not the classifier.
#[test]
fn a_guide_trains_what_it_reads() {
    let model = SemiSupervised::new(4);
    let x: Batch<(Const<4>,)> = batch([0.3, -0.8, 1.2, 0.1].repeat(8)).expect("rows");
    let (_, gradients) = train(
        Elbo::default(),
        20,
        || model.q(&x),
        |g| gradient(g, &model.classify.bias),
    );
    assert!(gradients.iter().flatten().any(|g| g.abs() > 1e-3));
    // Softmax: the gradient by logits sums to zero.
    let sums: Vec<f64> = (0..20)
        .map(|run| gradients.iter().map(|g| g[run]).sum())
        .collect();
    assert!(sums.iter().all(|s| s.abs() < 1e-5), "{sums:?}");
    assert_mean("sum", &sums, 0.0, 1e-4);
}

/// For Rust `r#z` and `z` are one name; a keyword is a name only with `r#`.
#[test]
fn raw_names() {
    model! {
        /// A bit behind a number.
        struct Raw { r#loc: Parameter<Rank0> }
        generative p {
            sample z ~ Normal::new(loc, 1.0);
            sample r#type ~ Bernoulli::logits(r#z);
            sample x ~ Normal::new(r#type + z, 1.0);
        }
        inference q(r#x) {
            sample r#z ~ Normal::new(r#x, 1.0);
            sample r#type ~ Bernoulli::probs(0.25);
        }
    }
    let (raw, x) = (Raw::new(1), batch(vec![0.5; 3]).expect("rows"));
    let mut rng = noise(1, "draws").row(0);
    let drawn = raw.q(&x).sample(&mut rng).expect("legal");
    assert_eq!(drawn.z.as_vec().len(), drawn.r#type.as_vec().len());
    let share = raw.q(&x).marginal(RawQ::TYPE).expect("a bit").as_vec();
    assert_eq!(share, [0.25; 3]);
}

/// A user's constants may have the names of latents, fields and of what is generated.
#[test]
#[allow(non_upper_case_globals, dead_code)]
fn constants_of_many_names() {
    const z: f32 = 1.0;
    const loc: f32 = 3.0;
    const pass: u8 = 5;
    const table: u8 = 6;
    const latents: u8 = 7;
    const drawn_z: u8 = 8;
    const seed: u8 = 9;
    const device: u8 = 10;
    model! {
        /// A number and an observation of it.
        struct Constants { loc: Parameter<Rank0> }
        generative p { sample z ~ Normal::new(loc, 1.0); sample x ~ Normal::new(z, 1.0); }
        inference q(x) { let shift = |t| x + t; sample z ~ Normal::new(shift(1.0), 1.0); }
    }
    let model = Constants::new(1);
    let data = batch(vec![0.5; 3]).expect("rows");
    assert!(Elbo::default().loss(&model.q(&data)).is_ok());
    let drawn = model.p().sample(2, &mut noise(1, "draws").row(0));
    assert_eq!(drawn.expect("legal").z.as_vec().len(), 2);
}

macro_rules! many_fields {
    ($first:ident; $($a:ident)*; $($b:ident)*) => {
        model! {
            /// More fields than types may nest.
            struct Many { $first: Parameter<Rank0>, $($a: Parameter<Rank0>,)* $($b: Parameter<Rank0>,)* }
            generative p { sample x ~ Normal::new($first $(+ $a + $b)*, 1.0); }
            inference q(x) {}
        }
    };
}

many_fields!(
    a0; a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 a11 a12 a13 a14 a15 a16 a17 a18 a19 a20 a21 a22 a23 a24 a25 a26 a27 a28 a29
    a30 a31 a32 a33 a34 a35 a36 a37 a38 a39 a40 a41 a42 a43 a44 a45 a46 a47 a48 a49 a50 a51 a52 a53 a54 a55 a56 a57
    a58 a59 a60 a61 a62 a63 a64 a65 a66 a67 a68 a69 a70;
    b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 b11 b12 b13 b14 b15 b16 b17 b18 b19 b20 b21 b22 b23 b24 b25 b26 b27 b28 b29
    b30 b31 b32 b33 b34 b35 b36 b37 b38 b39 b40 b41 b42 b43 b44 b45 b46 b47 b48 b49 b50 b51 b52 b53 b54 b55 b56 b57
    b58 b59 b60 b61 b62 b63 b64 b65 b66 b67 b68 b69
);

/// Each has its own place, in the order in which they are declared.
#[test]
fn a_struct_has_any_number_of_fields() {
    let mut model = Many::new(1);
    fill(&mut model.a0.value, &[0.5]);
    fill(&mut model.b69.value, &[0.25]);
    let x = batch(vec![0.0; 2]).expect("rows");
    let loss = Elbo::default().loss(&model.q(&x)).expect("legal");
    // Half the square of the sum of all, and ½ ln 2π.
    let (value, sum) = (f64::from(loss.value()), 0.75_f64);
    let expected = 0.5 * sum.powi(2) + 0.918_938_533_204_672_7;
    assert_close("loss", value, expected, 1e-6, 1.0);
    // Without latents, samples are all alike.
    let evidence = LogEvidence::samples(10).evaluate(&model.q(&x));
    let evidence = evidence.expect("legal").log_evidence;
    assert_close("evidence", evidence, -expected, 1e-6, 1.0);
    let gradients = loss.backward();
    for (name, field) in [("a0", &model.a0), ("b69", &model.b69)] {
        assert_close(name, gradient(&gradients, &field.value)[0], sum, 1e-6, 1.0);
    }
}
