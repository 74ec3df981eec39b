//! The Concrete row.

use elbow::prelude::Concrete;

use super::*;

/// Concrete at a temperature, which is a number and not a parameter with a gradient.
#[derive(Clone, Copy)]
pub struct ConcreteRow(pub f64);

impl ConcreteRow {
    /// In logits: Logistic(φ/t, 1/t).
    pub fn log_density_of_logit(self, y: f64, logit: f64) -> f64 {
        LogisticRow.log_density(&[y], &[logit / self.0, 1.0 / self.0])
    }
}

impl Family for ConcreteRow {
    type Of<E: Event> = Concrete<E>;
    const POSITIVE: &'static [bool] = &[false];
    const SPACE: Space = Space::Unit;
    const MODE: bool = false;
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
    fn lattice() -> Vec<&'static [f32]> {
        vec![own_draws::LOGIT]
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
