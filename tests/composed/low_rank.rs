//! `LowRankNormal` where its variance is far smaller than its factor, against dense algebra to 600 bits.

use elbow::dfdx::shapes::Const;
use elbow::prelude::{Distribution, LowRankNormal};
use elbow_tests::support::exact::Exact;
use elbow_tests::support::tensors::{
    backward, event, gradient_of, numbers, plate, rounded, scattered, weighted,
};
use std::f64::consts::TAU;

/// One density of `D` elements and rank `R`, with its parameters as `f32` holds them.
struct Case<const D: usize, const R: usize> {
    x: [f64; D],
    loc: [f64; D],
    factor: Vec<f64>,
    variance: [f64; D],
}

/// A log-density and its gradients by `x`, factor and variance.
struct Slopes {
    value: f64,
    x: Vec<f64>,
    factor: Vec<f64>,
    variance: Vec<f64>,
}

/// The inverse and the log-determinant, by elimination: the diagonal of a covariance needs no pivots.
fn inverse(mut m: Vec<Vec<Exact>>) -> (Vec<Vec<Exact>>, f64) {
    let d = m.len();
    let unit = |i: usize, j: usize| Exact::from(f64::from(u8::from(i == j)));
    let mut own: Vec<Vec<Exact>> = (0..d)
        .map(|i| (0..d).map(|j| unit(i, j)).collect())
        .collect();
    let mut log_determinant = 0.0;
    for k in 0..d {
        let pivot = m[k][k].clone();
        log_determinant += pivot.rounded().ln();
        for row in [&mut m, &mut own] {
            row[k].iter_mut().for_each(|v| *v = v.over(&pivot));
        }
        for i in (0..d).filter(|&i| i != k) {
            let share = m[i][k].clone();
            for row in [&mut m, &mut own] {
                let taken = row[k].clone();
                for (value, taken) in row[i].iter_mut().zip(taken) {
                    *value = value.clone() - share.clone() * taken;
                }
            }
        }
    }
    (own, log_determinant)
}

fn sum(terms: impl Iterator<Item = Exact>) -> Exact {
    terms.fold(Exact::default(), |sum, term| sum + term)
}

impl<const D: usize, const R: usize> Case<D, R> {
    fn exact(&self) -> Slopes {
        let w = |i: usize, k: usize| Exact::from(self.factor[i * R + k]);
        let covariance = |i: usize, j: usize| {
            let own = if i == j { self.variance[i] } else { 0.0 };
            Exact::from(own) + sum((0..R).map(|k| w(i, k) * w(j, k)))
        };
        let (precision, log_determinant) = inverse(
            (0..D)
                .map(|i| (0..D).map(|j| covariance(i, j)).collect())
                .collect(),
        );
        let r: Vec<Exact> = (0..D)
            .map(|i| Exact::from(self.x[i]) - Exact::from(self.loc[i]))
            .collect();
        let v: Vec<Exact> = (0..D)
            .map(|i| sum((0..D).map(|j| precision[i][j].clone() * r[j].clone())))
            .collect();
        let square = sum((0..D).map(|i| v[i].clone() * r[i].clone()));
        let by_factor = |i: usize, k: usize| {
            let by_covariance = |j: usize| v[i].clone() * v[j].clone() - precision[i][j].clone();
            sum((0..D).map(|j| by_covariance(j) * w(j, k))).rounded()
        };
        let by_variance =
            |i: usize| 0.5 * (v[i].clone() * v[i].clone() - precision[i][i].clone()).rounded();
        Slopes {
            value: -0.5 * (square.rounded() + log_determinant + D as f64 * TAU.ln()),
            x: v.iter().map(|v| -v.rounded()).collect(),
            factor: (0..D * R).map(|at| by_factor(at / R, at % R)).collect(),
            variance: (0..D).map(by_variance).collect(),
        }
    }

