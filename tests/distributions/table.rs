//! The table: one row for each family.
//!
//! Golden values were computed in `f64` by two independent implementations each (closed form and
//! quadrature, or two libraries of scientific functions); `source` says what was evaluated.

use elbow::distribution::{
    Bernoulli, Concrete, Exponential, Gumbel, GumbelSoftmax, Laplace, LogNormal, Logistic,
    LogisticNormal, Normal, OneHotCategorical, Reparameterised, Uniform,
};
use elbow::kl::KlDivergence;
use elbow::noise::Stream;
use elbow::shape::Event;
use elbow::{Draw, Param, Rows};
use elbow_tests::support::quadrature::{integrate, simplex};
use statrs::function::erf::erfc;
use statrs::function::gamma::ln_gamma;
use std::f64::consts::{LN_2, LN_10, PI, TAU};

use crate::family::{Case, Divergent, Family, Golden, Pair, Space};
use crate::rayleigh::RayleighRow;
use crate::{density, divergence, draws, entropy, extremes, mass};
use {
    beta::BetaRow, binomial::BinomialRow, cauchy::CauchyRow,
    continuous_bernoulli::ContinuousBernoulliRow, dirichlet::DirichletRow, gamma::GammaRow,
    geometric::GeometricRow, half_normal::HalfNormalRow, hard_concrete::HardConcreteRow,
    kumaraswamy::KumaraswamyRow, negative_binomial::NegativeBinomialRow, poisson::PoissonRow,
    student_t::StudentTRow, von_mises::VonMisesRow,
};

const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;
const INFINITY: f64 = f64::INFINITY;
/// The normal `f32` closest to zero, and the `f32` closest to one from below.
const TINY: f64 = f32::MIN_POSITIVE as f64;
const ALMOST_ONE: f64 = 1.0 - f32::EPSILON as f64 / 2.0;

/// One test for each check that applies to a family.
macro_rules! rows {
    ($($name:ident: $row:ty, [$($module:ident::$check:ident)*];)*) => {$(
        mod $name {
            use super::*;
            $(#[test]
            fn $check() {
                $module::$check::<$row>();
            })*
        }
    )*};
}

macro_rules! continuous {
    ($($name:ident: $row:ty, [$($module:ident::$check:ident)*];)*) => { rows! {$(
        $name: $row, [
            density::golden density::every_form density::layouts mass::total draws::fit draws::mean
            draws::pathwise draws::detached entropy::entropy extremes::extremes extremes::faults
            $($module::$check)*
        ];
    )*} };
}

macro_rules! discrete {
    ($($name:ident: $row:ty;)*) => { rows! {$(
        $name: $row, [
            density::golden density::every_form density::layouts mass::total draws::fit draws::mean
            draws::detached entropy::entropy extremes::extremes extremes::faults
            divergence::closed_form divergence::from_draws divergence::zero divergence::limits
        ];
    )*} };
}

continuous! {
    normal: NormalRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    log_normal: LogNormalRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    logistic: LogisticRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    logistic_normal: LogisticNormalRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    concrete: ConcreteRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    uniform: UniformRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    exponential: ExponentialRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    laplace: LaplaceRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    gumbel: GumbelRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    gumbel_softmax: GumbelSoftmaxRow, [];
    rayleigh: RayleighRow, [];
    half_normal_row: HalfNormalRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    kumaraswamy_row: KumaraswamyRow, [];
    continuous_bernoulli_row: ContinuousBernoulliRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    gamma_row: GammaRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    beta_row: BetaRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    dirichlet_row: DirichletRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    student_t_row: StudentTRow, [];
}

// Without moments, or with ones that are not of numbers on a line.
rows! {
    cauchy_row: CauchyRow, [
        density::golden density::every_form density::layouts mass::total draws::fit draws::mean
        draws::detached entropy::entropy extremes::extremes extremes::faults
        divergence::closed_form divergence::from_draws divergence::zero divergence::limits
    ];
    von_mises_row: VonMisesRow, [
        density::golden density::every_form density::layouts mass::total draws::fit
        draws::detached entropy::entropy extremes::extremes extremes::faults
        divergence::closed_form divergence::from_draws divergence::zero divergence::limits
    ];
    hard_concrete_row: HardConcreteRow, [
        density::golden density::every_form density::layouts draws::mean draws::pathwise
        draws::detached entropy::entropy extremes::extremes extremes::faults
        divergence::closed_form divergence::from_draws divergence::zero divergence::limits
    ];
}

discrete! {
    bernoulli: BernoulliRow;
    one_hot_categorical: OneHotCategoricalRow;
    poisson_row: PoissonRow;
    binomial_row: BinomialRow;
    negative_binomial_row: NegativeBinomialRow;
    geometric_row: GeometricRow;
}

/// `Φ(x)`
fn normal_cdf(x: f64) -> f64 {
    0.5 * erfc(-x / 2.0_f64.sqrt())
}

/// `−½y² − ln s − ½ ln 2π`
fn normal_log_density(x: f64, loc: f64, scale: f64) -> f64 {
    -0.5 * ((x - loc) / scale).powi(2) - scale.ln() - 0.5 * TAU.ln()
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

fn sigmoid(x: f64) -> f64 {
    (-softplus(-x)).exp()
}

fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = values.clone().fold(f64::NEG_INFINITY, f64::max);
    most + values.map(|v| (v - most).exp()).sum::<f64>().ln()
}

