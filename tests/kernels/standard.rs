//! Noise of the usual kinds: what it is made of, in `f64`, number by number; and its distribution.

use elbow::family::{Key, Place, Standard, Stream};
use elbow_tests::support::statistics::{assert_distribution, assert_uncorrelated};

fn stream(name: &str) -> Stream {
    let place = Place {
        first_row: 3,
        first_particle: 1,
        particles: 2,
    };
    Stream::new(Key::new(7, 1), name, place)
}

/// The numbers of a kind beside the uniform numbers of the same places, row by row.
fn pairs(kind: Standard, rows: usize, per_row: usize) -> Vec<(Vec<f32>, Vec<f64>)> {
    let stream = stream("z");
    let numbers = stream.numbers(kind, rows, per_row);
    let own = numbers.chunks(per_row).map(<[f32]>::to_vec);
    let uniform = (0..rows).map(|row| {
        let mut rng = stream.row(row);
        // A normal number may be made of the word after its own.
        (0..per_row + 1).map(|_| rng.uniform()).collect()
    });
    own.zip(uniform).collect()
}

fn assert_each(kind: Standard, exact: impl Fn(f64) -> f64) {
    for per_row in [1, 2, 3, 4, 5, 7, 64, 257] {
        for (numbers, uniform) in pairs(kind, 33, per_row) {
            for (&found, &u) in numbers.iter().zip(&uniform) {
                let exact = exact(u);
                let close = (f64::from(found) - exact).abs() <= 3e-7 * exact.abs().max(1.0);
                assert!(close, "{kind:?}: {found} for {exact} of {u}");
            }
        }
    }
}

#[test]
fn each_number_is_made_of_its_word() {
    assert_each(Standard::Uniform, |u| u);
    assert_each(Standard::Exponential, |u| -u.ln());
    assert_each(Standard::Logistic, |u| u.ln() - (-u).ln_1p());
    assert_each(Standard::Gumbel, |u| -(-u.ln()).ln());
}

#[test]
fn normal_numbers_are_made_of_pairs_of_words() {
    for per_row in [1, 2, 3, 4, 5, 7, 64, 257] {
        for (numbers, uniform) in pairs(Standard::Normal, 33, per_row) {
            for (at, found) in numbers.iter().enumerate() {
                let (first, second) = (uniform[at / 2 * 2], uniform[at / 2 * 2 + 1]);
                let angle = std::f64::consts::TAU * second;
                let direction = if at % 2 == 0 {
                    angle.cos()
                } else {
                    angle.sin()
                };
                let exact = (-2.0 * first.ln()).sqrt() * direction;
                let close = (f64::from(*found) - exact).abs() < 2e-6;
                assert!(close, "{found} for {exact}");
            }
        }
    }
}

/// Many enough rows that threads share them: each the same as alone.
#[test]
fn rows_are_the_same_in_any_company() {
    for kind in [Standard::Normal, Standard::Logistic] {
        let whole = stream("z").numbers(kind, 1000, 50);
        for first in [0, 1, 250, 499, 500, 998] {
            let place = Place {
                first_row: 3 + first / 2,
                first_particle: 1 + first % 2,
                particles: 1,
            };
            let alone = Stream::new(Key::new(7, 1), "z", place).numbers(kind, 1, 50);
            assert_eq!(
                alone,
                whole[first * 50..(first + 1) * 50],
                "{kind:?}, row {first}"
            );
        }
    }
}

#[test]
fn normal_numbers_are_normal() {
    let numbers = stream("normal").numbers(Standard::Normal, 4_000, 50);
    let numbers: Vec<f64> = numbers.into_iter().map(f64::from).collect();
    // The distribution function by the complementary error function of Abramowitz and Stegun 7.1.26.
    let cumulative = |x: f64| {
        let t = 1.0 / (1.0 + 0.327_591_1 * x.abs() / 2.0_f64.sqrt());
        let series = [
            0.254_829_592,
            -0.284_496_736,
            1.421_413_741,
            -1.453_152_027,
            1.061_405_429,
        ];
        let tail =
            0.5 * series.iter().rev().fold(0.0, |sum, c| (sum + c) * t) * (-0.5 * x * x).exp();
        if x > 0.0 { 1.0 - tail } else { tail }
    };
    assert_distribution("normal", &numbers, cumulative);
    let (even, odd): (Vec<_>, Vec<_>) = numbers.chunks(2).map(|p| (p[0], p[1])).unzip();
    assert_uncorrelated("a pair", &even, &odd, 0.032);
    let squares = |x: &[f64]| x.iter().map(|x| x * x).collect::<Vec<_>>();
    assert_uncorrelated("their sizes", &squares(&even), &squares(&odd), 0.032);
}
