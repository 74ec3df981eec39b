//! Auto-encoders of images, trained by every estimator.

use elbow::prelude::*;
use elbow_examples::Error;
use elbow_examples::comparison::{Comparison, Outcome, Stopwatch, Trace, mean_variance};
use elbow_examples::data::{Batches, Images, Split};

use crate::estimator::Estimator;
use crate::nets::{Net, Pair, objective};

/// Data with the training mean taken off.
struct Centred<'a> {
    images: &'a Images,
    mean: &'a [f32],
}

impl Centred<'_> {
    fn rows<const PIXELS: usize>(&self, rows: &[usize]) -> Result<Pair<PIXELS>, Error> {
        let images = self.images.grey(rows);
        let means = self.mean.iter().cycle();
        let centred = images.iter().zip(means).map(|(v, m)| v - m).collect();
        Ok((batch(images)?, batch(centred)?))
    }
}

/// The model of an experiment, and how long it trains.
pub struct Task<'a> {
    /// Its name in the table.
    pub experiment: &'static str,
    /// Its images.
    pub data: &'a Split,
    /// The latent bits; few enough are enumerated for the test.
    pub latents: usize,
    /// Training steps.
    pub steps: usize,
    /// Adam's.
    pub learning_rate: f32,
    /// The rate per step at which the temperature of relaxed draws falls, from 1 to a half.
    pub annealing: f32,
}

/// Trains a net by every estimator and notes how it did on the test images.
///
/// # Errors
/// Fails with the site whose numbers went wrong.
pub fn compare<N: Net<PIXELS>, const PIXELS: usize>(
    comparison: &mut Comparison,
    chosen: &[Estimator],
    task: &Task<'_>,
) -> Result<(), Error> {
    let all: Vec<usize> = (0..task.data.train.rows()).collect();
    let mut mean = vec![0.0; PIXELS];
    for image in task.data.train.grey(&all).chunks(PIXELS) {
        mean.iter_mut()
            .zip(image)
            .for_each(|(m, v)| *m += v / all.len() as f32);
    }
    for seed in comparison.seeds() {
        for &estimator in chosen {
            let outcome = task.train::<N, PIXELS>(estimator, seed, &mean)?;
            comparison.note(estimator.name(), task.experiment, seed, outcome);
        }
    }
    Ok(())
}

/// The number of draws, on one batch, for the gradient's variance.
const GRADIENT_DRAWS: usize = 40;
/// The largest number of test images for the log-evidence, if a model is too large to enumerate.
const EVIDENCE_ROWS: usize = 1000;
/// The draws a row for it.
const EVIDENCE_SAMPLES: usize = 100;
/// The largest number of latent bits that a test enumerates.
const EXACT_LATENTS: usize = 8;

impl Task<'_> {
    fn train<N: Net<PIXELS>, const PIXELS: usize>(
        &self,
        estimator: Estimator,
        seed: u64,
        mean: &[f32],
    ) -> Result<Outcome, Error> {
        let images = &self.data.train;
        let train = Centred { images, mean };
        let odds: Vec<f32> = mean
            .iter()
            .map(|m| m.clamp(1e-4, 1.0 - 1e-4))
            .map(|m| (m / (1.0 - m)).ln())
            .collect();
        let elbo = objective(estimator, self.annealing);
        let mut net = N::start(seed, &odds);
        let mut adam = Adam::new(self.learning_rate);
        let mut batches = Batches::new(images.rows(), 50, seed);
        let mut trace = Trace::new(self.steps);
        let watch = Stopwatch::start();
        for step in 0..self.steps {
            let pair = train.rows(&batches.at(step))?;
            let loss = net.loss(estimator, &pair, &elbo)?;
            trace.push(step, loss.elbo());
            adam.descend(&mut net, loss)?;
        }
        let seconds_per_step = watch.seconds_per_step(self.steps);
        let (test_neg_elbo, test_nll) = self.test(&net, mean)?;
        let pair = train.rows(&batches.at(0))?;
        let mut gradients = Vec::new();
        for _ in 0..GRADIENT_DRAWS {
            gradients.push(net.encoder_gradient(net.loss(estimator, &pair, &elbo)?));
        }
        Ok(Outcome {
            test_neg_elbo,
            test_nll: Some(test_nll),
            gradient_variance: mean_variance(&gradients),
            seconds_per_step,
            curve: trace.into_points(),
        })
    }

    fn test<N: Net<PIXELS>, const PIXELS: usize>(
        &self,
        net: &N,
        mean: &[f32],
    ) -> Result<(f64, f64), Error> {
        let images = &self.data.test;
        let test = Centred { images, mean };
        let all: Vec<usize> = (0..images.rows()).collect();
        let pair = test.rows(&all)?;
        if self.latents <= EXACT_LATENTS {
            let (bound, evidence) = net.exact(&pair)?;
            return Ok((-bound, -evidence));
        }
        let bound = net.bound(&pair)?;
        let some = test.rows(&Batches::new(all.len(), EVIDENCE_ROWS, 0).at(0))?;
        Ok((-bound, -net.evidence(&some, EVIDENCE_SAMPLES)?))
    }
}
