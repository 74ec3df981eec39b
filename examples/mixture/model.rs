//! The mixture and its posterior.

use elbow::family::apply;
use elbow::prelude::*;

/// The measurements of an iris.
pub const SIZE: usize = 4;
/// The elements of a factor below its diagonal.
pub const PAIRS: usize = SIZE * (SIZE - 1) / 2;

/// Measurements, in units of their standard deviations.
pub type Measurements = Batch<(Const<SIZE>,)>;

model! {
    /// A mixture of K normal distributions, each with a covariance of its own.
    pub struct GaussianMixture<const K: usize> {
        pub weights: Parameter<Rank1<K>>,
        pub means: Parameter<Rank2<K, SIZE>>,
        pub log_diagonals: Parameter<Rank2<K, SIZE>>,
        pub lower: Parameter<Rank2<K, PAIRS>>,
    }

    generative p {
        sample component: [K] ~ OneHotCategorical::logits(weights);
        let factor = cholesky(component.matmul(log_diagonals), component.matmul(lower));
        sample x: [SIZE] ~ MultivariateNormal::cholesky(component.matmul(means), factor);
    }

    // The exact posterior, by Bayes' rule: the bound is then the log-likelihood, and its gradient that of
    // the log-likelihood, as the E step of the EM algorithm has it.
    inference q(x) {
        let joint = log_joint(x, weights, means, log_diagonals, lower);
        sample component ~ OneHotCategorical::logits(joint);
    }
}

/// `ln p(component, x)` of every component, row by row, up to a constant.
fn log_joint<const K: usize>(
    x: Var<(usize, Const<SIZE>)>,
    weights: Var<Rank1<K>>,
    means: Var<Rank2<K, SIZE>>,
    log_diagonals: Var<Rank2<K, SIZE>>,
    lower: Var<Rank2<K, PAIRS>>,
) -> Var<(usize, Const<K>)> {
    let rows = x.shape().0;
    let mut joint = weights.broadcast_like(&(rows, Const::<K>));
    for k in 0..K {
        let mut one_hot = vec![0.0; K];
        one_hot[k] = 1.0;
        let this: Var<(usize, Const<K>)> =
            Var::from(elbow::prelude::tensor(one_hot.clone(), (1, Const)));
        let factor = cholesky(
            this.clone().matmul(log_diagonals.clone()),
            this.clone().matmul(lower.clone()),
        );
        let component = MultivariateNormal::cholesky(this.matmul(means.clone()), factor);
        let column: Var<Rank2<1, K>> =
            Var::from(elbow::prelude::tensor(one_hot, Default::default()));
        let log_density = Var::from(component.log_prob(&x)).reshape_like(&(rows, Const::<1>));
        joint = joint + log_density.matmul(column);
    }
    joint
}

/// The matrices with these logarithms on the diagonal and these numbers below it, by rows.
fn cholesky(
    log_diagonal: Var<(usize, Const<SIZE>)>,
    lower: Var<(usize, Const<PAIRS>)>,
) -> Var<(usize, Const<SIZE>, Const<SIZE>)> {
    let mut diagonal_places = vec![0.0; SIZE * SIZE * SIZE];
    for i in 0..SIZE {
        diagonal_places[i * SIZE * SIZE + i * SIZE + i] = 1.0;
    }
    let mut lower_places = vec![0.0; PAIRS * SIZE * SIZE];
    for (pair, (row, column)) in below_diagonal().enumerate() {
        lower_places[pair * SIZE * SIZE + row * SIZE + column] = 1.0;
    }
    let on: Var<Rank2<SIZE, 16>> =
        elbow::prelude::tensor(diagonal_places, Default::default()).into();
    let below: Var<Rank2<PAIRS, 16>> =
        elbow::prelude::tensor(lower_places, Default::default()).into();
    let flat = log_diagonal.exp().matmul(on) + lower.matmul(below);
    apply(&ToEvent::<Rank2<SIZE, SIZE>>::default(), flat)
}

/// Rows and columns of what is below the diagonal, row by row.
pub fn below_diagonal() -> impl Iterator<Item = (usize, usize)> {
    (0..SIZE).flat_map(|row| (0..row).map(move |column| (row, column)))
}

/// A component's weight, mean and Cholesky factor, in the units of the data.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    pub weight: f64,
    pub mean: [f64; SIZE],
    pub factor: [[f64; SIZE]; SIZE],
}

impl Component {
    /// The covariance of two measurements.
    pub fn covariance(&self, a: usize, b: usize) -> f64 {
        let terms = (0..SIZE).map(|i| self.factor[a][i] * self.factor[b][i]);
        terms.sum()
    }
}

impl<const K: usize> GaussianMixture<K> {
    /// The components as they are now, for data that were divided by these deviations after these means were
    /// taken off.
    pub fn components(&self, means: &[f64], deviations: &[f64]) -> Vec<Component> {
        let numbers = |values: Vec<f32>| values.into_iter().map(f64::from).collect::<Vec<_>>();
        let odds: Vec<f64> = numbers(self.weights.value.as_vec())
            .into_iter()
            .map(f64::exp)
            .collect();
        let own_means = numbers(self.means.value.as_vec());
        let log_diagonals = numbers(self.log_diagonals.value.as_vec());
        let lower = numbers(self.lower.value.as_vec());
        let component = |k: usize| {
            let mut factor = [[0.0; SIZE]; SIZE];
            for i in 0..SIZE {
                factor[i][i] = deviations[i] * log_diagonals[k * SIZE + i].exp();
            }
            for (pair, (row, column)) in below_diagonal().enumerate() {
                factor[row][column] = deviations[row] * lower[k * PAIRS + pair];
            }
            Component {
                weight: odds[k] / odds.iter().sum::<f64>(),
                mean: std::array::from_fn(|i| means[i] + deviations[i] * own_means[k * SIZE + i]),
                factor,
            }
        };
        (0..K).map(component).collect()
    }

    /// `q(component | x)`: the probabilities of the components, row by row.
    pub fn posterior(&self, x: &Measurements) -> Vec<f32> {
        let joint = log_joint(
            Var::from(x),
            Var::from(&self.weights.value),
            Var::from(&self.means.value),
            Var::from(&self.log_diagonals.value),
            Var::from(&self.lower.value),
        );
        joint.softmax().as_vec()
    }
}
