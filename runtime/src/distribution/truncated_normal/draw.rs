//! Draws of a truncated normal, and how they move with its parameters.

use rand_distr::{Distribution as _, StandardNormal};

use super::{Standard, Turned};
use crate::kernels::elementwise::Quantile;
use crate::kernels::formula::finite;
use crate::noise::RowRng;

/// A number of the interval that `f32` has.
pub(super) fn drawn([loc, scale, low, high]: [f64; 4], rng: &mut RowRng) -> f64 {
    let exact = if high < loc {
        -unrounded([-loc, scale, -high, -low], rng)
    } else {
        unrounded([loc, scale, low, high], rng)
    };
    f64::from(finite(exact) as f32).max(low).min(high)
}

/// By rejection (Robert, "Simulation of truncated normal variables", 1995), of an interval that does not end below the mode.
fn unrounded([loc, scale, low, high]: [f64; 4], rng: &mut RowRng) -> f64 {
    // At least 0.3 of all tries succeed. The probability that this many fail is 10⁻³¹.
    const TRIES: usize = 200;
    let (start, end) = ((low - loc) / scale, (high - loc) / scale);
    let length = (high - low) / scale;
    for _ in 0..TRIES {
        if start > 0.5 {
            // Exponential from the lower end on.
            let cut = (-start * length).exp_m1();
            let beyond = -(rng.fine_uniform() * cut).ln_1p() / start;
            if rng.uniform().ln() < -0.5 * beyond * beyond {
                return low + scale * beyond;
            }
        } else if length < 2.0 {
            let beyond = length * rng.fine_uniform();
            let (y, nearest) = (start + beyond, start.max(0.0));
            if rng.uniform().ln() < 0.5 * (nearest * nearest - y * y) {
                return low + scale * beyond;
            }
        } else {
            let y: f64 = StandardNormal.sample(rng);
            if (start..=end).contains(&y) {
                return loc + scale * y;
            }
        }
    }
    low.max(loc)
}

/// A draw moves with its ends by `∂x/∂low = (1 − F) p(low)/p(x)` and `∂x/∂high = F p(high)/p(x)`. It moves with all of location and ends
/// as they do, and with all of them and the scale in proportion.
#[derive(Clone, Copy)]
pub(super) struct Between;

impl Quantile<5> for Between {
    #[inline(always)]
    fn slopes<const W: usize>(&self, given: [&[f64; W]; 5]) -> [[f64; W]; 5] {
        let mut slopes = [[0.0; W]; 5];
        for i in 0..W {
            let own = slopes_of(given.map(|own| own[i]));
            (0..4).for_each(|k| slopes[k + 1][i] = own[k]);
        }
        slopes
    }
}

fn slopes_of([x, loc, scale, low, high]: [f64; 5]) -> [f64; 4] {
    let turned = Turned::of([x, loc, low, high]);
    let all = turned.standard(scale);
    let y = (turned.x - turned.loc) / scale;
    let [before, after] = [turned.x - turned.low, turned.high - turned.x].map(|part| part / scale);
    let total = all.log_mass();
    // What a log-mass leaves out of an interval above 0.
    let half_square = |y: f64| if y > 0.0 { 0.0 } else { 0.5 * y * y };
    let by_low = if all.low.is_infinite() {
        0.0
    } else {
        let rest = Standard {
            low: y,
            length: after,
            high: all.high,
        };
        (rest.log_mass() - total + half_square(y) - half_square(all.low)).exp()
    };
    let by_high = if all.high.is_infinite() {
        0.0
    } else {
        let part = below(all.low, before, y);
        (part - total - 0.5 * after * (y + all.high)).exp()
    };
    let by_loc = 1.0 - by_low - by_high;
    let by_scale = if all.low.is_infinite() {
        y - if by_high == 0.0 {
            0.0
        } else {
            all.high * by_high
        }
    } else {
        let stretched = if by_high == 0.0 {
            0.0
        } else {
            all.length * by_high
        };
        before + all.low * by_loc - stretched
    };
    // Turned around, a draw moves against its scale, and the ends change their places.
    if turned.is_turned {
        [by_loc, -by_scale, by_high, by_low]
    } else {
        [by_loc, by_scale, by_low, by_high]
    }
}

/// The log-mass from `low` to `y`, which may both be below 0.
fn below(low: f64, length: f64, y: f64) -> f64 {
    if y >= 0.0 {
        return Standard {
            low,
            length,
            high: y,
        }
        .log_mass();
    }
    let mirrored = Standard {
        low: -y,
        length,
        high: -low,
    };
    mirrored.log_mass() - 0.5 * y * y
}
