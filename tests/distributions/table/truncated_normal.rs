//! The truncated normal row, and intervals far out.

use elbow::prelude::{Distribution, TruncatedNormal};
use elbow_tests::support::tensors::{assert_close, noise, numbers, plate};

use super::*;

#[derive(Clone, Copy)]
pub struct TruncatedNormalRow;

/// The mass between two numbers of the standard normal, of which the second is the greater.
fn mass(a: f64, b: f64) -> f64 {
    let beyond = |x: f64| 0.5 * erfc(x / 2.0_f64.sqrt());
    if a > 0.0 {
        beyond(a) - beyond(b)
    } else if b < 0.0 {
        beyond(-b) - beyond(-a)
    } else {
        1.0 - beyond(-a) - beyond(b)
    }
}

/// The ends in units of the scale.
fn ends(p: &[f64]) -> [f64; 2] {
    [(p[2] - p[0]) / p[1], (p[3] - p[0]) / p[1]]
}

impl Family for TruncatedNormalRow {
    type Of<E: Event> = TruncatedNormal<E>;
    const POSITIVE: &'static [bool] = &[false, true, false, false];
    const SPACE: Space = Space::Real;
    const ENTROPY: bool = false;

    fn build<E: Event>(self, params: &[Param<E>]) -> TruncatedNormal<E> {
        let [loc, scale, low, high] = [0, 1, 2, 3].map(|i| params[i].clone());
        TruncatedNormal::new(loc, scale, low, high)
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        if x[0] < p[2] || x[0] > p[3] {
            return -INFINITY;
        }
        let [a, b] = ends(p);
        normal_log_density(x[0], p[0], p[1]) - mass(a, b).ln()
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let [a, b] = ends(p);
        let density = |y: f64| normal_log_density(y, 0.0, 1.0).exp() / mass(a, b);
        let first = density(a) - density(b);
        let second = 1.0 + share(density(a), a) - share(density(b), b);
        vec![[
            p[0] + p[1] * first,
            p[0] * p[0] + 2.0 * p[0] * p[1] * first + p[1] * p[1] * second,
        ]]
    }
    /// Not given.
    fn entropy(self, _: &[f64]) -> Option<f64> {
        None
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        let [a, b] = ends(p);
        mass(a, ((x - p[0]) / p[1]).max(a)) / mass(a, b)
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[2], p[3]]
    }
    /// By mpmath, with 40 digits.
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { TruncatedNormalRow,
            [0.5, 1.3, -1.0, 2.0] at -1.0 => -1.5612150350829828, "TruncatedNormal(0.5, 1.3, -1, 2) at -1";
            [0.5, 1.3, -1.0, 2.0] at 0.0 => -0.9694990587516219, "TruncatedNormal(0.5, 1.3, -1, 2) at 0";
            [0.5, 1.3, -1.0, 2.0] at 1.7 => -1.3215700646687816, "TruncatedNormal(0.5, 1.3, -1, 2) at 1.7";
        }
    }
    /// Around the mode, above it and below it.
    fn cases() -> Vec<Case<Self>> {
        vec![
            (TruncatedNormalRow, vec![0.5, 1.3, -1.0, 2.0]),
            (TruncatedNormalRow, vec![-2.0, 0.9, -0.5, 2.0]),
            (TruncatedNormalRow, vec![3.5, 0.8, -1.0, 1.6]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, 1.2, -0.3, 0.7, 1.4])
    }
    fn lattice() -> Vec<&'static [f32]> {
        vec![
            &[-f32::MAX, -100.0, 0.0, 3.0, 1e13, f32::MAX],
            &[
                f32::MIN_POSITIVE,
                1e-13,
                0.1,
                1.0,
                25.0,
                1e5,
                1e13,
                f32::MAX,
            ],
            &[-f32::MAX, -1e13, -100.0, 0.0],
            &[1e-30, 1.0, 100.0, 1e13, f32::MAX],
        ]
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let at = |params: [f64; 4], points: &[f64]| {
            ((TruncatedNormalRow, params.to_vec()), scalars(points))
        };
        vec![
            at([0.0, 1.0, -INFINITY, INFINITY], &[0.0, -30.0, 1e4]),
            at([0.0, 1.0, 0.0, INFINITY], &[0.0, 3.0, 1e4]),
            at([2.0, 0.5, -INFINITY, 1.0], &[-3.0, 0.0, 1.0, 1.5]),
            at([0.0, 1.0, 30.0, 31.0], &[30.0, 30.1, 31.0]),
            at([0.0, 1.0, -31.0, -30.0], &[-30.0, -30.1, -31.0]),
            at([0.0, 1e6, -1.0, 1.0], &[0.0, 0.5, 1.0]),
            at([1e4, 1.0, 1e4, 2e4], &[1e4, 1e4 + 2.0, 2e4]),
        ]
    }
}

/// Log-densities by continued fractions of 60 digits, where the masses themselves are far below any number.
#[test]
fn far_out() {
    for (params, x, expected) in FAR_OUT {
        for turned in [false, true] {
            let [loc, scale, low, high] = params;
            let (params, x) = if turned {
                ([-loc, scale, -high, -low], -x)
            } else {
                (params, x)
            };
            let [loc, scale, low, high] = params.map(|p| p as f32);
            let of = TruncatedNormal::<()>::new(loc, scale, low, high);
            let what = format!("{params:?} at {x}");
            assert_eq!(of.check(1), Ok(()), "{what}");
            let found = numbers(&of.log_prob(&plate::<()>(&[x])))[0];
            assert_close(&what, found, expected, 1e-9, expected);
            let mean = numbers(&of.mean(1).expect("a mean"))[0];
            let draws = numbers(&of.sample(2000, &noise(5, "z")).value());
            let (low, high) = (f64::from(low), f64::from(high));
            assert!(draws.iter().all(|z| (low..=high).contains(z)), "{what}");
            assert!((low..=high).contains(&mean), "{what}: mean {mean}");
            let surprise = numbers(&of.log_prob(&plate::<()>(&draws)));
            // No entropy is far from that of an exponential or a uniform variable of this height.
            let most = surprise.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mean = surprise.iter().sum::<f64>() / 2000.0;
            assert!(most - mean < 1.2, "{what}: {mean} below {most}");
        }
    }
}

#[test]
fn ends_must_ascend() {
    for (low, high) in [(1.0, 1.0), (2.0, 1.0), (f32::INFINITY, f32::INFINITY)] {
        let fault = TruncatedNormal::<()>::new(0.0, 1.0, low, high).check(3);
        let fault = fault.expect_err("no interval").to_string();
        assert!(fault.starts_with("`high - low` is"), "{fault}");
    }
}

/// Location, scale, ends; a value, and the log-density there.
const FAR_OUT: [([f64; 4], f64, f64); 7] = [
    ([0.0, 1.0, 1e4, INFINITY], 1e4, 9.210340381976182),
    // As exponential as it is cut off.
    ([0.0, 1.0, 1e4, 1e4 + 0.0009765625], 1e4, 9.21039777447887),
    ([0.0, 1.0, 40.0, 40.5], 40.1, -0.315435329911375),
    ([-1e6, 1.0, 0.0, INFINITY], 1e-6, 12.81551056048953),
    ([-1e6, 1.0, 0.0, 1e-6], 5e-7, 13.77418570608309),
    ([3.0, 1e-3, 4.0, 5.0], 4.0, 13.81551146296697),
    ([0.0, 1.0, 8.0, 8.0001], 8.00005, 9.20898704944073),
];
