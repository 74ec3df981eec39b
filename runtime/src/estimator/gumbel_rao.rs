//! Gumbel-Rao: straight-through Gumbel with its noise averaged out.

use super::conditional::{Given, Perturbed};
use super::{
    Divergence, Estimator, Gradient, MOST_ROWS, Plan, Settings, check_temperature, within,
};
use crate::distribution::Draw;
use crate::distribution::{Categories, Distribution};
use crate::error::Error;
use crate::kernels::straight_through::{HardRows, Squash, with_gradient};
use crate::noise::{Standard, Stream};
use crate::tensor::Event;
use crate::tensor::parts::{Parts, share};
use crate::tensor::tape::unrecorded;

/// A hard draw whose gradient is that of [`StraightThroughGumbel`](struct@super::StraightThroughGumbel)
/// averaged over the noise that leads to the same draw (Paulus, Maddison and Krause 2021): the same
/// bias, less variance, no more evaluations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GumbelRao {
    /// The temperature of the relaxed draws, at least 10⁻³⁰.
    pub temperature: f32,
    /// How many draws of the noise are averaged, from 1 to 65,536.
    pub draws: usize,
}

without_fields!(GumbelRao {
    temperature: 0.5,
    draws: 10
});

impl<Q: Categories> Estimator<Q> for GumbelRao {
    fn plan(&self, _: &Settings) -> Result<Plan<Q>, Error> {
        check_temperature("the temperature", self.temperature)?;
        let draws = 1..=MOST_ROWS;
        within(
            "the draws of Gumbel-Rao",
            self.draws,
            draws,
            "from 1 to 65,536",
        )?;
        let own = *self;
        Ok(Plan {
            name: "GumbelRao",
            label: Box::new(move || {
                let Self { temperature, draws } = own;
                format!("Gumbel-Rao (temperature {temperature}, {draws} draws)")
            }),
            reason: "the model asks for it",
            bias: "biased, as straight-through Gumbel",
            gradient: Gradient::through(move |q, rows, noise| own.draw(q, rows, noise)),
        })
    }
}

impl GumbelRao {
    fn draw<Q: Categories>(self, q: &Q, rows: usize, noise: &Stream) -> Draw<Q::Event> {
        let hard = unrecorded(|| q.sample(rows, noise)).value();
        let logits = q.logit_param().expand(rows);
        let behind = Behind {
            own: self,
            squash: Q::SQUASH,
            lane: Q::SQUASH.lane::<Q::Event>(),
            elements: Q::Event::ELEMENTS,
        };
        let soft = behind.draw(logits.values(), hard.values(), &noise.part("conditional"));
        Draw::of(with_gradient::<Q::Event>(
            &logits,
            &hard,
            move |rows, into| {
                behind.pull_back(&soft, &rows, into);
            },
        ))
    }
}

/// The relaxed draws behind hard ones.
#[derive(Clone, Copy)]
struct Behind {
    own: GumbelRao,
    squash: Squash,
    lane: usize,
    elements: usize,
}

impl Behind {
    /// What is kept of them: the mean slope of every bit, or all probabilities of categories.
    fn kept(self) -> usize {
        match self.squash {
            Squash::Sigmoid => self.elements,
            Squash::Softmax => self.elements * self.own.draws,
        }
    }

    fn draw(self, logits: &[f32], hard: &[f32], noise: &Stream) -> Vec<f32> {
        let (elements, kept) = (self.elements.max(1), self.kept().max(1));
        let all = elements * self.own.draws;
        let rows = logits.len() / elements;
        let numbers = noise.numbers(Standard::Exponential, rows, all);
        let mut soft = vec![0.0; rows * kept];
        let part = Parts::new(rows, all, 1).each();
        let given = logits
            .chunks(part * elements)
            .zip(hard.chunks(part * elements));
        let given = given.zip(numbers.chunks(part * all));
        share(
            given.zip(soft.chunks_mut(part * kept)),
            |(((logits, hard), noise), soft)| {
                let given = logits.chunks(elements).zip(hard.chunks(elements));
                let given = given.zip(noise.chunks(all));
                let mut room = [vec![0.0; elements], vec![0.0; elements]];
                for (((logits, hard), noise), soft) in given.zip(soft.chunks_mut(kept)) {
                    self.row([logits, hard, noise], &mut room, soft);
                }
            },
        );
        soft
    }

    fn row(self, [logits, hard, noise]: [&[f32]; 3], room: &mut [Vec<f32>; 2], soft: &mut [f32]) {
        let Self { squash, lane, .. } = self;
        let warmth = 1.0 / self.own.temperature;
        let mean = warmth / self.own.draws as f32;
        let [perturbed, slopes] = room;
        for (number, noise) in noise.chunks(self.elements).enumerate() {
            let given = Given {
                squash,
                lane,
                logits,
                hard,
                noise,
            };
            given.perturb(Perturbed {
                logits: perturbed,
                slopes,
            });
            perturbed.iter_mut().for_each(|l| *l *= warmth);
            match squash {
                Squash::Sigmoid => {
                    squash.probs(perturbed, lane, slopes);
                    let pairs = soft.iter_mut().zip(slopes.iter());
                    pairs.for_each(|(soft, p)| *soft += mean * p * (1.0 - p));
                }
                Squash::Softmax => {
                    let soft = &mut soft[number * self.elements..][..self.elements];
                    squash.probs(perturbed, lane, soft);
                }
            }
        }
    }

    /// Pulls a gradient back through all draws and averages.
    fn pull_back(self, soft: &[f32], rows: &HardRows<'_>, into: &mut [f32]) {
        let (elements, kept) = (self.elements.max(1), self.kept().max(1));
        let first = rows.first / elements * kept;
        if self.squash == Squash::Sigmoid {
            let slopes = soft[first..].iter().zip(rows.upstream);
            let pairs = into.iter_mut().zip(slopes);
            return pairs.for_each(|(into, (slope, g))| *into += slope * g);
        }
        let mean = 1.0 / (self.own.temperature * self.own.draws as f32);
        let flows = into
            .chunks_mut(elements)
            .zip(rows.upstream.chunks(elements));
        for (soft, (into, g)) in soft[first..].chunks(kept).zip(flows) {
            for probs in soft.chunks(elements) {
                self.squash.pull_back(probs, self.lane, g, mean, into);
            }
        }
    }
}

impl<Q: Categories, P: Distribution<Event = Q::Event>> Divergence<Q, P> for GumbelRao {}