/// `w·v` where nothing times infinity is nothing.
fn share(weight: f64, value: f64) -> f64 {
    if weight == 0.0 { 0.0 } else { weight * value }
}

fn one(values: &[&[f64]]) -> Vec<Vec<f64>> {
    values.iter().map(|v| v.to_vec()).collect()
}

fn scalars(values: &[f64]) -> Vec<Vec<f64>> {
    values.iter().map(|&v| vec![v]).collect()
}

/// A location-scale row: what differs between them is the standard density.
macro_rules! scalar_golden {
    ($family:expr, $([$($param:expr),*] at $at:expr => $log_prob:expr, $source:expr;)*) => {
        vec![$(Golden { family: $family, params: &[$($param),*], at: &[$at], log_prob: $log_prob, source: $source }),*]
    };
}

macro_rules! reparameterised {
    () => {
        fn rsample<E: Event>(of: &Self::Of<E>, rows: usize, noise: &Stream) -> Option<Draw<E>> {
            Some(of.rsample(rows, noise))
        }
    };
}

macro_rules! not_reparameterised {
    () => {
        fn rsample<E: Event>(_: &Self::Of<E>, _: usize, _: &Stream) -> Option<Draw<E>> {
            None
        }
    };
}

macro_rules! library_kl {
    () => {
        fn kl<E: Event>(q: &Self::Of<E>, p: &Self::Of<E>) -> Option<Rows> {
            q.kl_divergence(p)
        }
    };
}

mod beta;
mod binomial;
mod cauchy;
mod continuous_bernoulli;
mod dirichlet;
mod gamma;
mod geometric;
mod half_normal;
mod hard_concrete;
mod kumaraswamy;
mod negative_binomial;
mod poisson;
mod student_t;
mod von_mises;

#[derive(Clone, Copy)]
pub struct NormalRow;

impl Family for NormalRow {
    type Of<E: Event> = Normal<E>;
    const POSITIVE: &'static [bool] = &[false, true];
    const SPACE: Space = Space::Real;

    fn build<E: Event>(self, params: &[Param<E>]) -> Normal<E> {
        Normal::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        normal_log_density(x[0], p[0], p[1])
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        vec![[p[0], p[0] * p[0] + p[1] * p[1]]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(p[1].ln() + 0.5 * (TAU.ln() + 1.0))
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        normal_cdf((x - p[0]) / p[1])
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[0] - 10.0 * p[1], p[0] + 10.0 * p[1]]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { NormalRow,
            [1.0, 2.0] at 0.3 => -1.673335714, "Normal(1, 2) at 0.3";
            [0.3, 0.7] at 1.1 => -1.2153248137557364, "Normal(0.3, 0.7) at 1.1";
        }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![
            (NormalRow, &[1.0, 2.0], 2.112085714),
            (NormalRow, &[0.3, 0.7], 1.0622635892659402),
        ]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![(NormalRow, vec![1.0, 2.0]), (NormalRow, vec![-0.4, 0.3])]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, -1.0, 2.5, 0.7, -0.2])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        location_scale_extremes(NormalRow)
    }
}

impl Divergent for NormalRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        let delta = q[0] - p[0];
        (p[1] / q[1]).ln() + (q[1] * q[1] + delta * delta) / (2.0 * p[1] * p[1]) - 0.5
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![
            Pair {
                family: NormalRow,
                guide: &[1.0, 2.0],
                prior: &[0.0, 1.0],
                kl: 1.306852819,
                source: "N(1, 2), N(0, 1)",
            },
            Pair {
                family: NormalRow,
                guide: &[1.0, 2.0],
                prior: &[-0.5, 1.5],
                kl: 0.6012068164,
                source: "N(1, 2), N(-0.5, 1.5)",
            },
            Pair {
                family: NormalRow,
                guide: &[0.3, 0.7],
                prior: &[0.0, 1.0],
                kl: 0.14667494393873243,
                source: "N(0.3, 0.7), N(0, 1)",
            },
            Pair {
                family: NormalRow,
                guide: &[1.0, 0.5],
                prior: &[-0.5, 2.0],
                kl: 1.1987943611198906,
                source: "N(1, 0.5), N(-0.5, 2)",
            },
        ]
    }
}

/// Narrow and wide location-scale families, near and far.
fn location_scale_extremes<F: Family>(family: F) -> Vec<(Case<F>, Vec<Vec<f64>>)> {
    vec![
        (
            (family, vec![0.0, 1e-6]),
            scalars(&[0.0, 1e-6, -3e-6, 5e-6]),
        ),
        (
            (family, vec![1e4, 1.0]),
            scalars(&[1e4, 1e4 + 3.0, 1e4 - 2.0]),
        ),
        ((family, vec![0.0, 1e6]), scalars(&[0.0, 1e6, -1e6, 1e-6])),
        ((family, vec![-1e4, 1e6]), scalars(&[TINY, -1e4, 2e6])),
        // Far out in the tail, where the density of some is beyond f32.
        ((family, vec![0.0, 1.0]), scalars(&[1e4, -1e4, 1e19, -50.0])),
    ]
}

#[derive(Clone, Copy)]
pub struct LogNormalRow;

impl Family for LogNormalRow {
    type Of<E: Event> = LogNormal<E>;
    const POSITIVE: &'static [bool] = &[false, true];
    const SPACE: Space = Space::Positive;

