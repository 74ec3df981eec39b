//! The multivariate normal distribution with a covariance of low rank plus a diagonal.

use super::summary::row_by_row;
use super::within_support::within_support;
use super::{Distribution, Named, Normal, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::rows_of;
use crate::kernels::joint::{Input, Joint, joint, joint_compiled_here, joint_rows};
use crate::kernels::triangular::{apart, inner, wide};
use crate::noise::{Standard, Stream};
use crate::support::{Density, RealLine};
use crate::tensor::names::Const;
use crate::tensor::{Change, IntoParam, Param, Rows, Value, constant};
use covariance::Covariance;

mod covariance;

const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_7;

/// The shape of a vector.
type Vector<const D: usize> = (Const<D>,);
/// The shape of a factor.
type Factor<const D: usize, const R: usize> = (Const<D>, Const<R>);

/// Normal vectors of `D` elements with covariance `Σ = W Wᵀ + diag(variance)`, where `W` has `R` columns.
///
/// Densities and their gradients come from the least squares of `[I; diag(variance)^-½ W]`, at a cost of
/// `D R²`. They keep their digits even if the variance is far smaller than the factor. Draws are
/// `loc + √variance · ε + W η`.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize, Const<2>)>(vec![1.0, 0.0])?);
/// let factor = elbow::prelude::tensor(vec![1.0, 1.0], (Const::<2>, Const::<1>));
/// let log_prob = LowRankNormal::<2, 1>::new(0.0, factor, 1.0).log_prob(&x);
/// // Σ = [[2, 1], [1, 2]]: ½ · 2/3 + ½ ln 3 + ln 2π
/// assert!((log_prob.as_vec()[0] + 2.720516544).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias = "FactorAnalysis")]
#[derive(Clone, Debug)]
pub struct LowRankNormal<const D: usize, const R: usize> {
    loc: Param<Vector<D>>,
    factor: Param<Factor<D, R>>,
    variance: Param<Vector<D>>,
}

impl<const D: usize, const R: usize> LowRankNormal<D, R> {
    /// With mean `loc`, a `factor` of any numbers, and positive variances for the diagonal.
    pub fn new(
        loc: impl IntoParam<Vector<D>>,
        factor: impl IntoParam<Factor<D, R>>,
        variance: impl IntoParam<Vector<D>>,
    ) -> Self {
        Self {
            loc: loc.into_param(),
            factor: factor.into_param(),
            variance: variance.into_param(),
        }
    }

    /// The mean.
    pub fn loc(&self) -> &Param<Vector<D>> {
        &self.loc
    }

    /// The factor.
    pub fn factor(&self) -> &Param<Factor<D, R>> {
        &self.factor
    }

    /// The variances on the diagonal.
    pub fn variance(&self) -> &Param<Vector<D>> {
        &self.variance
    }
}

impl<const D: usize, const R: usize> Distribution for LowRankNormal<D, R> {
    type Event = Vector<D>;
    type Measure = Density;
    type Support = RealLine;
    type Class = class::Explicit;
    const FAMILY: &'static str = "LowRankNormal";

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.loc.check("loc", Domain::Finite, rows)?;
        self.factor.check("factor", Domain::Finite, rows)?;
        self.variance.check("variance", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<Vector<D>>) -> Rows {
        within_support::<RealLine, Vector<D>>(value, 0.0, |value| {
            let inputs = [
                Input::of(&rows_of::<Vector<D>>(value)),
                Input::of(&self.loc),
                Input::of(&self.factor),
                Input::of(&self.variance),
            ];
            joint_rows(LogDensity, inputs)
        })
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<Vector<D>> {
        self.rsample(rows, noise).detached()
    }

    fn mean(&self, rows: usize) -> Option<Value<Vector<D>>> {
        Some(self.loc.expand(rows))
    }

    fn entropy(&self) -> Option<Rows> {
        let inputs = [Input::of(&self.factor), Input::of(&self.variance)];
        Some(joint_rows(Entropy, inputs))
    }

    fn mode(&self, rows: usize) -> Option<Value<Vector<D>>> {
        Some(self.loc.expand(rows))
    }

    /// The roots of the diagonal of `W Wᵀ + diag(variance)`.
    fn deviation(&self, rows: usize) -> Option<Value<Vector<D>>> {
        let inputs = [Input::of(&self.factor), Input::of(&self.variance)];
        Some(row_by_row::<Vector<D>>(rows, &inputs, &|params, out| {
            let elements = params[0].chunks(R.max(1)).zip(params[1]);
            for (out, (loadings, &variance)) in out.iter_mut().zip(elements) {
                let squares = loadings.iter().map(|&w| f64::from(w).powi(2));
                *out = (squares.sum::<f64>() + f64::from(variance)).sqrt() as f32;
            }
        }))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![
            Named::of("loc", &self.loc),
            Named::of("factor", &self.factor),
            Named::of("variance", &self.variance),
        ]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            loc: self.loc.changed(how),
            factor: self.factor.changed(how),
            variance: self.variance.changed(how),
        }
    }
}

impl<const D: usize, const R: usize> Reparameterised for LowRankNormal<D, R> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<Vector<D>> {
        let normals = noise.numbers(Standard::Normal, rows, D + R);
        let part = |from: usize, to: usize| -> Vec<f32> {
            let rows = normals.chunks(D + R);
            rows.flat_map(|row| row[from..to].iter().copied()).collect()
        };
        let epsilon = constant(part(0, D), (rows, Const::<D>));
        let eta = constant(part(D, D + R), (rows, Const::<R>));
        let inputs = [
            Input::of(&Param::<Vector<D>>::Rows(epsilon)),
            Input::of(&Param::<Vector<R>>::Rows(eta)),
            Input::of(&self.loc),
            Input::of(&self.factor),
            Input::of(&self.variance),
        ];
        Draw::of(joint::<Vector<D>, _, 5>(Affine, inputs))
    }
}

