//! Draws: their distribution, their moments, and the gradients that flow through them.

use elbow::dfdx::shapes::Const;
use elbow::family::{Draw, Event, Param, Value};
use elbow::prelude::Distribution;
use elbow_tests::support::differences::gradient;
use elbow_tests::support::statistics::{assert_counts, assert_distribution, assert_mean};
use elbow_tests::support::tensors::{
    assert_close, backward, gradient_of, noise, numbers, plate, to_f32, weighted,
};

use crate::family::{Family, Space};
use crate::mass::built;

/// Draws of each case; see [`assert_distribution`] for what they can show.
pub const DRAWS: usize = 50_000;
/// Draws whose gradients are averaged: squares of heavy-tailed draws need more.
const PATHS: usize = 200_000;

/// Goodness of fit, and the moments, which are more sensitive to the tails and to the scale.
pub fn fit<F: Family>() {
    for (case, (family, params)) in F::cases().into_iter().enumerate() {
        let seed = 100 + case as u64;
        if F::LANED {
            fit_of::<F, (Const<3>,)>(family, &params, seed);
        } else {
            fit_of::<F, ()>(family, &params, seed);
        }
    }
}

fn fit_of<F: Family, E: Event>(family: F, params: &[f64], seed: u64) {
    let what = format!("{} {params:?}", F::Of::<E>::FAMILY);
    let of = built::<F, E>(family, params);
    let stream = noise(seed, "z");
    let draw = of.sample(DRAWS, &stream);
    let values = numbers(&draw.value());
    let width = E::ELEMENTS;

    if F::SPACE == Space::Atoms {
        let points = F::points();
        let count = |atom: &Vec<f64>| values.chunks(width).filter(|v| *v == &atom[..]).count();
        let counts: Vec<usize> = points.iter().map(count).collect();
        assert_eq!(counts.iter().sum::<usize>(), DRAWS, "{what}: off its atoms");
        let masses: Vec<f64> = points
            .iter()
            .map(|x| family.log_density(x, params).exp())
            .collect();
        let (counts, masses) = pooled(&counts, &masses);
        // The more atoms there are, the less is seen of each.
        let effect = if counts.len() > 4 { 0.1 } else { 0.05 };
        assert_counts(&what, &counts, &masses, effect);
    } else {
        assert_distribution(&what, &scalars::<F, E>(&draw), |x| family.cdf(x, params));
    }

    for (k, [mean, square]) in family.moments(params).into_iter().enumerate() {
        let (variance, what) = (square - mean * mean, format!("{what} [{k}]"));
        let coordinate: Vec<f64> = values.iter().copied().skip(k).step_by(width).collect();
        assert_mean(&what, &coordinate, mean, 0.05 * variance.sqrt());
        let squares: Vec<f64> = coordinate.iter().map(|x| (x - mean).powi(2)).collect();
        assert_mean(
            &format!("{what} squared"),
            &squares,
            variance,
            0.3 * variance,
        );
    }

    // The differentiable draw is the same draw.
    if let Some(again) = F::rsample(&of, DRAWS, &stream) {
        assert_eq!(numbers(&again.value()), values, "{what}");
    }
}

/// Counts and masses with all rare atoms put together, so that each is expected often enough for a
/// chi-square.
fn pooled(counts: &[usize], masses: &[f64]) -> (Vec<usize>, Vec<f64>) {
    let rare = |mass: f64| mass * (DRAWS as f64) < 25.0;
    let (mut pool, mut kept) = ((0, 0.0), (Vec::new(), Vec::new()));
    for (&count, &mass) in counts.iter().zip(masses) {
        if rare(mass) {
            pool = (pool.0 + count, pool.1 + mass);
        } else {
            kept.0.push(count);
            kept.1.push(mass);
        }
    }
    if rare(pool.1) {
        // Not even together: with the last of the others.
        if let (Some(count), Some(mass)) = (kept.0.last_mut(), kept.1.last_mut()) {
            *count += pool.0;
            *mass += pool.1;
        }
    } else {
        kept.0.push(pool.0);
        kept.1.push(pool.1);
    }
    kept
}

