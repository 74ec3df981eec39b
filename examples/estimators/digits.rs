//! One linear auto-encoder, and an inference model for every estimator.

use elbow::estimator::Profile;
use elbow::prelude::*;
use elbow::train::Adam;
use elbow_examples::Error;
use elbow_examples::comparison::{Comparison, Outcome, Stopwatch, Trace, mean_variance};
use elbow_examples::data::{Batches, Images, Split};

model! {
    /// Bernoulli latents between linear layers; `centred` is the image less the mean image.
    pub struct Net<const PIXELS: usize, const LATENTS: usize> {
        encoder: Linear<PIXELS, LATENTS>,
        prior: Parameter<Rank1<LATENTS>>,
        decoder: Linear<LATENTS, PIXELS>,
    }

    generative p(centred: [PIXELS]) {
        sample z: [LATENTS] ~ Bernoulli::logits(prior);
        sample x: [PIXELS] ~ Bernoulli::logits(decoder(z * 2.0 - 1.0));
    }

    inference automatic(x, centred) {
        sample z ~ Bernoulli::logits(encoder(centred));
    }
    inference enumerate(x, centred) {
        sample z ~ Bernoulli::logits(encoder(centred)) via Enumerate;
    }
    inference rloo(x, centred) {
        sample z ~ Bernoulli::logits(encoder(centred)) via Rloo { samples: 2 };
    }
    inference disarm(x, centred) {
        sample z ~ Bernoulli::logits(encoder(centred)) via DisArm;
    }
    inference reinmax(x, centred) {
        sample z ~ Bernoulli::logits(encoder(centred)) via ReinMax;
    }
    inference straight_through(x, centred) {
        sample z ~ Bernoulli::logits(encoder(centred)) via StraightThrough;
    }
    inference straight_through_gumbel(x, centred) {
        sample z ~ Bernoulli::logits(encoder(centred)) via StraightThroughGumbel { temperature: 0.5 };
    }
    inference gumbel_rao(x, centred) {
        sample z ~ Bernoulli::logits(encoder(centred)) via GumbelRao { temperature: 0.5, draws: 10 };
    }
    inference score_function(x, centred) {
        sample z ~ Bernoulli::logits(encoder(centred)) via ScoreFunction;
    }
}

/// Data with the training mean taken off.
struct Centred<'a> {
    images: &'a Images,
    mean: &'a [f32],
}

/// Images, and the same centred.
type Pair<const PIXELS: usize> = (Batch<(Const<PIXELS>,)>, Batch<(Const<PIXELS>,)>);

impl Centred<'_> {
    fn rows<const PIXELS: usize>(&self, rows: &[usize]) -> Result<Pair<PIXELS>, Error> {
        let images = self.images.grey(rows);
        let means = self.mean.iter().cycle();
        let centred = images.iter().zip(means).map(|(v, m)| v - m).collect();
        Ok((batch(images)?, batch(centred)?))
    }
}

/// Trains every estimator and notes how it did on the test images.
pub fn compare<const PIXELS: usize, const LATENTS: usize>(
    comparison: &mut Comparison,
    experiment: &'static str,
    data: &Split,
    steps: usize,
    learning_rate: f32,
) -> Result<(), Error> {
    let all: Vec<usize> = (0..data.train.rows()).collect();
    let mut mean = vec![0.0; PIXELS];
    for image in data.train.grey(&all).chunks(PIXELS) {
        mean.iter_mut()
            .zip(image)
            .for_each(|(m, v)| *m += v / all.len() as f32);
    }
    let annealed = Schedule::exponential(1.0, 1e-4).floor(0.5);
    let relaxed = Elbo::default()
        .profile(Profile::Relaxed)
        .temperature(annealed);
    let concrete = Elbo::default()
        .profile(Profile::Relaxed)
        .temperature(2.0 / 3.0)
        .relaxed_kl(RelaxedKl::LogRatio {
            prior_temperature: 0.5,
        });
    for seed in comparison.seeds() {
        macro_rules! run {
            ($name:expr, $inference:ident, $elbo:expr) => {
                if comparison.wants($name) {
                    let run = Run {
                        data,
                        mean: &mean,
                        steps,
                        learning_rate,
                        seed,
                    };
                    let outcome =
                        run.train::<LATENTS>($elbo, |net: &Net<PIXELS, LATENTS>, pair, elbo| {
                            elbo.loss(&net.$inference(&pair.0, &pair.1))
                        })?;
                    comparison.note($name, experiment, seed, outcome);
                }
            };
        }
        if LATENTS <= 8 {
            run!("enumerate", enumerate, Elbo::default());
        }
        run!("rloo", rloo, Elbo::default());
        run!("disarm", disarm, Elbo::default());
        run!("reinmax", reinmax, Elbo::default());
        run!("score_function", score_function, Elbo::default());
        run!(
            "straight_through_gumbel",
            straight_through_gumbel,
            Elbo::default()
        );
        run!("gumbel_rao", gumbel_rao, Elbo::default());
        run!("straight_through", straight_through, Elbo::default());
        run!("relaxed", automatic, relaxed.clone());
        run!("concrete", automatic, concrete.clone());
    }
    Ok(())
}

