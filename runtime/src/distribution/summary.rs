//! Modes and deviations, row by row, in double. No gradient flows through them.

use crate::kernels::joint::Input;
use crate::kernels::special::{ln_gamma, trigamma};
use crate::tensor::{Event, Flat, Param, Value, Var};

/// The least and the greatest number inside (0, 1).
const TINY: f64 = f32::MIN_POSITIVE as f64;
const ALMOST_ONE: f64 = 1.0 - f32::EPSILON as f64 / 2.0;

/// Takes the parameters of a row, and writes an event.
type Write<'a> = dyn Fn(&[&[f32]], &mut [f32]) + 'a;

/// A function of the parameters of every element.
pub(super) fn each<E: Event, const N: usize>(
    rows: usize,
    params: [&Param<E>; N],
    of: fn([f64; N]) -> f64,
) -> Value<E> {
    let inputs = params.map(Input::of);
    let flat = filled(rows, E::ELEMENTS, &inputs, &|params, out| {
        for (place, out) in out.iter_mut().enumerate() {
            *out = of(std::array::from_fn(|i| f64::from(params[i][place]))) as f32;
        }
    });
    Var::of(flat, E::plated(rows))
}

/// A function of the parameters of every row, which writes an event.
pub(super) fn row_by_row<E: Event>(rows: usize, inputs: &[Input], write: &Write) -> Value<E> {
    Var::of(filled(rows, E::ELEMENTS, inputs, write), E::plated(rows))
}

fn filled(rows: usize, elements: usize, inputs: &[Input], write: &Write) -> Flat {
    let mut values = vec![0.0; rows * elements];
    for (row, out) in values.chunks_mut(elements.max(1)).enumerate() {
        let params: Vec<&[f32]> = inputs.iter().map(|input| input.row(row, rows)).collect();
        write(&params, out);
    }
    Flat::of(values)
}

/// A number above 0 of `f32`, as near as there is one.
pub(super) fn positive(x: f64) -> f64 {
    x.clamp(TINY, f64::INFINITY)
}

/// A number between 0 and 1 of `f32`, as near as there is one.
pub(super) fn within_unit(x: f64) -> f64 {
    x.clamp(TINY, ALMOST_ONE)
}

/// `σ(x)`
pub(super) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The shares of categories with these logits.
pub(super) fn shares(logits: &[f32]) -> Vec<f64> {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let shares = logits
        .iter()
        .map(|&l| (f64::from(l) - f64::from(most)).exp());
    let shares: Vec<f64> = shares.collect();
    let total: f64 = shares.iter().sum();
    shares.into_iter().map(|share| share / total).collect()
}

/// The sum of all but one of some numbers.
pub(super) fn rest(numbers: &[f64], but: usize) -> f64 {
    numbers[..but].iter().chain(&numbers[but + 1..]).sum()
}

/// The place of the largest number, the first of equals.
pub(super) fn largest(numbers: impl IntoIterator<Item = f64>) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for (place, number) in numbers.into_iter().enumerate() {
        if number > best.1 {
            best = (place, number);
        }
    }
    best.0
}

/// Counts of `total` units that maximise `Σ_i Σ_{k ≤ count_i} ln(weight_i/k)`, a concave sum: every unit goes where it adds most.
pub(super) fn apportioned(weights: &[f64], total: f64, counts: &mut [f32]) {
    let all: f64 = weights.iter().sum();
    // No count of the best is below the whole part of its share.
    let share = |weight: f64| match all > 0.0 {
        true => (weight / all * total).floor(),
        false => 0.0,
    };
    let mut own: Vec<f64> = weights.iter().map(|&weight| share(weight)).collect();
    let mut left = total - own.iter().sum::<f64>();
    while left > 0.0 {
        let gains = weights.iter().zip(&own).map(|(w, count)| w / (count + 1.0));
        let to = largest(gains);
        // Without any weight all ways have the same mass.
        let units = if all > 0.0 { 1.0 } else { left };
        own[to] += units;
        left -= units;
    }
    for (count, own) in counts.iter_mut().zip(own) {
        *count = own as f32;
    }
}

/// `ln Γ(x) − 2 ln Γ(x + h) + ln Γ(x + 2h)`: the logarithm of `E[y²]/E[y]²` of a power `h` of a gamma variable.
pub(super) fn bend(x: f64, h: f64) -> f64 {
    let middle = x + h;
    if h < 0.01 * middle.max(1.0) && (h < 0.01 || x > 100.0) {
        // ψ''' by its leading terms, which are needed less the farther out it is.
        let third = match middle < 10.0 {
            true => {
                let step = 1e-2 * middle;
                (trigamma(middle + step) - 2.0 * trigamma(middle) + trigamma(middle - step))
                    / (step * step)
            }
            false => (2.0 + 3.0 / middle + 2.0 / (middle * middle)) / middle.powi(3),
        };
        return h * h * (trigamma(middle) + h * h * third / 12.0);
    }
    ln_gamma(x) - 2.0 * ln_gamma(middle) + ln_gamma(x + 2.0 * h)
}

/// The deviation of a standard normal variable that is cut off outside an interval.
pub(super) fn cut_normal_deviation(low: f64, high: f64) -> f64 {
    const PANELS: usize = 48;
    // Four nodes of Gauss and Legendre on (−1, 1).
    const RULE: [(f64, f64); 4] = [
        (-0.861_136_311_594_052_6, 0.347_854_845_137_453_86),
        (-0.339_981_043_584_856_26, 0.652_145_154_862_546_1),
        (0.339_981_043_584_856_26, 0.652_145_154_862_546_1),
        (0.861_136_311_594_052_6, 0.347_854_845_137_453_86),
    ];
    let mode = 0.0_f64.clamp(low, high);
    // Where the density has fallen by e^−40.
    let reach = 80.0 / (mode.abs() + (mode * mode + 80.0).sqrt());
    let (from, to) = ((low - mode).max(-reach), (high - mode).min(reach));
    let half = 0.5 * (to - from) / PANELS as f64;
    let nodes = || {
        (0..PANELS).flat_map(move |panel| {
            RULE.map(|(x, weight)| (from + half * ((2 * panel + 1) as f64 + x), weight))
        })
    };
    // Relative to the density at the mode.
    let density = |t: f64| (-t * (mode + 0.5 * t)).exp();
    let [mut mass, mut first] = [0.0; 2];
    for (t, weight) in nodes() {
        mass += weight * density(t);
        first += weight * density(t) * t;
    }
    let mean = first / mass;
    let second: f64 = nodes()
        .map(|(t, weight)| weight * density(t) * (t - mean).powi(2))
        .sum();
    (second / mass).sqrt()
}
