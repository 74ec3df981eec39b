//! Objectives of a user's own, by the public interface alone.

use elbow::Error;
use elbow::family::{Bound, Count, Sampling, Scoring, Terms};
use elbow::prelude::*;
use elbow_tests::support::differences;
use elbow_tests::support::programs::{by_row, column};
use elbow_tests::support::quadrature::normals;
use elbow_tests::support::statistics::assert_mean;

use crate::doubly_reparameterised::log_normal;

const X: f64 = 0.7;
const LOC: f64 = 0.2;
const LOGIT: f64 = 0.4;
const SCALE: f64 = 0.8;
const ROWS: usize = 200_000;

/// `1/n · log 1/K Σ_k w_k^n`, an upper bound on the evidence for n > 1 (the χ-bound of Dieng et al. 2017), descended.
#[derive(Clone, Debug)]
struct Chi {
    power: f32,
    sampling: Sampling,
}

impl Objective for Chi {
    fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    fn sampling_mut(&mut self) -> &mut Sampling {
        &mut self.sampling
    }

    fn scoring(&self) -> Scoring {
        Scoring::Weights {
            is_doubly_required: false,
        }
    }

    fn check(&self, _: u64) -> Result<(), Error> {
        if self.power > 1.0 && self.power.is_finite() {
            return Ok(());
        }
        Err(Error::Setting {
            setting: "the power of the χ-bound",
            value: self.power.into(),
            expected: "finite and more than 1",
        })
    }

    fn bound(&self, terms: Terms<'_>) -> Result<Bound, Error> {
        terms.log_mean_weight(self.power, -1.0)
    }
}

fn chi(power: f32) -> Chi {
    let sampling = Sampling::default();
    Chi { power, sampling }
}

/// The ELBO of a likelihood that counts by half: of a model that is not trusted.
#[derive(Clone, Debug, Default)]
struct Tempered {
    sampling: Sampling,
}

impl Objective for Tempered {
    fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    fn sampling_mut(&mut self) -> &mut Sampling {
        &mut self.sampling
    }

    fn scoring(&self) -> Scoring {
        Scoring::default()
    }

    fn bound(&self, terms: Terms<'_>) -> Result<Bound, Error> {
        terms.sum(|term| Count::weight(if term.is_divergence { 1.0 } else { 0.5 }))
    }
}

model! {
    /// A normal with a normal mean.
    struct Pair {}
    generative p(loc) {
        sample z ~ Normal::new(0.0, 1.0);
        sample x ~ Normal::new(z, 1.0);
    }
    inference q(x, loc) { sample z ~ Normal::new(loc, 0.8); }
}

model! {
    /// A bit that moves a normal, by estimators that are paid their costs.
    struct Bit {}
    generative p(logit) {
        sample y ~ Bernoulli::probs(0.4);
        sample x ~ Normal::new(y * 2.0, 1.0);
    }
    inference score(x, logit) { sample y ~ Bernoulli::logits(logit) via ScoreFunction; }
    inference vimco(x, logit) { sample y ~ Bernoulli::logits(logit) via Vimco; }
    inference rloo(x, logit) { sample y ~ Bernoulli::logits(logit) via Rloo { samples: 2 }; }
    inference disarm(x, logit) { sample y ~ Bernoulli::logits(logit) via DisArm; }
    inference rebar(x, logit) { sample y ~ Bernoulli::logits(logit) via Rebar { temperature: 0.5, scale: 1.0 }; }
}

fn log_weight(loc: f64, e: f64) -> f64 {
    let z = loc + SCALE * e;
    log_normal(z, 0.0, 1.0) + log_normal(X, z, 1.0) - log_normal(z, loc, SCALE)
}

/// Of two normal draws, by quadrature: above the evidence, with the gradient that the path gives.
#[test]
fn a_bound_from_above() {
    let bound = |loc: f64| {
        normals(16, |[a, b]| {
            let square = |e| (2.0 * log_weight(loc, e)).exp();
            0.5 * (0.5 * (square(a) + square(b))).ln()
        })
    };
    assert!(bound(LOC) > log_normal(X, 0.0, 2.0_f64.sqrt()) + 0.002);
    let (x, loc) = (column(X, ROWS), column(LOC, ROWS));
    let loss = chi(2.0).particles(2).loss(&Pair::new(1).q(&x, &loc));
    let loss = loss.expect("legal");
    assert!(
        (f64::from(loss.value()) - bound(LOC)).abs() < 0.003,
        "{loss}"
    );
    let own = by_row(&loss.backward(), &loc, ROWS);
    // `by_row` gives the gradient to ascend.
    let exact = -differences::derivative(bound, LOC);
    assert_mean("by loc", &own, exact, 0.02);
}

