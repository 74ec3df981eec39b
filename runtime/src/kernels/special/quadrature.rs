//! Integrals of smooth functions, at a fixed cost.

use crate::tensor::simd::{Kernel, vectorised};

/// Half of the eight-point Gauss–Legendre rule on (−1, 1), which is symmetric.
const RULE: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_48),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
];
const PANELS: usize = 8;
/// The values that an integral takes.
const NODES: usize = PANELS * 2 * RULE.len();

/// Where they are taken on (0, 1), and their weights.
const PLACES: ([f64; NODES], [f64; NODES]) = {
    let (mut nodes, mut weights) = ([0.0; NODES], [0.0; NODES]);
    let half = 0.5 / PANELS as f64;
    let mut i = 0;
    while i < NODES {
        let middle = (2 * (i / 8) + 1) as f64 * half;
        let (x, weight) = RULE[i % 4];
        nodes[i] = middle + if i % 8 < 4 { -half * x } else { half * x };
        weights[i] = half * weight;
        i += 1;
    }
    (nodes, weights)
};

/// The integral of `f` by 64 of its values, in vectors if `f` keeps to functions that have a vector form.
#[inline(always)]
pub(super) fn integrate(f: impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    vectorised(Integral { f, from, to })
}

struct Integral<F> {
    f: F,
    from: f64,
    to: f64,
}

impl<F: Fn(f64) -> f64> Kernel for Integral<F> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        const LANES: usize = 8;
        let Self { f, from, to } = self;
        let (nodes, weights) = const { &PLACES };
        let length = to - from;
        let mut values = [0.0; NODES];
        for i in 0..NODES {
            values[i] = weights[i] * f(length.mul_add(nodes[i], from));
        }
        let mut sums = [0.0; LANES];
        for chunk in values.as_chunks::<LANES>().0 {
            for i in 0..LANES {
                sums[i] += chunk[i];
            }
        }
        length * sums.iter().sum::<f64>()
    }
}
