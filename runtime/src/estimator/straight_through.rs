//! Straight-through estimators: hard forward, soft backward.

use super::{Divergence, Estimator, Gradient, Plan, Settings, check_temperature};
use crate::distribution::Draw;
use crate::distribution::{Categories, Distribution, Relaxable, Reparameterised};
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
    fn plan(&self, _: &Settings) -> Result<Plan<Q>, Error> {
        Ok(Plan {
            name: "StraightThrough",
            label: Box::new(|| "straight-through".into()),
            reason: "the model asks for it",
            bias: "biased unless the cost is linear",
            gradient: Gradient::through(by_probabilities),
        })
    }
}

fn by_probabilities<Q: Categories>(q: &Q, rows: usize, noise: &Stream) -> Draw<Q::Event> {
    let lane = Q::SQUASH.lane::<Q::Event>();
    hard(q, rows, noise, move |probs, _, g, into| {
        Q::SQUASH.pull_back(probs, lane, g, 1.0, into);
    })
}

/// A hard draw whose gradient flows to the logits by a given rule. `rule(probs, draw, g, into)` gets whole rows. It adds to `into`
/// the gradient that `g` gives, and may write over `probs`.
pub(super) fn hard<Q: Categories>(
    q: &Q,
    rows: usize,
    noise: &Stream,
    rule: impl Fn(&mut [f32], &[f32], &[f32], &mut [f32]) + Sync + 'static,
) -> Draw<Q::Event> {
    let hard = unrecorded(|| q.sample(rows, noise)).value();
    let logits = q.logit_param().expand(rows);
    let lane = Q::SQUASH.lane::<Q::Event>();
    Draw::of(with_gradient::<Q::Event>(
        &logits,
        &hard,
        move |rows, into| {
            let mut probs = vec![0.0; rows.logits.len()];
            Q::SQUASH.probs(rows.logits, lane, &mut probs);
            rule(&mut probs, rows.hard, rows.upstream, into);
        },
    ))
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

without_fields!(StraightThroughGumbel { temperature: 0.5 });

impl<Q: Categories> Estimator<Q> for StraightThroughGumbel {
    fn plan(&self, _: &Settings) -> Result<Plan<Q>, Error> {
        let temperature = self.temperature;
        check_temperature("the temperature", temperature)?;
        Ok(Plan {
            name: "StraightThroughGumbel",
            label: Box::new(move || format!("straight-through Gumbel (temperature {temperature})")),
            reason: "the model asks for it",
            bias: "biased",
            gradient: Gradient::through(move |q, rows, noise| {
                by_relaxation(q, rows, noise, temperature)
            }),
        })
    }
}

fn by_relaxation<Q: Categories>(
    q: &Q,
    rows: usize,
    noise: &Stream,
    temperature: f32,
) -> Draw<Q::Event> {
    let soft = Relaxable::relax(q, temperature)
        .rsample(rows, noise)
        .value();
    let hard = harden::<Q::Event>(&soft, Q::SQUASH);
    Draw::of(with_gradient::<Q::Event>(&soft, &hard, |rows, into| {
        let pairs = into.iter_mut().zip(rows.upstream);
        pairs.for_each(|(into, g)| *into += g);
    }))
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
