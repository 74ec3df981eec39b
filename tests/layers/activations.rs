//! Activations against `f64`, and their gradients against finite differences.

use elbow::dfdx::nn::modules as composed;
use elbow::dfdx::tensor_ops::PermuteTo;
use elbow::prelude::*;
use elbow_tests::support::tensors::{assert_close, backward, gradient_of, scattered, weighted};

/// Numbers of every size and sign, and the ends of the range.
fn arguments() -> Vec<f32> {
    let mut all = vec![
        0.0,
        -0.0,
        1e4,
        -1e4,
        f32::MIN_POSITIVE,
        1e-45,
        f32::MAX,
        f32::MIN,
    ];
    all.extend([f32::INFINITY, f32::NEG_INFINITY]);
    for exponent in -149..128 {
        for place in 0..8 {
            let x = (1.5 + 0.49 * scattered(place)) * 2.0_f64.powi(exponent);
            all.extend([x as f32, -x as f32]);
        }
    }
    // Arguments at which the formulas change.
    all.extend((0..20_000).map(|i| i as f32 * 0.001 - 10.0));
    all
}

/// `f` of every argument, and the gradient of each.
fn through<M: Module<Var<(usize,)>, Output = Var<(usize,)>>>(
    activation: M,
    x: &[f32],
) -> (Vec<f32>, Vec<f64>) {
    let input = Var::from(tensor(x.to_vec(), (x.len(),)));
    let mut y = Vec::new();
    let mut grads = backward(|| {
        let out = activation.forward(input.clone());
        y = out.as_vec();
        // A product with infinite values is none of this test's business.
        let finite = y.iter().map(|y| f64::from(u8::from(y.is_finite())));
        let finite: Vec<f64> = finite.collect();
        weighted(out, &finite)
    });
    (y, gradient_of(&mut grads, &input))
}

/// Units in the last place of `f32` near `exact`.
fn ulp(exact: f64) -> f64 {
    let size = exact.abs().max(f64::from(f32::MIN_POSITIVE));
    2.0_f64.powi(size.log2().floor() as i32 - 23)
}

fn assert_function<M>(activation: M, ulps: f64, value: fn(f64) -> f64, slope: fn(f64) -> f64)
where
    M: Module<Var<(usize,)>, Output = Var<(usize,)>>,
{
    let arguments = arguments();
    let (values, gradients) = through(activation, &arguments);
    let mut worst = 0.0_f64;
    for ((&x, &y), &g) in arguments.iter().zip(&values).zip(&gradients) {
        let exact = value(x.into());
        if exact.is_finite() && exact.abs() <= f64::from(f32::MAX) {
            let error = (f64::from(y) - exact).abs() / ulp(exact);
            worst = worst.max(error);
            assert!(
                error <= ulps,
                "at {x}: {y}, expected {exact}, {error} ulp off"
            );
        } else {
            assert_eq!(f64::from(y), exact, "at {x}");
        }
        if x.is_finite() && y.is_finite() {
            // The slope comes from the value, so it keeps the value's last digits where it goes to zero.
            let exact = slope(x.into());
            assert!(
                (g - exact).abs() <= 4e-7,
                "slope at {x}: {g}, expected {exact}"
            );
        }
    }
    assert!(
        worst > 0.0 || ulps == 0.0,
        "a bound of {ulps} ulp is no bound"
    );
    let (values, _) = through(ReLU {}, &[f32::NAN]);
    assert!(values[0].is_nan());
}

