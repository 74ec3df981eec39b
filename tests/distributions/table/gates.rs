//! Rows of counts whose zeros have a gate. Each is made of the row of its base.

use elbow::family::CountFamily;
use elbow::prelude::{
    BetaBinomial, Binomial, Distribution, Geometric, Hurdle, NegativeBinomial, Poisson,
    ZeroInflated,
};
use elbow_tests::support::differences::gradient;
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::{
    assert_close, backward, event, gradient_of, noise, numbers, plate, rounded, scattered, weighted,
};

use super::beta_binomial::BetaBinomialRow;
use super::negative_binomial::MeanDispersionRow;
use super::poisson::PoissonRow;
use super::*;

/// What of the mass of the base is above 0, `ln(1 − e^l)`.
fn log_rest(log_zero: f64) -> f64 {
    if log_zero > -LN_2 {
        (-log_zero.exp_m1()).ln()
    } else {
        (-log_zero.exp()).ln_1p()
    }
}

/// Parameters of the base with a gate before them.
fn with_gate(gate: f64, base: &[f64]) -> Vec<f64> {
    [&[gate], base].concat()
}

/// Log-odds of gates.
const GATES: [f64; 5] = [LOGIT_03, 1.5, -1e4, 88.0, 1e4];

macro_rules! gated_rows {
    ($($row:ident: $gate:ident of $base:ident, $family:ident, $base_row:expr, positive [$($positive:literal),*], cases [$([$($param:expr),*]),*], extremes [$([$($extreme:expr),*]),*],
       $log_density:expr, $kept:expr, goldens { $([$($known:expr),*] at $at:expr => $log_prob:expr, $source:expr;)* };)*) => {$(
        #[derive(Clone, Copy)]
        pub struct $row;

        impl Family for $row {
            type Of<E: Event> = $gate<$family<E>>;
            const POSITIVE: &'static [bool] = &[false, $($positive),*];
            const SPACE: Space = Space::Atoms;
            const MODE: bool = false;
            const ENTROPY: bool = false;

            fn build<E: Event>(self, params: &[Param<E>]) -> $gate<$family<E>> {
                $gate::logits(params[0].clone(), $base_row.build(&params[1..]))
            }
            not_reparameterised!();
            fn cdf(self, _: f64, _: &[f64]) -> f64 {
                unreachable!("a discrete family")
            }
            fn breaks(self, _: &[f64]) -> Vec<f64> {
                unreachable!("a discrete family")
            }
            fn log_density(self, x: &[f64], p: &[f64]) -> f64 {
                let log_zero = $base_row.log_density(&[0.0], &p[1..]);
                // No slope by the count at 0.
                let above = (x[0] > 0.5).then(|| $base_row.log_density(x, &p[1..]));
                let log_density: fn(f64, f64, Option<f64>) -> f64 = $log_density;
                log_density(p[0], log_zero, above)
            }
            fn moments(self, p: &[f64]) -> Vec<[f64; 2]> {
                let kept: fn(f64, f64) -> f64 = $kept;
                let share = kept(p[0], $base_row.log_density(&[0.0], &p[1..]));
                let moments = $base_row.moments(&p[1..]).into_iter();
                moments.map(|own| own.map(|moment| share * moment)).collect()
            }
            /// None in closed form.
            fn entropy(self, _: &[f64]) -> Option<f64> {
                None
            }
            fn goldens() -> Vec<Golden<Self>> {
                scalar_golden! { $row, $([$($known),*] at $at => $log_prob, $source;)* }
            }
            fn cases() -> Vec<Case<Self>> {
                vec![$(($row, vec![$($param),*])),*]
            }
            fn points() -> Vec<Vec<f64>> {
                $base::points()
            }
            fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)> {
                let bases: Vec<Vec<f64>> = vec![$(vec![$($extreme),*]),*];
                let points = scalars(&[0.0, 1.0, 5.0]);
                let all = bases.iter().flat_map(|base| GATES.map(|gate| with_gate(gate, base)));
                all.map(|params| (($row, params), points.clone())).collect()
            }
        }
    )*};
}

/// `ln(g + (1 − g) p(0))`, or `ln(1 − g) + ln p(k)`
const INFLATED: fn(f64, f64, Option<f64>) -> f64 = |gate, log_zero, above| match above {
    None => log_sum_exp([-softplus(-gate), log_zero - softplus(gate)].into_iter()),
    Some(above) => above - softplus(gate),
};