    fn build<E: Event>(self, params: &[Param<E>]) -> LogNormal<E> {
        LogNormal::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        normal_log_density(x[0].ln(), p[0], p[1]) - x[0].ln()
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let variance = p[1] * p[1];
        vec![[
            (p[0] + 0.5 * variance).exp(),
            (2.0 * (p[0] + variance)).exp(),
        ]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(p[0] + p[1].ln() + 0.5 * (TAU.ln() + 1.0))
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        normal_cdf((x.ln() - p[0]) / p[1])
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[0] - 10.0 * p[1], p[0] + 10.0 * p[1]]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { LogNormalRow, [0.5, 0.8] at 1.7 => -1.227156116, "LogNormal(0.5, 0.8) at 1.7"; }
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (LogNormalRow, vec![0.2, 0.5]),
            (LogNormalRow, vec![-0.4, 0.3]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, 1.7, 2.5, 0.7, 1.1])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        // A draw of a much larger scale or location is beyond f32 itself.
        vec![
            (
                (LogNormalRow, vec![0.0, 1e-6]),
                scalars(&[1.0, 1.0 + 3e-6, 1.0 - 2e-6]),
            ),
            ((LogNormalRow, vec![0.0, 10.0]), scalars(&[TINY, 1.0, 1e30])),
            (
                (LogNormalRow, vec![-30.0, 1.0]),
                scalars(&[TINY, 1e-13, 1e30]),
            ),
        ]
    }
}

impl Divergent for LogNormalRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        NormalRow.kl_reference(q, p)
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![Pair {
            family: LogNormalRow,
            guide: &[0.0, 1.0],
            prior: &[1.0, 2.0],
            kl: 0.4431471805599453,
            source: "LogNormal(0, 1), LogNormal(1, 2)",
        }]
    }
}

#[derive(Clone, Copy)]
pub struct LogisticRow;

impl Family for LogisticRow {
    type Of<E: Event> = Logistic<E>;
    const POSITIVE: &'static [bool] = &[false, true];
    const SPACE: Space = Space::Real;

    fn build<E: Event>(self, params: &[Param<E>]) -> Logistic<E> {
        Logistic::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        let y = (x[0] - p[0]) / p[1];
        -y - p[1].ln() - 2.0 * softplus(-y)
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        vec![[p[0], p[0] * p[0] + (p[1] * PI).powi(2) / 3.0]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(p[1].ln() + 2.0)
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        sigmoid((x - p[0]) / p[1])
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[0] - 35.0 * p[1], p[0] + 35.0 * p[1]]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { LogisticRow, [0.5, 2.0] at -1.0 => -2.216889193, "Logistic(0.5, 2) at -1"; }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![(LogisticRow, &[0.5, 2.0], 2.693147181)]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (LogisticRow, vec![0.5, 2.0]),
            (LogisticRow, vec![-0.4, 0.3]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, -1.0, 2.5, 0.7, -0.2])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        location_scale_extremes(LogisticRow)
    }
}

/// `d coth(d/2) − 2`, and its leading term where the difference of two is lost to rounding.
fn logistic_kl(d: f64) -> f64 {
    if d.abs() < 1e-4 {
        d * d / 6.0
    } else {
        d / (0.5 * d).tanh() - 2.0
    }
}

impl Divergent for LogisticRow {
    const SHARED: &'static [usize] = &[1];
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        logistic_kl((q[0] - p[0]) / q[1])
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![
            Pair {
                family: LogisticRow,
                guide: &[1.0, 1.0],
                prior: &[0.0, 1.0],
                kl: 0.1639534137,
                source: "Logistic, 1 scale apart",
            },
            Pair {
                family: LogisticRow,
                guide: &[-1.0, 0.5],
                prior: &[0.0, 0.5],
                kl: 0.626070571,
                source: "Logistic, 2 scales apart",
            },
        ]
    }
}

#[derive(Clone, Copy)]
pub struct LogisticNormalRow;

impl Family for LogisticNormalRow {
    type Of<E: Event> = LogisticNormal<E>;
    const POSITIVE: &'static [bool] = &[false, true];
    const SPACE: Space = Space::Unit;
    const MEAN: bool = false;
    const ENTROPY: bool = false;

    fn build<E: Event>(self, params: &[Param<E>]) -> LogisticNormal<E> {
        LogisticNormal::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        let (log, log_1m) = (x[0].ln(), (-x[0]).ln_1p());
        normal_log_density(log - log_1m, p[0], p[1]) - log - log_1m
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let breaks = self.breaks(p);
        vec![[1, 2].map(|power| {
            integrate(
                |y| sigmoid(y).powi(power) * normal_log_density(y, p[0], p[1]).exp(),
                &breaks,
                100,
            )
        })]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        NormalRow.entropy(p)
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        normal_cdf((x - p[0]) / p[1])
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[0] - 10.0 * p[1], p[0] + 10.0 * p[1]]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { LogisticNormalRow, [0.5, 1.2] at 0.3 => -0.1708941211, "LogisticNormal(0.5, 1.2) at 0.3"; }
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (LogisticNormalRow, vec![0.5, 1.2]),
            (LogisticNormalRow, vec![-0.4, 0.5]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, 0.62, 0.07, 0.85, 0.45])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let points = scalars(&[TINY, 1e-6, 0.5, ALMOST_ONE]);
        let at = |loc, scale| ((LogisticNormalRow, vec![loc, scale]), points.clone());
        vec![at(0.0, 1e-6), at(0.0, 1e6), at(1e4, 1.0), at(-1e4, 10.0)]
    }
}