fn sigmoid(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

#[test]
fn tanh() {
    assert_function(Tanh {}, 3.0, f64::tanh, |x| 1.0 - x.tanh().powi(2));
}

#[test]
fn logistic() {
    assert_function(Sigmoid {}, 3.0, sigmoid, |x| sigmoid(x) * sigmoid(-x));
}

#[test]
fn softplus() {
    assert_function(
        Softplus {},
        3.0,
        |x| x.max(0.0) + (-x.abs()).exp().ln_1p(),
        sigmoid,
    );
}

#[test]
fn relu() {
    assert_function(
        ReLU {},
        0.0,
        |x| x.max(0.0),
        |x| f64::from(u8::from(x > 0.0)),
    );
}

/// Far below zero `σ` is subnormal and has few digits: then what is lost is less than 10⁻³⁶.
fn assert_gated<M>(
    activation: M,
    value: fn(f64) -> f64,
    slope: fn(f64) -> f64,
    ulps: fn(f64) -> f64,
) where
    M: Module<Var<(usize,)>, Output = Var<(usize,)>>,
{
    let arguments: Vec<f32> = arguments().into_iter().filter(|x| x.is_finite()).collect();
    let (values, gradients) = through(activation, &arguments);
    for ((&x, &y), &g) in arguments.iter().zip(&values).zip(&gradients) {
        let (at, exact) = (f64::from(x), value(x.into()));
        let allowed = ulps(at) * ulp(exact) + 2e-36;
        let error = (f64::from(y) - exact).abs();
        assert!(error <= allowed, "at {x}: {y}, expected {exact}");
        let exact = slope(at);
        assert!(
            (g - exact).abs() <= 6e-7,
            "slope at {x}: {g}, expected {exact}"
        );
    }
}

fn silu_slope(x: f64) -> f64 {
    sigmoid(x) * (1.0 + x * sigmoid(-x))
}

#[test]
fn silu() {
    assert_gated(SiLU {}, |x| x * sigmoid(x), silu_slope, |_| 4.0);
    assert_eq!(
        through(SiLU {}, &[f32::NEG_INFINITY, f32::INFINITY]).0,
        [0.0, f32::INFINITY]
    );
}

/// `Φ(x)`
fn normal(x: f64) -> f64 {
    0.5 * statrs::function::erf::erfc(-x / 2.0_f64.sqrt())
}

fn normal_density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// The exponent `x²/2` rounds, so the tail has a digit less where it is small.
#[test]
fn gelu() {
    assert_gated(
        GELU {},
        |x| if x < -40.0 { 0.0 } else { x * normal(x) },
        |x| {
            if x < -40.0 {
                0.0
            } else {
                normal(x) + x * normal_density(x)
            }
        },
        |x| if x > 0.0 { 6.0 } else { 8.0 + x * x },
    );
    assert_eq!(
        through(GELU {}, &[f32::NEG_INFINITY, f32::INFINITY]).0,
        [0.0, f32::INFINITY]
    );
}

#[test]
fn nan_stays() {
    for y in [
        through(SiLU {}, &[f32::NAN]).0,
        through(GELU {}, &[f32::NAN]).0,
        through(Tanh {}, &[f32::NAN]).0,
        through(Sigmoid {}, &[f32::NAN]).0,
        through(Softplus {}, &[f32::NAN]).0,
        through(ReLU {}, &[f32::NAN]).0,
    ] {
        assert!(y[0].is_nan());
    }
}

/// `(f(x + h) − f(x − h))/2h` in `f64`.
#[test]
fn gradients_are_finite_differences() {
    let x: Vec<f32> = (0..41).map(|i| (i as f32 - 20.0) * 0.26 + 0.01).collect();
    type Case = (Vec<f64>, fn(f64) -> f64);
    let cases: [Case; 5] = [
        (through(Tanh {}, &x).1, f64::tanh),
        (through(Sigmoid {}, &x).1, sigmoid),
        (through(Softplus {}, &x).1, |x| x.exp().ln_1p()),
        (through(SiLU {}, &x).1, |x| x * sigmoid(x)),
        (through(GELU {}, &x).1, |x| x * normal(x)),
    ];
    for (gradients, f) in cases {
        for (&x, g) in x.iter().zip(gradients) {
            let x = f64::from(x);
            assert_close("slope", g, (f(x + 1e-5) - f(x - 1e-5)) / 2e-5, 1e-6, 1.0);
        }
    }
}

/// The same as dfdx's on events of more axes, transposed ones too.
#[test]
fn same_as_dfdx() {
    let values: Vec<f32> = (0..60).map(|at| 4.0 * scattered(at) as f32).collect();
    let x: Tensor<Rank3<3, 4, 5>, f32, Device> = tensor(values, (Const, Const, Const));
    let turned: Tensor<Rank3<5, 4, 3>, f32, Device> = x.clone().permute();
    let pairs = [
        (
            Tanh {}.forward(Var::from(&turned)),
            composed::Tanh.forward(turned.clone()),
        ),
        (
            Sigmoid {}.forward(Var::from(&turned)),
            composed::Sigmoid.forward(turned.clone()),
        ),
        (
            ReLU {}.forward(Var::from(&turned)),
            composed::ReLU.forward(turned),
        ),
    ];
    for (ours, theirs) in pairs {
        for (a, b) in ours.as_vec().into_iter().zip(theirs.as_vec()) {
            assert_close("activation", a.into(), b.into(), 1e-6, 1.0);
        }
    }
}
