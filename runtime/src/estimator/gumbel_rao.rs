//! Gumbel-Rao: straight-through Gumbel with its noise averaged out.

use super::conditional::perturb;
use super::{
    Divergence, Estimator, Gradient, MOST_ROWS, Plan, Settings, check_temperature, within,
};
use crate::distribution::Draw;
use crate::distribution::{Categories, Distribution};
use crate::error::Error;
use crate::kernels::straight_through::with_gradient;
use crate::noise::Stream;
use crate::tensor::Event;
use crate::tensor::tape::unrecorded;

/// A hard draw whose gradient is that of [`StraightThroughGumbel`](super::StraightThroughGumbel)
/// averaged over the noise that leads to the same draw (Paulus, Maddison and Krause 2021): the same
/// bias, less variance, no more evaluations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GumbelRao {
    /// The temperature of the relaxed draws, at least 10⁻³⁰.
    pub temperature: f32,
    /// How many draws of the noise are averaged, from 1 to 65,536.
    pub draws: usize,
}

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
        let (lane, elements) = (Q::SQUASH.lane::<Q::Event>(), Q::Event::ELEMENTS);
        // The relaxed draws behind each hard one, lane by lane.
        let mut soft = Vec::with_capacity(rows * elements * self.draws);
        let lanes = logits.values().chunks(lane).zip(hard.values().chunks(lane));
        let lanes_a_row = elements / lane;
        let conditional = noise.part("conditional");
        let mut rng = conditional.row(0);
        for (at, (logits, hard)) in lanes.enumerate() {
            if at % lanes_a_row == 0 {
                rng = conditional.row(at / lanes_a_row);
            }
            for _ in 0..self.draws {
                let start = soft.len();
                perturb(Q::SQUASH, logits, hard, &mut rng, |logit, _| {
                    soft.push(logit)
                });
                soft[start..]
                    .iter_mut()
                    .for_each(|v| *v /= self.temperature);
                let perturbed = soft[start..].to_vec();
                Q::SQUASH.probs(&perturbed, &mut soft[start..]);
            }
        }
        let (draws, scale) = (self.draws, 1.0 / (self.temperature * self.draws as f32));
        Draw::of(with_gradient::<Q::Event>(
            &logits,
            &hard,
            lane,
            move |at, _, _, g, into| {
                let own = &soft[at * draws * lane..(at + 1) * draws * lane];
                for probs in own.chunks(lane) {
                    Q::SQUASH.pull_back(probs, g, scale, into);
                }
            },
        ))
    }
}

impl<Q: Categories, P: Distribution<Event = Q::Event>> Divergence<Q, P> for GumbelRao {}
