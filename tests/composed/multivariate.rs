//! Multivariate normals against dense algebra in `f64`.

use elbow::dfdx::shapes::Const;
use elbow::family::{KlDivergence, Param, Reparameterised, Rows, Value};
use elbow::prelude::{Distribution, LowRankNormal, MultivariateNormal, Normal};
use elbow_tests::support::differences::gradient;
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::{
    assert_close, backward, event, gradient_of, noise, numbers, plate, rounded, weighted,
};
use std::f64::consts::TAU;

type Vector = (Const<3>,);
type Square = (Const<3>, Const<3>);
type Factor = (Const<3>, Const<2>);

const X: [f64; 6] = [0.7, 0.1, -0.4, -1.0, 0.3, 2.0];
const LOC: [f64; 3] = [0.1, -0.2, 0.3];
/// Above the diagonal stands what must not be read.
const LOWER: [f64; 9] = [1.0, 9.0, 9.0, 0.5, 2.0, 9.0, -0.3, 0.4, 0.7];
const LOW_RANK: [f64; 6] = [1.0, 0.5, -0.3, 0.8, 0.6, -1.0];

fn round(values: &[f64]) -> Vec<f64> {
    values.iter().copied().map(rounded).collect()
}

/// `L Lᵀ` of the lower triangle.
fn from_cholesky(lower: &[f64]) -> Vec<f64> {
    let at = |i: usize, j: usize| if j > i { 0.0 } else { lower[3 * i + j] };
    product(|i, j| (0..3).map(|k| at(i, k) * at(j, k)).sum())
}

/// `W Wᵀ + diag(variance)`
fn from_low_rank(factor: &[f64], variance: &[f64]) -> Vec<f64> {
    product(|i, j| {
        let own = if i == j { variance[i] } else { 0.0 };
        own + (0..2)
            .map(|k| factor[2 * i + k] * factor[2 * j + k])
            .sum::<f64>()
    })
}

fn product(at: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    (0..9).map(|place| at(place / 3, place % 3)).collect()
}

/// The determinant and the inverse of a 3 × 3 matrix, by cofactors.
fn inverse(m: &[f64]) -> (f64, Vec<f64>) {
    let minor = |i: usize, j: usize| {
        let at = |a: usize, b: usize| m[3 * ((i + a) % 3) + (j + b) % 3];
        at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1)
    };
    let determinant: f64 = (0..3).map(|j| m[j] * minor(0, j)).sum();
    (determinant, product(|i, j| minor(j, i) / determinant))
}

fn form(m: &[f64], r: &[f64]) -> f64 {
    (0..9).map(|p| m[p] * r[p / 3] * r[p % 3]).sum()
}

fn log_density(x: &[f64], loc: &[f64], covariance: &[f64]) -> f64 {
    let (determinant, precision) = inverse(covariance);
    let r: Vec<f64> = x.iter().zip(loc).map(|(x, m)| x - m).collect();
    -0.5 * (form(&precision, &r) + determinant.ln() + 3.0 * TAU.ln())
}

/// The divergence of two, by traces.
fn kl(loc: &[f64], covariance: &[f64], prior_loc: &[f64], prior: &[f64]) -> f64 {
    let (prior_determinant, precision) = inverse(prior);
    let r: Vec<f64> = prior_loc.iter().zip(loc).map(|(a, b)| a - b).collect();
    let trace: f64 = (0..9).map(|p| precision[p] * covariance[p]).sum();
    let ratio = prior_determinant / inverse(covariance).0;
    0.5 * (trace + form(&precision, &r) - 3.0 + ratio.ln())
}

/// Compares rows and their gradients by one tensor with a reference of its elements.
fn check<S: elbow::dfdx::shapes::Shape>(
    what: &str,
    tensor: &elbow::prelude::Var<S>,
    library: impl Fn() -> Rows,
    reference: impl Fn(&[f64]) -> f64,
) {
    let at = numbers(tensor);
    let found: f64 = numbers(&library()).iter().sum();
    assert_close(what, found, reference(&at), 4e-6, reference(&at));
    let weights = vec![1.0; numbers(&library()).len()];
    let mut grads = backward(|| weighted(library(), &weights));
    let exact = gradient(&reference, &at);
    for (found, exact) in gradient_of(&mut grads, tensor).into_iter().zip(exact) {
        assert_close(&format!("slope of {what}"), found, exact, 2e-5, exact);
    }
}

