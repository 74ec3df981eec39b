//! The planar flow.

use crate::tensor::names::Const;

use super::Bijector;
use crate::distribution::Draw;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::rows_of;
use crate::kernels::formula::finite;
use crate::kernels::joint::{Input, Joint, joint, joint_compiled_here, joint_rows};
use crate::kernels::triangular::{inner, wide};
use crate::support::RealLine;
use crate::tensor::{Change, IntoParam, Param, Rows, Value};

/// The shape of a vector.
type Vector<const D: usize> = (Const<D>,);

/// `x + û tanh(wᵀx + b)` (Rezende and Mohamed 2015), with `û = u + (sp(wᵀu) − 1 − wᵀu) w/‖w‖²`, which makes
/// `wᵀû > −1` and so the function invertible for any `u` and any `w` but zero.
///
/// Its inverse is found along `w`, where the function is monotone, and differentiated as an implicit function. The function
/// has no limit as `w` goes to 0. So declare a learned `w` as `Parameter<Rank1<D>, Random>`; a plain `Parameter` starts at
/// zero:
///
/// ```
/// use elbow::prelude::*;
/// use elbow::prelude::bijector::Planar;
///
/// model! {
///     /// A guide that bends.
///     pub struct Bent {
///         u: Parameter<Rank1<2>>,
///         w: Parameter<Rank1<2>, Random>,
///         b: Parameter<Rank0>,
///         decoder: Linear<2, 3>,
///     }
///     generative p {
///         sample z: [2] ~ Normal::new(0.0, 1.0);
///         sample x: [3] ~ Normal::new(decoder(z), 1.0);
///     }
///     inference q(x) {
///         sample z ~ Transformed::new(Normal::new(0.0, 1.0), Planar::new(u, w, b));
///     }
/// }
///
/// let x: Batch<(Const<3>,)> = batch(vec![0.5; 6])?;
/// assert!(Elbo::default().loss(&Bent::new(0).q(&x))?.value().is_finite());
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Planar<const D: usize> {
    u: Param<Vector<D>>,
    w: Param<Vector<D>>,
    b: Param<()>,
}

impl<const D: usize> Planar<D> {
    /// With any `u` and `b`, and a `w` that is not zero.
    pub fn new(
        u: impl IntoParam<Vector<D>>,
        w: impl IntoParam<Vector<D>>,
        b: impl IntoParam<()>,
    ) -> Self {
        Self {
            u: u.into_param(),
            w: w.into_param(),
            b: b.into_param(),
        }
    }

    fn inputs(&self, x: &Value<Vector<D>>) -> [Input; 4] {
        [
            Input::of(&rows_of::<Vector<D>>(x)),
            Input::of(&self.u),
            Input::of(&self.w),
            Input::of(&self.b),
        ]
    }

    fn log_slope(&self, x: &Value<Vector<D>>) -> Rows {
        joint_rows(LogSlope, self.inputs(x))
    }
}

impl<const D: usize> Bijector<Vector<D>> for Planar<D> {
    type Domain = RealLine;
    type Image = RealLine;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.u.check("u", Domain::Finite, rows)?;
        self.w.check_direction("w", rows)?;
        self.b.check("b", Domain::Finite, rows)
    }

    fn forward(&self, x: &Value<Vector<D>>) -> (Draw<Vector<D>>, Rows) {
        let y = joint::<Vector<D>, _, 4>(Forward, self.inputs(x));
        (Draw::of(y), self.log_slope(x))
    }

    fn inverse(&self, y: &Draw<Vector<D>>) -> (Value<Vector<D>>, Rows) {
        let x = joint::<Vector<D>, _, 4>(Inverse, self.inputs(&y.value()));
        let log_slope = self.log_slope(&x);
        (x, log_slope)
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            u: self.u.changed(how),
            w: self.w.changed(how),
            b: self.b.changed(how),
        }
    }
}

/// One row's parameters.
struct Plane {
    u: Vec<f64>,
    w: Vec<f64>,
    b: f64,
    /// `wᵀu`
    along: f64,
    /// `‖w‖²`
    square: f64,
}

impl Plane {
    fn new(u: &[f32], w: &[f32], b: &[f32]) -> Self {
        let (u, w) = (wide(u), wide(w));
        Self {
            along: inner(&w, &u),
            square: inner(&w, &w),
            b: b[0].into(),
            u,
            w,
        }
    }

    /// `wᵀû = sp(wᵀu) − 1`
    fn reach(&self) -> f64 {
        self.along.max(0.0) + (-self.along.abs()).exp().ln_1p() - 1.0
    }

    /// `û`
    fn direction(&self) -> Vec<f64> {
        let more = (self.reach() - self.along) / self.square;
        let pairs = self.u.iter().zip(&self.w);
        pairs.map(|(u, w)| u + more * w).collect()
    }

    /// Turns a gradient by `û` into gradients by `u` and `w`.
    fn add_direction(&self, by_direction: &[f64], by_u: &mut [f64], by_w: &mut [f64]) {
        let more = (self.reach() - self.along) / self.square;
        // ∂more/∂(wᵀu) = (σ(wᵀu) − 1)/‖w‖²
        let slope = -1.0 / (1.0 + self.along.exp()) / self.square;
        let on_w = inner(by_direction, &self.w);
        for i in 0..self.u.len() {
            by_u[i] += by_direction[i] + on_w * slope * self.w[i];
            by_w[i] += more * by_direction[i]
                + on_w * (slope * self.u[i] - 2.0 * more * self.w[i] / self.square);
        }
    }

