//! Baselines from the other draws.

/// For each number, the mean of the others, or 0 if there are none.
///
/// The expected earnings of one draw, estimated from draws that do not depend on it.
pub(super) fn mean_of_others(own: &[f64]) -> impl Iterator<Item = f64> {
    let total: f64 = own.iter().sum();
    let others = own.len().saturating_sub(1) as f64;
    own.iter().map(move |v| match others > 0.0 {
        true => (total - v) / others,
        false => 0.0,
    })
}

/// Each number minus the mean of the others.
pub(super) fn less_the_others(own: &[f64]) -> impl Iterator<Item = f64> {
    own.iter()
        .zip(mean_of_others(own))
        .map(|(v, mean)| v - mean)
}
