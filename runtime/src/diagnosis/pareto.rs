//! How heavy the upper tail of importance weights is.

/// Fewer weights in a tail say nothing.
const LEAST: usize = 5;

/// Log-weights that differ by less are the same: draws are single numbers, whose roundings the weights have.
const SAME: f64 = 1e-3;

/// `k̂`, the shape of a generalised Pareto distribution that is fitted to the largest weights (Vehtari, Simpson, Gelman, Yao and Gabry 2024).
/// The `r`-th moment of weights exists below `r = 1/k`. Infinite if too few weights differ from the others, and
/// −∞ if none does.
pub(super) fn shape(log_weights: &[f64]) -> f64 {
    let count = log_weights.len() as f64;
    let tail = (count / 5.0).min(3.0 * count.sqrt()).ceil() as usize;
    let mut sorted = log_weights.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let ends = sorted.first().zip(sorted.last());
    if ends.is_some_and(|(least, most)| most - least < SAME) {
        return f64::NEG_INFINITY;
    }
    let Some((&most, start)) = sorted.last().zip(sorted.len().checked_sub(tail + 1)) else {
        return f64::INFINITY;
    };
    let cut = (sorted[start] - most).max(f64::MIN_POSITIVE.ln());
    let above = sorted.iter().filter(|&&weight| weight - most > cut);
    let excess: Vec<f64> = above
        .map(|weight| (weight - most).exp() - cut.exp())
        .collect();
    if excess.len() < LEAST {
        return f64::INFINITY;
    }
    fitted(&excess)
}

/// The shape of a generalised Pareto distribution from ascending numbers above 0: the mean over a grid of the parameter
/// `b = −k/σ`, weighed by the profile likelihood and a weak prior (Zhang and Stephens 2009); then drawn a little to ½, as if ten more numbers
/// had said so.
fn fitted(sorted: &[f64]) -> f64 {
    let count = sorted.len() as f64;
    let most = sorted[sorted.len() - 1];
    let quarter = sorted[(count / 4.0 + 0.5) as usize - 1];
    let shape = |b: f64| sorted.iter().map(|x| (-b * x).ln_1p()).sum::<f64>() / count;
    let points = 30 + count.sqrt() as usize;
    let grid = (1..=points).map(|point| {
        let place = (points as f64 / (point as f64 - 0.5)).sqrt();
        let b = (1.0 - place) / (3.0 * quarter) + 1.0 / most;
        let k = shape(b);
        (b, count * ((-b / k).ln() - k - 1.0))
    });
    let grid: Vec<(f64, f64)> = grid.filter(|(_, log)| log.is_finite()).collect();
    let top = grid.iter().map(|(_, log)| *log).fold(f64::MIN, f64::max);
    let (mut sum, mut total) = (0.0, 0.0);
    for (b, log) in &grid {
        let weight = (log - top).exp();
        (sum, total) = (sum + weight * b, total + weight);
    }
    (count * shape(sum / total) + 5.0) / (count + 10.0)
}

#[cfg(test)]
mod tests {
    use super::shape;

    /// The quantiles of a generalised Pareto distribution above 0.05, to six digits.
    fn log_weights(k: f64) -> Vec<f64> {
        let quantile = |p: f64| ((1.0 - p).powf(-k) - 1.0) / k;
        let number = |i: usize| (quantile((i as f64 + 0.5) / 400.0) + 0.05).ln();
        (0..400).map(|i| (number(i) * 1e6).round() / 1e6).collect()
    }

    /// Values of arviz 0.22.
    #[test]
    fn shapes_are_those_of_another_program() {
        for (k, expected) in [
            (-0.2, -0.069_373_983_361_091_85),
            (0.4, 0.416_057_586_206_287_74),
            (0.9, 0.818_370_825_702_150_6),
        ] {
            let mut weights = log_weights(k);
            let found = shape(&weights);
            assert!((found - expected).abs() < 1e-9, "{k}: {found}");
            // Neither their order nor a constant counts.
            weights.reverse();
            weights.iter_mut().for_each(|weight| *weight += 700.0);
            assert!((shape(&weights) - expected).abs() < 1e-9);
        }
    }

    #[test]
    fn weights_without_a_tail_have_no_shape() {
        assert_eq!(shape(&[]), f64::INFINITY);
        assert_eq!(shape(&[-3.5; 100]), f64::NEG_INFINITY);
        assert_eq!(shape(&[0.0, 1.0, 2.0]), f64::INFINITY);
        let mut one = vec![f64::NEG_INFINITY; 100];
        one[3] = 0.0;
        assert_eq!(shape(&one), f64::INFINITY);
    }
}
