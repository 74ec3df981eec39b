//! Draws at the rim of their supports: the model accepts them as data, reads them without loss, and trains.

use elbow::family::Key;
use elbow::prelude::bijector::Affine;
use elbow::prelude::*;
use elbow::train::Adam;
use elbow_tests::support::programs::{column, fill, gradient};
use elbow_tests::support::tensors::{assert_close, noise};

type Four = (Const<4>,);

model! {
    /// Families whose draws `f32` cannot tell from the rim of their supports.
    struct Rims {}
    generative p {
        sample beta: [2] ~ Beta::new(0.1, 0.1);
        sample kumaraswamy: [2] ~ Kumaraswamy::new(0.1, 0.1);
        sample logistic: [2] ~ LogisticNormal::new(0.0, 10.0);
        sample concrete: [2] ~ Concrete::new(0.5, 0.05);
        sample grey: [2] ~ ContinuousBernoulli::logits(2000.0);
        sample gate: [2] ~ HardConcrete::new(0.5, 0.05);
        sample dirichlet: [3] ~ Dirichlet::new(0.03);
        sample soft: [3] ~ GumbelSoftmax::new(0.0, 0.05);
        sample low: [2] ~ LogNormal::new(-100.0, 1.0);
        sample high: [2] ~ LogNormal::new(100.0, 1.0);
        sample gamma: [2] ~ Gamma::new(0.01, 1.0);
        sample half: [2] ~ HalfNormal::new(1e-38);
        sample wait: [2] ~ Exponential::new(1e38);
        sample cauchy: [2] ~ Cauchy::new(0.0, 1e37);
        sample student: [2] ~ StudentT::new(0.05, 0.0, 1e10);
        sample flow: [2] ~ Transformed::new(Normal::new(0.0, 1.0), (Affine::new(0.0, 40.0), bijector::Sigmoid));
        sample mixed: [2] ~ Mixture::new(0.0, [Beta::new(0.1, 9.0), Beta::new(9.0, 0.1)]);
        sample count: [2] ~ Poisson::new(high);
        sample failures: [2] ~ Geometric::probs(beta);
        sample bits: [2] ~ Bernoulli::probs(kumaraswamy);
        sample class: [3] ~ OneHotCategorical::probs(dirichlet);
        sample index ~ Categorical::probs(soft);
    }
    inference q(beta, kumaraswamy, logistic, concrete, grey, gate, dirichlet, soft, low, high, gamma, half, wait, cauchy, student, flow, mixed, count, failures, bits, class, index) {}
}

/// The model scores every value that it draws, however near the boundary.
#[test]
fn a_model_accepts_its_own_draws() {
    let model = Rims::new(0);
    let drawn = model
        .p()
        .sample(400, &mut noise(1, "draws").row(0))
        .expect("legal");
    let scores = model.p().log_joint(&drawn).expect("its own draws").as_vec();
    assert_eq!(scores.len(), 400);
    assert!(scores.iter().all(|s| s.is_finite()), "{scores:?}");
}

model! {
    /// Coins of extreme bias.
    struct Coins { a: Parameter<Rank1<4>>, b: Parameter<Rank1<4>> }
    generative p {
        sample t: [4] ~ Beta::new(0.1, 0.1);
        sample x: [4] ~ Bernoulli::probs(t);
    }
    inference q(x) {
        sample t ~ Beta::new(a.exp() * 0.1, b.exp() * 0.1);
    }
}

model! {
    /// The same with an encoder, whose guide is another family.
    struct Encoded {
        encoder: (Linear<4, 16>, Tanh, SplitInto<(Linear<16, 4>, Linear<16, 4>)>),
        shares: (Linear<4, 3>, Softplus),
    }
    generative p {
        sample t: [4] ~ Beta::new(0.1, 0.1);
        sample s: [3] ~ Dirichlet::new(0.05);
        sample x: [4] ~ Bernoulli::probs(t);
        sample y: [3] ~ OneHotCategorical::probs(s);
    }
    inference q(x, y) {
        let (loc, log_scale) = encoder(x);
        sample t ~ LogisticNormal::new(loc * 10.0, log_scale.exp() * 5.0);
        sample s ~ Dirichlet::new(shares(x) * 0.1 + 0.01);
    }
}

fn faces(seed: u64, rows: usize) -> Batch<Four> {
    let mut rng = noise(seed, "faces").row(0);
    let bit = |_| f32::from(u8::from(rng.uniform() < 0.5));
    batch((0..4 * rows).map(bit).collect()).expect("whole rows")
}

fn classes(rows: usize) -> Batch<(Const<3>,)> {
    let class = |row: usize| (0..3).map(move |k| f32::from(u8::from(k == row % 3)));
    batch((0..rows).flat_map(class).collect()).expect("whole rows")
}

#[test]
fn coins_of_extreme_bias_train() {
    for seed in 0..3 {
        let x = faces(seed, 50);
        let (mut coins, mut adam) = (Coins::new(seed), Adam::new(1e-2));
        for step in 0..400 {
            let loss = Elbo::default().loss(&coins.q(&x));
            let loss = loss.unwrap_or_else(|e| panic!("seed {seed}, step {step}: {e}"));
            adam.descend(&mut coins, loss)
                .unwrap_or_else(|e| panic!("seed {seed}, step {step}: {e}"));
        }
        let found = Elbo::default()
            .particles(20)
            .evaluate(&coins.q(&x))
            .expect("legal")
            .elbo;
        assert!(found.is_finite(), "seed {seed}: {found}");
    }
}

