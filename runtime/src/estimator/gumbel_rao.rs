//! Gumbel-Rao: straight-through Gumbel with its noise averaged out.

use super::{Description, Divergence, Estimator, Settings, only_sums, positive};
use crate::distribution::{Categories, Distribution};
use crate::draw::Draw;
use crate::error::Error;
use crate::kernels::rows::values;
use crate::kernels::straight_through::{Squash, with_gradient};
use crate::noise::{RowRng, Stream};
use crate::shape::Event;
use crate::tape::unrecorded;

/// A hard draw whose gradient is that of [`StraightThroughGumbel`](super::StraightThroughGumbel)
/// averaged over the noise that leads to the same draw (Paulus, Maddison and Krause 2021): the same
/// bias, less variance, no more evaluations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GumbelRao {
    /// The temperature of the relaxed draws, positive.
    pub temperature: f32,
    /// How many draws of the noise are averaged, at least 1.
    pub draws: usize,
}

impl<Q: Categories> Estimator<Q> for GumbelRao {
    fn check(&self, settings: &Settings) -> Result<(), Error> {
        positive("the temperature", self.temperature)?;
        if self.draws == 0 {
            return Err(Error::Setting {
                setting: "the draws of Gumbel-Rao",
                value: 0.0,
                expected: "at least 1",
            });
        }
        only_sums("GumbelRao", settings)
    }

    fn draw(&self, q: &Q, rows: usize, noise: &Stream, _: &Settings) -> Draw<Q::Event> {
        let hard = unrecorded(|| q.sample(rows, noise)).value();
        let logits = q.logit_param().expand(rows);
        let (lane, elements) = (Q::SQUASH.lane::<Q::Event>(), Q::Event::ELEMENTS);
        // The relaxed draws behind each hard one, lane by lane.
        let mut soft = Vec::with_capacity(rows * elements * self.draws);
        let lanes = values(&logits).chunks(lane).zip(values(&hard).chunks(lane));
        let lanes_a_row = elements / lane;
        let conditional = noise.part("conditional");
        let mut rng = conditional.row(0);
        for (at, (logits, hard)) in lanes.enumerate() {
            if at % lanes_a_row == 0 {
                rng = conditional.row(at / lanes_a_row);
            }
            for _ in 0..self.draws {
                let start = soft.len();
                perturb(Q::SQUASH, logits, hard, &mut rng, &mut soft);
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

    fn describe(&self, _: &Settings) -> Description {
        Description {
            estimator: format!(
                "Gumbel-Rao (temperature {}, {} draws)",
                self.temperature, self.draws
            ),
            reason: "the model asks for it",
            bias: "biased, as straight-through Gumbel",
            rows: 1,
        }
    }
}

impl<Q: Categories, P: Distribution<Event = Q::Event>> Divergence<Q, P> for GumbelRao {}

/// Appends perturbed logits that round to this hard lane, drawn from their distribution given that.
fn perturb(squash: Squash, logits: &[f32], hard: &[f32], rng: &mut RowRng, out: &mut Vec<f32>) {
    match squash {
        Squash::Sigmoid => {
            // A uniform number of the part of (0, 1) that is mapped to this bit.
            let on = 1.0 / (1.0 + (-f64::from(logits[0])).exp());
            let v = rng.uniform();
            let u = if hard[0] == 1.0 {
                v * on + (1.0 - on)
            } else {
                v * (1.0 - on)
            };
            let logistic = u.ln() - (-u).ln_1p();
            out.push((f64::from(logits[0]) + logistic) as f32);
        }
        Squash::Softmax => {
            // The largest perturbed logit is Gumbel at the log-normaliser; the others are Gumbels
            // cut off there.
            let log_total = f64::from(crate::kernels::rows::log_sum_exp(logits));
            let top = -rng.uniform().ln();
            let floor = top / log_total.exp();
            for (&logit, &h) in logits.iter().zip(hard) {
                let value = if h == 1.0 {
                    log_total - top.ln()
                } else {
                    -((-rng.uniform().ln()) / f64::from(logit).exp() + floor).ln()
                };
                out.push(value as f32);
            }
        }
    }
}
