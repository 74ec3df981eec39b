//! REBAR: the score function with the relaxation as its control variate.

use super::conditional::{Given, Perturbed};
use super::{
    Block, Divergence, Estimator, Gradient, Plan, Score, Settings, Surrogate, check_temperature,
};
use crate::distribution::Draw;
use crate::distribution::{Categories, Distribution};
use crate::error::Error;
use crate::kernels::formula::inside_unit;
use crate::kernels::straight_through::{HardRows, Squash, with_gradient};
use crate::noise::{Standard, Stream};
use crate::tensor::parts::{Parts, share};
use crate::tensor::{Event, Rows, block_mean, constant, weighted};
use std::rc::Rc;

/// `(f(b) − η f(z̃)) ∇log q(b) + η ∇f(z) − η ∇f(z̃)` (Tucker, Mnih, Maddison, Lawson and Sohl-Dickstein
/// 2017). `z` is a relaxed draw at temperature `t`, `b` is `z` rounded, and `z̃` is another relaxed draw given `b`. Unbiased at
/// every scale `η` and temperature, at three evaluations a row.
///
/// The objective counts only the hard draw. Everything that depends on the site is computed at the relaxed draws too, and must
/// be differentiable in it. A comparison or an index there biases the estimate. A density that is zero there is an error, for
/// example if the site sets the ends of an interval. As `z` and `z̃` have the same distribution, other parameters that the cost
/// depends on get an additional gradient of mean zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rebar {
    /// The temperature of the relaxed draws, at least 10⁻³⁰.
    pub temperature: f32,
    /// The scale `η` of the control variate, finite. 0 is the score function. 1 is best if the relaxed cost is close to the hard
    /// one.
    pub scale: f32,
}

without_fields!(Rebar {
    temperature: 0.5,
    scale: 1.0
});

/// The rows that each row becomes: hard, relaxed, and relaxed given the hard one.
const ROWS: usize = 3;
const HARD: usize = 0;
const CONDITIONAL: usize = 2;

impl<Q: Categories> Estimator<Q> for Rebar {
    fn plan(&self, _: &Settings) -> Result<Plan<Q>, Error> {
        check_temperature("the temperature", self.temperature)?;
        if !self.scale.is_finite() {
            return Err(Error::Setting {
                setting: "the scale of the control variate",
                value: self.scale.into(),
                expected: "finite",
            });
        }
        let own = *self;
        Ok(Plan {
            name: "Rebar",
            label: Box::new(move || {
                let Self { temperature, scale } = own;
                format!("REBAR (temperature {temperature}, scale {scale})")
            }),
            reason: "the model asks for it",
            bias: "unbiased where the cost is differentiable in the relaxed draw",
            gradient: Gradient::Score(Score {
                block: Block::First(ROWS),
                draw: Box::new(move |q, rows, noise| Ok(own.draw(q, rows, noise))),
                surrogate: Surrogate::SumAndSlope(Rc::new(move |q: &Q, draw, earned, _| {
                    own.estimate(q, draw, earned)
                })),
            }),
        })
    }
}

impl Rebar {
    fn draw<Q: Categories>(self, q: &Q, rows: usize, noise: &Stream) -> Draw<Q::Event> {
        let logits = q.logit_param().expand(rows);
        let triples = Triples {
            temperature: self.temperature,
            squash: Q::SQUASH,
            lane: Q::SQUASH.lane::<Q::Event>(),
            elements: Q::Event::ELEMENTS,
        };
        let [drawn, slopes] = triples.draw(logits.values(), noise);
        let drawn = constant(drawn, Q::Event::plated(rows));
        Draw::of(with_gradient::<Q::Event>(
            &logits,
            &drawn,
            move |rows, into| {
                triples.pull_back(&slopes[rows.first..], &rows, into);
            },
        ))
    }

    fn estimate<Q: Categories>(self, q: &Q, draw: &Draw<Q::Event>, earned: &Rows) -> Rows {
        let scale = f64::from(self.scale);
        let signal = earned.exact().chunks(ROWS);
        let signal = signal.flat_map(|f| [f[HARD] - scale * f[CONDITIONAL], 0.0, 0.0]);
        let shares = [0.0, scale, -scale].repeat(earned.len() / ROWS);
        let scores = weighted(&q.log_prob_of(draw), signal.collect());
        let terms = scores + weighted(earned, shares);
        // One number for the three rows: they are one draw.
        block_mean(&terms, ROWS) * ROWS as f32
    }
}

