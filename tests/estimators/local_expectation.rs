//! Local expectations: exact where nothing else is random, and unbiased where much is.

use elbow::Error;
use elbow::family::{Estimator, Settings};
use elbow::prelude::*;
use elbow_tests::support::programs::{by_row, column, copies};
use elbow_tests::support::tensors::assert_close;

const ROWS: usize = 50;

model! {
    /// A bit that moves a normal.
    struct Bit {}
    generative p(logit) {
        sample y ~ Bernoulli::probs(0.4);
        sample x ~ Normal::new(y * 2.0, 1.0);
    }
    inference local(x, logit) { sample y ~ Bernoulli::logits(logit) via LocalExpectation; }
    inference exact(x, logit) { sample y ~ Bernoulli::logits(logit) via Enumerate; }
}

/// Every row has the exact gradient, whatever it drew.
#[test]
fn one_bit() {
    let (bit, x, logit) = (Bit::new(1), column(1.3, ROWS), column(0.6, ROWS));
    let local = Elbo::default().loss(&bit.local(&x, &logit)).expect("legal");
    let exact = Elbo::default().loss(&bit.exact(&x, &logit)).expect("legal");
    let [local, exact] = [local, exact].map(|loss| by_row(&loss.backward(), &logit, ROWS));
    for (local, exact) in local.into_iter().zip(exact) {
        assert_close("gradient", local, exact, 2e-6, 1.0);
    }
}

model! {
    /// One of four categories.
    struct Category { pixels: Parameter<Rank2<4, 2>> }
    generative p(logits: [4]) {
        sample y: [4] ~ OneHotCategorical::logits(0.0);
        sample x: [2] ~ Bernoulli::logits(y.matmul(pixels));
    }
    inference local(x, logits) { sample y ~ OneHotCategorical::logits(logits) via LocalExpectation; }
    inference exact(x, logits) { sample y ~ OneHotCategorical::logits(logits) via Enumerate; }
}

#[test]
fn one_category() {
    let mut category = Category::new(2);
    category
        .pixels
        .value
        .copy_from(&[1.5, -2.0, 0.5, -1.0, 1.0, 2.0, 0.3, -0.7]);
    let x = batch::<(usize, Const<2>)>(copies(&[1.0, 0.0], ROWS)).expect("rows");
    let own = [0.4, -0.9, 0.1, 1.2];
    let logits = batch::<(usize, Const<4>)>(copies(&own, ROWS)).expect("rows");
    let local = Elbo::default()
        .loss(&category.local(&x, &logits))
        .expect("legal");
    let exact = Elbo::default()
        .loss(&category.exact(&x, &logits))
        .expect("legal");
    let [local, exact] = [local, exact].map(|loss| by_row(&loss.backward(), &logits, ROWS));
    assert!(exact.iter().any(|g| g.abs() > 0.1), "{exact:?}");
    for (local, exact) in local.into_iter().zip(exact) {
        assert_close("gradient", local, exact, 2e-6, 1.0);
    }
}

model! {
    /// Seven bits whose gains add up.
    struct Bits { gains: Parameter<Rank1<7>> }
    generative p(logits: [7]) {
        sample z: [7] ~ Bernoulli::probs(0.3);
        let gain = (z * gains).sum_last();
        sample x ~ Factor::new(gain);
    }
    inference local(x, logits) { sample z ~ Bernoulli::logits(logits) via LocalExpectation; }
}

/// `σ(l)(1 − σ(l))` times the gain less the divergence's slope, at every draw.
#[test]
fn gains_of_bits_that_add_up() {
    let gains = [0.5, -1.5, 2.0, 0.0, 1.0, -0.3, 3.0];
    let own = [0.3, -0.2, 1.4, 0.0, -3.0, 0.8, 0.1];
    let mut bits = Bits::new(3);
    bits.gains.value.copy_from(&gains);
    let logits = batch::<(usize, Const<7>)>(own.repeat(ROWS)).expect("rows");
    let loss = Elbo::default().loss(&bits.local(&column(0.0, ROWS), &logits));
    let found = by_row(&loss.expect("legal").backward(), &logits, ROWS);
    let prior = (0.3_f64 / 0.7).ln();
    for (at, found) in found.into_iter().enumerate() {
        let (logit, gain): (f64, f64) = (own[at % 7], f64::from(gains[at % 7]));
        let p = 1.0 / (1.0 + (-logit).exp());
        let exact = p * (1.0 - p) * (gain - (logit - prior));
        assert_close("by a bit", found, exact, 2e-6, 1.0);
    }
}

model! {
    /// Two categories whose gains add up.
    struct Pair { gains: Parameter<Rank2<2, 3>> }
    generative p(logits: [2, 3]) {
        sample z: [2, 3] ~ OneHotCategorical::logits(0.0);
        let gain = (z * gains).sum_last().sum_last();
        sample x ~ Factor::new(gain);
    }
    inference local(x, logits) { sample z ~ OneHotCategorical::logits(logits) via LocalExpectation; }
}