impl Divergent for LogisticNormalRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        NormalRow.kl_reference(q, p)
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![Pair {
            family: LogisticNormalRow,
            guide: &[1.0, 2.0],
            prior: &[-0.5, 1.5],
            kl: 0.6012068164,
            source: "that of N(1, 2), N(-0.5, 1.5)",
        }]
    }
}

/// Concrete at a temperature, which is a number and not a parameter with a gradient.
#[derive(Clone, Copy)]
pub struct ConcreteRow(pub f64);

impl ConcreteRow {
    /// In logits: Logistic(φ/t, 1/t).
    pub fn log_density_of_logit(self, y: f64, logit: f64) -> f64 {
        LogisticRow.log_density(&[y], &[logit / self.0, 1.0 / self.0])
    }
}

const TWO_THIRDS: f64 = 2.0 / 3.0;
/// ln(0.1/0.9), ln(0.3/0.7), ln(0.8/0.2)
const LOGIT_01: f64 = -2.197_224_577_336_219_6;
const LOGIT_03: f64 = -0.847_297_860_387_203_6;
const LOGIT_08: f64 = 1.386_294_361_119_890_6;

impl Family for ConcreteRow {
    type Of<E: Event> = Concrete<E>;
    const POSITIVE: &'static [bool] = &[false];
    const SPACE: Space = Space::Unit;
    const MEAN: bool = false;
    const ENTROPY: bool = false;

    fn build<E: Event>(self, params: &[Param<E>]) -> Concrete<E> {
        Concrete::new(params[0].clone(), self.0 as f32)
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        let (log, log_1m) = (x[0].ln(), (-x[0]).ln_1p());
        let tail = log_sum_exp([p[0] - self.0 * log, -self.0 * log_1m].into_iter());
        self.0.ln() + p[0] - (self.0 + 1.0) * (log + log_1m) - 2.0 * tail
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let breaks = self.breaks(p);
        vec![[1, 2].map(|power| {
            integrate(
                |y| sigmoid(y).powi(power) * self.log_density_of_logit(y, p[0]).exp(),
                &breaks,
                200,
            )
        })]
    }
    /// In logits, whatever the logit.
    fn entropy(self, _: &[f64]) -> Option<f64> {
        Some(2.0 - self.0.ln())
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        sigmoid(self.0 * x - p[0])
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![(p[0] - 35.0) / self.0, (p[0] + 35.0) / self.0]
    }
    fn goldens() -> Vec<Golden<Self>> {
        let mut all = scalar_golden! { ConcreteRow(TWO_THIRDS), [0.5] at 0.3 => -0.5021350045, "Concrete(0.5, 2/3) at 0.3"; };
        all.extend(scalar_golden! { ConcreteRow(0.7), [LN_2] at 0.3 => -0.5702187659, "Concrete(ln 2, 0.7) at 0.3"; });
        all.extend(scalar_golden! { ConcreteRow(0.5), [-0.4] at 0.3 => -0.5189336081319365, "Concrete(-0.4, 0.5) at 0.3"; });
        // Concrete(0, 1) is uniform.
        all.extend(scalar_golden! { ConcreteRow(1.0), [0.0] at 0.2 => 0.0, "Concrete(0, 1) at 0.2"; [0.0] at 0.9 => 0.0, "Concrete(0, 1) at 0.9"; });
        all.extend(scalar_golden! { ConcreteRow(1.0),
            [LOGIT_01] at 0.1 => 1.0216512475319812, "probs 0.1, temperature 1, at 0.1";
            [LOGIT_01] at 0.3 => -0.25032628590801176, "probs 0.1, temperature 1, at 0.3";
            [LOGIT_01] at 0.5 => -1.0216512475319812, "probs 0.1, temperature 1, at 0.5";
            [LOGIT_01] at 0.9 => -2.0110437312041944, "probs 0.1, temperature 1, at 0.9";
        });
        all.extend(scalar_golden! { ConcreteRow(0.5),
            [LOGIT_03] at 0.1 => 0.3127557100038967, "probs 0.3, temperature 0.5, at 0.1";
            [LOGIT_03] at 0.3 => -0.5633318115258672, "probs 0.3, temperature 0.5, at 0.3";
            [LOGIT_03] at 0.5 => -0.8675005677047232, "probs 0.3, temperature 0.5, at 0.5";
            [LOGIT_03] at 0.9 => -0.4981745062124321, "probs 0.3, temperature 0.5, at 0.9";
        });
        all.extend(scalar_golden! { ConcreteRow(0.1),
            [LOGIT_08] at 0.1 => -1.8664414080855938, "probs 0.8, temperature 0.1, at 0.1";
            [LOGIT_08] at 0.3 => -2.626485910584692, "probs 0.8, temperature 0.1, at 0.3";
            [LOGIT_08] at 0.5 => -2.7488721956224644, "probs 0.8, temperature 0.1, at 0.5";
            [LOGIT_08] at 0.9 => -1.6034518483991476, "probs 0.8, temperature 0.1, at 0.9";
        });
        all
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![(ConcreteRow(TWO_THIRDS), &[0.5], 2.405465108)]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (ConcreteRow(TWO_THIRDS), vec![0.5]),
            (ConcreteRow(0.5), vec![-1.5]),
            (ConcreteRow(1.0), vec![LN_2]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, 0.62, 0.07, 0.85, 0.45])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let points = scalars(&[TINY, 1e-6, 0.5, 0.9, ALMOST_ONE]);
        let at = |t, logit| ((ConcreteRow(t), vec![logit]), points.clone());
        // The slope by the value is (t − 1)/x near 0: at temperature 10 it is beyond f32 at 10⁻³⁸.
        let warm = scalars(&[1e-36, 1e-6, 0.5, 0.9, ALMOST_ONE]);
        let warm = |logit| ((ConcreteRow(10.0), vec![logit]), warm.clone());
        vec![
            at(0.01, 0.0),
            at(0.01, 1e4),
            at(0.01, -1e4),
            at(1.0, 1e4),
            warm(0.3),
            warm(-1e4),
            at(0.1, 1e-30),
        ]
    }
}

