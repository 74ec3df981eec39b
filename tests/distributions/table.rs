//! The table: one row for each family.
//!
//! Golden values were computed in `f64` by two independent implementations each (closed form and
//! quadrature, or two libraries of scientific functions); `source` says what was evaluated.

use elbow::family::{Draw, Event, KlDivergence, Param, Reparameterised, Rows, Stream};
use elbow_tests::support::quadrature::{integrate, simplex};
use statrs::function::erf::erfc;
use statrs::function::gamma::ln_gamma;
use std::f64::consts::{LN_2, LN_10, PI, TAU};

use crate::family::{Case, Divergent, Family, Golden, Pair, Space};
use crate::rayleigh::RayleighRow;
use crate::{
    density, divergence, draws, entropy, extremes, mass, own_draws, partly, rims, summary,
};
use {
    bernoulli::BernoulliRow,
    beta::BetaRow,
    beta_binomial::BetaBinomialRow,
    binomial::BinomialRow,
    cauchy::CauchyRow,
    concrete::ConcreteRow,
    continuous_bernoulli::ContinuousBernoulliRow,
    dirichlet::DirichletRow,
    exponential::ExponentialRow,
    gamma::GammaRow,
    gates::{
        HurdleBetaBinomialRow, HurdleNegativeBinomialRow, HurdlePoissonRow,
        InflatedNegativeBinomialRow, InflatedPoissonRow,
    },
    geometric::GeometricRow,
    gumbel::GumbelRow,
    gumbel_softmax::GumbelSoftmaxRow,
    half_cauchy::HalfCauchyRow,
    half_normal::HalfNormalRow,
    hard_concrete::HardConcreteRow,
    inverse_gamma::InverseGammaRow,
    kumaraswamy::KumaraswamyRow,
    laplace::LaplaceRow,
    log_normal::LogNormalRow,
    logistic::LogisticRow,
    logistic_normal::LogisticNormalRow,
    negative_binomial::{MeanDispersionRow, NegativeBinomialRow},
    normal::NormalRow,
    one_hot_categorical::OneHotCategoricalRow,
    poisson::PoissonRow,
    student_t::StudentTRow,
    truncated_normal::TruncatedNormalRow,
    uniform::UniformRow,
    von_mises::VonMisesRow,
    weibull::WeibullRow,
};

const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;
const INFINITY: f64 = f64::INFINITY;
/// The normal `f32` closest to zero, and the `f32` closest to one from below.
const TINY: f64 = f32::MIN_POSITIVE as f64;
const ALMOST_ONE: f64 = 1.0 - f32::EPSILON as f64 / 2.0;

const TWO_THIRDS: f64 = 2.0 / 3.0;
/// ln(0.1/0.9), ln(0.3/0.7), ln(0.8/0.2)
const LOGIT_01: f64 = -2.197_224_577_336_219_6;
const LOGIT_03: f64 = -0.847_297_860_387_203_6;
const LOGIT_08: f64 = 1.386_294_361_119_890_6;

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
            density::golden density::every_form density::layouts partly::gaps mass::total draws::fit draws::mean
            draws::pathwise draws::detached entropy::entropy extremes::extremes extremes::faults summary::mode summary::in_rows
            summary::deviation
            own_draws::own_draws rims::outside
            $($module::$check)*
        ];
    )*} };
}

macro_rules! discrete {
    ($($name:ident: $row:ty;)*) => { rows! {$(
        $name: $row, [
            density::golden density::every_form density::layouts partly::gaps mass::total draws::fit draws::mean
            draws::detached entropy::entropy extremes::extremes extremes::faults summary::mode summary::in_rows
            summary::deviation
            divergence::closed_form divergence::from_draws divergence::zero divergence::limits
        ];
    )*} };
}

/// Counts whose divergences have no closed form.
macro_rules! unpaired {
    ($($name:ident: $row:ty;)*) => { rows! {$(
        $name: $row, [
            density::golden density::every_form density::layouts partly::gaps mass::total draws::fit draws::mean
            draws::detached entropy::entropy extremes::extremes extremes::faults summary::mode summary::in_rows
            summary::deviation
        ];
    )*} };
}