    fn library(&self) -> Slopes {
        let x = plate::<(Const<D>,)>(&self.x);
        let loc = event::<(Const<D>,)>(&self.loc);
        let factor = event::<(Const<D>, Const<R>)>(&self.factor);
        let variance = event::<(Const<D>,)>(&self.variance);
        let of = LowRankNormal::<D, R>::new(loc.clone(), factor.clone(), variance.clone());
        let mut grads = backward(|| weighted(of.log_prob(&x), &[1.0]));
        let by_x = gradient_of(&mut grads, &x);
        for (by_loc, by_x) in gradient_of(&mut grads, &loc).iter().zip(&by_x) {
            assert_eq!(*by_loc, -by_x);
        }
        Slopes {
            value: numbers(&of.log_prob(&x))[0],
            x: by_x,
            factor: gradient_of(&mut grads, &factor),
            variance: gradient_of(&mut grads, &variance),
        }
    }

    /// Compares every number with its exact value, to 10⁻⁵ of itself.
    fn check(&self, what: &str) {
        let (found, exact) = (self.library(), self.exact());
        let pairs = [
            ("value", vec![found.value], vec![exact.value]),
            ("x", found.x, exact.x),
            ("factor", found.factor, exact.factor),
            ("variance", found.variance, exact.variance),
        ];
        for (name, found, exact) in pairs {
            for (found, exact) in found.into_iter().zip(exact) {
                // Beyond `f32` there is only infinity.
                let close = (found - exact).abs() <= 1e-5 * exact.abs();
                let beyond = exact.abs() > f64::from(f32::MAX) && found.abs() == f64::INFINITY;
                assert!(close || beyond, "{what}: by {name} {found}, not {exact}");
            }
        }
    }
}

const SMALL: [f64; 7] = [1.0, 1e-3, 1e-6, 1e-10, 1e-13, 1e-15, 1e-20];

#[test]
fn small_variances() {
    for variance in SMALL {
        Case::<4, 2> {
            x: [1.0, -2.0, 0.5, 3.0].map(rounded),
            loc: [0.1, 0.2, -0.3, 0.4].map(rounded),
            factor: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 1.0],
            variance: [rounded(variance); 4],
        }
        .check(&format!("variance {variance}"));
    }
}

fn random<const D: usize, const R: usize>(
    seed: usize,
    variance: impl Fn(usize) -> f64,
) -> Case<D, R> {
    let number = |place: usize| rounded(5.0 * scattered(1000 * seed + place));
    Case {
        x: std::array::from_fn(number),
        loc: std::array::from_fn(|i| number(20 + i)),
        factor: (0..D * R).map(|at| number(40 + at)).collect(),
        variance: std::array::from_fn(|i| rounded(variance(i))),
    }
}

/// All shapes: more factors than elements, as many, and fewer; variances alike and far apart.
#[test]
fn random_factors() {
    for (seed, variance) in SMALL.into_iter().enumerate() {
        let apart = |i: usize| variance * [1.0, 1e8, 1e-4, 1e12][(i + seed) % 4];
        random::<5, 2>(seed, |_| variance).check("rank 2 of 5");
        random::<3, 3>(seed, |_| variance).check("rank 3 of 3");
        random::<2, 4>(seed, |_| variance).check("rank 4 of 2");
        random::<5, 2>(seed, apart).check("rank 2 of 5, apart");
        random::<3, 3>(seed, apart).check("rank 3 of 3, apart");
        random::<6, 1>(seed, apart).check("rank 1 of 6, apart");
    }
}

/// Columns that repeat each other, and values in the span of the factor, where nearly all of them cancels.
#[test]
fn degenerate_factors() {
    for (seed, variance) in SMALL.into_iter().enumerate() {
        let mut case = random::<4, 2>(seed, |_| variance);
        for row in case.factor.chunks_mut(2) {
            row[1] = row[0];
        }
        case.check("equal columns");
        Case::<4, 2> {
            x: [3.0, 7.0, 11.0, 8.0],
            loc: [0.0; 4],
            factor: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 1.0],
            variance: [rounded(variance); 4],
        }
        .check("in the span");
    }
}

/// The rims of `f32`.
#[test]
fn extreme_scales() {
    for (factor, variance) in [(1e18, 1e-18), (1e-18, 1e18), (1e-10, 1e-20), (1e15, 1e15)] {
        let mut case = random::<4, 2>(3, |_| variance);
        for w in &mut case.factor {
            *w = rounded(*w * factor);
        }
        case.check(&format!("factor {factor}, variance {variance}"));
    }
}
