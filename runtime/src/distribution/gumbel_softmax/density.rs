//! The density of a relaxed one-hot vector, with its limits on the rim of the simplex.

use crate::kernels::joint::{Joint, joint_compiled_here};
use crate::kernels::lanes::{LaneFormula, lanes_compiled_here};
use crate::kernels::special::ln_gamma;
use crate::support::is_off_simplex;

/// `ln Γ(n) + (n − 1) ln t`
pub(super) fn log_normaliser(categories: usize, temperature: f64) -> f64 {
    let categories = categories as f64;
    ln_gamma(categories) + (categories - 1.0) * temperature.ln()
}

/// The log-density of one vector on the simplex, at a temperature.
///
/// On the rim it is the limit as the `m` elements there fall to 0 together. The density is then proportional to their size to
/// the power of `(n − m) t − m`.
#[derive(Clone, Copy)]
pub(super) struct LogDensity(pub(super) f64);

impl LogDensity {
    /// The power of the size of `zeros` elements that fall to 0 together.
    fn power(self, zeros: usize, categories: usize) -> f64 {
        (categories - zeros) as f64 * self.0 - zeros as f64
    }

    /// The value off the simplex, and on the rim if it is infinite there. It has no slopes at these points.
    fn limit(self, x: &[f32]) -> Option<f64> {
        let zeros = x.iter().filter(|&&x| x == 0.0).count();
        if is_off_simplex(x) {
            return Some(f64::NEG_INFINITY);
        }
        match self.power(zeros, x.len()) {
            power if zeros == 0 || power == 0.0 => None,
            power => Some(power * f64::NEG_INFINITY),
        }
    }

    /// `l − t ln x` of each element, and the logarithm of the sum of their exponentials. If elements are on the rim, theirs is
    /// `l`, and the others do not count.
    fn tilted(self, x: &[f32], logits: &[f32]) -> (Vec<f64>, f64) {
        let at_rim = x.contains(&0.0);
        let tilt = |(&x, &logit): (&f32, &f32)| match x {
            0.0 => logit.into(),
            _ if at_rim => f64::NEG_INFINITY,
            x => f64::from(logit) - self.0 * f64::from(x).ln(),
        };
        let tilted: Vec<f64> = x.iter().zip(logits).map(tilt).collect();
        let most = tilted.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = tilted.iter().map(|a| (a - most).exp()).sum();
        (tilted, most + sum.ln())
    }

    /// `(n − 1)/t − Σ_k ln x_k + n Σ_k w_k ln x_k`, with the shares `w` of the tilted elements.
    fn by_temperature(self, x: &[f32], logits: &[f32]) -> f64 {
        if self.limit(x).is_some() {
            return 0.0;
        }
        let (tilted, total) = self.tilted(x, logits);
        let categories = x.len() as f64;
        let inside = x.iter().zip(tilted).filter(|(x, _)| **x != 0.0);
        let terms = inside.map(|(&x, tilted)| {
            let share = (tilted - total).exp();
            (categories * share - 1.0) * f64::from(x).ln()
        });
        terms.sum::<f64>() + (categories - 1.0) / self.0
    }
}

impl LaneFormula<2> for LogDensity {
    lanes_compiled_here!(2);

    fn value(&self, [x, logits]: [&[f32]; 2]) -> f64 {
        if let Some(limit) = self.limit(x) {
            return limit;
        }
        let (_, total) = self.tilted(x, logits);
        let inside = x.iter().filter(|&&x| x != 0.0);
        let logs: f64 = inside.map(|&x| f64::from(x).ln()).sum();
        let logits: f64 = logits.iter().copied().map(f64::from).sum();
        let categories = x.len();
        log_normaliser(categories, self.0) + logits
            - (self.0 + 1.0) * logs
            - categories as f64 * total
    }

    fn partials(&self, [x, logits]: [&[f32]; 2], wanted: usize, partials: &mut [f64]) {
        if self.limit(x).is_some() {
            return partials.fill(0.0);
        }
        let (tilted, total) = self.tilted(x, logits);
        let elements = x.iter().zip(tilted).zip(partials);
        for ((&x, tilted), partial) in elements {
            let share = logits.len() as f64 * (tilted - total).exp();
            *partial = match wanted {
                0 if x == 0.0 => 0.0,
                0 => (self.0 * (share - 1.0) - 1.0) / f64::from(x),
                _ => 1.0 - share,
            };
        }
    }
}

/// [`LogDensity`] of every vector of a row, at a temperature that is a parameter.
#[derive(Clone, Copy)]
pub(super) struct LearnedDensity {
    /// The categories of a vector.
    pub(super) lane: usize,
}

impl Joint<3> for LearnedDensity {
    joint_compiled_here!(3);

    fn value(&self, [x, logits, temperature]: [&[f32]; 3], out: &mut [f64]) {
        let density = LogDensity(f64::from(temperature[0]));
        let lanes = x.chunks(self.lane).zip(logits.chunks(self.lane));
        out[0] = lanes.map(|(x, logits)| density.value([x, logits])).sum();
    }

    fn backward(&self, inputs: [&[f32]; 3], up: &[f64], gradients: [&mut [f64]; 3]) {
        let ([x, logits, temperature], [by_x, by_logits, by_temperature]) = (inputs, gradients);
        let density = LogDensity(f64::from(temperature[0]));
        let mut partials = vec![0.0; self.lane];
        let lanes = x.chunks(self.lane).zip(logits.chunks(self.lane));
        for (lane, (x, logits)) in lanes.enumerate() {
            let gradients = [&mut *by_x, &mut *by_logits];
            for (wanted, gradient) in gradients.into_iter().enumerate() {
                density.partials([x, logits], wanted, &mut partials);
                let own = gradient[lane * self.lane..].iter_mut().zip(&partials);
                own.for_each(|(g, partial)| *g += up[0] * partial);
            }
            by_temperature[0] += up[0] * density.by_temperature(x, logits);
        }
    }
}