impl Divergent for ConcreteRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        logistic_kl(q[0] - p[0])
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![
            Pair {
                family: ConcreteRow(0.5),
                guide: &[0.7],
                prior: &[-0.4],
                kl: 0.19771344974102867,
                source: "logits 0.7, -0.4",
            },
            Pair {
                family: ConcreteRow(0.1),
                guide: &[2.0],
                prior: &[-1.0],
                kl: 1.3143741789475358,
                source: "logits 2, -1",
            },
            Pair {
                family: ConcreteRow(TWO_THIRDS),
                guide: &[-3.0],
                prior: &[1.5],
                kl: 2.6011041343223704,
                source: "logits -3, 1.5",
            },
            Pair {
                family: ConcreteRow(1.0),
                guide: &[1.0],
                prior: &[0.0],
                kl: 0.1639534137,
                source: "logits 1, 0",
            },
        ]
    }
}

#[derive(Clone, Copy)]
pub struct UniformRow;

impl Family for UniformRow {
    type Of<E: Event> = Uniform<E>;
    const POSITIVE: &'static [bool] = &[false, false];
    const SPACE: Space = Space::Real;

    fn build<E: Event>(self, params: &[Param<E>]) -> Uniform<E> {
        Uniform::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        if x[0] < p[0] || x[0] > p[1] {
            -INFINITY
        } else {
            -(p[1] - p[0]).ln()
        }
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        vec![[
            0.5 * (p[0] + p[1]),
            (p[0] * p[0] + p[0] * p[1] + p[1] * p[1]) / 3.0,
        ]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some((p[1] - p[0]).ln())
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        ((x - p[0]) / (p[1] - p[0])).clamp(0.0, 1.0)
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[0], p[1]]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { UniformRow,
            [0.0, 2.0] at 0.5 => -LN_2, "Uniform(0, 2) within";
            [0.0, 2.0] at 3.0 => -INFINITY, "Uniform(0, 2) above";
            [0.0, 2.0] at -0.1 => -INFINITY, "Uniform(0, 2) below";
        }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![(UniformRow, &[-1.0, 1.0], LN_2)]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (UniformRow, vec![-1.5, 3.0]),
            (UniformRow, vec![-2.0, 2.75]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, -1.0, 2.5, 0.7, -0.2])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        vec![
            (
                (UniformRow, vec![0.0, 1e-6]),
                scalars(&[0.0, 1e-6, TINY, 1.0]),
            ),
            (
                (UniformRow, vec![-1e6, 1e6]),
                scalars(&[-1e6, 1e6, 0.0, 2e6]),
            ),
            (
                (UniformRow, vec![1e4, 1e4 + 1.0]),
                scalars(&[1e4, 1e4 + 1.0, 1e4 - 1.0]),
            ),
        ]
    }
}

impl Divergent for UniformRow {
    const SMOOTH: bool = false;
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        if q[0] < p[0] || q[1] > p[1] {
            INFINITY
        } else {
            (p[1] - p[0]).ln() - (q[1] - q[0]).ln()
        }
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![Pair {
            family: UniformRow,
            guide: &[-0.5, 0.5],
            prior: &[-1.0, 3.0],
            kl: 2.0 * LN_2,
            source: "lengths 1, 4",
        }]
    }
}

#[derive(Clone, Copy)]
pub struct ExponentialRow;

impl Family for ExponentialRow {
    type Of<E: Event> = Exponential<E>;
    const POSITIVE: &'static [bool] = &[true];
    const SPACE: Space = Space::Positive;

    fn build<E: Event>(self, params: &[Param<E>]) -> Exponential<E> {
        Exponential::new(params[0].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        p[0].ln() - p[0] * x[0]
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        vec![[1.0 / p[0], 2.0 / (p[0] * p[0])]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(1.0 - p[0].ln())
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        -(-p[0] * x).exp_m1()
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![-30.0 - p[0].ln(), (40.0 / p[0]).ln()]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { ExponentialRow, [1.5] at 0.7 => -0.6445348919, "Exponential(1.5) at 0.7"; }
    }
    fn cases() -> Vec<Case<Self>> {
        vec![(ExponentialRow, vec![1.5]), (ExponentialRow, vec![0.4])]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, 1.7, 2.5, 0.7, 1.1])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let points = scalars(&[0.0, TINY, 1e-6, 1.0, 1e6]);
        let at = |rate| ((ExponentialRow, vec![rate]), points.clone());
        vec![at(1e-6), at(1.0), at(1e6)]
    }
}