/// `½ Σ ((Σ_ii + Δ²)/s² − 1 + ln s²) − ½ ln|Σ|` against independent elements.
impl<const D: usize, const R: usize> KlDivergence<Normal<Vector<D>>> for LowRankNormal<D, R> {
    fn kl_divergence(&self, prior: &Normal<Vector<D>>) -> Option<Rows> {
        let inputs = [
            Input::of(&self.loc),
            Input::of(&self.factor),
            Input::of(&self.variance),
            Input::of(&prior.loc),
            Input::of(&prior.scale),
        ];
        Some(joint_rows(Kl, inputs))
    }
}

#[derive(Clone, Copy)]
struct LogDensity;
impl Joint<4> for LogDensity {
    joint_compiled_here!(4);

    fn value(&self, [x, loc, factor, variance]: [&[f32]; 4], out: &mut [f64]) {
        let covariance = Covariance::new(factor, variance);
        let (v, b) = covariance.solve(&apart(x, loc));
        let own = v.iter().zip(&covariance.variance).map(|(v, d)| v * v * d);
        let square = own.sum::<f64>() + inner(&b, &b);
        out[0] = -0.5 * square - covariance.half_log_determinant() - x.len() as f64 * HALF_LN_2_PI;
    }

    /// With `v = Σ⁻¹(x − loc)` and `b = Wᵀ v`: `∂x = −v`, `∂Σ = ½(v vᵀ − Σ⁻¹)`, `∂W = v bᵀ − Σ⁻¹ W`.
    fn backward(&self, inputs: [&[f32]; 4], up: &[f64], gradients: [&mut [f64]; 4]) {
        let ([x, loc, factor, variance], [by_x, by_loc, by_factor, by_variance]) =
            (inputs, gradients);
        let (covariance, up) = (Covariance::new(factor, variance), up[0]);
        let (v, b) = covariance.solve(&apart(x, loc));
        for (i, by_row) in by_factor.chunks_mut(covariance.rank).enumerate() {
            by_x[i] -= up * v[i];
            by_loc[i] += up * v[i];
            by_variance[i] += 0.5 * up * v[i] * v[i];
            by_row
                .iter_mut()
                .zip(&b)
                .for_each(|(g, b)| *g += up * v[i] * b);
        }
        covariance.add_log_determinant(-up, by_factor, by_variance);
    }
}

