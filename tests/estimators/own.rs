//! A score-function estimator of a user's own, by the public interface alone.

use elbow::Error;
use elbow::family::{Divergence, Estimator, Gradient, Plan, Settings, Surrogate};
use elbow::prelude::*;
use elbow_tests::support::differences::derivative;
use elbow_tests::support::programs::{by_row, column};
use elbow_tests::support::statistics::{Estimate, assert_mean};

const X: f64 = 1.3;
const LOGIT: f64 = 0.6;
const ROWS: usize = 50_000;

/// `(f(z) − b) ∇log q(z)` with a baseline that is known.
#[derive(Clone, Copy, Debug)]
struct Known {
    baseline: f64,
}

impl<Q: Distribution> Estimator<Q> for Known {
    fn plan(&self, _: &Settings) -> Result<Plan<Q>, Error> {
        let baseline = self.baseline;
        let surrogate = Surrogate::of_score(move |earned, _| {
            let paid = earned.iter().map(|f| f - baseline);
            paid.collect()
        });
        Ok(Plan {
            name: "Known",
            label: Box::new(move || format!("score function (baseline {baseline})")),
            reason: "the model asks for it",
            bias: "unbiased",
            gradient: Gradient::score(1, surrogate),
        })
    }
}

impl<Q: Distribution, P: Distribution<Event = Q::Event>> Divergence<Q, P> for Known {}

model! {
    /// A bit that moves a normal.
    struct Bit {}
    generative p(logit) {
        sample y ~ Bernoulli::probs(0.4);
        sample x ~ Normal::new(y * 2.0, 1.0);
    }
    inference near(x, logit) { sample y ~ Bernoulli::logits(logit) via Known { baseline: -1.5 }; }
    inference far(x, logit) { sample y ~ Bernoulli::logits(logit) via Known { baseline: 20.0 }; }
}

fn elbo(logit: f64) -> f64 {
    let on = 1.0 / (1.0 + (-logit).exp());
    let of =
        |y: f64, prior: f64, own: f64| own * (-0.5 * (X - 2.0 * y).powi(2) + prior.ln() - own.ln());
    of(1.0, 0.4, on) + of(0.0, 0.6, 1.0 - on)
}

#[test]
fn it_is_unbiased_by_any_baseline() {
    let (bit, x, logit) = (Bit::new(7), column(X, ROWS), column(LOGIT, ROWS));
    let exact = derivative(elbo, LOGIT);
    let own = |loss: Result<elbow::prelude::Loss, Error>| {
        by_row(&loss.expect("legal").backward(), &logit, ROWS)
    };
    let near = own(Elbo::default().loss(&bit.near(&x, &logit)));
    let far = own(Elbo::default().loss(&bit.far(&x, &logit)));
    assert_mean("near", &near, exact, 0.05);
    assert_mean("far", &far, exact, 1.0);
    let [near, far] = [near, far].map(|own| Estimate::of(&own).standard_error);
    assert!(far > 5.0 * near, "{far}, {near}");
}

/// Where it belongs follows from what it is paid.
#[test]
fn it_is_told_where_it_belongs() {
    let (bit, x, logit) = (Bit::new(7), column(X, 3), column(LOGIT, 3));
    let told = bit.near(&x, &logit).explain().to_string();
    assert!(
        told.contains("gradient: score function (baseline -1.5), because the model names it"),
        "{told}"
    );
    let error = ImportanceWeighted::default().loss(&bit.near(&x, &logit));
    let error = error.expect_err("sums alone");
    assert!(
        matches!(
            error,
            Error::Illegal {
                site: Some("y"),
                estimator: "Known",
                ..
            }
        ),
        "{error}"
    );
    // Evaluation does not ask it.
    let objective = Elbo::default().enumerate_up_to(0);
    objective.evaluate(&bit.near(&x, &logit)).expect("legal");
}
