//! The von Mises row, and what is particular to angles.

use elbow::family::special::{bessel_ratio, ln_bessel_i0e};
use elbow::prelude::{Distribution, VonMises};
use elbow_tests::support::differences::gradient;
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::{
    assert_close, backward, gradient_of, noise, numbers, plate, rounded, weighted,
};

use super::*;

#[derive(Clone, Copy)]
pub struct VonMisesRow;

impl Family for VonMisesRow {
    type Of<E: Event> = VonMises<E>;
    const POSITIVE: &'static [bool] = &[false, true];
    const SPACE: Space = Space::Real;

    fn build<E: Event>(self, params: &[Param<E>]) -> VonMises<E> {
        VonMises::new(params[0].clone(), params[1].clone())
    }
    reparameterised!();
    fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
        -2.0 * p[1] * (0.5 * (x[0] - p[0])).sin().powi(2) - TAU.ln() - ln_bessel_i0e(p[1])
    }
    /// Of the angle between −π and π.
    fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
        let moment = |n: i32| {
            let f = |x: f64| x.powi(n) * self.log_density(&[x], p).exp();
            integrate(f, &[-PI, PI], 200)
        };
        vec![[moment(1), moment(2)]]
    }
    fn entropy(self, p: &[f64]) -> Option<f64> {
        Some(TAU.ln() + ln_bessel_i0e(p[1]) + p[1] * (1.0 - bessel_ratio(p[1])))
    }
    fn cdf(self, x: f64, p: &[f64]) -> f64 {
        let f = |x: f64| self.log_density(&[x], p).exp();
        integrate(f, &[-PI, x], 12).clamp(0.0, 1.0)
    }
    fn breaks(self, _: &[f64]) -> Vec<f64> {
        vec![-PI, PI]
    }
    fn goldens() -> Vec<Golden<Self>> {
        scalar_golden! { VonMisesRow,
            [0.5, 2.0] at 1.0 => -0.9067054841, "VonMises(0.5, 2) at 1";
            [0.5, 2.0] at (1.0 + TAU) => -0.9067054841, "one turn further";
        }
    }
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        vec![(VonMisesRow, &[0.0, 2.0], 1.266321292)]
    }
    fn cases() -> Vec<Case<Self>> {
        vec![
            (VonMisesRow, vec![0.5, 2.0]),
            (VonMisesRow, vec![-0.4, 8.0]),
        ]
    }
    fn points() -> Vec<Vec<f64>> {
        scalars(&[0.3, -1.0, 2.5, 0.7, -0.2])
    }
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
        let at = |loc, k, points: &[f64]| ((VonMisesRow, vec![loc, k]), scalars(points));
        vec![
            at(0.0, 1e-30, &[0.0, 3.0, -3.0]),
            at(3.0, 1e-3, &[0.0, 3.0, -3.0]),
            at(0.0, 20.0, &[0.0, 0.2, -3.0]),
            at(0.0, 1e4, &[0.0, 0.02, -3.0]),
            at(-2.0, 1e6, &[-2.0, -2.001, 1.0]),
        ]
    }
}

impl Divergent for VonMisesRow {
    library_kl!();
    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64 {
        let ratio = bessel_ratio(q[1]);
        let apart = (0.5 * (q[0] - p[0])).sin().powi(2);
        ln_bessel_i0e(p[1]) - ln_bessel_i0e(q[1])
            + (p[1] - q[1]) * (1.0 - ratio)
            + 2.0 * ratio * p[1] * apart
    }
    fn pairs() -> Vec<Pair<Self>> {
        vec![Pair {
            family: VonMisesRow,
            guide: &[0.5, 2.0],
            prior: &[-0.3, 1.0],
            kl: 0.3213258471,
            source: "VonMises(0.5, 2), (-0.3, 1)",
        }]
    }
}

/// An angle has no mean that turns with it; its cosine and sine have.
#[test]
fn gradients_of_the_point_on_the_circle() {
    const PATHS: usize = 200_000;
    for params in [[0.5, 2.0], [-2.8, 0.7], [0.0, 40.0]] {
        let [loc, concentration] = params.map(|p| plate::<()>(&vec![p; PATHS]));
        let of = VonMises::<()>::new(Param::Rows(loc.clone()), Param::Rows(concentration.clone()));
        let z = numbers(&of.rsample(PATHS, &noise(7, "z")).value());
        assert!(z.iter().all(|z| z.abs() <= PI + 1e-6), "beyond a half turn");
        let slopes: [fn(f64) -> f64; 2] = [|z| -z.sin(), f64::cos];
        let means: [fn(&[f64]) -> f64; 2] = [
            |p| bessel_ratio(p[1]) * p[0].cos(),
            |p| bessel_ratio(p[1]) * p[0].sin(),
        ];
        for (slope, mean) in slopes.into_iter().zip(means) {
            let weights: Vec<f64> = z.iter().copied().map(slope).collect();
            let draw = || of.rsample(PATHS, &noise(7, "z")).value();
            let mut grads = backward(|| weighted(draw(), &weights));
            let exact = gradient(mean, &params);
            for (row, exact) in [&loc, &concentration].into_iter().zip(exact) {
                let found = gradient_of(&mut grads, row);
                assert_mean(&format!("{params:?}"), &found, exact, 0.05);
            }
        }
    }
    let slope = gradient(|p| bessel_ratio(p[0]), &[2.0])[0];
    assert_close("dA/dκ at 2", slope, 0.1642231977, 1e-9, 1.0);
}

/// The mean is the direction, whatever the number of turns.
#[test]
fn mean_direction() {
    let of = VonMises::<()>::new(0.5 + 3.0 * TAU as f32, 2.0);
    let mean = numbers(&of.mean(2).expect("a direction"));
    assert_close("direction", mean[1], 0.5, 3e-6, 1.0);
}

/// Concentrated angles are normal with variance `1/κ`: entropies, divergences and their slopes over all of `f32`.
#[test]
fn concentrated() {
    for exponent in 7..=38 {
        let k = rounded(1.7 * 10.0_f64.powi(exponent));
        let what = format!("κ {k:e}");
        let concentration = plate::<()>(&[k]);
        let of = VonMises::<()>::new(0.5, Param::Rows(concentration.clone()));
        let entropy = || of.entropy().expect("closed");
        let exact = 0.5 * (1.0 + (TAU / k).ln());
        assert_close(&what, numbers(&entropy())[0], exact, 1e-7, exact);
        let mut grads = backward(|| weighted(entropy(), &[1.0]));
        let found = gradient_of(&mut grads, &concentration)[0];
        // The least numbers of f32 have fewer digits.
        let least = f64::from(f32::MIN_POSITIVE);
        let close = (found + 0.5 / k).abs() <= 1e-6 * 0.5 / k + least;
        assert!(close, "{what}: slope of the entropy {found}");
        for share in [0.25, 0.01, 2.0] {
            let prior = rounded(k * share).min(f64::from(f32::MAX));
            let ratio = prior / k;
            let kl = || {
                of.kl_divergence(&VonMises::new(0.5, prior as f32))
                    .expect("closed")
            };
            let exact = 0.5 * (ratio - 1.0 - ratio.ln());
            assert_close(&what, numbers(&kl())[0], exact, 1e-6, 1.0);
            let mut grads = backward(|| weighted(kl(), &[1.0]));
            let found = gradient_of(&mut grads, &concentration)[0];
            let exact = 0.5 * (1.0 - ratio) / k;
            let close = (found - exact).abs() <= 1e-6 * exact.abs() + least;
            assert!(close, "{what} against {prior:e}: {found}, not {exact}");
        }
    }
}
