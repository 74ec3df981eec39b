//! The table in the documentation of objectives, cell by cell: which estimator fits which objective, and that the gradient is
//! the exact one wherever it is called so.

use elbow::Error;
use elbow::dfdx::tensor::TensorFrom;
use elbow::prelude::*;
use elbow_tests::support::differences::derivative;
use elbow_tests::support::programs::{by_row, column};
use elbow_tests::support::statistics::{Estimate, assert_mean};

use crate::doubly_reparameterised::log_normal;

const X: f64 = 1.3;
const LOGIT: f64 = 0.6;
const ROWS: usize = 100_000;

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// `log p(y, x)/q(y)`
fn log_weight(y: usize, logit: f64) -> f64 {
    let prior = [0.6_f64, 0.4][y];
    prior.ln() + log_normal(X, 2.0 * y as f64, 1.0) - mass(y, logit).ln()
}

fn mass(y: usize, logit: f64) -> f64 {
    sigmoid(if y == 1 { logit } else { -logit })
}

/// The expectation over the bits of two particles.
fn over_bits(logit: f64, of: impl Fn(usize, usize) -> f64) -> f64 {
    let outcomes = [(0, 0), (0, 1), (1, 0), (1, 1)];
    outcomes
        .map(|(a, b)| mass(a, logit) * mass(b, logit) * of(a, b))
        .iter()
        .sum()
}

fn elbo(logit: f64) -> f64 {
    over_bits(logit, |a, b| {
        0.5 * (log_weight(a, logit) + log_weight(b, logit))
    })
}

/// The bound at this order, of draws.
fn drawn(logit: f64, order: f64) -> f64 {
    let power = 1.0 - order;
    let own = |y| (power * log_weight(y, logit)).exp();
    over_bits(logit, |a, b| (0.5 * (own(a) + own(b))).ln() / power)
}

/// The bound at this order, of both states.
fn listed(logit: f64, order: f64) -> f64 {
    let power = 1.0 - order;
    let own = |y| mass(y, logit) * (power * log_weight(y, logit)).exp();
    (own(0) + own(1)).ln() / power
}

/// The guide's objective in its wake phase: from draws, and from both states.
fn wake() -> [f64; 2] {
    let score = |y: usize| y as f64 - sigmoid(LOGIT);
    let weight = |y| log_weight(y, LOGIT).exp();
    let of_draws = over_bits(LOGIT, |a, b| {
        (weight(a) * score(a) + weight(b) * score(b)) / (weight(a) + weight(b))
    });
    let joint = |y| mass(y, LOGIT) * weight(y);
    [
        of_draws,
        (joint(0) * score(0) + joint(1) * score(1)) / (joint(0) + joint(1)),
    ]
}

/// A cell of the table.
#[derive(Clone, Copy, Debug)]
enum Cell {
    /// Unbiased for this gradient.
    Right(f64),
    /// Legal, with a bias.
    Biased,
    /// An error that says to write this.
    Wrong(&'static str),
}

use Cell::{Biased, Right, Wrong};

/// An objective of any type, on programs of one type.
struct Named<'p, I> {
    name: &'static str,
    loss: Of<'p, I, Result<Loss, Error>>,
    explain: Of<'p, I, Explanation>,
}

/// What an objective makes of a program.
type Of<'p, I, T> = Box<dyn Fn(&I) -> T + 'p>;

fn named<'p, I: Inference + 'p>(
    name: &'static str,
    objective: impl Objective + Clone + 'p,
) -> Named<'p, I> {
    let explained = objective.clone();
    Named {
        name,
        loss: Box::new(move |program| objective.loss(program)),
        explain: Box::new(move |program| explained.explain(program)),
    }
}

fn objectives<'p, I: Inference + 'p>() -> [Named<'p, I>; 7] {
    let (elbo, renyi) = (Elbo::default().particles(2), Renyi::new(0.5).particles(2));
    let weighted = ImportanceWeighted::default().particles(2);
    [
        named("ELBO", elbo.clone()),
        named("sticking the landing", elbo.sticking_the_landing()),
        named("weights", weighted.clone()),
        named("doubly", weighted.doubly_reparameterised()),
        named("Rényi", renyi.clone()),
        named("Rényi, doubly", renyi.doubly_reparameterised()),
        named("wake-sleep", WakeSleep::default().particles(2)),
    ]
}

