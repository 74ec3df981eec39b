//! Derivatives by central differences in `f64`.

/// The derivative of `f` at `x` by the five-point stencil.
///
/// With a step of 10⁻³ of `x` its truncation is of the order 10⁻¹² f⁽⁵⁾ x⁵ and its rounding of the
/// order 10⁻¹³ f/x: far below what `f32` can show.
pub fn derivative(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    let h = if x == 0.0 { 1e-3 } else { 1e-3 * x.abs() };
    let near = f(x + h) - f(x - h);
    let far = f(x + 2.0 * h) - f(x - 2.0 * h);
    (8.0 * near - far) / (12.0 * h)
}

/// The derivatives of `f` by each argument.
pub fn gradient(f: impl Fn(&[f64]) -> f64, at: &[f64]) -> Vec<f64> {
    let along = |i: usize| {
        derivative(
            |x| {
                let mut moved = at.to_vec();
                moved[i] = x;
                f(&moved)
            },
            at[i],
        )
    };
    (0..at.len()).map(along).collect()
}