impl Divergent for ExponentialRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        (q[0] / p[0]).ln() + p[0] / q[0] - 1.0
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![Pair {
            family: ExponentialRow,
            guide: &[1.5],
            prior: &[0.5],
            kl: 0.431945622,
            source: "rates 1.5, 0.5",
        }]
    }
}

#[derive(Clone, Copy)]
pub struct LaplaceRow;

impl Family for LaplaceRow {
    type Of<E: Event> = Laplace<E>;
    const POSITIVE: &'static [bool] = &[false, true];
    const SPACE: Space = Space::Real;

    fn build<E: Event>(self, params: &[Param<E>]) -> Laplace<E> {
        Laplace::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        -(x[0] - p[0]).abs() / p[1] - (2.0 * p[1]).ln()
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        vec![[p[0], p[0] * p[0] + 2.0 * p[1] * p[1]]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some((2.0 * p[1]).ln() + 1.0)
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        let tail = 0.5 * (-(x - p[0]).abs() / p[1]).exp();
        if x < p[0] { tail } else { 1.0 - tail }
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[0] - 35.0 * p[1], p[0], p[0] + 35.0 * p[1]]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { LaplaceRow, [0.5, 2.0] at -1.0 => -2.136294361, "Laplace(0.5, 2) at -1"; }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![(LaplaceRow, &[0.5, 2.0], 2.386294361)]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![(LaplaceRow, vec![0.5, 2.0]), (LaplaceRow, vec![-0.6, 0.3])]
    }
    fn points() -> Vec<Vec<f64>> {
        // The locations vary by a tenth: none of these is at the kink.
        scalars(&[0.3, -1.0, 2.5, 0.8, -0.2])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        location_scale_extremes(LaplaceRow)
    }
}

impl Divergent for LaplaceRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        let delta = (q[0] - p[0]).abs();
        (p[1] / q[1]).ln() + delta / p[1] - 1.0 + q[1] / p[1] * (-delta / q[1]).exp()
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![
            Pair {
                family: LaplaceRow,
                guide: &[0.5, 2.0],
                prior: &[-1.0, 1.5],
                kl: 0.3421399979,
                source: "Laplace(0.5, 2), (-1, 1.5)",
            },
            Pair {
                family: LaplaceRow,
                guide: &[0.0, 1.0],
                prior: &[0.5, 2.0],
                kl: 0.246412510416262,
                source: "Laplace(0, 1), (0.5, 2)",
            },
        ]
    }
}

#[derive(Clone, Copy)]
pub struct GumbelRow;

impl Family for GumbelRow {
    type Of<E: Event> = Gumbel<E>;
    const POSITIVE: &'static [bool] = &[false, true];
    const SPACE: Space = Space::Real;

    fn build<E: Event>(self, params: &[Param<E>]) -> Gumbel<E> {
        Gumbel::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        let y = (x[0] - p[0]) / p[1];
        -y - (-y).exp() - p[1].ln()
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let mean = p[0] + EULER_GAMMA * p[1];
        vec![[mean, mean * mean + (PI * p[1]).powi(2) / 6.0]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(p[1].ln() + EULER_GAMMA + 1.0)
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        (-(-(x - p[0]) / p[1]).exp()).exp()
    }
    fn breaks(self, p: &[f64]) -> Vec<f64> {
        vec![p[0] - 4.0 * p[1], p[0] + 35.0 * p[1]]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { GumbelRow,
            [0.5, 2.0] at -1.0 => -2.060147197, "Gumbel(0.5, 2) at -1";
            [0.0, 1.0] at 0.5 => -1.1065306597126334, "Gumbel(0, 1) at 0.5";
        }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![
            (GumbelRow, &[0.5, 2.0], 2.270362845),
            (GumbelRow, &[0.0, 1.0], 1.5772156649015328),
        ]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![(GumbelRow, vec![0.5, 2.0]), (GumbelRow, vec![-0.4, 0.5])]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, -0.6, 2.5, 0.7, -0.2])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        location_scale_extremes(GumbelRow)
    }
}

impl Divergent for GumbelRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        let (ratio, delta) = (q[1] / p[1], (q[0] - p[0]) / p[1]);
        -ratio.ln()
            + EULER_GAMMA * (ratio - 1.0)
            + (-delta + ln_gamma(ratio + 1.0)).exp_m1()
            + delta
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![
            Pair {
                family: GumbelRow,
                guide: &[0.5, 2.0],
                prior: &[-1.0, 1.5],
                kl: 0.3427348874,
                source: "Gumbel(0.5, 2), (-1, 1.5)",
            },
            Pair {
                family: GumbelRow,
                guide: &[0.0, 1.0],
                prior: &[1.0, 2.0],
                kl: 0.3656805307703179,
                source: "Gumbel(0, 1), (1, 2)",
            },
        ]
    }
}

#[derive(Clone, Copy)]
pub struct BernoulliRow;

impl Family for BernoulliRow {
    type Of<E: Event> = Bernoulli<E>;
    const POSITIVE: &'static [bool] = &[false];
    const SPACE: Space = Space::Atoms;

