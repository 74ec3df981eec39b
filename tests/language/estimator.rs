//! An estimator of a user's own, in the user's crate.

use elbow::Error;
use elbow::family::{
    Divergence, Draw, Estimator, Gradient, Key, Kl, KlForm, Plan, Reparameterised, Rows, Settings,
};
use elbow::prelude::*;
use elbow_tests::support::programs::{fill, gradient};
use elbow_tests::support::statistics::assert_mean;

/// Pathwise, with every divergence as the log-ratio at the draw, of weight `tilt`.
#[derive(Clone, Copy, Debug)]
struct Ratio {
    tilt: f32,
}

impl<Q: Reparameterised> Estimator<Q> for Ratio {
    fn plan(&self, _: &Settings) -> Result<Plan<Q>, Error> {
        let tilt = self.tilt;
        if !tilt.is_finite() {
            return Err(Error::Setting {
                setting: "the tilt",
                value: tilt.into(),
                expected: "finite",
            });
        }
        Ok(Plan {
            name: "Ratio",
            label: Box::new(move || format!("ratio (tilt {tilt})")),
            reason: "it was asked for",
            bias: "unbiased at tilt 1",
            gradient: Gradient::Path {
                draw: Box::new(|q: &Q, rows, noise| Ok(q.rsample(rows, noise))),
                is_reparameterised: false,
            },
        })
    }
}

impl<Q: Reparameterised, P: Distribution<Event = Q::Event>> Divergence<Q, P> for Ratio {
    fn divergence(
        &self,
        _: &Plan<Q>,
        q: &Q,
        p: &P,
        draw: &Draw<Q::Event>,
        _: Kl<Q, P>,
    ) -> (Rows, KlForm) {
        let ratio = q.log_prob_of(draw) - p.log_prob_of(draw);
        (ratio * self.tilt, KlForm::LogRatio)
    }
}

model! {
    /// One guide, by the automatic choice and by the estimator above.
    struct Either {
        loc: Parameter<Rank1<2>>,
        scale: Parameter<Rank1<2>>,
    }
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [2] ~ Normal::new(z * z, 1.0);
    }
    inference automatic(x) { sample z ~ Normal::new(loc, scale); }
    inference by_ratio(x) { sample z ~ Normal::new(loc, scale) via Ratio { tilt: 1.0 }; }
    inference tilted(x) { sample z ~ Normal::new(loc, scale) via Ratio { tilt: 3.0 }; }
    inference broken(x) { sample z ~ Normal::new(loc, scale) via Ratio { tilt: f32::NAN }; }
}

fn model() -> Either {
    let mut model = Either::new(1);
    fill(&mut model.loc.value, &[0.4, -0.9]);
    fill(&mut model.scale.value, &[0.7, 1.4]);
    model
}

fn data() -> Batch<(Const<2>,)> {
    batch([0.5, 2.0].repeat(500)).expect("rows")
}

/// Under the same noise the closed form and the log-ratio differ only by noise of mean zero: values
/// and gradients. This is the validity of the closed form, from outside.
#[test]
fn the_closed_form_is_the_mean_of_the_log_ratio() {
    let (model, x) = (model(), data());
    let mut differences = vec![Vec::new(); 5];
    for step in 0..200 {
        let key = Key::new(2, step);
        let measure = |loss: elbow::prelude::Loss| -> Vec<f64> {
            let value = vec![f64::from(loss.value())];
            let g = loss.backward();
            [
                value,
                gradient(&g, &model.loc.value),
                gradient(&g, &model.scale.value),
            ]
            .concat()
        };
        let closed = measure(
            Elbo::default()
                .loss(&model.automatic(&x).at(key))
                .expect("legal"),
        );
        let ratio = measure(
            Elbo::default()
                .loss(&model.by_ratio(&x).at(key))
                .expect("legal"),
        );
        for (all, (a, b)) in differences.iter_mut().zip(closed.iter().zip(ratio)) {
            all.push(a - b);
        }
    }
    for (at, differences) in differences.iter().enumerate() {
        assert_mean(&format!("difference {at}"), differences, 0.0, 0.1);
    }
}

/// It is the estimator's divergence that trains, and not that which evaluates.
#[test]
fn the_estimator_rules_training_only() {
    let (model, x) = (model(), data());
    let key = Key::new(3, 0);
    let loss = |loss: Result<elbow::prelude::Loss, _>| loss.expect("legal").kl();
    let one = loss(Elbo::default().loss(&model.by_ratio(&x).at(key)));
    let three = loss(Elbo::default().loss(&model.tilted(&x).at(key)));
    assert!(
        (three - 3.0 * one).abs() < 1e-5 * three.abs(),
        "{three}, {one}"
    );
    let bound = |found: Result<elbow::prelude::Evaluation, _>| found.expect("legal").rows;
    assert_eq!(
        bound(Elbo::default().evaluate(&model.tilted(&x).at(key))),
        bound(Elbo::default().evaluate(&model.automatic(&x).at(key)))
    );
}

#[test]
fn it_explains_and_checks_itself() {
    let (model, x) = (model(), data());
    let explanation = model.tilted(&x).explain().to_string();
    assert!(
        explanation.contains("gradient: ratio (tilt 3), because the model names it"),
        "{explanation}"
    );
    let error = Elbo::default().loss(&model.broken(&x)).expect_err("NaN");
    assert!(
        matches!(
            error,
            Error::Setting {
                setting: "the tilt",
                ..
            }
        ),
        "{error:?}"
    );
    // Evaluation asks no estimator.
    assert!(Elbo::default().evaluate(&model.broken(&x)).is_ok());
}