fn over_rows(f: impl Fn(&[f64]) -> f64, x: &[f64]) -> f64 {
    x.chunks(3).map(f).sum()
}

#[test]
fn cholesky_density_and_gradients() {
    let (x, loc, lower) = (
        plate::<Vector>(&X),
        event::<Vector>(&LOC),
        event::<Square>(&LOWER),
    );
    let of = MultivariateNormal::cholesky(loc.clone(), lower.clone());
    let log_prob = || of.log_prob(&x);
    let (x64, loc64, lower64) = (round(&X), round(&LOC), round(&LOWER));
    let covariance = from_cholesky(&lower64);
    check("by x", &x, log_prob, |x| {
        over_rows(|x| log_density(x, &loc64, &covariance), x)
    });
    check("by loc", &loc, log_prob, |m| {
        over_rows(|x| log_density(x, m, &covariance), &x64)
    });
    check("by factor", &lower, log_prob, |l| {
        over_rows(|x| log_density(x, &loc64, &from_cholesky(l)), &x64)
    });
    check(
        "entropy",
        &lower,
        || of.entropy().expect("closed"),
        |l| 0.5 * (inverse(&from_cholesky(l)).0.ln() + 3.0 * (1.0 + TAU.ln())),
    );
    // A row of its own for each.
    let rows: Value<Square> = plate::<Square>(&[LOWER, LOWER.map(|v| v + 0.25)].concat());
    let of = MultivariateNormal::cholesky(0.0, Param::<Square>::Rows(rows.clone()));
    check(
        "by rows of factors",
        &rows,
        || of.log_prob(&x),
        |l| {
            let pairs = x64.chunks(3).zip(l.chunks(9));
            pairs
                .map(|(x, l)| log_density(x, &[0.0; 3], &from_cholesky(l)))
                .sum()
        },
    );
}

#[test]
fn low_rank_density_and_gradients() {
    let variance = [0.25, 0.4, 0.1];
    let (x, loc) = (plate::<Vector>(&X), event::<Vector>(&LOC));
    let (factor, diagonal) = (event::<Factor>(&LOW_RANK), event::<Vector>(&variance));
    let of = LowRankNormal::new(loc.clone(), factor.clone(), diagonal.clone());
    let log_prob = || of.log_prob(&x);
    let (x64, loc64) = (round(&X), round(&LOC));
    let (factor64, variance64) = (round(&LOW_RANK), round(&variance));
    let covariance = from_low_rank(&factor64, &variance64);
    check("by x", &x, log_prob, |x| {
        over_rows(|x| log_density(x, &loc64, &covariance), x)
    });
    check("by loc", &loc, log_prob, |m| {
        over_rows(|x| log_density(x, m, &covariance), &x64)
    });
    check("by factor", &factor, log_prob, |w| {
        over_rows(
            |x| log_density(x, &loc64, &from_low_rank(w, &variance64)),
            &x64,
        )
    });
    check("by variance", &diagonal, log_prob, |v| {
        over_rows(
            |x| log_density(x, &loc64, &from_low_rank(&factor64, v)),
            &x64,
        )
    });
    let half = |w: &[f64], v: &[f64]| {
        0.5 * (inverse(&from_low_rank(w, v)).0.ln() + 3.0 * (1.0 + TAU.ln()))
    };
    check(
        "entropy by factor",
        &factor,
        || of.entropy().expect("closed"),
        |w| half(w, &variance64),
    );
    check(
        "entropy by variance",
        &diagonal,
        || of.entropy().expect("closed"),
        |v| half(&factor64, v),
    );
}