    fn build<E: Event>(self, params: &[Param<E>]) -> Bernoulli<E> {
        Bernoulli::logits(params[0].clone())
    }
    not_reparameterised!();
    /// Linear in `x`, so that it has a slope by `x` too, which straight-through gradients use.
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        -share(x[0], softplus(-p[0])) - share(1.0 - x[0], softplus(p[0]))
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        vec![[sigmoid(p[0]); 2]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(share(sigmoid(p[0]), softplus(-p[0])) + share(sigmoid(-p[0]), softplus(p[0])))
    }
    fn cdf(self, _: f64, _: &[f64]) -> f64 {
        unreachable!("a discrete family")
    }
    fn breaks(self, _: &[f64]) -> Vec<f64> {
        unreachable!("a discrete family")
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { BernoulliRow,
            [0.7] at 1.0 => -0.4031860489, "logit 0.7 at 1";
            [-1.2] at 0.0 => -0.2632824673380313, "logit -1.2 at 0";
            [-1.2] at 1.0 => -1.4632824673380314, "logit -1.2 at 1";
        }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![(BernoulliRow, &[-1.2], 0.5410527271392102)]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![(BernoulliRow, vec![0.7]), (BernoulliRow, vec![-1.2])]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.0, 1.0])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let points = scalars(&[0.0, 1.0]);
        [1e4, -1e4, INFINITY, -INFINITY, 1e-30, 88.0, -104.0]
            .map(|logit| ((BernoulliRow, vec![logit]), points.clone()))
            .to_vec()
    }
}

impl Divergent for BernoulliRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        let term = |sign: f64| {
            share(
                sigmoid(sign * q[0]),
                softplus(-sign * p[0]) - softplus(-sign * q[0]),
            )
        };
        term(1.0) + term(-1.0)
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![
            Pair {
                family: BernoulliRow,
                guide: &[0.7],
                prior: &[-0.3],
                kl: 0.1193569678,
                source: "logits 0.7, -0.3",
            },
            Pair {
                family: BernoulliRow,
                guide: &[1.098_612_288_668_109_8],
                prior: &[-LOGIT_08],
                kl: 0.7005291775353193,
                source: "probs 0.75, 0.2",
            },
            Pair {
                family: BernoulliRow,
                guide: &[0.0],
                prior: &[-1.098_612_288_668_109_8],
                kl: 0.14384103622589048,
                source: "probs 0.5, 0.25",
            },
            Pair {
                family: BernoulliRow,
                guide: &[0.7],
                prior: &[-0.4],
                kl: 0.14483575289947748,
                source: "logits 0.7, -0.4",
            },
        ]
    }
}

#[derive(Clone, Copy)]
pub struct OneHotCategoricalRow;

/// ln 0.1, ln 0.2, ln 0.3, ln 0.4
const LN_TENTHS: [f64; 4] = [
    -LN_10,
    -1.609_437_912_434_100_3,
    -1.203_972_804_325_936,
    -0.916_290_731_874_155,
];

impl Family for OneHotCategoricalRow {
    type Of<E: Event> = OneHotCategorical<E>;
    const POSITIVE: &'static [bool] = &[false];
    const SPACE: Space = Space::Atoms;
    const LANED: bool = true;

    fn build<E: Event>(self, params: &[Param<E>]) -> OneHotCategorical<E> {
        OneHotCategorical::logits(params[0].clone())
    }
    not_reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        let total = log_sum_exp(p.iter().copied());
        x.iter()
            .zip(p)
            .map(|(&x, logit)| share(x, logit - total))
            .sum()
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let total = log_sum_exp(p.iter().copied());
        p.iter().map(|logit| [(logit - total).exp(); 2]).collect()
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        let total = log_sum_exp(p.iter().copied());
        Some(p.iter().map(|l| -share((l - total).exp(), l - total)).sum())
    }
    fn cdf(self, _: f64, _: &[f64]) -> f64 {
        unreachable!("a discrete family")
    }
    fn breaks(self, _: &[f64]) -> Vec<f64> {
        unreachable!("a discrete family")
    }
    fn goldens() -> Vec<Golden<Self>> {
        vec![
            Golden {
                family: OneHotCategoricalRow,
                params: &LN_TENTHS,
                at: &[0.0, 0.0, 1.0, 0.0],
                log_prob: -1.203_972_804_325_936,
                source: "probs 0.1 to 0.4",
            },
            Golden {
                family: OneHotCategoricalRow,
                params: &[7.0, 7.0],
                at: &[0.0, 1.0],
                log_prob: -LN_2,
                source: "uniform on 2",
            },
        ]
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![(OneHotCategoricalRow, &LN_TENTHS, 1.2798542258336676)]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (OneHotCategoricalRow, vec![0.2, -0.3, 0.5]),
            (OneHotCategoricalRow, vec![2.0, 0.5, -0.7]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        one(&[&[1.0, 0.0, 0.0], &[0.0, 1.0, 0.0], &[0.0, 0.0, 1.0]])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        [
            [1e4, -1e4, 0.0],
            [1e4, 1e4, 1e4 - 1.0],
            [-1e4, -1e4 - 2.0, -1e4],
            [0.3, -INFINITY, 0.1],
            [-INFINITY, -INFINITY, 1e4],
        ]
        .map(|logits| ((OneHotCategoricalRow, logits.to_vec()), Self::points()))
        .to_vec()
    }
}

