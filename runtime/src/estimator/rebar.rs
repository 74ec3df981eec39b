//! REBAR: the score function with the relaxation as its control variate.

use super::{
    Block, Divergence, Estimator, Gradient, Plan, Score, Settings, Surrogate, check_temperature,
    conditional,
};
use crate::distribution::Draw;
use crate::distribution::{Categories, Distribution};
use crate::error::Error;
use crate::kernels::formula::inside_unit;
use crate::kernels::straight_through::{Squash, with_gradient};
use crate::noise::Stream;
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

impl Default for Rebar {
    /// Temperature ½, scale 1.
    fn default() -> Self {
        Self {
            temperature: 0.5,
            scale: 1.0,
        }
    }
}

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
        let (lane, elements) = (Q::SQUASH.lane::<Q::Event>(), Q::Event::ELEMENTS);
        let conditional = noise.part("conditional");
        let mut drawn = vec![0.0; rows * elements];
        // The slopes of the perturbed logits by the log-odds or log-probabilities.
        let mut slopes = vec![1.0; rows * elements];
        for (triple, three) in drawn.chunks_mut(ROWS * elements).enumerate() {
            let first = ROWS * triple;
            let (mut rng, mut again) = (noise.row(first), conditional.row(first));
            let (hard, relaxed) = three.split_at_mut(elements);
            let (relaxed, given) = relaxed.split_at_mut(elements);
            let own = &logits.values()[first * elements..][..elements];
            let at = (first + CONDITIONAL) * elements;
            for start in (0..elements).step_by(lane) {
                let here = start..start + lane;
                let (own, hard) = (&own[here.clone()], &mut hard[here.clone()]);
                for (perturbed, logit) in relaxed[here.clone()].iter_mut().zip(own) {
                    *perturbed = match Q::SQUASH {
                        Squash::Sigmoid => logit + rng.logistic(),
                        Squash::Softmax => logit + rng.gumbel(),
                    };
                }
                hard.copy_from_slice(&relaxed[here.clone()]);
                Q::SQUASH.round(hard);
                let mut place = start;
                conditional::perturb(Q::SQUASH, own, hard, &mut again, |perturbed, slope| {
                    given[place] = perturbed;
                    slopes[at + place] = slope;
                    place += 1;
                });
                for soft in [&mut relaxed[here.clone()], &mut given[here]] {
                    let logits: Vec<f32> = soft.iter().map(|l| l / self.temperature).collect();
                    Q::SQUASH.probs(&logits, soft);
                    soft.iter_mut().for_each(|p| *p = inside_unit(*p));
                }
            }
        }
        let temperature = self.temperature;
        Draw::of(with_gradient::<Q::Event>(
            &logits,
            &constant(drawn, Q::Event::plated(rows)),
            lane,
            move |at, logits, drawn, g, into| {
                if at * lane / elements % ROWS == HARD {
                    return;
                }
                let mut moved = vec![0.0; lane];
                Q::SQUASH.pull_back(drawn, g, 1.0 / temperature, &mut moved);
                let slopes = &slopes[at * lane..][..lane];
                moved.iter_mut().zip(slopes).for_each(|(m, s)| *m *= s);
                Q::SQUASH.through_log_probs(logits, &mut moved);
                into.iter_mut().zip(moved).for_each(|(into, m)| *into += m);
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