/// `loc + √variance · ε + W η`
#[derive(Clone, Copy)]
struct Affine;
impl Joint<5> for Affine {
    joint_compiled_here!(5);

    fn value(&self, [epsilon, eta, loc, factor, variance]: [&[f32]; 5], out: &mut [f64]) {
        let (factor, eta) = (wide(factor), wide(eta));
        for (i, row) in factor.chunks(eta.len()).enumerate() {
            let own = f64::from(variance[i]).sqrt() * f64::from(epsilon[i]);
            out[i] = f64::from(loc[i]) + own + inner(row, &eta);
        }
    }

    fn backward(&self, inputs: [&[f32]; 5], up: &[f64], gradients: [&mut [f64]; 5]) {
        let [epsilon, eta, _, _, variance] = inputs;
        let [_, _, by_loc, by_factor, by_variance] = gradients;
        for (i, by_row) in by_factor.chunks_mut(eta.len()).enumerate() {
            by_loc[i] += up[i];
            by_variance[i] += 0.5 * up[i] * f64::from(epsilon[i]) / f64::from(variance[i]).sqrt();
            let pairs = by_row.iter_mut().zip(eta);
            pairs.for_each(|(g, &eta)| *g += up[i] * f64::from(eta));
        }
    }
}

/// `½ ln|Σ| + D/2 (1 + ln 2π)`
#[derive(Clone, Copy)]
struct Entropy;
impl Joint<2> for Entropy {
    joint_compiled_here!(2);

    fn value(&self, [factor, variance]: [&[f32]; 2], out: &mut [f64]) {
        let elements = variance.len() as f64;
        let half = Covariance::new(factor, variance).half_log_determinant();
        out[0] = half + elements * (0.5 + HALF_LN_2_PI);
    }
    fn backward(&self, inputs: [&[f32]; 2], up: &[f64], [by_factor, by_variance]: [&mut [f64]; 2]) {
        let [factor, variance] = inputs;
        Covariance::new(factor, variance).add_log_determinant(up[0], by_factor, by_variance);
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl Joint<5> for Kl {
    joint_compiled_here!(5);

    fn value(&self, [loc, factor, variance, prior_loc, scale]: [&[f32]; 5], out: &mut [f64]) {
        let covariance = Covariance::new(factor, variance);
        let delta = apart(loc, prior_loc);
        let scale = wide(scale);
        let rows = covariance.rows().enumerate();
        let terms = rows.map(|(i, row)| {
            let square = covariance.variance[i] + inner(row, row) + delta[i] * delta[i];
            0.5 * (square / (scale[i] * scale[i]) - 1.0) + scale[i].ln()
        });
        out[0] = terms.sum::<f64>() - covariance.half_log_determinant();
    }

    fn backward(&self, inputs: [&[f32]; 5], up: &[f64], gradients: [&mut [f64]; 5]) {
        let [loc, factor, variance, prior_loc, scale] = inputs;
        let [by_loc, by_factor, by_variance, by_prior_loc, by_scale] = gradients;
        let (covariance, up) = (Covariance::new(factor, variance), up[0]);
        let (delta, scale) = (apart(loc, prior_loc), wide(scale));
        for (i, row) in covariance.rows().enumerate() {
            let precision = 1.0 / (scale[i] * scale[i]);
            let square = covariance.variance[i] + inner(row, row) + delta[i] * delta[i];
            by_loc[i] += up * delta[i] * precision;
            by_prior_loc[i] -= up * delta[i] * precision;
            by_variance[i] += 0.5 * up * precision;
            by_scale[i] += up * (1.0 - square * precision) / scale[i];
            let own = &mut by_factor[i * row.len()..];
            own.iter_mut()
                .zip(row)
                .for_each(|(g, w)| *g += up * w * precision);
        }
        covariance.add_log_determinant(-up, by_factor, by_variance);
    }
}