/// The number of each draw that the row's distribution function is about.
fn scalars<F: Family, E: Event>(draw: &Draw<E>) -> Vec<f64> {
    match F::SPACE {
        Space::Unit => numbers(draw.logit().expect("draws in (0, 1) have logits")),
        Space::Simplex => numbers(draw.log().expect("draws on the simplex have logarithms"))
            .chunks(E::ELEMENTS)
            .map(|log| log[0] - log[1])
            .collect(),
        _ => numbers(&draw.value()),
    }
}

/// The mean is the row's first moment, in every row.
pub fn mean<F: Family>() {
    for (family, params) in F::cases() {
        let found = if F::LANED {
            built::<F, (Const<3>,)>(family, &params)
                .mean(4)
                .map(|m| numbers(&m))
        } else {
            built::<F, ()>(family, &params).mean(4).map(|m| numbers(&m))
        };
        assert_eq!(found.is_some(), F::MEAN);
        let moments = family.moments(&params);
        for (place, found) in found.into_iter().flatten().enumerate() {
            let exact = moments[place % moments.len()][0];
            assert_close("mean", found, exact, 2e-6, exact);
        }
    }
}

/// `E ∂z/∂θ = ∂E[z]/∂θ` and the same of `z²`, with one parameter row for each draw, so that the
/// spread of single gradients is seen and gives the tolerance.
///
/// The fault that must not pass is a quarter of the gradient, or a quarter where that is smaller
/// than 1: a wrong sign or a forgotten factor is far more.
pub fn pathwise<F: Family>() {
    for (case, (family, params)) in F::cases().into_iter().enumerate() {
        let seed = 200 + case as u64;
        if F::LANED {
            pathwise_of::<F, (Const<3>,)>(family, &params, seed);
        } else {
            pathwise_of::<F, ()>(family, &params, seed);
        }
    }
}

fn pathwise_of<F: Family, E: Event>(family: F, params: &[f64], seed: u64) {
    let width = F::lane::<E>();
    let repeated = |lane: &[f64]| -> Value<E> { plate::<E>(&lane.repeat(PATHS)) };
    let rows: Vec<_> = params.chunks(width).map(repeated).collect();
    let of = family.build(
        &rows
            .iter()
            .cloned()
            .map(Param::<E>::Rows)
            .collect::<Vec<_>>(),
    );
    let z = F::rsample(&of, PATHS, &noise(seed, "z")).expect("a differentiable draw");
    let z = numbers(&z.value());
    for coordinate in 0..width {
        for power in 0..2 {
            // ∂z² = 2z ∂z, so one weight for each draw serves both moments.
            let on = |place: usize| f64::from(u8::from(place % width == coordinate));
            let weight = |(place, z): (usize, &f64)| on(place) * [1.0, 2.0 * z][power];
            let weights: Vec<f64> = z.iter().enumerate().map(weight).collect();
            let mut grads = backward(|| {
                let draw = F::rsample(&of, PATHS, &noise(seed, "z")).expect("as before");
                weighted(draw.value(), &weights)
            });
            let exact = gradient(|theta| family.moments(theta)[coordinate][power], params);
            for (i, exact) in exact.into_iter().enumerate() {
                let all = gradient_of(&mut grads, &rows[i / width]);
                let own: Vec<f64> = all.into_iter().skip(i % width).step_by(width).collect();
                let what = format!(
                    "{} {params:?}: z[{coordinate}]^{} by parameter {i}",
                    F::Of::<E>::FAMILY,
                    power + 1
                );
                assert_mean(&what, &own, exact, 0.25 * exact.abs().max(1.0));
            }
        }
    }
}

/// A discrete draw carries no gradient, and a draw by `sample` never does.
pub fn detached<F: Family>() {
    let (family, params) = F::cases().remove(0);
    // Not all equal: the elements of a draw on the simplex sum to a constant.
    let weights = [1.0, -2.0, 0.5];
    let width = F::lane::<(Const<3>,)>();
    let wide = if width == 1 { 3 } else { 1 };
    let rows: Vec<Value<(Const<3>,)>> = params
        .chunks(width)
        .map(|p| plate::<(Const<3>,)>(&p.repeat(wide)))
        .collect();
    let of = family.build(
        &rows
            .iter()
            .cloned()
            .map(Param::<(Const<3>,)>::Rows)
            .collect::<Vec<_>>(),
    );
    let mut grads = backward(|| weighted(of.sample(1, &noise(1, "z")).value(), &weights));
    for row in &rows {
        assert_eq!(to_f32(&gradient_of(&mut grads, row)), [0.0; 3]);
    }
}
