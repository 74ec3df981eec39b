//! Modes against the greatest of the row's own density over a fine grid, and deviations against the row's moments.

use elbow::dfdx::shapes::Const;
use elbow::family::{Param, Value};
use elbow::prelude::Distribution;
use elbow_tests::support::tensors::{assert_close, numbers, plate};

use crate::family::{Case, Family, Space};
use crate::mass::built;

type Wide = (Const<3>,);

/// What a family says of some rows.
type Summary<D> = fn(&D, usize) -> Option<Value<<D as Distribution>::Event>>;

/// A summary of one case, of a lane.
fn alone<F: Family>(
    (family, params): &Case<F>,
    of_one: Summary<F::Of<()>>,
    of_lane: Summary<F::Of<Wide>>,
) -> Option<Vec<f64>> {
    let numbers = match F::LANED {
        true => of_lane(&built::<F, Wide>(*family, params), 1).map(|own| numbers(&own)),
        false => of_one(&built::<F, ()>(*family, params), 1).map(|own| numbers(&own)),
    };
    let lane = if F::LANED { 3 } else { 1 };
    numbers.map(|numbers| numbers[..lane].to_vec())
}

/// Between them the density is looked at, in the coordinates of [`Space`].
fn ends<F: Family>(family: F, params: &[f64]) -> (f64, f64) {
    let breaks = family.breaks(params);
    let (first, last) = (breaks[0], breaks[breaks.len() - 1]);
    match F::SPACE {
        // Farther out, 1 − x is lost.
        Space::Unit => (first.max(-25.0), last.min(25.0)),
        _ => (first, last),
    }
}

/// The values at which the density is looked at.
fn grid<F: Family>(family: F, params: &[f64]) -> Vec<Vec<f64>> {
    const POINTS: usize = 6000;
    let line = |at: &dyn Fn(f64) -> f64| {
        let (first, last) = ends(family, params);
        let place = |i: usize| first + (last - first) * (i as f64 + 0.5) / POINTS as f64;
        (0..POINTS).map(|i| vec![at(place(i))]).collect()
    };
    match F::SPACE {
        Space::Atoms => F::points(),
        Space::Real => line(&|x| x),
        Space::Positive => line(&f64::exp),
        Space::Unit => line(&|y| 1.0 / (1.0 + (-y).exp())),
        Space::Simplex => {
            const STEPS: usize = 200;
            let pairs = (1..STEPS).flat_map(|i| (1..STEPS - i).map(move |j| [i, j, STEPS - i - j]));
            pairs
                .map(|shares| shares.map(|own| own as f64 / STEPS as f64).to_vec())
                .collect()
        }
    }
}

/// Nothing of the grid, and nothing near the mode, is more probable.
pub fn mode<F: Family>() {
    for case in F::cases() {
        let mode = alone::<F>(&case, |of, rows| of.mode(rows), |of, rows| of.mode(rows));
        let (family, params) = &case;
        let what = format!("{} {params:?}", F::Of::<()>::FAMILY);
        assert_eq!(mode.is_some(), F::MODE, "{what}: {mode:?}");
        let Some(mode) = mode else { continue };
        let density = |x: &[f64]| family.log_density(x, params);
        let grid = grid::<F>(*family, params);
        if mode.iter().any(|own| own.is_nan()) {
            // Flat, or greater the nearer to the rim.
            let densities: Vec<f64> = grid.iter().map(|x| density(x)).collect();
            let most = densities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let is_rim = |place: usize| match F::SPACE {
                Space::Simplex => grid[place].iter().any(|&x| x <= 0.005 + 1e-9),
                _ => place == 0 || place == grid.len() - 1,
            };
            let most_inside = (0..grid.len())
                .filter(|&place| !is_rim(place))
                .map(|place| densities[place])
                .fold(f64::NEG_INFINITY, f64::max);
            let flat = densities.iter().all(|own| (own - most).abs() < 1e-9);
            assert!(flat || most > most_inside, "{what} has a mode");
            continue;
        }
        let mode = match F::SPACE {
            // An end of the support is rounded to f32.
            Space::Real => {
                let (first, last) = ends(*family, params);
                let within = mode[0].clamp(first, last);
                assert_close(&what, mode[0], within, 1e-6, within);
                vec![within]
            }
            _ => mode,
        };
        let greatest = density(&mode);
        assert!(greatest.is_finite(), "{what}: {mode:?} has {greatest}");
        let slack = 1e-9 * greatest.abs().max(1.0);
        for x in &grid {
            let own = density(x);
            assert!(
                own <= greatest + slack,
                "{what}: {own} at {x:?}, {greatest} at {mode:?}"
            );
        }
        if F::SPACE == Space::Atoms || F::SPACE == Space::Simplex {
            continue;
        }
        let inside = |x: f64| x >= grid[0][0] && x <= grid[grid.len() - 1][0];
        for step in [1e-3, 1e-2, 0.1] {
            let size = if mode[0] == 0.0 {
                step
            } else {
                step * mode[0].abs()
            };
            let beside = [mode[0] - size, mode[0] + size].into_iter();
            for x in beside.filter(|&x| inside(x)) {
                let own = density(&[x]);
                assert!(
                    own <= greatest + slack,
                    "{what}: {own} at {x}, {greatest} at {mode:?}"
                );
            }
        }
    }
}

