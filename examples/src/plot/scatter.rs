//! Points of several groups in the plane, and ellipses around them.

use std::{f64::consts::TAU, io, path::Path};

use plotters::{
    coord::Shift,
    prelude::{
        ChartBuilder, Circle, Cross, DrawingArea, DrawingAreaErrorKind, IntoDrawingArea,
        LineSeries, PathElement, SVGBackend, ShapeStyle, Text, TriangleMarker, WHITE,
    },
};

use super::axis::{COLOURS, FONT, SIZE, range, tick};
use crate::{Error, write::write_atomically};

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<io::Error>>;

/// The side of a marker, in pixels.
const MARKER: i32 = 5;
/// The corners of an ellipse.
const CORNERS: usize = 120;

/// The points `mean + L u` with `‖u‖ = radius`, where the covariance is `L Lᵀ`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ellipse {
    /// The middle.
    pub mean: [f64; 2],
    /// Variance by x, covariance, variance by y.
    pub covariance: [f64; 3],
    /// In standard deviations.
    pub radius: f64,
}

impl Ellipse {
    /// Points around the ellipse, the first again at the end.
    fn corners(&self) -> Vec<(f64, f64)> {
        let [xx, xy, yy] = self.covariance;
        let across = xx.max(0.0).sqrt();
        let slope = if across > 0.0 { xy / across } else { 0.0 };
        let rest = (yy - slope * slope).max(0.0).sqrt();
        let corner = |at: usize| {
            let (sin, cos) = (TAU * at as f64 / CORNERS as f64).sin_cos();
            let (u, v) = (self.radius * cos, self.radius * sin);
            let [x, y] = self.mean;
            (x + across * u, y + slope * u + rest * v)
        };
        (0..=CORNERS).map(corner).collect()
    }
}

/// Points in one chart: their colour says which group they are in, their mark which class they are of.
///
/// ```no_run
/// use elbow_examples::plot::{Ellipse, Scatter};
///
/// let mut scatter = Scatter::new("Irises", "petal length, cm", "petal width, cm", &["setosa"]);
/// scatter.point(0, 0, [1.4, 0.2]);
/// scatter.ellipse(0, Ellipse { mean: [1.5, 0.2], covariance: [0.03, 0.0, 0.01], radius: 2.0 });
/// scatter.save("out/clusters.svg")?;
/// # Ok::<_, elbow_examples::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scatter {
    title: String,
    x: String,
    y: String,
    classes: Vec<String>,
    /// Group, class, place.
    points: Vec<(usize, usize, [f64; 2])>,
    ellipses: Vec<(usize, Ellipse)>,
}

impl Scatter {
    /// An empty chart with its title, the names of its axes, with units, and the names of the classes.
    pub fn new(
        title: impl Into<String>,
        x: impl Into<String>,
        y: impl Into<String>,
        classes: &[impl AsRef<str>],
    ) -> Self {
        Self {
            title: title.into(),
            x: x.into(),
            y: y.into(),
            classes: classes.iter().map(|c| c.as_ref().to_owned()).collect(),
            points: Vec::new(),
            ellipses: Vec::new(),
        }
    }

    /// Adds a point; one that is not finite is left out.
    pub fn point(&mut self, group: usize, class: usize, place: [f64; 2]) {
        if place.iter().all(|number| number.is_finite()) {
            self.points.push((group, class, place));
        }
    }

    /// Adds an ellipse in the colour of a group; one that is not finite is left out.
    pub fn ellipse(&mut self, group: usize, ellipse: Ellipse) {
        let corners = ellipse.corners();
        if corners.iter().all(|(x, y)| x.is_finite() && y.is_finite()) {
            self.ellipses.push((group, ellipse));
        }
    }