impl<Q: Categories, P: Distribution<Event = Q::Event>> Divergence<Q, P> for Rebar {}

/// Hard rows, each with its two relaxed ones.
#[derive(Clone, Copy)]
struct Triples {
    temperature: f32,
    squash: Squash,
    lane: usize,
    elements: usize,
}

impl Triples {
    /// All rows, and the slopes of their perturbed logits by the log-odds or log-probabilities.
    fn draw(self, logits: &[f32], noise: &Stream) -> [Vec<f32>; 2] {
        let three = (ROWS * self.elements).max(1);
        let rows = logits.len() / self.elements.max(1);
        let kind = match self.squash {
            Squash::Sigmoid => Standard::Logistic,
            Squash::Softmax => Standard::Gumbel,
        };
        // The first row of each triple has the noise.
        let free = noise.numbers(kind, rows, self.elements);
        let conditional = noise.part("conditional");
        let bound = conditional.numbers(Standard::Exponential, rows, self.elements);
        let (mut drawn, mut slopes) = (vec![0.0; logits.len()], vec![1.0; logits.len()]);
        let part = Parts::new(rows / ROWS, three, 1).each() * three;
        let noise = free.chunks(part).zip(bound.chunks(part));
        let outs = drawn.chunks_mut(part).zip(slopes.chunks_mut(part));
        share(
            logits.chunks(part).zip(noise).zip(outs),
            |((logits, (free, bound)), (drawn, slopes))| {
                let noise = free.chunks(three).zip(bound.chunks(three));
                let outs = drawn.chunks_mut(three).zip(slopes.chunks_mut(three));
                let triples = logits.chunks(three).zip(noise).zip(outs);
                for ((logits, (free, bound)), (drawn, slopes)) in triples {
                    self.triple([logits, free, bound], drawn, slopes);
                }
            },
        );
        [drawn, slopes]
    }

    fn triple(self, [logits, free, bound]: [&[f32]; 3], drawn: &mut [f32], slopes: &mut [f32]) {
        let Self {
            squash,
            lane,
            elements,
            ..
        } = self;
        let (logits, noise) = (&logits[..elements], &bound[..elements]);
        let (hard, soft) = drawn.split_at_mut(elements);
        let (relaxed, given) = soft.split_at_mut(elements);
        for ((perturbed, logit), noise) in relaxed.iter_mut().zip(logits).zip(free) {
            *perturbed = logit + noise;
        }
        hard.copy_from_slice(relaxed);
        squash.round(hard, lane);
        let on = Given {
            squash,
            lane,
            logits,
            hard,
            noise,
        };
        on.perturb(Perturbed {
            logits: given,
            slopes: &mut slopes[CONDITIONAL * elements..],
        });
        let cooled: Vec<f32> = soft.iter().map(|l| l / self.temperature).collect();
        squash.probs(&cooled, lane, soft);
        soft.iter_mut().for_each(|p| *p = inside_unit(*p));
    }

    /// What flows back to the logits of each row; nothing through the hard ones.
    fn pull_back(self, slopes: &[f32], rows: &HardRows<'_>, into: &mut [f32]) {
        let elements = self.elements.max(1);
        let read = rows.logits.chunks(elements).zip(rows.hard.chunks(elements));
        let flows = rows.upstream.chunks(elements).zip(slopes.chunks(elements));
        let mut moved = vec![0.0; elements];
        for (at, (into, ((logits, drawn), (g, slopes)))) in
            into.chunks_mut(elements).zip(read.zip(flows)).enumerate()
        {
            if (rows.first / elements + at) % ROWS == HARD {
                continue;
            }
            moved.fill(0.0);
            self.squash
                .pull_back(drawn, self.lane, g, 1.0 / self.temperature, &mut moved);
            moved.iter_mut().zip(slopes).for_each(|(m, s)| *m *= s);
            self.squash.through_log_probs(logits, self.lane, &mut moved);
            into.iter_mut().zip(&moved).for_each(|(into, m)| *into += m);
        }
    }
}