/// Probabilistic principal components, and factor analysis.
#[test]
fn low_rank_golden_values() {
    let x = plate::<Vector>(&X[..3]);
    for (variance, known) in [([0.25; 3], -3.036138866), ([0.25, 0.4, 0.1], -3.124254012)] {
        let of = LowRankNormal::new(
            event::<Vector>(&LOC),
            event::<Factor>(&LOW_RANK),
            event::<Vector>(&variance),
        );
        assert_close("log p(x)", numbers(&of.log_prob(&x))[0], known, 1e-6, known);
    }
}

#[test]
fn divergences() {
    let of = MultivariateNormal::cholesky(
        event::<(Const<2>,)>(&[0.5, -1.0]),
        event::<(Const<2>, Const<2>)>(&[1.0, 0.0, 0.5, 2.0]),
    );
    let standard = Normal::<(Const<2>,)>::new(0.0, 1.0);
    let found = numbers(&of.kl_divergence(&standard).expect("closed"))[0];
    assert_close("golden", found, 1.556852819, 1e-6, 1.0);

    const PRIOR: [f64; 9] = [1.5, 9.0, 9.0, -0.4, 0.8, 9.0, 0.2, 0.3, 1.1];
    const OTHER: [f64; 3] = [-0.5, 0.4, 0.0];
    let (loc, lower) = (event::<Vector>(&LOC), event::<Square>(&LOWER));
    let (other, prior) = (event::<Vector>(&OTHER), event::<Square>(&PRIOR));
    let q = MultivariateNormal::cholesky(loc.clone(), lower.clone());
    let p = MultivariateNormal::cholesky(other.clone(), prior.clone());
    let library = || q.kl_divergence(&p).expect("closed");
    let (m, l, n, k) = (round(&LOC), round(&LOWER), round(&OTHER), round(&PRIOR));
    let (s, t) = (from_cholesky(&l), from_cholesky(&k));
    check("KL by loc", &loc, library, |m| kl(m, &s, &n, &t));
    check("KL by factor", &lower, library, |l| {
        kl(&m, &from_cholesky(l), &n, &t)
    });
    check("KL by prior's loc", &other, library, |n| kl(&m, &s, n, &t));
    check("KL by prior's factor", &prior, library, |k| {
        kl(&m, &s, &n, &from_cholesky(k))
    });
    let itself = numbers(&q.kl_divergence(&q).expect("closed"))[0];
    assert_close("KL(q‖q)", itself, 0.0, 1e-6, 1.0);

    let scales = [0.5, 1.5, 2.0];
    let (scale, variance) = (event::<Vector>(&scales), event::<Vector>(&[0.25, 0.4, 0.1]));
    let factor = event::<Factor>(&LOW_RANK);
    let normal = Normal::new(other.clone(), scale.clone());
    let diagonal = |s: &[f64]| product(|i, j| if i == j { s[i] * s[i] } else { 0.0 });
    let library = || q.kl_divergence(&normal).expect("closed");
    check("to a diagonal", &scale, library, |z| {
        kl(&m, &s, &n, &diagonal(z))
    });
    let low = LowRankNormal::new(loc.clone(), factor.clone(), variance.clone());
    let library = || low.kl_divergence(&normal).expect("closed");
    let (w, v, z) = (round(&LOW_RANK), round(&[0.25, 0.4, 0.1]), round(&scales));
    let of = from_low_rank;
    check("low rank by loc", &loc, library, |m| {
        kl(m, &of(&w, &v), &n, &diagonal(&z))
    });
    check("low rank by factor", &factor, library, |w| {
        kl(&m, &of(w, &v), &n, &diagonal(&z))
    });
    check("low rank by variance", &variance, library, |v| {
        kl(&m, &of(&w, v), &n, &diagonal(&z))
    });
    check("low rank by prior's loc", &other, library, |n| {
        kl(&m, &of(&w, &v), n, &diagonal(&z))
    });
    check("low rank by scale", &scale, library, |z| {
        kl(&m, &of(&w, &v), &n, &diagonal(z))
    });
}

