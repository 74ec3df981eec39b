//! What all charts share: size, colours, axes.

use std::ops::Range;

use plotters::prelude::RGBColor;

/// Width and height of a chart.
pub(super) const SIZE: (u32, u32) = (960, 540);
/// A viewer sets the text.
pub(super) const FONT: &str = "sans-serif";
/// Tells up to eight series apart for colour-blind readers too (M. Okabe, K. Ito, 2008).
pub(super) const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
    RGBColor(120, 120, 120),
];

/// The range of an axis: the values and a margin, or some room around a single value.
pub(super) fn range(values: impl Iterator<Item = f64>, margin: f64) -> Range<f64> {
    let ends = values.fold(None, |ends: Option<(f64, f64)>, value| {
        let (low, high) = ends.unwrap_or((value, value));
        Some((low.min(value), high.max(value)))
    });
    let (low, high) = ends.unwrap_or((0.0, 1.0));
    let magnitude = low.abs().max(high.abs());
    // Ticks cannot be told apart when they differ in the last digits only.
    if high - low <= 1e-9 * magnitude || high == low {
        let around = if magnitude > 0.0 {
            0.05 * magnitude
        } else {
            0.5
        };
        return low - around..high + around;
    }
    let margin = margin * (high - low);
    low - margin..high + margin
}

/// The label of a tick, with the digits that tell it from its neighbours.
pub(super) fn tick(value: f64, span: f64) -> String {
    if !(1e-6..1e7).contains(&span) {
        return format!("{value:.2e}");
    }
    let digits = (1.0 - span.log10().floor()).max(0.0) as usize;
    let label = format!("{value:.digits$}");
    // A rounding error below zero is no negative number.
    let is_zero = label
        .trim_start_matches('-')
        .chars()
        .all(|c| matches!(c, '0' | '.'));
    if is_zero { "0".to_owned() } else { label }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_have_the_digits_they_need() {
        assert_eq!(tick(20_000.0, 50_000.0), "20000");
        assert_eq!(tick(-31.0, 12.0), "-31");
        assert_eq!(tick(-0.25, 0.5), "-0.25");
        assert_eq!(tick(-1e-17, 0.5), "0");
        assert_eq!(tick(2e38, 1e38), "2.00e38");
    }
}