impl Divergent for OneHotCategoricalRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        let (total_q, total_p) = (
            log_sum_exp(q.iter().copied()),
            log_sum_exp(p.iter().copied()),
        );
        let terms = q.iter().zip(p);
        terms
            .map(|(q, p)| share((q - total_q).exp(), (q - total_q) - (p - total_p)))
            .sum()
    }
    fn pairs() -> Vec<Pair<Self>> {
        const REVERSED: [f64; 4] = [LN_TENTHS[3], LN_TENTHS[2], LN_TENTHS[1], LN_TENTHS[0]];
        vec![
            Pair {
                family: OneHotCategoricalRow,
                guide: &REVERSED,
                prior: &LN_TENTHS,
                kl: 0.45643481914678374,
                source: "probs 0.4 to 0.1, reversed",
            },
            Pair {
                family: OneHotCategoricalRow,
                guide: &[0.2, -0.3, 0.5],
                prior: &[0.0, 0.0, 0.0],
                kl: 0.04904100754,
                source: "logits 0.2, -0.3, 0.5, uniform",
            },
        ]
    }
}

/// Gumbel-softmax at a temperature.
#[derive(Clone, Copy)]
pub struct GumbelSoftmaxRow(pub f64);

impl Family for GumbelSoftmaxRow {
    type Of<E: Event> = GumbelSoftmax<E>;
    const POSITIVE: &'static [bool] = &[false];
    const SPACE: Space = Space::Simplex;
    const LANED: bool = true;
    const MEAN: bool = false;
    const ENTROPY: bool = false;

    fn build<E: Event>(self, params: &[Param<E>]) -> GumbelSoftmax<E> {
        GumbelSoftmax::new(params[0].clone(), self.0 as f32)
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        let count = x.len() as f64;
        let tilted = x.iter().zip(p).map(|(x, logit)| logit - self.0 * x.ln());
        let total = log_sum_exp(tilted);
        let terms = x.iter().zip(p);
        ln_gamma(count)
            + (count - 1.0) * self.0.ln()
            + terms
                .map(|(x, logit)| logit - self.0 * x.ln() - total - x.ln())
                .sum::<f64>()
    }
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let mut moments = vec![[0.0; 2]; 3];
        for (log, weight) in simplex(30.0, 0.2) {
            let x = log.map(f64::exp);
            // Beyond, the mass is below 10⁻⁹ and its logarithm of zero is not a number.
            if x.iter().all(|&x| x > 0.0) {
                let mass = weight * self.log_density(&x, p).exp();
                for (moment, x) in moments.iter_mut().zip(x) {
                    moment[0] += mass * x;
                    moment[1] += mass * x * x;
                }
            }
        }
        moments
    }
    /// None in closed form.
    fn entropy(self, _: &[f64]) -> Option<f64> {
        None
    }
    /// The first log-ratio is `(l₁ − l₂ + L)/t` with logistic `L`.
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        sigmoid(self.0 * x - (p[0] - p[1]))
    }
    fn breaks(self, _: &[f64]) -> Vec<f64> {
        unreachable!("integrated over the simplex")
    }
    fn goldens() -> Vec<Golden<Self>> {
        vec![
            Golden {
                family: GumbelSoftmaxRow(0.7),
                params: &[LN_2, -LN_2, 0.0],
                at: &[0.2, 0.3, 0.5],
                log_prob: -0.6361098755,
                source: "ln(2, 1/2, 1), temperature 0.7",
            },
            Golden {
                family: GumbelSoftmaxRow(0.7),
                params: &[LN_2, 0.0],
                at: &[0.3, 0.7],
                log_prob: -0.5702187659,
                source: "two classes",
            },
            Golden {
                family: GumbelSoftmaxRow(0.4),
                params: &[0.3, 0.1, 0.4],
                at: &[0.2, 0.5, 0.3],
                log_prob: -1.0190869277839356,
                source: "temperature 0.4",
            },
            Golden {
                family: GumbelSoftmaxRow(TWO_THIRDS),
                params: &[2.0, 3.0, -4.0],
                at: &[0.6, 0.39, 0.01],
                log_prob: -0.6608451654474878,
                source: "temperature 2/3",
            },
            Golden {
                family: GumbelSoftmaxRow(1.0),
                params: &[0.0; 4],
                at: &[0.1, 0.2, 0.3, 0.4],
                log_prob: 1.710115480187545,
                source: "temperature 1, four classes",
            },
        ]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (GumbelSoftmaxRow(0.7), vec![LN_2, -LN_2, 0.0]),
            (GumbelSoftmaxRow(1.0), vec![0.3, 0.1, -0.6]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        one(&[
            &[0.2, 0.5, 0.3],
            &[0.6, 0.3, 0.1],
            &[0.05, 0.15, 0.8],
            &[0.34, 0.33, 0.33],
        ])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let points = one(&[
            &[0.2, 0.5, 0.3],
            &[TINY, 0.5, 0.5],
            &[1.0, TINY, TINY],
            &[1e-6, 1e-30, 1.0],
        ]);
        let at = |t, logits: [f64; 3]| ((GumbelSoftmaxRow(t), logits.to_vec()), points.clone());
        vec![
            at(0.01, [0.0, 1.0, -1.0]),
            at(0.01, [1e4, -1e4, 0.0]),
            at(0.1, [1e4, 1e4, 1e4]),
            at(1.0, [-1e4, 1e4, 0.0]),
            at(10.0, [0.5, 0.0, -0.5]),
        ]
    }
}
