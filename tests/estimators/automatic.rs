//! The automatic choice is made once for a site, whatever its number of states.

use elbow::family::Key;
use elbow::prelude::*;
use elbow_tests::support::differences::derivative;
use elbow_tests::support::programs::{by_row, column};
use elbow_tests::support::statistics::assert_mean;

model! {
    /// A category of ten, by the automatic choice and by name.
    struct Category {
        guide: Parameter<Rank1<10>>,
        mean: Linear<10, 2>,
    }
    generative p {
        sample c: [10] ~ OneHotCategorical::logits(0.0);
        sample x: [2] ~ Normal::new(mean(c), 1.0);
    }
    inference automatic(x) {
        sample c ~ OneHotCategorical::logits(guide);
    }
    inference enumerated(x) {
        sample c ~ OneHotCategorical::logits(guide) via Enumerate;
    }
}

const KEY: Key = Key::new(1, 0);

fn category() -> (Category, Batch<(Const<2>,)>) {
    let mut category = Category::new(3);
    let guide = [1.0, 0.0, -1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.3];
    category.guide.value.copy_from(&guide);
    (category, batch(vec![1.5; 4]).expect("whole rows"))
}

#[test]
fn ten_states_are_enumerated_under_every_objective() {
    let (category, x) = category();
    macro_rules! gradients {
        ($objective:expr) => {
            [
                $objective.loss(&category.automatic(&x).at(KEY)),
                $objective.loss(&category.enumerated(&x).at(KEY)),
            ]
            .map(|loss| {
                loss.expect("legal")
                    .backward()
                    .get(&category.guide.value)
                    .array()
            })
        };
    }
    let [own, exact] = gradients!(Elbo::default());
    assert_eq!(own, exact);
    let [own, exact] = gradients!(Elbo::default().profile(Profile::Unbiased));
    assert_eq!(own, exact);
    let [own, exact] = gradients!(ImportanceWeighted::default().particles(1));
    assert_eq!(own, exact);
    // The bound is the evidence, which does not depend on the guide.
    assert!(exact.iter().all(|g| g.abs() < 1e-6), "{exact:?}");
}

model! {
    /// Bits at the bound of what is listed, and categories that depend on each other.
    struct Edges {}
    generative p {
        sample six: [6] ~ Bernoulli::logits(0.0);
        sample x: [6] ~ Normal::new(six, 1.0);
    }
    inference q(x) {
        sample six ~ Bernoulli::logits(0.3);
    }
}

model! {
    /// Twice ten categories, the second by the first.
    struct Twice {
        between: Parameter<Rank2<10, 10>>,
    }
    generative p {
        sample first: [10] ~ OneHotCategorical::logits(0.0);
        sample second: [10] ~ OneHotCategorical::logits(first.matmul(between));
        sample x: [10] ~ Normal::new(second, 1.0);
    }
    inference q(x) {
        sample first ~ OneHotCategorical::logits(0.3);
        sample second ~ OneHotCategorical::logits(first.matmul(between));
    }
}

fn chosen<I: Inference>(program: &I, objective: &impl Objective) -> Vec<String> {
    let explanation = objective.explain(program);
    let choices = explanation.choices().expect("legal").iter();
    let estimator = |c: &elbow::prelude::Choice| Some(c.estimator.as_ref()?.estimator.clone());
    choices.filter_map(estimator).collect()
}

#[test]
fn the_bound_is_on_joint_states() {
    let elbo = Elbo::default();
    let edges = Edges::new(1);
    let x = batch::<(usize, Const<6>)>(vec![0.0; 6]).expect("rows");
    assert_eq!(chosen(&edges.q(&x), &elbo), ["enumerated (64 states)"]);
    assert_eq!(
        chosen(&edges.q(&x), &elbo.clone().enumerate_up_to(63)),
        ["ReinMax"]
    );
    let twice = Twice::new(1);
    let x = batch::<(usize, Const<10>)>(vec![0.0; 10]).expect("rows");
    let found = chosen(&twice.q(&x), &elbo);
    assert_eq!(found, ["enumerated (10 states)", "ReinMax"]);
    let found = chosen(&twice.q(&x), &elbo.clone().enumerate_up_to(100));
    assert_eq!(found, ["enumerated (10 states)"; 2]);
}