/// `ln g`, or `ln(1 − g) + ln p(k) − ln(1 − p(0))`
const CUT: fn(f64, f64, Option<f64>) -> f64 = |gate, log_zero, above| match above {
    None => -softplus(-gate),
    Some(above) => above - softplus(gate) - log_rest(log_zero),
};

const SHARE_OF_INFLATED: fn(f64, f64) -> f64 = |gate, _| sigmoid(-gate);
const SHARE_OF_CUT: fn(f64, f64) -> f64 = |gate, log_zero| sigmoid(-gate) / -log_zero.exp_m1();

// The goldens of inflated counts are by mpmath, with 40 digits. Those of hurdles are by hand from masses of the bases.
gated_rows! {
    InflatedPoissonRow: ZeroInflated of PoissonRow, Poisson, PoissonRow, positive [true],
        cases [[LOGIT_03, 2.2], [1.5, 15.0], [-1.0, 0.4]], extremes [[1e-30], [1e-3], [88.0], [1e6]],
        INFLATED, SHARE_OF_INFLATED, goldens {
            [LOGIT_03, 2.2] at 0.0 => -0.9740199269073175, "gate 0.3, Poisson(2.2) at 0";
            [LOGIT_03, 2.2] at 1.0 => -1.7682175835744625, "gate 0.3, Poisson(2.2) at 1";
            [LOGIT_03, 2.2] at 7.0 => -5.562634782454255, "gate 0.3, Poisson(2.2) at 7";
        };
    InflatedNegativeBinomialRow: ZeroInflated of MeanDispersionRow, NegativeBinomial, MeanDispersionRow, positive [true, true],
        cases [[LOGIT_03, 1.6, 2.5], [0.4, 3.0, 9.0]], extremes [[1e-3, 1.0], [1e4, 1e4]],
        INFLATED, SHARE_OF_INFLATED, goldens {
            [LOGIT_03, 3.5, 1.7] at 0.0 => -0.9047826283461211, "gate 0.3, mean 3.5, inverse dispersion 1.7 at 0";
            [LOGIT_03, 3.5, 1.7] at 4.0 => -2.6391876869089463, "gate 0.3, mean 3.5, inverse dispersion 1.7 at 4";
            [LOGIT_03, 3.5, 1.7] at 60.0 => -23.039366017977585, "gate 0.3, mean 3.5, inverse dispersion 1.7 at 60";
        };
    HurdlePoissonRow: Hurdle of PoissonRow, Poisson, PoissonRow, positive [true],
        cases [[LOGIT_03, 2.2], [1.5, 15.0], [-1.0, 0.1]], extremes [[1e-3], [88.0], [1e6]],
        CUT, SHARE_OF_CUT, goldens {
            [LOGIT_03, 2.2] at 0.0 => -1.2039728043259361, "gate 0.3 of a hurdle at 0";
            [LOGIT_03, 2.2] at 2.0 => -1.555470754957278, "gate 0.3 of a hurdle, Poisson(2.2) at 2";
        };
    HurdleNegativeBinomialRow: Hurdle of MeanDispersionRow, NegativeBinomial, MeanDispersionRow, positive [true, true],
        cases [[LOGIT_03, 1.6, 2.5], [0.4, 3.0, 9.0], [-1.0, 0.01, 0.5]], extremes [[1e-3, 1.0], [1e4, 1e4]],
        CUT, SHARE_OF_CUT, goldens {
            [LOGIT_03, 3.5, 1.7] at 4.0 => -2.4772906974122195, "gate 0.3 of a hurdle, mean 3.5, inverse dispersion 1.7 at 4";
        };
    HurdleBetaBinomialRow: Hurdle of BetaBinomialRow, BetaBinomial, BetaBinomialRow(10), positive [true, true],
        cases [[LOGIT_03, 2.5, 0.7], [-0.5, 0.4, 6.0], [0.1, 0.05, 0.8]], extremes [[1e-3, 1e-3], [1e-3, 1.0], [1e6, 1e6]],
        CUT, SHARE_OF_CUT, goldens {};
}

