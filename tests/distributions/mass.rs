//! Densities integrate to one, masses sum to one.

use elbow::dfdx::shapes::Const;
use elbow::family::{Draw, Event, Param};
use elbow::prelude::Distribution;
use elbow_tests::support::quadrature::{nodes, simplex};
use elbow_tests::support::tensors::{assert_close, numbers, plate, rounded};

use crate::family::{Family, Space};

/// Each `f32` log-density is exact to 4·10⁻⁶, so a weighted mean of densities is too.
const TOLERANCE: f64 = 1e-5;

/// The whole mass of every case, through `log_prob` and through `log_prob_of`.
pub fn total<F: Family>() {
    for (family, params) in F::cases() {
        match F::SPACE {
            Space::Atoms => atoms(family, &params),
            Space::Simplex => on_simplex(family, &params),
            _ => on_line(family, &params),
        }
    }
}

/// The family at these parameters, the same for every row.
pub fn built<F: Family, E: Event>(family: F, params: &[f64]) -> F::Of<E> {
    let params = params.chunks(F::lane::<E>());
    let params: Vec<_> = params.map(|p| Param::<E>::Rows(plate::<E>(p))).collect();
    family.build(&params)
}

fn on_line<F: Family>(family: F, params: &[f64]) {
    let of = built::<F, ()>(family, params);
    let what = format!("{} {params:?}", F::Of::<()>::FAMILY);
    let breaks = family.breaks(params);
    let last = breaks.len() - 1;
    let integral = |log_probs: Vec<f64>, weights: &[f64]| -> f64 {
        let terms = log_probs.iter().zip(weights);
        terms.map(|(log_prob, w)| w * log_prob.exp()).sum()
    };
    if F::SPACE == Space::Unit {
        // In logits, where nothing saturates.
        let (y, weights): (Vec<_>, Vec<_>) = nodes(&breaks, 400).into_iter().unzip();
        let draw = Draw::from_logit(plate::<()>(&y));
        let mass = integral(numbers(&of.log_prob_of(&draw)), &weights);
        assert_close(&format!("{what} in logits"), mass, 1.0, TOLERANCE, 1.0);
    }
    // A value closer than 10⁻⁴ to 1 is too coarse in f32 for its density: the tails come from the cdf.
    let ends = match F::SPACE {
        Space::Unit => vec![-9.0, 9.0],
        _ => breaks.clone(),
    };
    let lattice = nodes(&ends, 1000);
    let (x, weights): (Vec<f64>, Vec<f64>) = match F::SPACE {
        Space::Positive => lattice.iter().map(|&(y, w)| (y.exp(), w * y.exp())).unzip(),
        Space::Unit => lattice
            .iter()
            .map(|&(y, w)| {
                let x = 1.0 / (1.0 + (-y).exp());
                (x, w * x * (1.0 - x))
            })
            .unzip(),
        _ => lattice.into_iter().unzip(),
    };
    let mass = integral(numbers(&of.log_prob(&plate::<()>(&x))), &weights);
    let between = match F::SPACE {
        Space::Unit => family.cdf(9.0, params) - family.cdf(-9.0, params),
        _ => 1.0,
    };
    assert_close(&what, mass, between, TOLERANCE, 1.0);
    // The row's own breaks hold all of the mass, or the quadrature proves nothing.
    let at = |y: f64| match F::SPACE {
        Space::Positive => y.exp(),
        _ => y,
    };
    let held = family.cdf(at(breaks[last]), params) - family.cdf(at(breaks[0]), params);
    assert_close(&format!("{what}: the row's breaks"), held, 1.0, 1e-6, 1.0);
}

fn on_simplex<F: Family>(family: F, params: &[f64]) {
    let of = built::<F, (Const<3>,)>(family, params);
    // Log-ratios are Logistic(·, 1/t): beyond 24 scales there is less than 10⁻⁹.
    let points = simplex(30.0, 0.2);
    let logs: Vec<f64> = points.iter().flat_map(|(log, _)| *log).collect();
    let draw = Draw::from_log(plate::<(Const<3>,)>(&logs));
    let in_logs: f64 = numbers(&of.log_prob_of(&draw))
        .iter()
        .map(|log_prob| log_prob.exp() * 0.2 * 0.2)
        .sum();
    assert_close("in logarithms", in_logs, 1.0, TOLERANCE, 1.0);
    let values: Vec<f64> = logs.iter().map(|log| rounded(log.exp())).collect();
    let in_values: f64 = numbers(&of.log_prob(&plate::<(Const<3>,)>(&values)))
        .iter()
        .zip(&points)
        .map(|(log_prob, (_, weight))| weight * log_prob.exp())
        .sum();
    assert_close("in values", in_values, 1.0, TOLERANCE, 1.0);
}

fn atoms<F: Family>(family: F, params: &[f64]) {
    let mass = |log_probs: Vec<f64>| log_probs.iter().map(|l| l.exp()).sum::<f64>();
    let points: Vec<f64> = F::points().concat();
    let total = if F::LANED {
        mass(numbers(
            &built::<F, (Const<3>,)>(family, params).log_prob(&plate::<(Const<3>,)>(&points)),
        ))
    } else {
        mass(numbers(
            &built::<F, ()>(family, params).log_prob(&plate::<()>(&points)),
        ))
    };
    assert_close("the masses", total, 1.0, TOLERANCE, 1.0);
}
