//! Training, and what came of it.

use std::time::Instant;

use elbow::prelude::*;
use elbow_examples::Error;
use elbow_examples::args::TrainArgs;
use elbow_examples::data::{Batches, Table, iris};
use elbow_examples::plot::Curves;
use elbow_examples::progress::Progress;

use crate::model::{Inputs, Regression, WEIGHTS};

/// The draws of the weights that an evaluation averages over.
const EVALUATION_DRAWS: usize = 1000;

/// The species that is told apart from the other; the third is told apart by a ruler.
const SPECIES: [u8; 2] = [1, 2];

/// The task: to tell two species of irises apart.
pub struct Problem {
    /// The names of the weights.
    pub names: Vec<String>,
    /// Standardised measurements, and the constant 1, row by row.
    pub inputs: Vec<f32>,
    /// 1 for the second species.
    pub outcomes: Vec<f32>,
}

impl Problem {
    /// The irises of the two species that overlap.
    ///
    /// # Errors
    /// When the embedded table has none.
    pub fn irises() -> Result<Self, Error> {
        let all = iris();
        let rows: Vec<usize> = (0..all.rows())
            .filter(|&row| SPECIES.contains(&all.labels()[row]))
            .collect();
        let columns: Vec<&str> = all.columns().iter().map(String::as_str).collect();
        let classes: Vec<&str> = all.classes().iter().map(String::as_str).collect();
        let values = rows.iter().flat_map(|&row| all.row(row)).copied().collect();
        let labels = rows.iter().map(|&row| all.labels()[row]).collect();
        let table = Table::new(&columns, values, &classes, labels)?;
        let mut names = vec!["constant".to_owned()];
        names.extend(columns.iter().map(|&name| name.to_owned()));
        let standardised = table.standardised().values;
        let rows = standardised.chunks(WEIGHTS - 1);
        let outcome = |&label: &u8| f32::from(u8::from(label == SPECIES[1]));
        Ok(Self {
            names,
            inputs: rows.flat_map(|row| [&[1.0], row].concat()).collect(),
            outcomes: table.labels().iter().map(outcome).collect(),
        })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.outcomes.len()
    }

    /// Some rows, as an inference model takes them.
    ///
    /// # Errors
    /// Never: the rows are whole.
    fn batch(&self, rows: &[usize]) -> Result<(Batch<()>, Inputs), Error> {
        let inputs = rows
            .iter()
            .flat_map(|row| &self.inputs[row * WEIGHTS..(row + 1) * WEIGHTS]);
        let outcomes = rows.iter().map(|&row| self.outcomes[row]);
        Ok((
            batch(outcomes.collect())?,
            batch(inputs.copied().collect())?,
        ))
    }

    /// All rows.
    ///
    /// # Errors
    /// Never: the rows are whole.
    pub fn all(&self) -> Result<(Batch<()>, Inputs), Error> {
        self.batch(&(0..self.rows()).collect::<Vec<_>>())
    }
}

/// A regression that was fitted.
pub struct Fit {
    pub regression: Regression,
    pub adam: Adam,
    /// On all rows.
    pub evaluation: Evaluation,
    pub seconds: f64,
    pub curves: Curves,
}

impl Fit {
    /// Fits the posterior of the weights with `particles` draws of them per step.
    ///
    /// # Errors
    /// Fails with the site, row and value that went wrong.
    pub fn train(args: &TrainArgs, particles: usize, problem: &Problem) -> Result<Self, Error> {
        let mut regression = Regression::new(args.seed);
        // Without correlations, at the prior mean, narrower than the prior.
        regression.loc.value.copy_from(&[0.0; WEIGHTS]);
        regression.log_diagonal.value.copy_from(&[-1.0; WEIGHTS]);
        let pairs = regression.lower.value.as_vec().len();
        regression.lower.value.copy_from(&vec![0.0; pairs]);
        // A batch stands for the whole table, whose weights are drawn once.
        let elbo = Elbo::default()
            .particles(particles)
            .data_size(problem.rows());
        let mut batches = Batches::new(problem.rows(), args.batch, args.seed);
        let total = args.total_steps(batches.per_epoch());
        let mut adam = Adam::scheduled(Schedule::linear(args.lr as f32, 0.0, total as u64));
        let mut progress = Progress::new(0, total, args.quiet);
        let mut curves = Curves::new("Training", "step", "nats an iris");
        let every = (total / 200).max(1);
        let start = Instant::now();
        for step in 0..total {
            let (y, u) = problem.batch(&batches.at(step))?;
            let loss = elbo.loss(&regression.q(&y, &u))?;
            let (bound, kl) = (loss.elbo(), loss.kl());
            adam.descend(&mut regression, loss)?;
            progress.step(step, bound, kl);
            if step % every == 0 {
                curves.push("ELBO", step as f64, bound);
                curves.push("−KL", step as f64, -kl);
            }
        }
        progress.finish();
        let seconds = start.elapsed().as_secs_f64();
        let (y, u) = problem.all()?;
        let evaluation = Elbo::default()
            .particles(EVALUATION_DRAWS)
            .evaluate(&regression.q(&y, &u))?;
        Ok(Self {
            regression,
            adam,
            evaluation,
            seconds,
            curves,
        })
    }

