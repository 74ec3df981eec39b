//! Two stochastic layers, `z₂ → z₁ → x`, of bits and of categories: every estimator at both sites against
//! the sum over all states. The guide runs as the model does, and against it.

mod bits;
mod categories;
mod reference;
mod weighted;

use elbow_tests::support::statistics::{Estimate, assert_mean};

pub use reference::{Case, Family};

/// Independent rows, each one estimate of every gradient.
pub const ROWS: usize = 40_000;

/// Estimates of the gradients by the guide's logits: of its first site, then of its second.
pub type Gradients = Vec<Vec<f64>>;

/// The gradients of a loss by rows of logits, as one estimate of the objective's gradient a row.
pub fn by_row(first: &[f32], second: &[f32], elements: usize) -> Gradients {
    let rows = first.len() / elements;
    let column = |all: &[f32], at: usize| -> Vec<f64> {
        let own = all.iter().skip(at).step_by(elements);
        own.map(|g| -f64::from(*g) * rows as f64).collect()
    };
    let places = (0..elements).map(|at| column(first, at));
    places
        .chain((0..elements).map(|at| column(second, at)))
        .collect()
}

/// The mean of every gradient is the exact one; a fault of a tenth of a typical gradient would be seen.
#[track_caller]
pub fn assert_unbiased(name: &str, found: &Gradients, exact: &[f64]) {
    assert_eq!(found.len(), exact.len());
    for (at, (own, exact)) in found.iter().zip(exact).enumerate() {
        assert_mean(&format!("{name}, gradient {at}"), own, *exact, EFFECT);
    }
}

/// Gradients are of the order of a tenth to one.
pub const EFFECT: f64 = 0.065;

/// Some mean is off the exact one by at least so much.
#[track_caller]
pub fn assert_biased(name: &str, found: &Gradients, exact: &[f64], least: f64) {
    let off = |(own, exact): (&Vec<f64>, &f64)| {
        let estimate = Estimate::of(own);
        (estimate.mean - exact).abs() - 5.0 * estimate.standard_error
    };
    let most = found.iter().zip(exact).map(off).fold(f64::MIN, f64::max);
    assert!(most > least, "{name}: {most} is no bias of {least}");
}

/// Two estimators of the same mean.
#[track_caller]
pub fn assert_same_mean(name: &str, one: &Gradients, other: &Gradients) {
    for (at, (one, other)) in one.iter().zip(other).enumerate() {
        let [one, other] = [one, other].map(|own| Estimate::of(own));
        let error = one.standard_error.hypot(other.standard_error);
        let off = (one.mean - other.mean).abs();
        // Where draws change nothing but the rounding of single numbers, there is no more error than that.
        let most = 5.0 * error + f64::from(f32::EPSILON);
        assert!(off < most, "{name}, gradient {at}: {off} ± {error}");
        assert!(10.0 * error < EFFECT, "{name}: no power, {error}");
    }
}

/// The model of two layers for one family, its guides with one estimator each at both sites, and a function
/// that runs one of them.
macro_rules! two_layers {
    ($family:ident, $size:literal, { $($name:ident: $estimator:expr;)* }, against { $($back:ident: $behind:expr;)* }) => {
        model! {
            /// Two layers. Everything the guide needs comes as covariates, so that every row has its own.
            struct Layers {
                prior: Parameter<Rank1<$size>>,
                between: Parameter<Rank2<$size, $size>>,
                pixels: Parameter<Rank2<$size, 2>>,
                guide: Parameter<Rank2<$size, $size>>,
                baseline: Linear<2, 1>,
                baseline_of_z: Parameter<Rank2<$size, 1>>,
            }
            generative p(first: [$size], second: [$size]) {
                sample z2: [$size] ~ $family::logits(prior);
                sample z1: [$size] ~ $family::logits(z2.matmul(between));
                sample x: [2] ~ Bernoulli::logits(z1.matmul(pixels));
            }
            $(inference $name(x, first, second) {
                sample z2 ~ $family::logits(first) via $estimator;
                sample z1 ~ $family::logits(second + z2.matmul(guide)) via $estimator;
            })*
            $(inference $back(x, first, second) {
                sample z1 ~ $family::logits(first) via $behind;
                sample z2 ~ $family::logits(second + z1.matmul(guide)) via $behind;
            })*
            // Here, for what an estimator reads is looked up where it is written.
            inference learned(x, first, second) {
                sample z2 ~ $family::logits(first) via ScoreFunction::learned(baseline(x));
                sample z1 ~ $family::logits(second + z2.matmul(guide))
                    via ScoreFunction::learned(baseline(x) + z2.matmul(baseline_of_z));
            }
            inference learned_back(x, first, second) {
                sample z1 ~ $family::logits(first) via ScoreFunction::learned(baseline(x));
                sample z2 ~ $family::logits(second + z1.matmul(guide))
                    via ScoreFunction::learned(baseline(x));
            }
        }

        /// The model of the reference, with a run that has been earning about as much as it will.
        fn layers(case: &Case) -> Layers {
            let mut layers = Layers::new(31);
            fill(&mut layers.prior.value, &case.prior);
            fill(&mut layers.between.value, &case.between);
            fill(&mut layers.pixels.value, &case.pixels);
            fill(&mut layers.guide.value, &case.guide);
            fill(&mut layers.baseline.weight, &[0.4, -0.3]);
            fill(&mut layers.baseline.bias, &[-1.5]);
            fill(&mut layers.baseline_of_z.value, &[0.5; $size]);
            layers
                .run_state()
                .set_means([("z1", -1.2), ("z2", -2.0)].map(|(s, m)| (s.to_owned(), m)).into());
            layers
        }

        macro_rules! gradients {
            ($guide:ident, $objective:expr, $case:expr, $rows:expr) => {{
                let (case, rows): (&Case, usize) = ($case, $rows);
                let layers = layers(case);
                let x = batch::<(usize, Const<2>)>(copies(&case.x, rows)).expect("rows");
                let logits = |own: &[f64]| {
                    batch::<(usize, Const<$size>)>(copies(own, rows)).expect("rows")
                };
                let (first, second) = (logits(&case.first), logits(&case.second));
                let loss = $objective.loss(&layers.$guide(&x, &first, &second));
                let loss = loss.expect("legal");
                let value = -f64::from(loss.value());
                let gradients = loss.backward();
                let [first, second] = [first, second].map(|l| gradients.get(&l).as_vec());
                (value, crate::hierarchy::by_row(&first, &second, $size))
            }};
        }
    };
}
pub(crate) use two_layers;