/// Means and covariances of draws, and the gradient of `E (Σ z)²`, which equals the gradient of
/// `Σ_ij Σ + (Σ loc)²`.
#[test]
fn draws_and_their_gradients() {
    const DRAWS: usize = 100_000;
    let stream = noise(41, "z");
    let (loc, lower) = (event::<Vector>(&LOC), event::<Square>(&LOWER));
    let (factor, variance) = (
        event::<Factor>(&LOW_RANK),
        event::<Vector>(&[0.25, 0.4, 0.1]),
    );
    let full = MultivariateNormal::cholesky(loc.clone(), lower.clone());
    let low = LowRankNormal::new(loc.clone(), factor.clone(), variance.clone());
    let moments = |z: &[f64], covariance: &[f64]| {
        for i in 0..3 {
            let own: Vec<f64> = z.chunks(3).map(|z| z[i]).collect();
            assert_mean("mean", &own, LOC[i], 0.1 * covariance[4 * i].sqrt());
            for j in 0..3 {
                let products = z.chunks(3).map(|z| (z[i] - LOC[i]) * (z[j] - LOC[j]));
                let size = (covariance[4 * i] * covariance[4 * j]).sqrt();
                assert_mean(
                    "covariance",
                    &products.collect::<Vec<_>>(),
                    covariance[3 * i + j],
                    0.1 * size,
                );
            }
        }
    };
    moments(
        &numbers(&full.sample(DRAWS, &stream).value()),
        &from_cholesky(&LOWER),
    );
    moments(
        &numbers(&low.sample(DRAWS, &stream).value()),
        &from_low_rank(&LOW_RANK, &[0.25, 0.4, 0.1]),
    );

    let square = |covariance: Vec<f64>, loc: &[f64]| {
        covariance.iter().sum::<f64>() + loc.iter().sum::<f64>().powi(2)
    };
    let z = numbers(&full.rsample(DRAWS, &stream).value());
    let weights = |z: &[f64]| -> Vec<f64> {
        let sums = z
            .chunks(3)
            .map(|z| 2.0 * z.iter().sum::<f64>() / DRAWS as f64);
        sums.flat_map(|s| [s; 3]).collect()
    };
    let mut grads = backward(|| weighted(full.rsample(DRAWS, &stream).value(), &weights(&z)));
    for (found, exact) in [
        (
            gradient_of(&mut grads, &loc),
            gradient(|m| square(from_cholesky(&LOWER), m), &LOC),
        ),
        (
            gradient_of(&mut grads, &lower),
            gradient(|l| square(from_cholesky(l), &LOC), &LOWER),
        ),
    ] {
        for (found, exact) in found.into_iter().zip(exact) {
            assert_close("cholesky", found, exact, 0.05, 1.0);
        }
    }
    let z = numbers(&low.rsample(DRAWS, &stream).value());
    let mut grads = backward(|| weighted(low.rsample(DRAWS, &stream).value(), &weights(&z)));
    let v = [0.25, 0.4, 0.1];
    for (found, exact) in [
        (
            gradient_of(&mut grads, &loc),
            gradient(|m| square(from_low_rank(&LOW_RANK, &v), m), &LOC),
        ),
        (
            gradient_of(&mut grads, &factor),
            gradient(|w| square(from_low_rank(w, &v), &LOC), &LOW_RANK),
        ),
        (
            gradient_of(&mut grads, &variance),
            gradient(|v| square(from_low_rank(&LOW_RANK, v), &LOC), &v),
        ),
    ] {
        for (found, exact) in found.into_iter().zip(exact) {
            assert_close("low rank", found, exact, 0.1, 1.0);
        }
    }
}

#[test]
fn faults() {
    let bad = |place: usize, value: f64| {
        let mut lower = LOWER;
        lower[place] = value;
        MultivariateNormal::<3>::cholesky(0.0, event::<Square>(&lower)).check(4)
    };
    assert_eq!(bad(0, 1.0), Ok(()));
    assert!(bad(4, 0.0).is_err(), "a singular factor");
    assert!(bad(8, -1.0).is_err(), "a negative diagonal");
    assert!(bad(3, f64::NAN).is_err(), "no number");
    let variance = event::<Vector>(&[1.0, 0.0, 1.0]);
    assert!(
        LowRankNormal::<3, 2>::new(0.0, 1.0, variance)
            .check(4)
            .is_err()
    );
}
