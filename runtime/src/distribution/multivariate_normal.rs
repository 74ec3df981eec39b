//! The multivariate normal distribution with a Cholesky factor.

use super::summary::row_by_row;
use super::within_support::within_support;
use super::{Distribution, Named, Normal, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::rows_of;
use crate::kernels::formula::finite;
use crate::kernels::joint::{Input, Joint, joint, joint_compiled_here, joint_rows};
use crate::kernels::triangular::{apart, inner, log_determinant, solve, solve_transposed, wide};
use crate::noise::{Standard, Stream};
use crate::support::{Density, RealLine};
use crate::tensor::names::Const;
use crate::tensor::tape::unrecorded;
use crate::tensor::{Change, IntoParam, Param, Rows, Value};

const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_7;

/// The shape of a vector.
type Vector<const D: usize> = (Const<D>,);
/// The shape of a square matrix.
type Square<const D: usize> = (Const<D>, Const<D>);

/// Normal vectors of `D` elements with covariance `L Lᵀ`:
/// `−½‖L⁻¹(x − loc)‖² − Σ ln L_ii − D/2 ln 2π`.
///
/// Only the lower triangle of the factor `L` is read; its diagonal must be positive. Draws are
/// `loc + L ε`. For a diagonal covariance use [`Normal`], for one of low rank [`LowRankNormal`](super::LowRankNormal).
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize, Const<2>)>(vec![0.0, 0.0])?);
/// let factor = elbow::prelude::tensor(vec![1.0, 0.0, 0.5, 2.0], (Const::<2>, Const::<2>));
/// let loc = elbow::prelude::tensor(vec![0.5, -1.0], (Const::<2>,));
/// let log_prob = MultivariateNormal::cholesky(loc, factor).log_prob(&x);
/// // L⁻¹(x − loc) = (−0.5, 0.625)
/// assert!((log_prob.as_vec()[0] + 2.851336748).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias = "MultivariateGaussian")]
#[derive(Clone, Debug)]
pub struct MultivariateNormal<const D: usize> {
    loc: Param<Vector<D>>,
    factor: Param<Square<D>>,
}

impl<const D: usize> MultivariateNormal<D> {
    /// With mean `loc` and a lower-triangular `factor` of the covariance. The factor's diagonal must be positive; apply a softplus
    /// to a network's output there.
    pub fn cholesky(loc: impl IntoParam<Vector<D>>, factor: impl IntoParam<Square<D>>) -> Self {
        Self {
            loc: loc.into_param(),
            factor: factor.into_param(),
        }
    }

    /// The same distribution as a normal one, element by element.
    fn diagonal(normal: &Normal<Vector<D>>) -> Self {
        let factor = joint::<Square<D>, _, 1>(Embed, [Input::of(&normal.scale)]);
        Self {
            loc: normal.loc.clone(),
            factor: Param::Rows(factor),
        }
    }

    /// The mean.
    pub fn loc(&self) -> &Param<Vector<D>> {
        &self.loc
    }

    /// The Cholesky factor. Numbers above its diagonal are not read.
    pub fn factor(&self) -> &Param<Square<D>> {
        &self.factor
    }
}