continuous! {
    normal_row: NormalRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    log_normal_row: LogNormalRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    logistic_row: LogisticRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    logistic_normal_row: LogisticNormalRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    concrete_row: ConcreteRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    uniform_row: UniformRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    exponential_row: ExponentialRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    laplace_row: LaplaceRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    gumbel_row: GumbelRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    gumbel_softmax_row: GumbelSoftmaxRow, [];
    half_normal_row: HalfNormalRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    kumaraswamy_row: KumaraswamyRow, [];
    continuous_bernoulli_row: ContinuousBernoulliRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    weibull_row: WeibullRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    gamma_row: GammaRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    beta_row: BetaRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    dirichlet_row: DirichletRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
    student_t_row: StudentTRow, [];
    truncated_normal_row: TruncatedNormalRow, [];
    inverse_gamma_row: InverseGammaRow, [divergence::closed_form divergence::from_draws divergence::zero divergence::limits];
}

// Of a user's own crate, without moments, or with ones that are not of numbers on a line.
rows! {
    rayleigh: RayleighRow, [
        density::golden density::every_form density::layouts partly::gaps mass::total draws::fit draws::mean
        draws::pathwise draws::detached entropy::entropy extremes::extremes extremes::faults summary::mode summary::in_rows
            summary::deviation
    ];
    cauchy_row: CauchyRow, [
        density::golden density::every_form density::layouts partly::gaps mass::total draws::fit draws::mean
        draws::detached entropy::entropy extremes::extremes extremes::faults summary::mode summary::in_rows
            summary::deviation
        own_draws::own_draws rims::outside
        divergence::closed_form divergence::from_draws divergence::zero divergence::limits
    ];
    half_cauchy_row: HalfCauchyRow, [
        density::golden density::every_form density::layouts partly::gaps mass::total draws::fit draws::mean
        draws::detached entropy::entropy extremes::extremes extremes::faults summary::mode summary::in_rows
            summary::deviation
        own_draws::own_draws rims::outside
        divergence::closed_form divergence::from_draws divergence::zero divergence::limits
    ];
    von_mises_row: VonMisesRow, [
        density::golden density::every_form density::layouts partly::gaps mass::total draws::fit
        draws::detached entropy::entropy extremes::extremes extremes::faults summary::mode summary::in_rows

        divergence::closed_form divergence::from_draws divergence::zero divergence::limits
    ];
    hard_concrete_row: HardConcreteRow, [
        density::golden density::every_form density::layouts partly::gaps draws::mean draws::pathwise
        draws::detached entropy::entropy extremes::extremes extremes::faults summary::mode summary::in_rows
            summary::deviation
        divergence::closed_form divergence::from_draws divergence::zero divergence::limits
    ];
}

discrete! {
    bernoulli_row: BernoulliRow;
    one_hot_categorical_row: OneHotCategoricalRow;
    poisson_row: PoissonRow;
    binomial_row: BinomialRow;
    negative_binomial_row: NegativeBinomialRow;
    negative_binomial_by_mean: MeanDispersionRow;
    geometric_row: GeometricRow;
}

unpaired! {
    beta_binomial_row: BetaBinomialRow;
    inflated_poisson: InflatedPoissonRow;
    inflated_negative_binomial: InflatedNegativeBinomialRow;
    hurdle_poisson: HurdlePoissonRow;
    hurdle_negative_binomial: HurdleNegativeBinomialRow;
    hurdle_beta_binomial: HurdleBetaBinomialRow;
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

/// `d coth(d/2) − 2`, and its leading term where the difference of two is lost to rounding.
fn logistic_kl(d: f64) -> f64 {
    if d.abs() < 1e-4 {
        d * d / 6.0
    } else {
        d / (0.5 * d).tanh() - 2.0
    }
}

mod bernoulli;
mod beta;
mod beta_binomial;
mod binomial;
mod cauchy;
pub mod concrete;
mod continuous_bernoulli;
mod dirichlet;
mod exponential;
mod gamma;
mod gates;
mod geometric;
mod gumbel;
mod gumbel_softmax;
mod half_cauchy;
mod half_normal;
mod hard_concrete;
mod inverse_gamma;
mod kumaraswamy;
mod laplace;
mod log_normal;
mod logistic;
pub mod logistic_normal;
mod negative_binomial;
mod normal;
mod one_hot_categorical;
mod poisson;
mod student_t;
mod truncated_normal;
mod uniform;
mod von_mises;
mod weibull;
