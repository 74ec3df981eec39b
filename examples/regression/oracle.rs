//! The posterior in double precision, to hold training against: the best normal one by quadrature, and the exact one by
//! importance sampling. Neither uses elbow.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::fit::Problem;
use crate::model::{PRIOR, WEIGHTS};

type Vector = [f64; WEIGHTS];
type Matrix = [[f64; WEIGHTS]; WEIGHTS];

/// A normal distribution of the weights.
pub struct Gaussian {
    pub mean: Vector,
    precision: Matrix,
    covariance: Matrix,
}

impl Gaussian {
    /// The one with the highest bound, where the divergence has this weight.
    ///
    /// Its gradient vanishes where `Λ = w Λ₀ + Σ E[σ'(η)] u uᵀ`, over `w`, and `w Λ₀ m = Σ (y − E[σ(η)]) u`, with `η`
    /// normal (Opper and Archambeau, *The variational Gaussian approximation revisited*, 2009): Newton's iteration.
    pub fn best(problem: &Problem, weight: f64) -> Self {
        let prior = weight / f64::from(PRIOR).powi(2);
        let mut found = Self::new([0.0; WEIGHTS], diagonal(prior));
        for _ in 0..200 {
            let mut slope = found.mean.map(|m| -prior * m);
            let mut precision = diagonal(prior);
            for (u, y) in rows(problem) {
                let (loc, scale) = found.logit(&u);
                let probability = expectation(loc, scale, sigmoid);
                let curvature = expectation(loc, scale, |x| sigmoid(x) * sigmoid(-x));
                for i in 0..WEIGHTS {
                    slope[i] += (y - probability) * u[i];
                    for j in 0..WEIGHTS {
                        precision[i][j] += curvature * u[i] * u[j];
                    }
                }
            }
            let step = times(&inverse(&precision), &slope);
            let mean = std::array::from_fn(|i| found.mean[i] + step[i]);
            // A weight on the divergence is also one on the entropy.
            found = Self::new(mean, precision.map(|row| row.map(|p| p / weight)));
        }
        found
    }

    fn new(mean: Vector, precision: Matrix) -> Self {
        let covariance = inverse(&precision);
        Self {
            mean,
            precision,
            covariance,
        }
    }

    pub fn deviation(&self, at: usize) -> f64 {
        self.covariance[at][at].sqrt()
    }

    /// The bound on the log-evidence of the whole table.
    pub fn bound(&self, problem: &Problem) -> f64 {
        let fit: f64 = rows(problem)
            .map(|(u, y)| {
                let (loc, scale) = self.logit(&u);
                expectation(loc, scale, |x| log_likelihood(x, y))
            })
            .sum();
        let variance = f64::from(PRIOR).powi(2);
        let squares: f64 = (0..WEIGHTS)
            .map(|i| (self.covariance[i][i] + self.mean[i].powi(2)) / variance - 1.0)
            .sum();
        let log_determinants = WEIGHTS as f64 * variance.ln() + log_determinant(&self.precision);
        fit - 0.5 * (squares + log_determinants)
    }

    /// The mean and deviation of a row's logit.
    fn logit(&self, u: &Vector) -> (f64, f64) {
        (
            dot(&self.mean, u),
            dot(&times(&self.covariance, u), u).sqrt(),
        )
    }
}

/// The exact posterior's moments.
pub struct Truth {
    pub means: Vector,
    pub deviations: Vector,
    pub log_evidence: f64,
}