    /// Writes the chart as an SVG file, in one step.
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
        let (chart, legend) = canvas.split_horizontally(SIZE.0 - 160);
        self.draw_chart(&chart)?;
        self.draw_legend(&legend)?;
        canvas.present()
    }

    fn draw_chart(&self, canvas: &Canvas<'_>) -> Drawn {
        let outlines: Vec<_> = self.ellipses.iter().map(|(_, e)| e.corners()).collect();
        let places = || {
            let points = self.points.iter().map(|(_, _, [x, y])| (*x, *y));
            points.chain(outlines.iter().flatten().copied())
        };
        let x = range(places().map(|p| p.0), 0.04);
        let y = range(places().map(|p| p.1), 0.04);
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
            .disable_mesh()
            .draw()?;
        for ((group, _), outline) in self.ellipses.iter().zip(&outlines) {
            let outline = outline.iter().copied();
            chart.draw_series(LineSeries::new(outline, colour(*group).stroke_width(2)))?;
        }
        let points = self.points.iter();
        points
            .map(|&(group, class, [x, y])| (group, class, chart.backend_coord(&(x, y))))
            .try_for_each(|(group, class, at)| draw_mark(canvas, class, at, colour(group)))
    }

    fn draw_legend(&self, canvas: &Canvas<'_>) -> Drawn {
        for (class, name) in self.classes.iter().enumerate() {
            let y = 56 + 22 * class as i32;
            // Black, as a class has no colour.
            draw_mark(canvas, class, (12, y), COLOURS[6].into())?;
            canvas.draw(&Text::new(name.as_str(), (32, y - 7), (FONT, 14)))?;
        }
        let groups = self.points.iter().map(|(group, ..)| group + 1);
        for group in 0..groups.max().unwrap_or(0) {
            let y = 70 + 22 * (self.classes.len() + group) as i32;
            let line = PathElement::new([(0, y), (24, y)], colour(group).stroke_width(2));
            canvas.draw(&line)?;
            let name = format!("component {}", group + 1);
            canvas.draw(&Text::new(name, (32, y - 7), (FONT, 14)))?;
        }
        Ok(())
    }
}

fn colour(group: usize) -> ShapeStyle {
    COLOURS[group % COLOURS.len()].into()
}

/// Draws a circle, a triangle or a cross, by the class.
fn draw_mark(canvas: &Canvas<'_>, class: usize, at: (i32, i32), style: ShapeStyle) -> Drawn {
    match class % 3 {
        0 => canvas.draw(&Circle::new(at, MARKER - 1, style)),
        1 => canvas.draw(&TriangleMarker::new(at, MARKER, style.filled())),
        _ => canvas.draw(&Cross::new(at, MARKER - 1, style.stroke_width(2))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(scatter: &Scatter) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("clusters.svg");
        scatter.save(&path).unwrap();
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn corners_are_as_far_from_the_mean_as_the_radius_says() {
        let ellipse = Ellipse {
            mean: [1.0, -2.0],
            covariance: [4.0, 1.2, 0.8],
            radius: 1.5,
        };
        let [xx, xy, yy] = ellipse.covariance;
        let determinant = xx * yy - xy * xy;
        for (x, y) in ellipse.corners() {
            let (dx, dy) = (x - 1.0, y + 2.0);
            let squared = (yy * dx * dx - 2.0 * xy * dx * dy + xx * dy * dy) / determinant;
            assert!((squared.sqrt() - 1.5).abs() < 1e-12, "{x}, {y}");
        }
        let corners = ellipse.corners();
        let widest = corners.iter().map(|c| c.0).fold(f64::MIN, f64::max);
        assert!((widest - 4.0).abs() < 1e-12);
    }

    #[test]
    fn groups_have_colours_and_classes_have_marks() {
        let mut scatter = Scatter::new("Clusters", "length", "width", &["a", "b", "c"]);
        scatter.point(0, 0, [0.0, 0.0]);
        scatter.point(1, 1, [1.0, 2.0]);
        scatter.point(0, 2, [2.0, 1.0]);
        scatter.point(0, 0, [f64::NAN, 1.0]);
        let ellipse = Ellipse {
            mean: [1.0, 1.0],
            covariance: [0.1, 0.0, 0.2],
            radius: 2.0,
        };
        scatter.ellipse(1, ellipse);
        scatter.ellipse(
            0,
            Ellipse {
                radius: f64::INFINITY,
                ..ellipse
            },
        );
        let svg = svg(&scatter);
        for text in [
            "Clusters",
            "length",
            "width",
            "a",
            "b",
            "c",
            "component 1",
            "component 2",
        ] {
            assert!(svg.contains(&format!("\n{text}\n")), "no `{text}` in {svg}");
        }
        // One point of each class and one mark of each in the legend.
        assert_eq!(svg.matches("<circle").count(), 2);
        assert_eq!(svg.matches("<polygon").count(), 2);
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
        let outlines = svg.lines().filter(|line| {
            line.contains("<polyline") && line.contains("#D55E00") && line.len() > 1000
        });
        assert_eq!(outlines.count(), 1);
    }

    #[test]
    fn an_empty_chart_can_be_drawn() {
        svg(&Scatter::new("Nothing", "x", "y", &[] as &[&str]));
    }
}