/// The root of the second moment about the mean.
pub fn deviation<F: Family>() {
    for case in F::cases() {
        let found = alone::<F>(
            &case,
            |of, rows| of.deviation(rows),
            |of, rows| of.deviation(rows),
        );
        let (family, params) = &case;
        let what = format!("{} {params:?}", F::Of::<()>::FAMILY);
        assert_eq!(found.is_some(), F::DEVIATION, "{what}: {found:?}");
        let moments = family.moments(params);
        for (found, [mean, square]) in found.into_iter().flatten().zip(moments) {
            let exact = (square - mean * mean).sqrt();
            assert_close(&what, found, exact, 2e-5, exact);
        }
    }
}

/// Parameters of their own for every element and row, each row of them standing for a block of rows.
pub fn in_rows<F: Family>() {
    rows_of::<F>(
        |of, rows| of.mode(rows),
        |of, rows| of.mode(rows),
        |of, rows| of.mode(rows),
    );
    rows_of::<F>(
        |of, rows| of.deviation(rows),
        |of, rows| of.deviation(rows),
        |of, rows| of.deviation(rows),
    );
}

fn rows_of<F: Family>(
    one: Summary<F::Of<()>>,
    lane: Summary<F::Of<Wide>>,
    wide: Summary<F::Of<Wide>>,
) {
    // What is no parameter is the first case's in all.
    let (family, _) = F::cases().remove(0);
    let cases: Vec<Case<F>> = F::cases().into_iter().map(|(_, p)| (family, p)).collect();
    let own: Vec<_> = cases
        .iter()
        .map(|case| alone::<F>(case, one, lane))
        .collect();
    let width = F::lane::<Wide>();
    let params = cases[0].1.len() / width;
    // The case of each lane of two rows.
    let places = if F::LANED { 2 } else { 6 };
    let case = |place: usize| (place * 2 + place / 3 + 1) % cases.len();
    let params: Vec<Param<Wide>> = (0..params)
        .map(|i| {
            let own = |place| cases[case(place)].1[i * width..][..width].to_vec();
            let numbers: Vec<f64> = (0..places).flat_map(own).collect();
            Param::Rows(plate::<Wide>(&numbers))
        })
        .collect();
    let found = wide(&family.build::<Wide>(&params), 4);
    let Some(found) = found.map(|found| numbers(&found)) else {
        assert!(own.iter().all(Option::is_none));
        return;
    };
    assert_eq!(found.len(), 12);
    for (row, found) in found.chunks(3).enumerate() {
        let lanes = places / 2;
        for (at, found) in found.chunks(width).enumerate() {
            let expected = own[case(row / 2 * lanes + at)].as_ref().expect("as found");
            let same = |(a, b): (&f64, &f64)| a == b || a.is_nan() && b.is_nan();
            assert!(
                found.iter().zip(expected).all(same),
                "{}: row {row}, {found:?} in place of {expected:?}",
                F::Of::<()>::FAMILY
            );
        }
    }
}