impl Truth {
    /// Importance sampling with `draws` draws of a normal that is wider than the best, weighted by the joint density.
    pub fn by_importance(problem: &Problem, draws: usize) -> Self {
        const WIDER: f64 = 1.3;
        let near = Gaussian::best(problem, 1.0);
        let factor = cholesky(&near.covariance);
        let rows: Vec<_> = rows(problem).collect();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut normal = || {
            // Box and Muller.
            let (a, b): (f64, f64) = (rng.r#gen(), rng.r#gen());
            (-2.0 * (1.0 - a).ln()).sqrt() * (std::f64::consts::TAU * b).cos()
        };
        let mut all = Vec::with_capacity(draws);
        for _ in 0..draws {
            let e: Vector = std::array::from_fn(|_| normal());
            let w: Vector = std::array::from_fn(|i| near.mean[i] + WIDER * dot(&factor[i], &e));
            let fit: f64 = rows
                .iter()
                .map(|(u, y)| log_likelihood(dot(&w, u), *y))
                .sum();
            let prior = -0.5 * dot(&w, &w) / f64::from(PRIOR).powi(2);
            all.push((fit + prior + 0.5 * dot(&e, &e), w));
        }
        let most = all.iter().map(|(log, _)| *log).fold(f64::MIN, f64::max);
        let weights: Vec<f64> = all.iter().map(|(log, _)| (log - most).exp()).collect();
        let total: f64 = weights.iter().sum();
        let moment = |of: &dyn Fn(&Vector) -> f64| {
            let pairs = weights.iter().zip(&all);
            pairs.map(|(weight, (_, w))| weight * of(w)).sum::<f64>() / total
        };
        let means: Vector = std::array::from_fn(|i| moment(&|w| w[i]));
        let deviation = |i: usize| moment(&|w| (w[i] - means[i]).powi(2)).sqrt();
        // The normalisers of the prior and of the draws; 2π is in both.
        let width = WEIGHTS as f64;
        let normalisers =
            width * (WIDER.ln() - f64::from(PRIOR).ln()) - 0.5 * log_determinant(&near.precision);
        Self {
            deviations: std::array::from_fn(deviation),
            means,
            log_evidence: most + (total / draws as f64).ln() + normalisers,
        }
    }
}

fn rows(problem: &Problem) -> impl Iterator<Item = (Vector, f64)> {
    let inputs = problem.inputs.chunks(WEIGHTS);
    inputs
        .zip(&problem.outcomes)
        .map(|(u, &y)| (std::array::from_fn(|i| f64::from(u[i])), f64::from(y)))
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn log_likelihood(logit: f64, outcome: f64) -> f64 {
    let x = if outcome > 0.5 { logit } else { -logit };
    x.min(0.0) - (-x.abs()).exp().ln_1p()
}

/// The mean of `f` at a normal number, by the trapezoidal rule: exact to rounding for functions so smooth.
fn expectation(loc: f64, scale: f64, f: impl Fn(f64) -> f64) -> f64 {
    const STEP: f64 = 0.1;
    let points = (-80..=80).map(|i| STEP * f64::from(i));
    let terms = points.map(|e| (-0.5 * e * e).exp() * f(loc + scale * e));
    terms.sum::<f64>() * STEP / std::f64::consts::TAU.sqrt()
}

fn dot(a: &Vector, b: &Vector) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn times(a: &Matrix, b: &Vector) -> Vector {
    a.map(|row| dot(&row, b))
}

fn diagonal(value: f64) -> Matrix {
    std::array::from_fn(|i| std::array::from_fn(|j| if i == j { value } else { 0.0 }))
}

fn cholesky(a: &Matrix) -> Matrix {
    let mut factor = diagonal(0.0);
    for i in 0..WEIGHTS {
        for j in 0..=i {
            let rest = a[i][j] - (0..j).map(|k| factor[i][k] * factor[j][k]).sum::<f64>();
            factor[i][j] = if i == j {
                rest.sqrt()
            } else {
                rest / factor[j][j]
            };
        }
    }
    factor
}

fn log_determinant(a: &Matrix) -> f64 {
    let factor = cholesky(a);
    (0..WEIGHTS).map(|i| 2.0 * factor[i][i].ln()).sum()
}

/// The inverse of a symmetric positive matrix, column by column.
fn inverse(a: &Matrix) -> Matrix {
    let factor = cholesky(a);
    std::array::from_fn(|column| {
        let mut x: Vector = std::array::from_fn(|i| if i == column { 1.0 } else { 0.0 });
        for i in 0..WEIGHTS {
            x[i] = (x[i] - (0..i).map(|j| factor[i][j] * x[j]).sum::<f64>()) / factor[i][i];
        }
        for i in (0..WEIGHTS).rev() {
            let known: f64 = (i + 1..WEIGHTS).map(|j| factor[j][i] * x[j]).sum();
            x[i] = (x[i] - known) / factor[i][i];
        }
        x
    })
}