macro_rules! assert_cells {
    ($estimator:expr, $cells:expr) => {{
        model! {
            struct Bit {}
            generative p(logit) {
                sample y ~ Bernoulli::probs(0.4);
                sample x ~ Normal::new(y * 2.0, 1.0);
            }
            inference q(x, logit) { sample y ~ Bernoulli::logits(logit) via $estimator; }
        }
        let (x, logit) = (column(X, ROWS), column(LOGIT, ROWS));
        let bit = Bit::new(9);
        let cells: [Cell; 7] = $cells;
        for (objective, cell) in objectives().into_iter().zip(cells) {
            let name = format!("{} under {}", stringify!($estimator), objective.name);
            let explained = (objective.explain)(&bit.q(&x, &logit));
            match ((objective.loss)(&bit.q(&x, &logit)), cell) {
                (Err(Error::Illegal { site, instead, .. }), Wrong(expected)) => {
                    assert_eq!(site, Some("y"), "{name}");
                    assert!(instead.contains(expected), "{name}: {instead}");
                    assert!(explained.choices().is_err(), "{name}");
                }
                (Ok(loss), Right(_) | Biased) => {
                    assert!(explained.choices().is_ok(), "{name}");
                    let own = by_row(&loss.backward(), &logit, ROWS);
                    match cell {
                        Right(exact) => assert_mean(&name, &own, exact, 0.05),
                        _ => assert!(Estimate::of(&own).mean.is_finite(), "{name}"),
                    }
                }
                (result, _) => panic!("{name}: {result:?}, expected {cell:?}"),
            }
        }
    }};
}

#[test]
fn discrete_estimators() {
    let elbo = derivative(elbo, LOGIT);
    let (weights, renyi) = (
        derivative(|l| drawn(l, 0.0), LOGIT),
        derivative(|l| drawn(l, 0.5), LOGIT),
    );
    let all = derivative(|l| listed(l, 0.5), LOGIT);
    let [wake, wake_all] = wake();
    let e = Right(elbo);
    assert_cells!(
        Enumerate,
        [
            e,
            e,
            Right(0.0),
            Right(0.0),
            Right(all),
            Right(all),
            Right(wake_all)
        ]
    );
    let [w, r, s] = [weights, renyi, wake].map(Right);
    assert_cells!(ScoreFunction, [e, e, w, w, r, r, s]);
    let n = Wrong("`Rloo` or `DisArm`");
    assert_cells!(Vimco, [n, n, w, w, r, r, s]);
    let n = Wrong("`Vimco`");
    assert_cells!(Rloo { samples: 2 }, [e, e, n, n, n, n, s]);
    assert_cells!(DisArm, [e, e, n, n, n, n, s]);
    assert_cells!(LocalExpectation, [e, e, n, n, n, n, s]);
    // One bit of a linear cost but for the square in it: biased all the same.
    assert_cells!(StraightThrough, [Biased, Biased, n, n, n, n, s]);
    assert_cells!(
        StraightThroughGumbel { temperature: 0.5 },
        [Biased, Biased, n, n, n, n, s]
    );
    assert_cells!(
        GumbelRao {
            temperature: 0.5,
            draws: 3
        },
        [Biased, Biased, n, n, n, n, s]
    );
    assert_cells!(ReinMax, [Biased, Biased, n, n, n, n, s]);
    assert_cells!(
        Relaxed { temperature: 0.5 },
        [Biased, Biased, Biased, Biased, Biased, Biased, s]
    );
}

model! {
    /// The same bit as an index, a family without a relaxation, by the automatic choice.
    struct Index {}
    generative p(logits: [2]) {
        sample y ~ Categorical::logits(prior());
        sample x ~ Normal::new(y * 2.0, 1.0);
    }
    inference q(x, logits) { sample y ~ Categorical::logits(logits); }
}

