//! Curves over training steps, or of several estimators over each other.

use std::{io, path::Path};

use plotters::{
    coord::Shift,
    prelude::{
        ChartBuilder, DrawingArea, DrawingAreaErrorKind, IntoDrawingArea, LineSeries, PathElement,
        RGBColor, SVGBackend, ShapeStyle, Text, WHITE,
    },
};

use super::axis::{COLOURS, FONT, SIZE, range, tick};
use crate::{Error, write::write_atomically};

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<io::Error>>;

/// About as many points as there are pixels across; more only make the file larger.
const MOST_POINTS: usize = 800;
/// A number beyond is as good as infinite: the run has diverged.
const LARGEST: f64 = 1e100;
/// Named series of points in one chart, in the order in which they first appear.
///
/// ```no_run
/// use elbow_examples::plot::Curves;
///
/// let mut curves = Curves::new("Bernoulli VAE", "step", "nats a row");
/// for step in 0..100 {
///     curves.push("ELBO", step as f64, -30.0);
///     curves.push("KL", step as f64, 9.0);
/// }
/// curves.save("out/curve.svg")?;
/// # Ok::<_, elbow_examples::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Curves {
    title: String,
    x: String,
    y: String,
    series: Vec<(String, Vec<(f64, f64)>)>,
}

impl Curves {
    /// An empty chart with its title and the names of its axes, with units.
    pub fn new(title: impl Into<String>, x: impl Into<String>, y: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            x: x.into(),
            y: y.into(),
            series: Vec::new(),
        }
    }

    /// Adds a point to a series, which begins with its first point. A point that is not finite
    /// leaves a gap in the curve.
    pub fn push(&mut self, series: &str, x: f64, y: f64) {
        match self.series.iter_mut().find(|(name, _)| name == series) {
            Some((_, points)) => points.push((x, y)),
            None => self.series.push((series.to_owned(), vec![(x, y)])),
        }
    }

    /// Writes the chart as an SVG file, in one step.
    ///
    /// If there are more points than pixels, neighbours are drawn as their mean.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let mut svg = String::new();
        self.draw(SVGBackend::with_string(&mut svg, SIZE).into_drawing_area())
            .map_err(Error::failed(format!("draw `{}`", path.display())))?;
        write_atomically(path, svg.as_bytes())
    }

    fn draw(&self, canvas: Canvas<'_>) -> Drawn {
        canvas.fill(&WHITE)?;
        // Beside the chart, a legend cannot cover a curve.
        let longest = self
            .series
            .iter()
            .map(|(name, _)| name.chars().count())
            .max()
            .unwrap_or(0);
        let legend_width = (60 + 7 * longest as u32).min(SIZE.0 / 3);
        let (chart, legend) = canvas.split_horizontally(SIZE.0 - legend_width);
        self.draw_chart(&chart)?;
        self.draw_legend(&legend)?;
        canvas.present()
    }

    fn draw_chart(&self, canvas: &Canvas<'_>) -> Drawn {
        let points = || {
            self.series
                .iter()
                .flat_map(|(_, points)| points)
                .filter(|p| drawable(p))
        };
        let x = range(points().map(|p| p.0), 0.0);
        let y = range(points().map(|p| p.1), 0.04);
        let (x_span, y_span) = (x.end - x.start, y.end - y.start);
        let mut chart = ChartBuilder::on(canvas)
            .margin(12)
            .caption(&self.title, (FONT, 22))
            .x_label_area_size(44)
            .y_label_area_size(64)
            .build_cartesian_2d(x, y)?;
        chart
            .configure_mesh()
            .x_desc(&self.x)
            .y_desc(&self.y)
            .label_style((FONT, 14))
            .x_label_formatter(&|x| tick(*x, x_span))
            .y_label_formatter(&|y| tick(*y, y_span))
            .bold_line_style(RGBColor(225, 225, 225))
            .max_light_lines(0)
            .draw()?;
        for ((_, points), style) in self.series.iter().zip(styles()) {
            let points = thin(points);
            for curve in points.split(|point| !drawable(point)) {
                // A point without neighbours has no line.
                let dot = if curve.len() == 1 { 3 } else { 0 };
                let curve = curve.iter().copied();
                chart.draw_series(LineSeries::new(curve, style).point_size(dot))?;
            }
        }
        Ok(())
    }

    fn draw_legend(&self, canvas: &Canvas<'_>) -> Drawn {
        for (row, ((name, _), style)) in self.series.iter().zip(styles()).enumerate() {
            let y = 56 + 22 * row as i32;
            canvas.draw(&PathElement::new([(0, y), (24, y)], style))?;
            canvas.draw(&Text::new(name.as_str(), (32, y - 7), (FONT, 14)))?;
        }
        Ok(())
    }
}