/// `p_k (w_k − Σ p w)` with the gain of a category less its log-ratio to the prior, at every draw.
#[test]
fn gains_of_categories_that_add_up() {
    let gains = [1.0, -0.5, 0.2, 0.7, 2.0, -1.0];
    let own = [0.2, 0.9, -0.4, 0.0, -1.0, 0.6];
    let mut pair = Pair::new(3);
    pair.gains.value.copy_from(&gains);
    let logits = batch::<(usize, Const<2>, Const<3>)>(own.repeat(ROWS)).expect("rows");
    let loss = Elbo::default().loss(&pair.local(&column(0.0, ROWS), &logits));
    let found = by_row(&loss.expect("legal").backward(), &logits, ROWS);
    for (at, found) in found.into_iter().enumerate() {
        let first = at % 6 / 3 * 3;
        let lane = own[first..first + 3].iter();
        let masses: Vec<f64> = lane.map(|l: &f64| l.exp()).collect();
        let total: f64 = masses.iter().sum();
        let p = |k: usize| masses[k] / total;
        let gain = |k: usize| f64::from(gains[first + k]) - p(k).ln();
        let mean: f64 = (0..3).map(|k| p(k) * gain(k)).sum();
        let exact = p(at % 3) * (gain(at % 3) - mean);
        assert_close("by a category", found, exact, 2e-6, 1.0);
    }
}

/// The neighbours are there for the gradient alone: no bit is drawn, so no bit gains.
#[test]
fn the_objective_counts_the_draw() {
    let mut bits = Bits::new(4);
    bits.gains.value.copy_from(&[8.0; 7]);
    let logits = batch::<(usize, Const<7>)>(vec![-30.0; 7]).expect("rows");
    let loss = Elbo::default().loss(&bits.local(&column(0.0, 1), &logits));
    let gain = loss.expect("legal").log_likelihood();
    assert_close("gain", gain, 0.0, 1e-6, 1.0);
}

/// Two stochastic layers, with the guide along the model and against it.
macro_rules! in_two_layers {
    ($module:ident: $family:ident, $size:literal) => {
        mod $module {
            use elbow::prelude::*;
            use elbow_tests::support::programs::{copies, fill};

            use crate::hierarchy::{Case, Family, ROWS, assert_unbiased, two_layers};

            two_layers!($family, $size, { local: LocalExpectation; }, against { back: LocalExpectation; });

            const FAMILY: Family = if $size == 2 { Family::Bits } else { Family::Categories };

            #[test]
            fn along() {
                let case = Case::new(FAMILY, false);
                for particles in [1, 2] {
                    let objective = Elbo::default().particles(particles);
                    let (_, found) = gradients!(local, objective, &case, ROWS / particles);
                    assert_unbiased("along", &found, &case.bound().1);
                }
            }

            /// The divergences are sampled: they are paid too, with their weight.
            #[test]
            fn against() {
                let case = Case::new(FAMILY, true);
                for weight in [1.0, 0.25] {
                    let objective = Elbo::default().kl_weight(weight);
                    let (_, found) = gradients!(back, objective, &case, ROWS);
                    let (_, exact) = case.weighted_bound(weight.into());
                    assert_unbiased("against", &found, &exact);
                }
            }

            #[test]
            fn beside_a_learned_baseline() {
                let case = Case::new(FAMILY, false);
                let (_, found) = gradients!(learned, Elbo::default(), &case, ROWS);
                assert_unbiased("learned", &found, &case.bound().1);
                let case = Case::new(FAMILY, true);
                let (_, found) = gradients!(learned_back, Elbo::default(), &case, ROWS);
                assert_unbiased("learned", &found, &case.bound().1);
            }
        }
    };
}

in_two_layers!(bits: Bernoulli, 2);
in_two_layers!(categories: OneHotCategorical, 3);

/// 65,536 evaluations are legal, and one more is not.
#[test]
fn too_many_units() {
    type Most = Bernoulli<(Const<65_535>,)>;
    type Over = Bernoulli<(Const<65_536>,)>;
    let settings = Settings::default();
    let plan = Estimator::<Most>::plan(&LocalExpectation, &settings).expect("legal");
    assert_eq!(plan.description().rows, 65_536);
    let error = Estimator::<Over>::plan(&LocalExpectation, &settings).expect_err("too many");
    assert!(
        matches!(
            error,
            Error::Setting {
                value: 65_537.0,
                ..
            }
        ),
        "{error}"
    );
}

model! {
    /// A bit that rules the data out.
    struct Ruled {}
    generative p(logit) {
        sample y ~ Bernoulli::probs(0.5);
        sample x ~ Uniform::new(y * 2.0, 3.0);
    }
    inference local(x, logit) { sample y ~ Bernoulli::logits(logit) via LocalExpectation; }
    inference rloo(x, logit) { sample y ~ Bernoulli::logits(logit) via Rloo { samples: 2 }; }
}

/// The objective is finite, for no draw is ruled out; but its gradient asks for the other state.
#[test]
fn a_state_without_density_is_reported() {
    let (ruled, x, logit) = (Ruled::new(5), column(1.0, 3), column(-60.0, 3));
    let legal = Elbo::default().loss(&ruled.rloo(&x, &logit));
    assert!(legal.expect("legal").value().is_finite());
    let error = Elbo::default()
        .loss(&ruled.local(&x, &logit))
        .expect_err("zero");
    assert!(
        matches!(
            error,
            Error::NotFiniteBetween {
                site: "x",
                row: 0,
                drawn: "y",
                ..
            }
        ),
        "{error}"
    );
    assert!(
        error.to_string().contains("a neighbour of its draw"),
        "{error}"
    );
}
