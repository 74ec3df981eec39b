//! Sums, products and quotients to some 600 bits.

use std::ops::{Add, Mul, Neg, Sub};

/// How many parts a number keeps.
const PARTS: usize = 12;

/// A number as a sum of `f64`s, from the largest on: Shewchuk's expansions.
#[derive(Clone, Debug, Default)]
pub struct Exact(Vec<f64>);

impl From<f64> for Exact {
    fn from(value: f64) -> Self {
        Self::of(vec![value])
    }
}

impl Exact {
    /// The sum of these numbers.
    fn of(mut parts: Vec<f64>) -> Self {
        let mut found = Vec::with_capacity(PARTS);
        while found.len() < PARTS {
            // Each sweep takes out the rounded sum, and leaves all that was rounded off.
            parts.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
            let mut sum = 0.0;
            for part in &mut parts {
                let (next, lost) = two_sum(sum, *part);
                (sum, *part) = (next, lost);
            }
            parts.retain(|&part| part != 0.0);
            if sum != 0.0 {
                found.push(sum);
            } else if parts.is_empty() {
                break;
            }
        }
        Self(found)
    }

    /// The nearest `f64`.
    pub fn rounded(&self) -> f64 {
        self.0.iter().rev().sum()
    }

    /// The quotient, digit by digit.
    pub fn over(&self, divisor: &Self) -> Self {
        let (mut rest, mut digits) = (self.clone(), Vec::new());
        for _ in 0..PARTS {
            let digit = Self::from(rest.rounded() / divisor.rounded());
            rest = rest - digit.clone() * divisor.clone();
            digits.extend(digit.0);
        }
        Self::of(digits)
    }
}

fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let added = sum - a;
    (sum, (a - (sum - added)) + (b - added))
}

impl Add for Exact {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::of([self.0, other.0].concat())
    }
}

impl Neg for Exact {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.into_iter().map(|part| -part).collect())
    }
}

impl Sub for Exact {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Exact {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let mut parts = Vec::new();
        for &a in &self.0 {
            for &b in &other.0 {
                let product = a * b;
                parts.extend([product, a.mul_add(b, -product)]);
            }
        }
        Self::of(parts)
    }
}