fn prior() -> Tensor<Rank1<2>, f32, Device> {
    Device::default().tensor([0.6_f32.ln(), 0.4_f32.ln()])
}

/// A score function under every objective, unbiased for it.
#[test]
fn the_choice_without_a_relaxation() {
    let model = Index::new(11);
    let x = column(X, ROWS);
    let logits: Batch<(Const<2>,)> = batch([0.0, LOGIT as f32].repeat(ROWS)).expect("whole rows");
    let elbo = derivative(elbo, LOGIT);
    let weights = derivative(|l| drawn(l, 0.0), LOGIT);
    let renyi = derivative(|l| drawn(l, 0.5), LOGIT);
    let exact = [elbo, elbo, weights, weights, renyi, renyi, wake()[0]];
    let (sum, weighted) = ("leave-one-out", "VIMCO");
    let chosen = [
        sum,
        sum,
        weighted,
        weighted,
        weighted,
        weighted,
        "reweighted",
    ];
    for ((objective, exact), chosen) in objectives().into_iter().zip(exact).zip(chosen) {
        let name = objective.name;
        let told = (objective.explain)(&model.q(&x, &logits)).to_string();
        assert!(told.contains(chosen), "{name}: {told}");
        let loss = (objective.loss)(&model.q(&x, &logits)).expect("legal");
        let by_row = by_row(&loss.backward(), &logits, ROWS);
        let own: Vec<f64> = by_row.into_iter().skip(1).step_by(2).collect();
        assert_mean(name, &own, exact, 0.05);
    }
}

model! {
    /// A positive number, drawn pathwise or implicitly.
    struct Positive {}
    generative p(scale) {
        sample z ~ Gamma::new(2.0, 1.0);
        sample x ~ Normal::new(z, 1.0);
    }
    inference pathwise(x, scale) { sample z ~ LogNormal::new(0.2, scale); }
    inference implicit(x, scale) { sample z ~ Gamma::new(scale + 2.0, 1.6); }
}

/// `log q` and the draw's quantile transform are not at hand for a Gamma: its two forms must agree with each other.
#[test]
fn continuous_estimators() {
    const ROWS: usize = 200_000;
    let (x, scale) = (column(X, ROWS), column(0.4, ROWS));
    let model = Positive::new(10);
    macro_rules! own {
        ($program:ident) => {
            objectives().map(|objective| {
                let loss = (objective.loss)(&model.$program(&x, &scale)).expect("legal");
                Estimate::of(&by_row(&loss.backward(), &scale, ROWS))
            })
        };
    }
    for [elbo, landing, weights, doubly, renyi, renyi_doubly, wake] in
        [own!(pathwise), own!(implicit)]
    {
        let error = elbo.standard_error.hypot(landing.standard_error);
        assert!(
            (elbo.mean - landing.mean).abs() < 5.0 * error,
            "{elbo:?} {landing:?}"
        );
        assert!(error < 0.02, "no power: {error}");
        // By default doubly, where it is right.
        for (one, other) in [(weights, doubly), (renyi, renyi_doubly)] {
            let error = one.standard_error.hypot(other.standard_error);
            assert!(
                (one.mean - other.mean).abs() < 5.0 * error,
                "{one:?} {other:?}"
            );
            assert!(error < 0.02, "no power: {error}");
        }
        assert!(wake.mean.is_finite());
    }
}

/// Evaluation is of the ELBO whatever is trained.
#[test]
fn every_objective_evaluates_the_elbo() {
    let (x, scale) = (column(X, 2), column(0.9, 2));
    let model = Positive::new(10);
    let program = || model.pathwise(&x, &scale).at(elbow::family::Key::new(1, 1));
    let own = [
        ImportanceWeighted::default()
            .particles(2)
            .evaluate(&program()),
        Renyi::new(0.5).particles(2).evaluate(&program()),
        WakeSleep::default().particles(2).evaluate(&program()),
    ];
    let elbo = Elbo::default().particles(2).evaluate(&program());
    let elbo = elbo.expect("legal");
    for own in own {
        assert_eq!(own.expect("legal"), elbo);
    }
}
