//! Straight-through estimators: hard forward, soft backward.

use super::{Description, Divergence, Estimator, Settings, check_temperature, only_sums};
use crate::distribution::{Categories, Distribution, Relaxable, Reparameterised};
use crate::draw::Draw;
use crate::error::Error;
use crate::kernels::straight_through::{Squash, with_gradient};
use crate::noise::Stream;
use crate::tensor::tape::unrecorded;
use crate::tensor::{Event, Value, constant};

/// A hard draw whose gradient is that of the probabilities: `J(p) ∂f/∂z` (Bengio, Léonard and
/// Courville 2013). Exact for linear costs, biased for all others.
#[derive(Clone, Copy, Debug, Default)]
pub struct StraightThrough;

impl<Q: Categories> Estimator<Q> for StraightThrough {
    fn check(&self, settings: &Settings) -> Result<(), Error> {
        only_sums("StraightThrough", settings)
    }

    fn draw(&self, q: &Q, rows: usize, noise: &Stream, _: &Settings) -> Draw<Q::Event> {
        let hard = unrecorded(|| q.sample(rows, noise)).value();
        let logits = q.logit_param().expand(rows);
        let lane = Q::SQUASH.lane::<Q::Event>();
        Draw::of(with_gradient::<Q::Event>(
            &logits,
            &hard,
            lane,
            move |_, logits, _, g, into| {
                let mut probs = vec![0.0; logits.len()];
                Q::SQUASH.probs(logits, &mut probs);
                Q::SQUASH.pull_back(&probs, g, 1.0, into);
            },
        ))
    }

    fn describe(&self, _: &Settings) -> Description {
        Description {
            estimator: "straight-through".into(),
            reason: "the model asks for it",
            bias: "biased unless the cost is linear",
            rows: 1,
        }
    }
}

impl<Q: Categories, P: Distribution<Event = Q::Event>> Divergence<Q, P> for StraightThrough {}

/// A hard draw whose gradient is that of the relaxed draw with the same noise (Jang, Gu and Poole
/// 2016). Biased.
#[doc(alias = "ST-GS")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StraightThroughGumbel {
    /// The temperature of the relaxed draw, at least 10⁻³⁰.
    pub temperature: f32,
}

impl<Q: Categories> Estimator<Q> for StraightThroughGumbel {
    fn check(&self, settings: &Settings) -> Result<(), Error> {
        check_temperature("the temperature", self.temperature)?;
        only_sums("StraightThroughGumbel", settings)
    }

    fn draw(&self, q: &Q, rows: usize, noise: &Stream, _: &Settings) -> Draw<Q::Event> {
        let soft = Relaxable::relax(q, self.temperature)
            .rsample(rows, noise)
            .value();
        let hard = harden::<Q::Event>(&soft, Q::SQUASH);
        let lane = Q::SQUASH.lane::<Q::Event>();
        Draw::of(with_gradient::<Q::Event>(
            &soft,
            &hard,
            lane,
            |_, _, _, g, into| {
                into.iter_mut().zip(g).for_each(|(into, g)| *into += g);
            },
        ))
    }

    fn describe(&self, _: &Settings) -> Description {
        Description {
            estimator: format!("straight-through Gumbel (temperature {})", self.temperature),
            reason: "the model asks for it",
            bias: "biased",
            rows: 1,
        }
    }
}

impl<Q: Categories, P: Distribution<Event = Q::Event>> Divergence<Q, P> for StraightThroughGumbel {}

/// A relaxed draw, rounded: above one half, or the largest of its lane.
fn harden<E: Event>(soft: &Value<E>, squash: Squash) -> Value<E> {
    let mut hard = soft.values().to_vec();
    match squash {
        Squash::Sigmoid => hard.iter_mut().for_each(|v| *v = f32::from(*v > 0.5)),
        Squash::Softmax => hard
            .chunks_mut(E::LAST)
            .for_each(crate::kernels::straight_through::to_one_hot),
    }
    constant(hard, *soft.shape())
}
