//! The auto-encoders that the estimators are compared on, with an inference model for every estimator.

use elbow::prelude::*;

use crate::estimator::Estimator;

/// Images, and the same less the mean image.
pub type Pair<const PIXELS: usize> = (Batch<(Const<PIXELS>,)>, Batch<(Const<PIXELS>,)>);

/// An auto-encoder with bits for latents.
pub trait Net<const PIXELS: usize>: Model + Sized {
    /// Draws new weights. The last layer starts at these log-odds of the pixels.
    fn start(seed: u64, log_odds: &[f32]) -> Self;

    /// The training loss by an estimator.
    ///
    /// # Errors
    /// Fails with the site whose numbers went wrong.
    fn loss(&self, by: Estimator, pair: &Pair<PIXELS>, elbo: &Elbo) -> Result<Loss, elbow::Error>;

    /// The gradient of the encoder's last weights, by a loss.
    fn encoder_gradient(&self, loss: Loss) -> Vec<f32>;

    /// The bound and the evidence of all rows by enumeration.
    ///
    /// # Errors
    /// Fails with the site whose numbers went wrong.
    fn exact(&self, pair: &Pair<PIXELS>) -> Result<(f64, f64), elbow::Error>;

    /// The bound.
    ///
    /// # Errors
    /// Fails with the site whose numbers went wrong.
    fn bound(&self, pair: &Pair<PIXELS>) -> Result<f64, elbow::Error>;

    /// The importance-weighted log-evidence with this many samples.
    ///
    /// # Errors
    /// Fails with the site whose numbers went wrong.
    fn evidence(&self, pair: &Pair<PIXELS>, samples: usize) -> Result<f64, elbow::Error>;
}

/// The relaxation's temperature falls from 1 to a half, by this power a step.
fn annealed(rate: f32) -> Elbo {
    let temperature = Schedule::exponential(1.0, rate).floor(0.5);
    Elbo::default()
        .profile(Profile::Relaxed)
        .temperature(temperature)
}

/// Relaxed, and scored against a relaxed prior.
fn concrete() -> Elbo {
    Elbo::default()
        .profile(Profile::Relaxed)
        .temperature(2.0 / 3.0)
        .relaxed_kl(RelaxedKl::LogRatio {
            prior_temperature: 0.5,
        })
}

/// The objective that goes with an estimator, whose temperature falls so fast if it has one.
pub fn objective(of: Estimator, annealing: f32) -> Elbo {
    match of {
        Estimator::Relaxed => annealed(annealing),
        Estimator::Concrete => concrete(),
        _ => Elbo::default(),
    }
}

macro_rules! net {
    ($module:ident, $doc:literal, $encoder:ty, $decoder:ty, |$net:ident| $encoder_end:expr, $decoder_end:expr) => {
        mod $module {
            use elbow::prelude::*;

            model! {
                #[doc = $doc]
                pub struct Net<const PIXELS: usize, const LATENTS: usize> {
                    pub encoder: $encoder,
                    pub prior: Parameter<Rank1<LATENTS>>,
                    pub decoder: $decoder,
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
        }

        impl<const PIXELS: usize, const LATENTS: usize> Net<PIXELS>
            for $module::Net<PIXELS, LATENTS>
        {
            fn start(seed: u64, log_odds: &[f32]) -> Self {
                let mut net = Self::new(seed);
                let $net = &mut net;
                $decoder_end.bias.copy_from(log_odds);
                net
            }

            fn loss(
                &self,
                by: Estimator,
                (x, centred): &Pair<PIXELS>,
                elbo: &Elbo,
            ) -> Result<Loss, elbow::Error> {
                match by {
                    Estimator::Enumerate => elbo.loss(&self.enumerate(x, centred)),
                    Estimator::Rloo => elbo.loss(&self.rloo(x, centred)),
                    Estimator::Disarm => elbo.loss(&self.disarm(x, centred)),
                    Estimator::Reinmax => elbo.loss(&self.reinmax(x, centred)),
                    Estimator::ScoreFunction => elbo.loss(&self.score_function(x, centred)),
                    Estimator::StraightThroughGumbel => {
                        elbo.loss(&self.straight_through_gumbel(x, centred))
                    }
                    Estimator::GumbelRao => elbo.loss(&self.gumbel_rao(x, centred)),
                    Estimator::StraightThrough => elbo.loss(&self.straight_through(x, centred)),
                    Estimator::Relaxed | Estimator::Concrete => {
                        elbo.loss(&self.automatic(x, centred))
                    }
                }
            }

            fn encoder_gradient(&self, loss: Loss) -> Vec<f32> {
                let $net = self;
                loss.backward().get(&$encoder_end.weight).as_vec()
            }

            fn exact(&self, (x, centred): &Pair<PIXELS>) -> Result<(f64, f64), elbow::Error> {
                let program = self.enumerate(x, centred);
                let bound = Elbo::default().evaluate(&program)?.elbo;
                let evidence = LogEvidence::samples(1).evaluate(&program)?.log_evidence;
                Ok((bound, evidence))
            }

            fn bound(&self, (x, centred): &Pair<PIXELS>) -> Result<f64, elbow::Error> {
                Ok(Elbo::default().evaluate(&self.automatic(x, centred))?.elbo)
            }

            fn evidence(
                &self,
                (x, centred): &Pair<PIXELS>,
                samples: usize,
            ) -> Result<f64, elbow::Error> {
                let program = self.automatic(x, centred);
                Ok(LogEvidence::samples(samples)
                    .evaluate(&program)?
                    .log_evidence)
            }
        }
    };
}

net!(
    linear,
    "Bernoulli latents between linear layers; `centred` is the image less the mean image.",
    Linear<PIXELS, LATENTS>,
    Linear<LATENTS, PIXELS>,
    |net| net.encoder,
    net.decoder
);

net!(
    deep,
    "The same with a hidden layer of 200 each way.",
    (Linear<PIXELS, 200>, Tanh, Linear<200, LATENTS>),
    (Linear<LATENTS, 200>, Tanh, Linear<200, PIXELS>),
    |net| net.encoder.2,
    net.decoder.2
);

pub use deep::Net as DeepNet;
pub use linear::Net as LinearNet;
