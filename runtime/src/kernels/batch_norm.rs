//! Normalisation of channels over all rows in one operation, and its gradients.

use crate::tensor::parts::{Parts, share};
use crate::tensor::simd::vectorised_by;
use crate::tensor::tape::is_constant;
use crate::tensor::{Flat, on_backward};

/// How the numbers of a row belong to channels.
#[derive(Clone, Copy)]
pub(crate) struct Channels {
    pub(crate) channels: usize,
    /// Numbers of one channel beside each other, such as the pixels of an image.
    pub(crate) each: usize,
}

/// The mean and the variance of every channel.
pub(crate) struct Moments {
    pub(crate) mean: Vec<f64>,
    /// Divided by the number of terms.
    pub(crate) variance: Vec<f64>,
}

impl Channels {
    fn width(self) -> usize {
        self.channels * self.each
    }

    /// The numbers of every channel among these.
    pub(crate) fn count(self, x: &[f32]) -> usize {
        x.len() / self.channels.max(1)
    }

    /// The moments of these rows.
    pub(crate) fn moments(self, x: &[f32]) -> Moments {
        let share = 1.0 / self.count(x).max(1) as f64;
        let [sums] = self.sums([x], |_, [x]| [x]);
        let mean: Vec<f64> = sums.into_iter().map(|sum| sum * share).collect();
        let [squares] = self.sums([x], |channel, [x]| [(x - mean[channel]).powi(2)]);
        let variance = squares.into_iter().map(|sum| sum * share).collect();
        Moments { mean, variance }
    }

    /// The sums over rows and pixels, for each channel, of `N` functions of the numbers at a place. Parts are added in order, so threads
    /// do not change the digits.
    fn sums<const N: usize, const K: usize>(
        self,
        given: [&[f32]; K],
        of: impl Fn(usize, [f64; K]) -> [f64; N] + Sync,
    ) -> [Vec<f64>; N] {
        let (width, rows) = (self.width(), given[0].len() / self.width().max(1));
        let parts = Parts::new(rows, width, 1);
        let mut sums = vec![[0.0; N]; self.channels * parts.count().max(1)];
        let jobs = sums.chunks_mut(self.channels.max(1)).zip(parts.ranges());
        share(jobs, |(sums, rows)| {
            vectorised_by(
                #[inline(always)]
                || {
                    let own = given.map(|given| &given[rows.start * width..rows.end * width]);
                    for start in (0..own[0].len()).step_by(width) {
                        let row = own.map(|own| &own[start..start + width]);
                        self.add_row(row, sums, &of);
                    }
                },
            );
        });
        std::array::from_fn(|n| {
            let channel = |channel: usize| {
                let parts = sums.iter().skip(channel).step_by(self.channels);
                parts.map(|sums| sums[n]).sum()
            };
            (0..self.channels).map(channel).collect()
        })
    }

    #[inline(always)]
    fn add_row<const N: usize, const K: usize>(
        self,
        row: [&[f32]; K],
        sums: &mut [[f64; N]],
        of: &impl Fn(usize, [f64; K]) -> [f64; N],
    ) {
        for (channel, sums) in sums.iter_mut().enumerate() {
            for at in channel * self.each..(channel + 1) * self.each {
                let terms = of(channel, row.map(|row| f64::from(row[at])));
                let pairs = sums.iter_mut().zip(terms);
                pairs.for_each(|(sum, term)| *sum += term);
            }
        }
    }

    /// Writes a function of the numbers at each place.
    fn write<const K: usize>(
        self,
        out: &mut [f32],
        given: [&[f32]; K],
        of: impl Fn(usize, [f64; K]) -> f64 + Sync,
        write: impl Fn(&mut f32, f32) + Sync,
    ) {
        let width = self.width();
        let rows = out.len() / width.max(1);
        let parts = Parts::new(rows, width, 1);
        let jobs = out
            .chunks_mut((parts.each() * width).max(1))
            .zip(parts.ranges());
        share(jobs, |(out, rows)| {
            vectorised_by(
                #[inline(always)]
                || {
                    let own = given.map(|given| &given[rows.start * width..rows.end * width]);
                    for (row, out) in out.chunks_exact_mut(width).enumerate() {
                        let row = own.map(|own| &own[row * width..][..width]);
                        for (channel, out) in out.chunks_exact_mut(self.each).enumerate() {
                            for (at, out) in out.iter_mut().enumerate() {
                                let at = channel * self.each + at;
                                let value = of(channel, row.map(|row| f64::from(row[at])));
                                write(out, value as f32);
                            }
                        }
                    }
                },
            );
        });
    }

    /// `(x − m)/√(s² + ε) · w + b` with the mean `m` and the variance `s²` of each number's channel.
    ///
    /// If the moments are `of_batch`, gradients flow through them too. Sums are in `f64`. No gradient is computed for data.
    pub(crate) fn normalised(
        self,
        x: Flat,
        [weight, bias]: [Flat; 2],
        moments: Moments,
        epsilon: f64,
        of_batch: bool,
    ) -> Flat {
        let Moments { mean, variance } = moments;
        let scales = variance
            .iter()
            .map(|variance| 1.0 / (variance + epsilon).sqrt());
        let scales: Vec<f64> = scales.collect();
        let out = Flat::written_over(x.len(), |out| {
            let (weight, bias) = (weight.values(), bias.values());
            let of = |channel: usize, [x]: [f64; 1]| {
                let normal = (x - mean[channel]) * scales[channel];
                normal * f64::from(weight[channel]) + f64::from(bias[channel])
            };
            self.write(out, [x.values()], of, |out, value| *out = value);
        });
        let is_data = is_constant(&x);
        on_backward(&out, move |upstream, grads| {
            let given = [upstream, x.values()];
            let normal = |channel: usize, x: f64| (x - mean[channel]) * scales[channel];
            let [by_bias, by_weight] =
                self.sums(given, |channel, [up, x]| [up, up * normal(channel, x)]);
            if !is_data {
                let part = if of_batch {
                    1.0 / self.count(x.values()) as f64
                } else {
                    0.0
                };
                let weight = weight.values();
                let of = |channel: usize, [up, x]: [f64; 2]| {
                    let through = by_bias[channel] + normal(channel, x) * by_weight[channel];
                    (up - part * through) * scales[channel] * f64::from(weight[channel])
                };
                let gradient = grads.buffer(&x);
                self.write(gradient, given, of, |gradient, value| *gradient += value);
            }
            for (parameter, sums) in [(&weight, by_weight), (&bias, by_bias)] {
                let pairs = grads.buffer(parameter).iter_mut().zip(sums);
                pairs.for_each(|(gradient, sum)| *gradient += sum as f32);
            }
        });
        out
    }
}