#[test]
fn profiles_choose_for_the_rest() {
    let edges = Edges::new(1);
    let x = batch::<(usize, Const<6>)>(vec![0.0; 6]).expect("rows");
    let drawn = Elbo::default().enumerate_up_to(0);
    let by = |profile| {
        chosen(
            &edges.q(&x),
            &drawn.clone().profile(profile).temperature(0.3),
        )
    };
    assert_eq!(by(Profile::ExactFirst), ["ReinMax"]);
    assert_eq!(by(Profile::Unbiased), ["DisARM (antithetic pairs)"]);
    assert_eq!(
        by(Profile::Relaxed),
        ["relaxed to Concrete (temperature 0.3)"]
    );
    // Categories have no antithetic pairs.
    let twice = Twice::new(1);
    let categories = batch::<(usize, Const<10>)>(vec![0.0; 10]).expect("rows");
    let unbiased = drawn.clone().profile(Profile::Unbiased);
    assert_eq!(
        chosen(&twice.q(&categories), &unbiased),
        ["leave-one-out score function (4 samples)"; 2]
    );
    // Of these only VIMCO is legal under the importance-weighted bound.
    let loss = ImportanceWeighted::default()
        .particles(2)
        .enumerate_up_to(0)
        .loss(&edges.q(&x));
    assert!(loss.is_ok(), "{:?}", loss.err());
}

#[test]
fn it_says_what_it_does() {
    let (category, x) = category();
    let explanation = category.automatic(&x).explain();
    let choices = explanation.choices().expect("legal");
    let estimator = choices[0].estimator.as_ref().expect("a latent");
    assert_eq!(estimator.estimator, "enumerated (10 states)");
}

model! {
    /// An index, which has no relaxation.
    struct Index {}
    generative p(logits: [2]) {
        sample y ~ Categorical::<(Const<2>,)>::uniform();
        sample x ~ Normal::new(y * 2.0, 1.0);
    }
    inference q(x, logits) { sample y ~ Categorical::logits(logits); }
}

/// A sum's estimator under a sum, the weights' under weights, each unbiased.
#[test]
fn an_index_gets_the_score_function_of_the_objective() {
    const ROWS: usize = 50_000;
    const LOGIT: f64 = 0.6;
    let mass = |y: usize, logit: f64| 1.0 / (1.0 + (if y == 1 { -logit } else { logit }).exp());
    // Up to a constant, where x is 1.3.
    let log_weight =
        |y: usize, logit: f64| -0.5 * (1.3 - 2.0 * y as f64).powi(2) - mass(y, logit).ln();
    let bound = |logit: f64, of: fn(f64, f64) -> f64| -> f64 {
        let pairs = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(a, b)| {
            let both = of(log_weight(a, logit), log_weight(b, logit));
            mass(a, logit) * mass(b, logit) * both
        });
        pairs.iter().sum()
    };
    let index = Index::new(2);
    let logits = [0.0, LOGIT as f32].repeat(ROWS);
    let (x, logits): (_, Batch<(Const<2>,)>) = (column(1.3, ROWS), batch(logits).expect("rows"));
    let elbo = Elbo::default().particles(2);
    let check = |told: Vec<String>, loss: Loss, of: fn(f64, f64) -> f64, estimator: &str| {
        assert!(told[0].contains(estimator), "{told:?}");
        let gradients = loss.backward();
        let own = by_row(&gradients, &logits, ROWS).into_iter();
        let own: Vec<f64> = own.skip(1).step_by(2).collect();
        assert_mean(estimator, &own, derivative(|l| bound(l, of), LOGIT), 0.1);
    };
    let program = index.q(&x, &logits);
    let loss = elbo.loss(&program).expect("legal");
    check(
        chosen(&program, &elbo),
        loss,
        |a, b| 0.5 * (a + b),
        "leave-one-out",
    );
    let weighted = ImportanceWeighted::default().particles(2);
    let program = index.q(&x, &logits);
    let loss = weighted.loss(&program).expect("legal");
    let of = |a: f64, b: f64| (0.5 * (a.exp() + b.exp())).ln();
    check(chosen(&program, &weighted), loss, of, "VIMCO");
}