impl<const D: usize> Distribution for MultivariateNormal<D> {
    type Event = Vector<D>;
    type Measure = Density;
    type Support = RealLine;
    type Class = class::Explicit;
    const FAMILY: &'static str = "MultivariateNormal";

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.loc.check("loc", Domain::Finite, rows)?;
        self.factor.check("factor", Domain::Finite, rows)?;
        let diagonal = unrecorded(|| joint::<Vector<D>, _, 1>(Diagonal, [Input::of(&self.factor)]));
        Param::<Vector<D>>::Rows(diagonal).check("the diagonal of factor", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<Vector<D>>) -> Rows {
        within_support::<RealLine, Vector<D>>(value, 0.0, |value| {
            let inputs = [
                Input::of(&rows_of::<Vector<D>>(value)),
                Input::of(&self.loc),
                Input::of(&self.factor),
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
        Some(joint_rows(Entropy, [Input::of(&self.factor)]))
    }

    fn mode(&self, rows: usize) -> Option<Value<Vector<D>>> {
        Some(self.loc.expand(rows))
    }

    /// The roots of the diagonal of `L Lᵀ`.
    fn deviation(&self, rows: usize) -> Option<Value<Vector<D>>> {
        let inputs = [Input::of(&self.factor)];
        Some(row_by_row::<Vector<D>>(rows, &inputs, &|params, out| {
            for (i, (out, row)) in out.iter_mut().zip(params[0].chunks(D)).enumerate() {
                let squares = row[..=i].iter().map(|&l| f64::from(l).powi(2));
                *out = squares.sum::<f64>().sqrt() as f32;
            }
        }))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![
            Named::of("loc", &self.loc),
            Named::of("factor", &self.factor),
        ]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            loc: self.loc.changed(how),
            factor: self.factor.changed(how),
        }
    }
}

impl<const D: usize> Reparameterised for MultivariateNormal<D> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<Vector<D>> {
        let epsilon = noise.standard::<Vector<D>>(Standard::Normal, rows);
        let inputs = [
            Input::of(&epsilon),
            Input::of(&self.loc),
            Input::of(&self.factor),
        ];
        Draw::of(joint::<Vector<D>, _, 3>(Affine, inputs))
    }
}

/// `½(‖L₂⁻¹L₁‖² + ‖L₂⁻¹Δ‖² − D) + Σ ln L₂ᵢᵢ − Σ ln L₁ᵢᵢ`
impl<const D: usize> KlDivergence<MultivariateNormal<D>> for MultivariateNormal<D> {
    fn kl_divergence(&self, prior: &MultivariateNormal<D>) -> Option<Rows> {
        let inputs = [
            Input::of(&self.loc),
            Input::of(&self.factor),
            Input::of(&prior.loc),
            Input::of(&prior.factor),
        ];
        Some(joint_rows(Kl, inputs))
    }
}

/// The divergence from independent elements.
impl<const D: usize> KlDivergence<Normal<Vector<D>>> for MultivariateNormal<D> {
    fn kl_divergence(&self, prior: &Normal<Vector<D>>) -> Option<Rows> {
        self.kl_divergence(&MultivariateNormal::diagonal(prior))
    }
}

/// A vector on the diagonal of a matrix.
#[derive(Clone, Copy)]
struct Embed;
impl Joint<1> for Embed {
    joint_compiled_here!(1);

    fn value(&self, [diagonal]: [&[f32]; 1], out: &mut [f64]) {
        for (i, &value) in diagonal.iter().enumerate() {
            out[i * (diagonal.len() + 1)] = value.into();
        }
    }
    fn backward(&self, [diagonal]: [&[f32]; 1], up: &[f64], [gradient]: [&mut [f64]; 1]) {
        for (i, g) in gradient.iter_mut().enumerate() {
            *g += up[i * (diagonal.len() + 1)];
        }
    }
}

/// The diagonal of a matrix.
#[derive(Clone, Copy)]
struct Diagonal;
impl Joint<1> for Diagonal {
    joint_compiled_here!(1);

    fn value(&self, [matrix]: [&[f32]; 1], out: &mut [f64]) {
        let d = out.len();
        for (i, out) in out.iter_mut().enumerate() {
            *out = matrix[i * (d + 1)].into();
        }
    }
    fn backward(&self, _: [&[f32]; 1], up: &[f64], [gradient]: [&mut [f64]; 1]) {
        for (i, up) in up.iter().enumerate() {
            gradient[i * (side(gradient) + 1)] += up;
        }
    }
}

/// The side of a square matrix.
fn side<T>(matrix: &[T]) -> usize {
    matrix.len().isqrt()
}

#[derive(Clone, Copy)]
struct LogDensity;
impl Joint<3> for LogDensity {
    joint_compiled_here!(3);

    fn value(&self, [x, loc, factor]: [&[f32]; 3], out: &mut [f64]) {
        let (lower, mut y) = (wide(factor), apart(x, loc));
        solve(&lower, &mut y);
        let d = x.len();
        out[0] = -0.5 * inner(&y, &y) - log_determinant(&lower, d) - d as f64 * HALF_LN_2_PI;
    }

    /// With `y = L⁻¹(x − loc)` and `w = L⁻ᵀy`: `∂x = −w`, `∂L = w yᵀ − diag 1/L`.
    fn backward(&self, inputs: [&[f32]; 3], up: &[f64], gradients: [&mut [f64]; 3]) {
        let ([x, loc, factor], [by_x, by_loc, by_factor]) = (inputs, gradients);
        let (lower, mut y) = (wide(factor), apart(x, loc));
        solve(&lower, &mut y);
        let mut w = y.clone();
        solve_transposed(&lower, &mut w);
        let d = x.len();
        for i in 0..d {
            by_x[i] -= up[0] * w[i];
            by_loc[i] += up[0] * w[i];
            for j in 0..=i {
                by_factor[i * d + j] += up[0] * w[i] * y[j];
            }
            by_factor[i * d + i] -= up[0] / lower[i * d + i];
        }
    }
}

/// `loc + L ε`, kept within the finite numbers of `f32`. Kept at an end, it has no slope.
#[derive(Clone, Copy)]
struct Affine;

impl Affine {
    fn element(i: usize, [epsilon, loc, factor]: [&[f32]; 3]) -> f64 {
        let row = &factor[i * loc.len()..][..=i];
        let terms = row.iter().zip(epsilon);
        let step: f64 = terms.map(|(&l, &e)| f64::from(l) * f64::from(e)).sum();
        f64::from(loc[i]) + step
    }
}

impl Joint<3> for Affine {
    joint_compiled_here!(3);

