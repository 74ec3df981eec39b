//! Numbers over several runs.

/// The mean of independent numbers and its standard error. A single number has no standard error,
/// and NaN.
///
/// ```
/// use elbow_examples::statistics::mean_and_error;
///
/// let (mean, error) = mean_and_error(&[1.0, 2.0, 3.0]);
/// assert!(mean == 2.0 && (error - 3.0_f64.powf(-0.5)).abs() < 1e-15);
/// assert!(mean_and_error(&[1.0]).1.is_nan());
/// ```
pub fn mean_and_error(numbers: &[f64]) -> (f64, f64) {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    // 0/0 for a single number.
    (mean, (squares / (count - 1.0) / count).sqrt())
}
