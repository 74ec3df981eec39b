//! Training, and what came of it.

use std::time::Instant;

use elbow::prelude::*;
use elbow_examples::Error;
use elbow_examples::args::TrainArgs;
use elbow_examples::data::{Batches, Standardised, Table};
use elbow_examples::plot::Curves;
use elbow_examples::progress::Progress;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::model::{Component, GaussianMixture, Measurements, SIZE};
use crate::start::centres;

/// The standard deviations of the components at the start, where those of the table are 1: so small that each
/// component begins with the rows around it and no others.
const WIDTH: f32 = 0.2;

/// A mixture that was fitted to a table.
pub struct Fit<const K: usize> {
    pub mixture: GaussianMixture<K>,
    pub adam: Adam,
    /// The standardised table.
    pub x: Measurements,
    standardised: Standardised,
    /// `log p(x)`, exactly, in nats a row of the table in its own units.
    pub log_likelihood: f64,
    /// The bound on it.
    pub elbo: f64,
    pub seconds: f64,
    pub curves: Curves,
}

impl<const K: usize> Fit<K> {
    /// Fits a mixture.
    ///
    /// # Errors
    /// Fails with the site, row and value that went wrong.
    pub fn train(args: &TrainArgs, table: &Table) -> Result<Self, Error> {
        let standardised = table.standardised();
        // A density of standardised rows is one of rows times the deviations.
        let units: f64 = standardised.deviations.iter().map(|d| d.ln()).sum();
        let mut mixture = start::<K>(&standardised.values, args.seed);
        let mut batches = Batches::new(table.rows(), args.batch, args.seed);
        let total = args.total_steps(batches.per_epoch());
        // Until nothing moves: the maximum is a point.
        let mut adam = Adam::scheduled(Schedule::linear(args.lr as f32, 0.0, total as u64));
        let mut progress = Progress::new(0, total, args.quiet);
        let mut curves = Curves::new("Training", "step", "nats an iris");
        let every = (total / 200).max(1);
        let start = Instant::now();
        for step in 0..total {
            let rows = batches.at(step).into_iter();
            let values = rows.flat_map(|row| &standardised.values[row * SIZE..(row + 1) * SIZE]);
            let x = batch(values.copied().collect())?;
            let loss = Elbo::default().loss(&mixture.q(&x))?;
            let (elbo, kl) = (loss.elbo() - units, loss.kl());
            adam.descend(&mut mixture, loss)?;
            progress.step(step, elbo, kl);
            if step % every == 0 {
                curves.push("ELBO", step as f64, elbo);
            }
        }
        progress.finish();
        let seconds = start.elapsed().as_secs_f64();
        let x = batch(standardised.values.clone())?;
        // With the component summed out, one sample is the exact likelihood.
        let exact = LogEvidence::samples(1).evaluate(&mixture.q(&x))?;
        let bound = Elbo::default().evaluate(&mixture.q(&x))?;
        Ok(Self {
            mixture,
            adam,
            x,
            standardised,
            log_likelihood: exact.log_evidence - units,
            elbo: bound.elbo - units,
            seconds,
            curves,
        })
    }

    /// The components, in the units of the table.
    pub fn components(&self) -> Vec<Component> {
        let Standardised {
            means, deviations, ..
        } = &self.standardised;
        self.mixture.components(means, deviations)
    }

    /// The most probable component of each row.
    pub fn groups(&self) -> Vec<usize> {
        let most = |row: &[f32]| (0..K).max_by(|&a, &b| row[a].total_cmp(&row[b]));
        let posterior = self.mixture.posterior(&self.x);
        posterior
            .chunks(K)
            .map(|row| most(row).unwrap_or(0))
            .collect()
    }
}

/// Equal weights, means in the middle of groups, and no correlations.
fn start<const K: usize>(values: &[f32], seed: u64) -> GaussianMixture<K> {
    let mut mixture = GaussianMixture::<K>::new(seed);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    mixture.means.value.copy_from(&centres(values, K, &mut rng));
    mixture
        .log_diagonals
        .value
        .copy_from(&vec![WIDTH.ln(); K * SIZE]);
    mixture
}

#[cfg(test)]
mod tests {
    use elbow_examples::data::iris;

    use super::*;
    use crate::em;

    fn fit<const K: usize>(seed: u64) -> Fit<K> {
        let args = TrainArgs {
            epochs: 3000,
            steps: None,
            seed,
            batch: 150,
            lr: 2e-2,
            out: "out".into(),
            quiet: true,
        };
        Fit::train(&args, &iris()).unwrap()
    }

    /// The result of EM, started with every row in the component of its species.
    fn most_likely<const K: usize>() -> f64 {
        let table = iris();
        let of_species = |&label: &u8| usize::from(label).min(K - 1);
        let groups: Vec<usize> = table.labels().iter().map(of_species).collect();
        let [some, more] = [1000, 2000].map(|n| em::log_likelihood(&table, &groups, K, n));
        assert!((some - more).abs() < 1e-9, "EM still moves: {some}, {more}");
        more
    }

    /// All 150 rows together, to a thousandth of a nat, from starts of several seeds.
    #[test]
    fn training_finds_the_maximum_of_the_likelihood() {
        for (seed, expected) in [0, 1, 2].map(|seed| (seed, most_likely::<3>())) {
            let found = 150.0 * fit::<3>(seed).log_likelihood;
            assert!((found - expected).abs() < 1e-3, "{found}, not {expected}");
        }
        let (found, expected) = (150.0 * fit::<2>(0).log_likelihood, most_likely::<2>());
        assert!((found - expected).abs() < 1e-3, "{found}, not {expected}");
    }

    /// At any parameters: likelihood and posterior by Bayes' rule in double precision and the units of the
    /// table, and a bound that is exact because its posterior is.
    #[test]
    fn likelihood_posterior_and_bound_are_those_of_the_components() {
        let table = iris();
        let fit = fit::<3>(3);
        let (log_likelihood, shares) = em::expect(&table, &fit.components());
        assert!((fit.log_likelihood - log_likelihood / 150.0).abs() < 1e-5);
        assert!((fit.elbo - fit.log_likelihood).abs() < 1e-5);
        let posterior = fit.mixture.posterior(&fit.x);
        for (found, exact) in posterior.iter().zip(shares.iter().flatten()) {
            assert!(
                (f64::from(*found) - exact).abs() < 1e-3,
                "{found}, not {exact}"
            );
        }
        let sums: Vec<f64> = (0..3)
            .map(|k| shares.iter().map(|row| row[k]).sum())
            .collect();
        for (component, sum) in fit.components().iter().zip(sums) {
            // At the maximum a weight is the mean share.
            assert!((component.weight - sum / 150.0).abs() < 1e-3);
        }
    }
}
