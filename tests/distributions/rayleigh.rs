//! A user's own family: one file outside elbow, with the same obligations as the ones inside.

use elbow::__macro::tape;
use elbow::family::{
    Change, Density, Domain, Draw, Event, Fault, Formula, Gaps, IntoParam, Param, Positive, Real,
    Reparameterised, Rows, Stream, Value, class, map, row_sum, rows_of,
};
use elbow::prelude::Distribution;
use std::f64::consts::{LN_2, PI};

use crate::family::{Case, Family, Golden, Space};

/// Rayleigh(scale): the length of a vector of two normals, `ln x − 2 ln s − x²/2s²`.
#[derive(Clone, Debug)]
pub struct Rayleigh<E: Event> {
    scale: Param<E>,
}

impl<E: Event> Rayleigh<E> {
    pub fn new(scale: impl IntoParam<E>) -> Self {
        Self {
            scale: scale.into_param(),
        }
    }
}

const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

impl<E: Event> Distribution for Rayleigh<E> {
    type Event = E;
    type Measure = Density;
    type Support = Positive;
    type Class = class::Explicit;
    const FAMILY: &'static str = "Rayleigh";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.scale.check("scale", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        row_sum(LogDensity, [&rows_of::<E>(value), &self.scale])
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        tape::unrecorded(|| self.rsample(rows, noise))
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        let factor = Param::Number((PI / 2.0).sqrt() as f32);
        Some(map(Product, [&factor, &self.scale]).expand(rows))
    }

    fn entropy(&self) -> Option<Rows> {
        Some(row_sum(Entropy, [&self.scale]))
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            scale: self.scale.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for Rayleigh<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let noise = noise.plate::<E>(rows, |rng| (-2.0 * rng.uniform().ln()).sqrt() as f32);
        Draw::of(map(Product, [&noise, &self.scale]).expand(rows))
    }
}

#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<2> for LogDensity {
    fn eval<R: Real>(&self, [x, scale]: [R; 2]) -> R {
        x.ln() - scale.ln().scale(2.0) - (x / scale).square().scale(0.5)
    }
}

#[derive(Clone, Copy)]
struct Product;
impl Formula<2> for Product {
    fn eval<R: Real>(&self, [a, b]: [R; 2]) -> R {
        a * b
    }
}

/// `1 + ln(s/√2) + γ/2`
#[derive(Clone, Copy)]
struct Entropy;
impl Formula<1> for Entropy {
    fn eval<R: Real>(&self, [scale]: [R; 1]) -> R {
        scale.ln().shift(1.0 - 0.5 * LN_2 + 0.5 * EULER_GAMMA)
    }
}

#[derive(Clone, Copy)]
pub struct RayleighRow;

impl Family for RayleighRow {
    type Of<E: Event> = Rayleigh<E>;
    const POSITIVE: &'static [bool] = &[true];
    const SPACE: Space = Space::Positive;
    const MODE: bool = false;
    const DEVIATION: bool = false;

    fn build<E: Event>(self, params: &[Param<E>]) -> Rayleigh<E> {
        Rayleigh::new(params[0].clone())
    }
    fn rsample<E: Event>(of: &Rayleigh<E>, rows: usize, noise: &Stream) -> Option<Draw<E>> {
        Some(of.rsample(rows, noise))
    }
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        (x[0] / (p[0] * p[0])).ln() - x[0] * x[0] / (2.0 * p[0] * p[0])
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        vec![[p[0] * (PI / 2.0).sqrt(), 2.0 * p[0] * p[0]]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(1.0 + (p[0] / 2.0_f64.sqrt()).ln() + 0.5 * EULER_GAMMA)
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        -(-x * x / (2.0 * p[0] * p[0])).exp_m1()
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[0].ln() - 20.0, p[0].ln() + 3.0]
    }
    fn goldens() -> Vec<Golden<Self>> {
        // At its mode the density of Rayleigh(s) is e^−½/s.
        vec![Golden {
            family: RayleighRow,
            params: &[2.0],
            at: &[2.0],
            log_prob: -0.5 - LN_2,
            source: "the mode of Rayleigh(2)",
        }]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![(RayleighRow, vec![2.0]), (RayleighRow, vec![0.5])]
    }
    fn points() -> Vec<Vec<f64>> {
        [0.3, 1.7, 2.5, 0.7, 1.1].map(|x| vec![x]).to_vec()
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        vec![
            ((RayleighRow, vec![1e-6]), vec![vec![1e-6], vec![3e-6]]),
            ((RayleighRow, vec![1e6]), vec![vec![1e-6], vec![1e6]]),
        ]
    }
}
