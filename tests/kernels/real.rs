//! The arithmetic of formulas: every operation's partial derivatives, and its limits.

use elbow::family::{Formula, Real};
use elbow_tests::support::differences::gradient;
use elbow_tests::support::tensors::{assert_close, rounded};

/// Checks `f32`, `f64` and partial derivatives of an operation at these points.
macro_rules! operations {
    ($($name:ident([$($argument:ident),*]) = $value:expr, exact $exact:expr, at [$($point:expr),*];)*) => {$(
        #[test]
        fn $name() {
            #[derive(Clone, Copy)]
            struct Operation;
            const N: usize = [$(stringify!($argument)),*].len();
            impl Formula<N> for Operation {
                fn eval<R: Real>(&self, [$($argument),*]: [R; N]) -> R {
                    $value
                }
            }
            let exact = |[$($argument),*]: [f64; N]| -> f64 { $exact };
            let points: &[[f64; N]] = &[$($point),*];
            for point in points.iter().map(|p| p.map(rounded)) {
                let what = format!("{} at {point:?}", stringify!($name));
                let truth = exact(point);
                assert_close(&what, Operation.eval(point), truth, 1e-12, truth);
                let single = f64::from(Operation.eval(point.map(|x| x as f32)));
                assert_close(&what, single, truth, 5e-7, truth);
                let at = |x: &[f64]| exact(std::array::from_fn(|i| x[i]));
                let slopes = gradient(at, &point);
                let partials = Operation.partials(point.map(|x| x as f32));
                for (found, slope) in partials.into_iter().zip(slopes) {
                    assert_close(&what, f64::from(found), slope, 1e-6, slope);
                }
            }
        }
    )*};
}

operations! {
    add([a, b]) = a + b, exact a + b, at [[1.5, -0.3], [1e3, 2.0]];
    sub([a, b]) = a - b, exact a - b, at [[1.5, -0.3], [0.1, 0.1]];
    mul([a, b]) = a * b, exact a * b, at [[1.5, -0.3], [0.0, 7.0]];
    div([a, b]) = a / b, exact a / b, at [[1.5, -0.3], [0.0, 7.0], [2.0, 1e3]];
    neg([a]) = -a, exact -a, at [[1.5], [-0.3]];
    exp([a]) = a.exp(), exact a.exp(), at [[0.0], [2.5], [-8.0]];
    exp_m1([a]) = a.exp_m1(), exact a.exp_m1(), at [[1e-5], [2.5], [-3.0]];
    ln([a]) = a.ln(), exact a.ln(), at [[0.3], [1.0], [1e4], [1e-4]];
    ln_1p([a]) = a.ln_1p(), exact a.ln_1p(), at [[1e-5], [2.5], [-0.7]];
    sqrt([a]) = a.sqrt(), exact a.sqrt(), at [[0.3], [1.0], [1e4]];
    abs([a]) = a.abs(), exact a.abs(), at [[1.5], [-0.3]];
    ln_gamma([a]) = a.ln_gamma(), exact statrs::function::gamma::ln_gamma(a), at [[0.3], [1.7], [3.0], [12.5]];
    sigmoid([a]) = a.sigmoid(), exact 1.0 / (1.0 + (-a).exp()), at [[0.0], [2.5], [-8.0], [15.0]];
    softplus([a]) = a.softplus(), exact a.max(0.0) + (-a.abs()).exp().ln_1p(), at [[0.5], [2.5], [-8.0], [15.0]];
    square([a]) = a.square(), exact a * a, at [[1.5], [-0.3]];
    scale([a]) = a.scale(-2.5), exact -2.5 * a, at [[1.5], [-0.3]];
    shift([a]) = a.shift(-2.5), exact a - 2.5, at [[1.5], [-0.3]];
    chained([a, b]) = (a * b).exp() / (a.square() + b.softplus()).sqrt(),
        exact (a * b).exp() / (a * a + b.max(0.0) + (-b.abs()).exp().ln_1p()).sqrt(),
        at [[0.4, 0.7], [-1.2, 0.3]];
}

#[derive(Clone, Copy)]
struct Sigmoid;
impl Formula<1> for Sigmoid {
    fn eval<R: Real>(&self, [x]: [R; 1]) -> R {
        x.sigmoid()
    }
}

#[derive(Clone, Copy)]
struct Softplus;
impl Formula<1> for Softplus {
    fn eval<R: Real>(&self, [x]: [R; 1]) -> R {
        x.softplus()
    }
}

#[test]
fn nothing_overflows_in_the_tails() {
    let infinity = f32::INFINITY;
    for x in [1e4, -1e4, infinity, -infinity] {
        let one = if x > 0.0 { 1.0 } else { 0.0 };
        assert_eq!(Sigmoid.eval([x]), one);
        assert_eq!(Sigmoid.partials([x]), [0.0]);
        assert_eq!(Softplus.eval([x]), x.max(0.0));
        assert_eq!(Softplus.partials([x]), [one]);
    }
    // Both tails keep their digits, down to the smallest numbers.
    let tiny = f64::from(Sigmoid.eval([-80.0_f32]));
    assert_close("sigmoid", tiny / (-80.0_f64).exp(), 1.0, 1e-6, 1.0);
    let tiny = f64::from(Softplus.eval([-80.0_f32]));
    assert_close("softplus", tiny / (-80.0_f64).exp(), 1.0, 1e-6, 1.0);
}

/// The absolute value has a slope of zero at its kink, and what does not vary has none anywhere.
#[test]
fn corners() {
    #[derive(Clone, Copy)]
    struct Abs;
    impl Formula<1> for Abs {
        fn eval<R: Real>(&self, [x]: [R; 1]) -> R {
            x.abs()
        }
    }
    assert_eq!(Abs.partials([0.0]), [0.0]);

    #[derive(Clone, Copy)]
    struct Constant;
    impl Formula<2> for Constant {
        fn eval<R: Real>(&self, [x, y]: [R; 2]) -> R {
            // ln and sqrt have infinite slopes at zero, and products infinite factors.
            y + R::constant(0.0).ln() * R::constant(2.0) + R::constant(0.0).sqrt() + x.scale(0.0)
        }
    }
    assert_eq!(Constant.partials([3.0, 4.0]), [0.0, 1.0]);

    #[derive(Clone, Copy)]
    struct Infinite;
    impl Formula<2> for Infinite {
        fn eval<R: Real>(&self, [x, y]: [R; 2]) -> R {
            x * y + y
        }
    }
    // By x the slope is y = ∞; by y it is x + 1, untouched by that.
    assert_eq!(
        Infinite.partials([3.0, f32::INFINITY]),
        [f32::INFINITY, 4.0]
    );
}