fn mass(y: usize, logit: f64) -> f64 {
    1.0 / (1.0 + (if y == 1 { -logit } else { logit }).exp())
}

fn log_joint(y: usize) -> f64 {
    [0.6_f64, 0.4][y].ln() + log_normal(X, 2.0 * y as f64, 1.0)
}

/// Of two bits, by the sum over both: what estimators are paid turns with the bound.
#[test]
fn a_bound_from_above_by_the_score() {
    let bound = |logit: f64| -> f64 {
        let square = |y| (2.0 * (log_joint(y) - mass(y, logit).ln())).exp();
        let outcomes = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(a, b)| {
            mass(a, logit) * mass(b, logit) * 0.5 * (0.5 * (square(a) + square(b))).ln()
        });
        outcomes.iter().sum()
    };
    let exact = -differences::derivative(bound, LOGIT);
    let (x, logit, bit) = (column(X, ROWS), column(LOGIT, ROWS), Bit::new(2));
    let objective = chi(2.0).particles(2);
    for (name, loss) in [
        ("score", objective.loss(&bit.score(&x, &logit))),
        ("VIMCO", objective.loss(&bit.vimco(&x, &logit))),
    ] {
        let loss = loss.expect("legal");
        let value = f64::from(loss.value());
        assert!((value - bound(LOGIT)).abs() < 0.01, "{name}: {value}");
        assert_mean(name, &by_row(&loss.backward(), &logit, ROWS), exact, 0.02);
    }
}

/// A term that counts by half is paid by half.
#[test]
fn a_tempered_likelihood() {
    let own = |logit: f64| -> f64 {
        let of = |y: usize| {
            let likelihood = log_normal(X, 2.0 * y as f64, 1.0);
            let divergence = mass(y, logit).ln() - [0.6_f64, 0.4][y].ln();
            mass(y, logit) * (0.5 * likelihood - divergence)
        };
        of(0) + of(1)
    };
    let exact = differences::derivative(own, LOGIT);
    let (x, logit, bit) = (column(X, ROWS), column(LOGIT, ROWS), Bit::new(3));
    let objective = Tempered::default();
    for (name, loss) in [
        ("RLOO", objective.loss(&bit.rloo(&x, &logit))),
        ("DisARM", objective.loss(&bit.disarm(&x, &logit))),
        ("REBAR", objective.loss(&bit.rebar(&x, &logit))),
        ("score", objective.loss(&bit.score(&x, &logit))),
    ] {
        let loss = loss.expect("legal");
        let value = -f64::from(loss.value());
        assert!((value - own(LOGIT)).abs() < 0.01, "{name}: {value}");
        assert_mean(name, &by_row(&loss.backward(), &logit, ROWS), exact, 0.05);
    }
}

/// What is everybody's is theirs too: settings, explanations, the probe, and the estimators that fit.
#[test]
fn it_has_what_every_objective_has() {
    let (x, logit, bit) = (column(X, 4), column(LOGIT, 4), Bit::new(4));
    let told = chi(2.0).explain(&bit.vimco(&x, &logit)).to_string();
    assert!(told.contains("VIMCO"), "{told}");
    let error = chi(1.0).loss(&bit.vimco(&x, &logit)).expect_err("no power");
    assert!(
        error.to_string().contains("the power of the χ-bound"),
        "{error}"
    );
    let error = chi(2.0)
        .loss(&bit.rloo(&x, &logit))
        .expect_err("sums alone");
    assert!(
        matches!(
            error,
            Error::Illegal {
                site: Some("y"),
                ..
            }
        ),
        "{error}"
    );
    let error = Tempered::default().loss(&bit.vimco(&x, &logit));
    let error = error.expect_err("weights alone");
    assert!(
        matches!(
            error,
            Error::Illegal {
                site: Some("y"),
                ..
            }
        ),
        "{error}"
    );
    let evaluation = chi(2.0).evaluate(&bit.rloo(&x, &logit)).expect("legal");
    assert_eq!(evaluation.sites.len(), 2);
    let tempered = Tempered::default();
    let probe = GradientProbe::new(&tempered).repeats(20);
    probe.measure(&bit, &bit.rloo(&x, &logit)).expect("legal");
}