    fn value(&self, inputs: [&[f32]; 3], out: &mut [f64]) {
        for (i, out) in out.iter_mut().enumerate() {
            *out = finite(Self::element(i, inputs));
        }
    }

    fn backward(&self, inputs: [&[f32]; 3], up: &[f64], gradients: [&mut [f64]; 3]) {
        let ([epsilon, loc, _], [_, by_loc, by_factor]) = (inputs, gradients);
        let d = loc.len();
        for i in 0..d {
            let element = Self::element(i, inputs);
            if element != finite(element) {
                continue;
            }
            by_loc[i] += up[i];
            for j in 0..=i {
                by_factor[i * d + j] += up[i] * f64::from(epsilon[j]);
            }
        }
    }
}

/// `Σ ln L_ii + D/2 (1 + ln 2π)`
#[derive(Clone, Copy)]
struct Entropy;
impl Joint<1> for Entropy {
    joint_compiled_here!(1);

    fn value(&self, [factor]: [&[f32]; 1], out: &mut [f64]) {
        let d = side(factor);
        out[0] = log_determinant(&wide(factor), d) + d as f64 * (0.5 + HALF_LN_2_PI);
    }
    fn backward(&self, [factor]: [&[f32]; 1], up: &[f64], [gradient]: [&mut [f64]; 1]) {
        let d = side(factor);
        for i in 0..d {
            gradient[i * d + i] += up[0] / f64::from(factor[i * d + i]);
        }
    }
}

#[derive(Clone, Copy)]
struct Kl;

impl Kl {
    /// `L₂`, the columns of `L₂⁻¹L₁`, and `L₂⁻¹Δ`.
    fn whitened([loc, factor, prior_loc, prior]: [&[f32]; 4]) -> (Vec<f64>, Vec<Vec<f64>>) {
        let d = loc.len();
        let lower = wide(prior);
        let mut columns: Vec<Vec<f64>> = (0..d)
            .map(|j| {
                let entry = |i: usize| if i < j { 0.0 } else { factor[i * d + j].into() };
                (0..d).map(entry).collect()
            })
            .collect();
        columns.push(apart(loc, prior_loc));
        for column in &mut columns {
            solve(&lower, column);
        }
        (lower, columns)
    }
}

impl Joint<4> for Kl {
    joint_compiled_here!(4);

    fn value(&self, inputs: [&[f32]; 4], out: &mut [f64]) {
        let d = inputs[0].len();
        let (lower, columns) = Self::whitened(inputs);
        let squares: f64 = columns.iter().map(|c| inner(c, c)).sum();
        let own = log_determinant(&wide(inputs[1]), d);
        out[0] = 0.5 * (squares - d as f64) + log_determinant(&lower, d) - own;
    }

    /// With the columns `c` of `L₂⁻¹(L₁, Δ)` and `w = L₂⁻ᵀc`: `∂L₁ = w` below the diagonal less
    /// `diag 1/L₁`, `∂Δ = w`, `∂L₂ = diag 1/L₂ − Σ w cᵀ`.
    fn backward(&self, inputs: [&[f32]; 4], up: &[f64], gradients: [&mut [f64]; 4]) {
        let [by_loc, by_factor, by_prior_loc, by_prior] = gradients;
        let (d, up) = (inputs[0].len(), up[0]);
        let (lower, columns) = Self::whitened(inputs);
        for (j, c) in columns.iter().enumerate() {
            let mut w = c.clone();
            solve_transposed(&lower, &mut w);
            for i in 0..d {
                if j == d {
                    by_loc[i] += up * w[i];
                    by_prior_loc[i] -= up * w[i];
                } else if i >= j {
                    by_factor[i * d + j] += up * w[i];
                }
                for k in 0..=i {
                    by_prior[i * d + k] -= up * w[i] * c[k];
                }
            }
        }
        for i in 0..d {
            by_factor[i * d + i] -= up / f64::from(inputs[1][i * d + i]);
            by_prior[i * d + i] += up / lower[i * d + i];
        }
    }
}