    /// The share of rows whose more probable species, by the posterior means, is theirs.
    pub fn accuracy(&self, problem: &Problem) -> f64 {
        let means = self.regression.means();
        let rows = problem.inputs.chunks(WEIGHTS).zip(&problem.outcomes);
        let right = rows.filter(|(inputs, outcome)| {
            let pairs = inputs.iter().zip(means);
            let logit: f64 = pairs.map(|(&u, w)| f64::from(u) * w).sum();
            (logit > 0.0) == (**outcome > 0.5)
        });
        right.count() as f64 / problem.rows() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::{Gaussian, Truth};

    fn fit(batch: usize, epochs: usize, lr: f64, seed: u64) -> Fit {
        let args = TrainArgs {
            epochs,
            steps: None,
            seed,
            batch,
            lr,
            out: "out".into(),
            quiet: true,
        };
        Fit::train(&args, 20, &Problem::irises().unwrap()).unwrap()
    }

    /// The best normal posterior, from the whole table and from minibatches of a fifth of it. A divergence that counted
    /// in every row, or once in a minibatch, would move the means by a good part of their deviations: see below.
    #[test]
    fn training_finds_the_best_normal_posterior() {
        let problem = Problem::irises().unwrap();
        let best = Gaussian::best(&problem, 1.0);
        for (what, fit) in [
            ("whole", fit(100, 3000, 3e-2, 0)),
            ("batches", fit(20, 2000, 1e-2, 1)),
        ] {
            let (means, deviations) = (fit.regression.means(), fit.regression.deviations());
            for at in 0..WEIGHTS {
                let deviation = best.deviation(at);
                let off = (means[at] - best.mean[at]).abs() / deviation;
                assert!(off < 0.05, "{what}: mean {at} is {off} deviations off");
                let ratio = deviations[at] / deviation;
                assert!(
                    (ratio - 1.0).abs() < 0.04,
                    "{what}: deviation {at}: {ratio}"
                );
            }
            let rows = problem.rows() as f64;
            // 1,000 draws of a sum whose spread is about two nats.
            assert!((fit.evaluation.elbo * rows - best.bound(&problem)).abs() < 0.4);
        }
        // The test would notice if the data size were that of a batch.
        let wrong = Gaussian::best(&problem, 5.0);
        let moved =
            (0..WEIGHTS).map(|at| (wrong.mean[at] - best.mean[at]).abs() / best.deviation(at));
        assert!(moved.fold(0.0, f64::max) > 0.5);
    }

    /// The best normal posterior is near the exact one, and its bound is below the evidence.
    #[test]
    fn the_best_normal_posterior_is_near_the_exact_one() {
        let problem = Problem::irises().unwrap();
        let best = Gaussian::best(&problem, 1.0);
        let truth = Truth::by_importance(&problem, 200_000);
        for at in 0..WEIGHTS {
            let deviation = truth.deviations[at];
            let off = (best.mean[at] - truth.means[at]).abs() / deviation;
            assert!(off < 0.1, "mean {at} is {off} deviations off");
            let ratio = best.deviation(at) / deviation;
            assert!((0.85..1.02).contains(&ratio), "deviation {at}: {ratio}");
        }
        let gap = truth.log_evidence - best.bound(&problem);
        assert!((0.0..0.5).contains(&gap), "the bound is {gap} nats below");
    }
}
