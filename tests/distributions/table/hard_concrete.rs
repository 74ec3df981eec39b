//! The hard Concrete row, and its atoms.

use elbow::prelude::{Distribution, HardConcrete};
use elbow_tests::support::statistics::{assert_counts, assert_distribution};
use elbow_tests::support::tensors::{assert_close, noise, numbers, plate};

use super::*;

/// Hard Concrete at a temperature.
#[derive(Clone, Copy)]
pub struct HardConcreteRow(pub f64);

impl HardConcreteRow {
    /// `P(0)` and `P(1)`
    fn atoms(self, p: &[f64]) -> [f64; 2] {
        let end = self.0 * (0.1_f64 / 1.1).ln();
        [sigmoid(end - p[0]), sigmoid(end + p[0])]
    }
}

fn cut(y: f64) -> f64 {
    (1.2 * sigmoid(y) - 0.1).clamp(0.0, 1.0)
}

impl Family for HardConcreteRow {
    type Of<E: Event> = HardConcrete<E>;
    const POSITIVE: &'static [bool] = &[false];
    const SPACE: Space = Space::Real;
    const MODE: bool = false;
    const MEAN: bool = false;
    const ENTROPY: bool = false;

    fn build<E: Event>(self, params: &[Param<E>]) -> HardConcrete<E> {
        HardConcrete::new(params[0].clone(), self.0 as f32)
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        match x[0] {
            // By the tails' own logarithms: of an open gate the other mass is below f64.
            0.0 => -softplus(p[0] - self.0 * (0.1_f64 / 1.1).ln()),
            1.0 => -softplus(-p[0] - self.0 * (0.1_f64 / 1.1).ln()),
            x => {
                let y = ((x + 0.1) / (1.1 - x)).ln();
                ConcreteRow(self.0).log_density_of_logit(y, p[0])
                    + (1.2 / ((x + 0.1) * (1.1 - x))).ln()
            }
        }
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let inside = (1.0_f64 / 11.0).ln();
        let breaks = [inside, -inside];
        let moment = |n: i32| {
            let f =
                |y: f64| cut(y).powi(n) * ConcreteRow(self.0).log_density_of_logit(y, p[0]).exp();
            self.atoms(p)[1] + integrate(f, &breaks, 100)
        };
        vec![[moment(1), moment(2)]]
    }
    /// In logits before the cut, whatever the logit.
    fn entropy(self, _: &[f64]) -> Option<f64> {
        Some(2.0 - self.0.ln())
    }
    fn cdf(self, _: f64, _: &[f64]) -> f64 {
        unreachable!("a distribution with atoms")
    }
    fn breaks(self, _: &[f64]) -> Vec<f64> {
        unreachable!("a distribution with atoms")
    }
    fn goldens() -> Vec<Golden<Self>> {
        let mut all = scalar_golden! { HardConcreteRow(TWO_THIRDS),
            // Of 0.1092332749 and 0.250002895.
            [0.5] at 0.0 => -2.214269546791905, "P(0)";
            [0.5] at 1.0 => -1.3862827810403435, "P(1)";
            [0.5] at 0.3 => -0.6930016204267866, "the density at 0.3";
        };
        all.extend(scalar_golden! { HardConcreteRow(0.5), [-1.0] at 0.3 => -0.8625806210302449, "at 0.3"; });
        all
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (HardConcreteRow(TWO_THIRDS), vec![0.5]),
            (HardConcreteRow(0.5), vec![-1.0]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, 0.62, 0.07, 0.85, 0.45])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let points = scalars(&[0.0, TINY, 0.5, ALMOST_ONE, 1.0]);
        let at = |t, logit| ((HardConcreteRow(t), vec![logit]), points.clone());
        vec![at(0.01, 0.0), at(0.1, 1e4), at(1.0, -1e4), at(10.0, 2.0)]
    }
}

impl Divergent for HardConcreteRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        logistic_kl(q[0] - p[0])
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![Pair {
            family: HardConcreteRow(TWO_THIRDS),
            guide: &[1.0],
            prior: &[0.0],
            kl: 0.1639534137,
            source: "that of Concrete",
        }]
    }
}

/// Draws are the cut of logistic logits, and hit the atoms as often as their masses say.
#[test]
fn draws_and_atoms() {
    for (case, (row, params)) in HardConcreteRow::cases().into_iter().enumerate() {
        let of = row.build::<()>(&[Param::Number(params[0] as f32)]);
        let draw = of.sample(50_000, &noise(500 + case as u64, "z"));
        let values = numbers(&draw.value());
        let logits = numbers(draw.stretched_logit().expect("the logits before the cut"));
        for (value, logit) in values.iter().zip(&logits) {
            assert_close("the cut", *value, cut(*logit), 1e-6, 1.0);
        }
        let cdf = |y| ConcreteRow(row.0).cdf(y, &params);
        assert_distribution("logits", &logits, cdf);
        let [zero, one] = row.atoms(&params);
        let count = |at: f64| values.iter().filter(|&&v| v == at).count();
        let (zeros, ones) = (count(0.0), count(1.0));
        let counts = [zeros, ones, values.len() - zeros - ones];
        assert_counts("atoms", &counts, &[zero, one, 1.0 - zero - one], 0.05);
        for (found, exact) in [
            (of.probability_of_zero(1), zero),
            (of.probability_of_one(1), one),
            (of.probability_of_nonzero(1), 1.0 - zero),
        ] {
            assert_close("probabilities", numbers(&found)[0], exact, 1e-6, 1.0);
        }
    }
}

/// Atoms and density make one.
#[test]
fn total_mass() {
    let row = HardConcreteRow(TWO_THIRDS);
    let nodes = elbow_tests::support::quadrature::nodes(&[0.0, 1.0], 200);
    let (x, weights): (Vec<f64>, Vec<f64>) = nodes.into_iter().unzip();
    let of = row.build::<()>(&[Param::Number(0.5)]);
    let densities = numbers(&of.log_prob(&plate::<()>(&x)));
    let inside: f64 = densities
        .iter()
        .zip(&weights)
        .map(|(l, w)| w * l.exp())
        .sum();
    let atoms = numbers(&of.log_prob(&plate::<()>(&[0.0, 1.0])));
    let total = inside + atoms.iter().map(|l| l.exp()).sum::<f64>();
    assert_close("the mass", total, 1.0, 1e-5, 1.0);
}