/// The gradient's variance is measured over so many draws on one batch.
const GRADIENT_DRAWS: usize = 40;
/// At most so many test images for the log-evidence of a model too large to enumerate.
const EVIDENCE_ROWS: usize = 1000;

struct Run<'a, const PIXELS: usize> {
    data: &'a Split,
    mean: &'a [f32],
    steps: usize,
    learning_rate: f32,
    seed: u64,
}

impl<const PIXELS: usize> Run<'_, PIXELS> {
    fn train<const LATENTS: usize>(
        &self,
        elbo: Elbo,
        loss: impl Fn(
            &Net<PIXELS, LATENTS>,
            &Pair<PIXELS>,
            &Elbo,
        ) -> Result<elbow::elbo::Loss, elbow::Error>,
    ) -> Result<Outcome, Error> {
        let train = Centred {
            images: &self.data.train,
            mean: self.mean,
        };
        let mut net = Net::<PIXELS, LATENTS>::new(self.seed);
        let odds: Vec<f32> = self
            .mean
            .iter()
            .map(|m| m.clamp(1e-4, 1.0 - 1e-4))
            .map(|m| (m / (1.0 - m)).ln())
            .collect();
        net.decoder.bias.copy_from(&odds);
        let mut adam = Adam::new(self.learning_rate);
        let mut batches = Batches::new(self.data.train.rows(), 50, self.seed);
        let mut trace = Trace::new(self.steps);
        let watch = Stopwatch::start();
        for step in 0..self.steps {
            let pair = train.rows(&batches.at(step))?;
            let loss = loss(&net, &pair, &elbo)?;
            trace.push(step, loss.elbo());
            adam.descend(&mut net, loss);
        }
        let seconds_per_step = watch.seconds_per_step(self.steps);
        let pair = train.rows(&batches.at(0))?;
        let mut gradients = Vec::new();
        for _ in 0..GRADIENT_DRAWS {
            let gradient = loss(&net, &pair, &elbo)?.backward();
            gradients.push(gradient.get(&net.encoder.weight).as_vec());
        }
        let (test_neg_elbo, test_nll) = self.test(&net)?;
        Ok(Outcome {
            test_neg_elbo,
            test_nll: Some(test_nll),
            gradient_variance: mean_variance(&gradients),
            seconds_per_step,
            curve: trace.into_points(),
        })
    }

    fn test<const LATENTS: usize>(&self, net: &Net<PIXELS, LATENTS>) -> Result<(f64, f64), Error> {
        let test = Centred {
            images: &self.data.test,
            mean: self.mean,
        };
        let all: Vec<usize> = (0..self.data.test.rows()).collect();
        let (x, centred) = test.rows(&all)?;
        if LATENTS <= 8 {
            let bound = Elbo::default().evaluate(&net.enumerate(&x, &centred))?;
            let evidence = LogEvidence::samples(1).evaluate(&net.enumerate(&x, &centred))?;
            return Ok((-bound.elbo, -evidence.log_evidence));
        }
        let bound = Elbo::default().evaluate(&net.automatic(&x, &centred))?;
        let mut some = Batches::new(all.len(), EVIDENCE_ROWS, 0);
        let (x, centred) = test.rows(&some.at(0))?;
        let evidence = LogEvidence::samples(100).evaluate(&net.automatic(&x, &centred))?;
        Ok((-bound.elbo, -evidence.log_evidence))
    }
}