fn styles() -> impl Iterator<Item = ShapeStyle> {
    COLOURS
        .into_iter()
        .cycle()
        .map(|colour| ShapeStyle::from(colour).filled().stroke_width(2))
}

fn drawable(&(x, y): &(f64, f64)) -> bool {
    x.abs() < LARGEST && y.abs() < LARGEST
}

/// The points, or where there are too many the means of neighbours.
fn thin(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mean = |neighbours: &[(f64, f64)]| {
        let (x, y) = neighbours
            .iter()
            .fold((0.0, 0.0), |sum, p| (sum.0 + p.0, sum.1 + p.1));
        (x / neighbours.len() as f64, y / neighbours.len() as f64)
    };
    points
        .chunks(points.len().div_ceil(MOST_POINTS).max(1))
        .map(mean)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(curves: &Curves) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("plots/curve.svg");
        curves.save(&path).unwrap();
        std::fs::read_to_string(path).unwrap()
    }

    fn curves(series: &[(&str, &[f64])]) -> Curves {
        let mut curves = Curves::new("Digits & <letters>", "step", "nats a row");
        for (name, values) in series {
            for (step, &value) in values.iter().enumerate() {
                curves.push(name, step as f64, value);
            }
        }
        curves
    }

    /// The curves of one colour; the legend's own line is not one.
    fn lines(svg: &str, colour: RGBColor) -> usize {
        let stroke = format!(
            "stroke=\"#{:02X}{:02X}{:02X}\"",
            colour.0, colour.1, colour.2
        );
        svg.lines()
            .filter(|line| line.contains("<polyline") && line.contains(&stroke))
            .count()
            - 1
    }

    #[test]
    fn the_file_has_title_axes_series_and_legend() {
        let svg = svg(&curves(&[
            ("ELBO", &[-30.0, -25.0, -24.0]),
            ("KL", &[1.0, 5.0, 6.0]),
        ]));
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        for text in [
            "Digits &amp; &lt;letters&gt;",
            "step",
            "nats a row",
            "ELBO",
            "KL",
        ] {
            assert!(svg.contains(&format!("\n{text}\n")), "no `{text}` in {svg}");
        }
        assert_eq!(lines(&svg, COLOURS[0]), 1);
        assert_eq!(lines(&svg, COLOURS[1]), 1);
    }

    #[test]
    fn points_that_are_not_finite_leave_a_gap() {
        let svg = svg(&curves(&[(
            "ELBO",
            &[-9.0, -8.0, f64::NAN, -6.0, -5.0, f64::NEG_INFINITY],
        )]));
        assert_eq!(lines(&svg, COLOURS[0]), 2);
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }

    #[test]
    fn any_numbers_can_be_drawn() {
        svg(&curves(&[]));
        svg(&curves(&[("nothing", &[f64::NAN])]));
        svg(&curves(&[("diverged", &[-1.0, -1e38, 1e38, 1e308])]));
        svg(&curves(&[("flat", &[1e15, 1e15 + 1.0])]));
        svg(&curves(&[("tiny", &[1e-300, 2e-300])]));
        assert!(svg(&curves(&[("one point", &[3.0])])).contains("<circle"));
    }

    #[test]
    fn long_series_are_drawn_as_means_of_neighbours() {
        let points: Vec<_> = (0..10_000)
            .map(|i| (f64::from(i), f64::from(i % 2)))
            .collect();
        let thinned = thin(&points);
        assert!((MOST_POINTS / 2..=MOST_POINTS).contains(&thinned.len()));
        assert_eq!(thinned[0], (6.0, 6.0 / 13.0));
        assert_eq!(thin(&points[..5]), points[..5]);
    }
}
