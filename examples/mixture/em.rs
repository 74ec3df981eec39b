//! The maximum-likelihood fit by expectation and maximisation in double precision, to hold training
//! against. It shares with it the table and how a component is written
//! down.
//!
//! A. P. Dempster, N. M. Laird, D. B. Rubin, *Maximum likelihood from incomplete data via the EM
//! algorithm*, Journal of the Royal Statistical Society B, 1977.

use std::f64::consts::TAU;

use elbow_examples::data::Table;

use crate::model::{Component, SIZE};

/// The log-likelihood of the whole table after `rounds` rounds, from rows that belong to these
/// groups at the start.
pub fn log_likelihood(table: &Table, groups: &[usize], count: usize, rounds: usize) -> f64 {
    let share = |group: usize, k: usize| f64::from(u8::from(k == group));
    let of_row = |group: &usize| (0..count).map(|k| share(*group, k)).collect();
    let mut shares: Vec<Vec<f64>> = groups.iter().map(of_row).collect();
    let mut total = f64::NAN;
    for _ in 0..rounds {
        let components: Vec<Component> = (0..count).map(|k| maximise(table, &shares, k)).collect();
        (total, shares) = expect(table, &components);
    }
    total
}

/// The log-likelihood of the whole table, and how much each row belongs to each component.
pub fn expect(table: &Table, components: &[Component]) -> (f64, Vec<Vec<f64>>) {
    let mut total = 0.0;
    let mut shares = Vec::new();
    for row in 0..table.rows() {
        let joint = components
            .iter()
            .map(|c| c.weight * density(table.row(row), c));
        let joint: Vec<f64> = joint.collect();
        let sum: f64 = joint.iter().sum();
        total += sum.ln();
        shares.push(joint.iter().map(|own| own / sum).collect());
    }
    (total, shares)
}

/// The weighted moments of the rows.
fn maximise(table: &Table, shares: &[Vec<f64>], k: usize) -> Component {
    let size: f64 = shares.iter().map(|row| row[k]).sum();
    let moment = |of: &dyn Fn(&[f64]) -> f64| {
        let rows = shares.iter().enumerate();
        rows.map(|(row, own)| own[k] * of(table.row(row)))
            .sum::<f64>()
            / size
    };
    let mean: [f64; SIZE] = std::array::from_fn(|i| moment(&|x| x[i]));
    let covariance = |i: usize, j: usize| moment(&|x| (x[i] - mean[i]) * (x[j] - mean[j]));
    let mut factor = [[0.0; SIZE]; SIZE];
    for i in 0..SIZE {
        for j in 0..=i {
            let known: f64 = (0..j).map(|l| factor[i][l] * factor[j][l]).sum();
            let rest = covariance(i, j) - known;
            factor[i][j] = match i == j {
                true => rest.sqrt(),
                false => rest / factor[j][j],
            };
        }
    }
    Component {
        weight: size / table.rows() as f64,
        mean,
        factor,
    }
}

fn density(x: &[f64], component: &Component) -> f64 {
    let Component { mean, factor, .. } = component;
    let mut solved = [0.0; SIZE];
    let mut scale = 1.0;
    for i in 0..SIZE {
        let known: f64 = (0..i).map(|l| factor[i][l] * solved[l]).sum();
        solved[i] = (x[i] - mean[i] - known) / factor[i][i];
        scale *= TAU.sqrt() * factor[i][i];
    }
    let squares: f64 = solved.iter().map(|s| s * s).sum();
    (-0.5 * squares).exp() / scale
}