#[test]
fn encoders_of_extreme_bias_train() {
    for seed in 0..3 {
        let (x, y) = (faces(seed, 50), classes(50));
        let (mut model, mut adam) = (Encoded::new(seed), Adam::new(1e-2));
        for step in 0..400 {
            let loss = Elbo::default().loss(&model.q(&x, &y));
            let loss = loss.unwrap_or_else(|e| panic!("seed {seed}, step {step}: {e}"));
            adam.descend(&mut model, loss)
                .unwrap_or_else(|e| panic!("seed {seed}, step {step}: {e}"));
        }
        // ln ½ a coin and ln ⅓ a class are the evidence, which an encoder comes near.
        let exact = -4.0 * 2.0_f64.ln() - 3.0_f64.ln();
        let found = Elbo::default()
            .particles(20)
            .evaluate(&model.q(&x, &y))
            .expect("legal")
            .elbo;
        assert!(
            found < exact + 0.5 && found > exact - 6.0,
            "seed {seed}: {found}, at most {exact}"
        );
    }
}

model! {
    /// A coin whose log-odds are exactly known.
    struct Known { loc: Parameter<Rank0> }
    generative p {
        sample t ~ LogisticNormal::new(0.0, 1.0);
        sample x ~ Bernoulli::probs(t);
        sample y ~ Bernoulli::logits(log(t) - log1m(t));
        sample w ~ Bernoulli::logits(logit(t));
    }
    inference q(x, y, w) {
        sample t ~ LogisticNormal::new(loc, 1e-6);
    }
}

/// At log-odds of ±200 the masses, and their gradients, are those of the logit and not of the nearest number of `f32`.
#[test]
fn parameters_read_the_logit_of_a_draw() {
    for (loc, x) in [(200.0, 0.0), (-200.0, 1.0)] {
        let mut known = Known::new(0);
        fill(&mut known.loc.value, &[loc]);
        let (rows, particles) = (3, 2);
        let data = || column(x, rows);
        let program = known.q(&data(), &data(), &data()).at(Key::new(0, 0));
        let elbo = Elbo::default().particles(particles);
        let loss = elbo.loss(&program).expect("finite");
        // Three times ln σ(−200), less the divergence: ½ (200² + 10⁻¹² − 1) − ln 10⁻⁶.
        let divergence = 0.5 * (200.0_f64.powi(2) - 1.0) + 6.0 * 10.0_f64.ln();
        assert_close(
            "loss",
            f64::from(loss.value()),
            600.0 + divergence,
            1e-6,
            divergence,
        );
        let slope = gradient(&loss.backward(), &known.loc.value)[0];
        let exact = loc + 3.0 * loc.signum();
        assert_close("slope", slope, exact, 1e-5, exact);
        let found = Elbo::default().evaluate(&program).expect("finite").elbo;
        assert_close("elbo", found, -600.0 - divergence, 1e-6, divergence);
    }
}

model! {
    /// A global coin, read for every row, beside a bit that is listed.
    struct Shared { loc: Parameter<Rank0> }
    generative p {
        global sample t ~ LogisticNormal::new(0.0, 100.0);
        sample b ~ Bernoulli::probs(0.5);
        sample x ~ Bernoulli::probs(t);
        sample y ~ Normal::new(logit(t) + b, 1.0);
    }
    inference q(x, y) {
        sample t ~ LogisticNormal::new(loc, 1e-6);
        sample b ~ Bernoulli::probs(0.5);
    }
}

model! {
    /// The same coin for each row.
    struct Apart { loc: Parameter<Rank0> }
    generative p {
        sample t ~ LogisticNormal::new(0.0, 100.0);
        sample b ~ Bernoulli::probs(0.5);
        sample x ~ Bernoulli::probs(t);
        sample y ~ Normal::new(logit(t) + b, 1.0);
    }
    inference q(x, y) {
        sample t ~ LogisticNormal::new(loc, 1e-6);
        sample b ~ Bernoulli::probs(0.5);
    }
}

/// Rows that are repeated for states, particles and the rows of the data carry the logit along.
#[test]
fn repeated_draws_keep_their_logit() {
    let (mut shared, mut apart) = (Shared::new(0), Apart::new(0));
    fill(&mut shared.loc.value, &[80.0]);
    fill(&mut apart.loc.value, &[80.0]);
    let (x, y) = (column(0.0, 3), column(80.0, 3));
    // ln(1 − σ(80)), ln N(80; 80 + b, 1) of both bits, and the divergence, which counts once or for each row.
    let normal = 0.5 * std::f64::consts::TAU.ln() + 0.25;
    let divergence = 0.5 * ((80.0_f64.powi(2) + 1e-12) / 1e4 - 1.0) + (100.0_f64 / 1e-6).ln();
    let elbo = Elbo::default().particles(2).data_size(3);
    let losses = [elbo.loss(&shared.q(&x, &y)), elbo.loss(&apart.q(&x, &y))];
    let bounds = [
        elbo.evaluate(&shared.q(&x, &y)),
        elbo.evaluate(&apart.q(&x, &y)),
    ];
    for ((loss, bound), times) in losses.into_iter().zip(bounds).zip([1.0 / 3.0, 1.0]) {
        let exact = 80.0 + normal + divergence * times;
        let loss = f64::from(loss.expect("finite").value());
        assert_close("loss", loss, exact, 1e-5, exact);
        assert_close("elbo", bound.expect("finite").elbo, -exact, 1e-5, exact);
    }
}