/// The bases that have no row: masses of all counts, and draws.
#[test]
fn other_bases() {
    fn gates<F: CountFamily<Event = ()>>(what: &str, base: impl Fn(f32) -> F, last: usize) {
        let points: Vec<f64> = (0..=last).map(|k| k as f64).collect();
        let x = plate::<()>(&points);
        let inflated = ZeroInflated::probs(0.3, base(0.4));
        let hurdle = Hurdle::probs(0.3, base(0.4));
        let plain = numbers(&base(0.4).log_prob(&x));
        let drawn = numbers(&inflated.sample(50_000, &noise(4, "z")).value());
        check(
            &format!("{what}, inflated"),
            &numbers(&inflated.log_prob(&x)),
            &drawn,
            |k| 0.7 * plain[k].exp() + if k == 0 { 0.3 } else { 0.0 },
        );
        let drawn = numbers(&hurdle.sample(50_000, &noise(4, "z")).value());
        let above = 1.0 - plain[0].exp();
        check(
            &format!("{what}, hurdle"),
            &numbers(&hurdle.log_prob(&x)),
            &drawn,
            |k| {
                if k == 0 {
                    0.3
                } else {
                    0.7 * plain[k].exp() / above
                }
            },
        );
        assert_eq!(base(0.4).check(1), Ok(()), "{what}");
    }
    fn check(what: &str, found: &[f64], draws: &[f64], mass: impl Fn(usize) -> f64) {
        let total: f64 = found.iter().map(|l| l.exp()).sum();
        assert_close(what, total, 1.0, 1e-6, 1.0);
        for (k, found) in found.iter().enumerate() {
            assert_close(
                &format!("{what} at {k}"),
                *found,
                mass(k).ln(),
                1e-6,
                mass(k).ln(),
            );
        }
        for k in 0..4 {
            let hits = draws.iter().map(|&x| f64::from(u8::from(x == k as f64)));
            assert_mean(
                &format!("{what}: draws of {k}"),
                &hits.collect::<Vec<_>>(),
                mass(k),
                0.03,
            );
        }
    }
    gates("Geometric", Geometric::logits, 60);
    gates("Binomial", |l| Binomial::logits(6, l), 6);
    gates("BetaBinomial", |l| BetaBinomial::new(6, 1.0 + l, 2.0), 6);
    gates(
        "NegativeBinomial",
        |l| NegativeBinomial::logits(1.5, l - 1.0),
        80,
    );
}

/// Twenty thousand columns, most of them zeros: the sum keeps its digits, and every slope is that of its own column.
#[test]
fn many_columns() {
    const COLUMNS: usize = 20_000;
    type Wide = (elbow::prelude::Const<COLUMNS>,);
    let each = |f: &dyn Fn(usize) -> f64| (0..COLUMNS).map(f).map(rounded).collect::<Vec<f64>>();
    let counts = each(&|i| if i % 6 == 0 { (i % 37) as f64 } else { 0.0 });
    let gates = each(&|i| 2.0 * scattered(i));
    let means = each(&|i| 1.5 + scattered(i + 7));
    let spreads = each(&|i| 0.9 + 0.5 * scattered(3 * i));
    let x = plate::<Wide>(&counts);
    let given = [&gates, &means, &spreads].map(|own| event::<Wide>(own));
    let base = || NegativeBinomial::mean_dispersion(given[1].clone(), given[2].clone());
    let params = |i: usize| [gates[i], means[i], spreads[i]];
    let terms = |of: &dyn Fn(&[f64], &[f64]) -> f64| {
        let each = (0..COLUMNS).map(|i| of(&counts[i..=i], &params(i)));
        each.sum::<f64>()
    };
    let inflated = || ZeroInflated::logits(given[0].clone(), base());
    let found = numbers(&inflated().log_prob(&x))[0];
    let exact = terms(&|x, p| InflatedNegativeBinomialRow.log_density(x, p));
    assert_close("inflated", found, exact, 1e-10, exact);
    let found = numbers(&Hurdle::logits(given[0].clone(), base()).log_prob(&x))[0];
    let exact = terms(&|x, p| HurdleNegativeBinomialRow.log_density(x, p));
    assert_close("hurdle", found, exact, 1e-10, exact);
    let mut grads = backward(|| weighted(inflated().log_prob(&x), &[1.0]));
    let found = given.each_ref().map(|own| gradient_of(&mut grads, own));
    for i in (0..COLUMNS).step_by(997) {
        let of = |p: &[f64]| InflatedNegativeBinomialRow.log_density(&counts[i..=i], p);
        for (k, exact) in gradient(of, &params(i)).into_iter().enumerate() {
            assert_close(
                &format!("column {i}"),
                found[k][i],
                exact,
                2e-6,
                exact.abs() + 1.0,
            );
        }
    }
}