    /// `wᵀx` of the `x` whose image lies at `wᵀy = level`. It is monotone, so bisection finds it.
    fn invert(&self, level: f64) -> f64 {
        let reach = self.reach();
        let (mut low, mut high) = (level - reach.abs(), level + reach.abs());
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if middle + reach * (middle + self.b).tanh() < level {
                low = middle;
            } else {
                high = middle;
            }
        }
        0.5 * (low + high)
    }

    /// Adds the gradients of `x + û tanh(wᵀx + b)`.
    fn add(&self, x: &[f64], up: &[f64], [by_x, by_u, by_w, by_b]: [&mut [f64]; 4]) {
        let height = (inner(&self.w, x) + self.b).tanh();
        let turn = (1.0 - height * height) * inner(&self.direction(), up);
        let by_direction: Vec<f64> = up.iter().map(|u| u * height).collect();
        self.add_direction(&by_direction, by_u, by_w);
        for i in 0..x.len() {
            by_x[i] += up[i] + turn * self.w[i];
            by_w[i] += turn * x[i];
        }
        by_b[0] += turn;
    }
}

#[derive(Clone, Copy)]
struct Forward;
impl Joint<4> for Forward {
    joint_compiled_here!(4);

    fn value(&self, [x, u, w, b]: [&[f32]; 4], out: &mut [f64]) {
        let (plane, x) = (Plane::new(u, w, b), wide(x));
        let height = (inner(&plane.w, &x) + plane.b).tanh();
        for ((out, x), direction) in out.iter_mut().zip(x).zip(plane.direction()) {
            *out = finite(x + direction * height);
        }
    }

    fn backward(&self, [x, u, w, b]: [&[f32]; 4], up: &[f64], gradients: [&mut [f64]; 4]) {
        Plane::new(u, w, b).add(&wide(x), up, gradients);
    }
}

#[derive(Clone, Copy)]
struct Inverse;

impl Inverse {
    fn of(plane: &Plane, y: &[f32]) -> Vec<f64> {
        let y = wide(y);
        let height = (plane.invert(inner(&plane.w, &y)) + plane.b).tanh();
        let pairs = y.iter().zip(plane.direction());
        pairs.map(|(y, direction)| y - direction * height).collect()
    }
}

impl Joint<4> for Inverse {
    joint_compiled_here!(4);

    fn value(&self, [y, u, w, b]: [&[f32]; 4], out: &mut [f64]) {
        out.copy_from_slice(&Self::of(&Plane::new(u, w, b), y));
    }

    /// With the Jacobian `J = I + h' û wᵀ` of the function: `∂y = J⁻ᵀ∂x`, and the parameters get the gradient that the function
    /// passes to them for `−J⁻ᵀ∂x`.
    fn backward(&self, [y, u, w, b]: [&[f32]; 4], up: &[f64], gradients: [&mut [f64]; 4]) {
        let [by_y, by_u, by_w, by_b] = gradients;
        let plane = Plane::new(u, w, b);
        let x = Self::of(&plane, y);
        let slope = 1.0 - (inner(&plane.w, &x) + plane.b).tanh().powi(2);
        let share = slope * inner(&plane.direction(), up) / (1.0 + slope * plane.reach());
        let pairs = up.iter().zip(&plane.w);
        let solved: Vec<f64> = pairs.map(|(up, w)| up - share * w).collect();
        by_y.iter_mut().zip(&solved).for_each(|(g, s)| *g += s);
        let back: Vec<f64> = solved.iter().map(|s| -s).collect();
        let mut unused = vec![0.0; x.len()];
        plane.add(&x, &back, [&mut unused, by_u, by_w, by_b]);
    }
}

/// `ln(1 + tanh'(wᵀx + b) wᵀû)`
#[derive(Clone, Copy)]
struct LogSlope;
impl Joint<4> for LogSlope {
    joint_compiled_here!(4);

    fn value(&self, [x, u, w, b]: [&[f32]; 4], out: &mut [f64]) {
        let plane = Plane::new(u, w, b);
        let height = (inner(&plane.w, &wide(x)) + plane.b).tanh();
        out[0] = ((1.0 - height * height) * plane.reach()).ln_1p();
    }

    fn backward(&self, [x, u, w, b]: [&[f32]; 4], up: &[f64], gradients: [&mut [f64]; 4]) {
        let [by_x, by_u, by_w, by_b] = gradients;
        let (plane, x) = (Plane::new(u, w, b), wide(x));
        let (height, reach) = ((inner(&plane.w, &x) + plane.b).tanh(), plane.reach());
        let slope = 1.0 - height * height;
        let scale = up[0] / (1.0 + slope * reach);
        // tanh'' = −2 tanh tanh'; ∂(wᵀû)/∂(wᵀu) = σ(wᵀu)
        let turn = -2.0 * scale * height * slope * reach;
        let lean = scale * slope / (1.0 + (-plane.along).exp());
        for i in 0..x.len() {
            by_x[i] += turn * plane.w[i];
            by_w[i] += turn * x[i] + lean * plane.u[i];
            by_u[i] += lean * plane.w[i];
        }
        by_b[0] += turn;
    }
}
