//! The beta distribution.

use super::gamma::{log_of_raw, raw_gamma};
use super::summary::{each, within_unit};
use super::{Distribution, Gaps, Named, Reparameterised, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{
    Formula, Quantile, compiled_here, implicit, map, row_sum, rows_of,
};
use crate::kernels::formula::times_log;
use crate::kernels::real::Real;
use crate::kernels::special::beta_logit_slopes;
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::Stream;
use crate::support::{Density, UnitInterval};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// Beta(a, b), element by element, on (0, 1): `(a − 1) ln x + (b − 1) ln(1 − x) − ln B(a, b)`.
///
/// A draw is the share of one gamma variable in the sum of two, and lives in logit space. Its gradient is implicit (Figurnov,
/// Mohamed and Mnih 2018). It is that of the beta distribution itself, which has less variance than that of the gamma
/// variables.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![0.3])?);
/// let log_prob = Beta::<()>::new(2.0, 3.5).log_prob(&x);
/// assert!((log_prob.as_vec()[0] - 0.6611802011).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Beta<E: Event> {
    a: Param<E>,
    b: Param<E>,
}

impl<E: Event> Beta<E> {
    /// With two positive concentrations: `a` pulls to 1, `b` to 0. The mean is `a/(a + b)`.
    pub fn new(a: impl IntoParam<E>, b: impl IntoParam<E>) -> Self {
        Self {
            a: a.into_param(),
            b: b.into_param(),
        }
    }

    /// The concentration that pulls to 1.
    pub fn a(&self) -> &Param<E> {
        &self.a
    }

    /// The concentration that pulls to 0.
    pub fn b(&self) -> &Param<E> {
        &self.b
    }
}

impl<E: Event> Distribution for Beta<E> {
    type Event = E;
    type Measure = Density;
    type Support = UnitInterval;
    type Class = class::Implicit;
    const FAMILY: &'static str = "Beta";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.a.check("a", Domain::Positive, rows)?;
        self.b.check("b", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        row_sum_inside(LogDensity, [&rows_of::<E>(value), &self.a, &self.b])
    }

    fn log_prob_of(&self, draw: &Draw<E>) -> Rows {
        match draw.logit() {
            Some(logit) => row_sum(LogitDensity, [&rows_of::<E>(logit), &self.a, &self.b]),
            None => self.log_prob(&draw.value()),
        }
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        self.rsample(rows, noise).detached()
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        Some(map(Mean, [&self.a, &self.b]).expand(rows))
    }

    fn entropy(&self) -> Option<Rows> {
        Some(row_sum(Entropy, [&self.a, &self.b]))
    }

    /// `(a − 1)/(a + b − 2)` if both concentrations are above 1. Else the density grows toward an end, which is no value, or is
    /// flat: NaN.
    fn mode(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.a, &self.b], |[a, b]| {
            match a > 1.0 && b > 1.0 {
                true => within_unit((a - 1.0) / ((a - 1.0) + (b - 1.0))),
                false => f64::NAN,
            }
        }))
    }

    fn deviation(&self, rows: usize) -> Option<Value<E>> {
        Some(each(rows, [&self.a, &self.b], |[a, b]| {
            (a / (a + b) * (b / (a + b)) / (a + b + 1.0)).sqrt()
        }))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![Named::of("a", &self.a), Named::of("b", &self.b)]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            a: self.a.changed(how),
            b: self.b.changed(how),
        }
    }
}

impl<E: Event> Reparameterised for Beta<E> {
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let logit = noise.plate_finished(
            rows,
            [&self.a, &self.b],
            #[inline(always)]
            |rng, [a, b]| {
                let [moved, uniform] = raw_gamma(a, rng);
                let [other_moved, other_uniform] = raw_gamma(b, rng);
                [moved, uniform, other_moved, other_uniform]
            },
            #[inline(always)]
            |[moved, uniform, other_moved, other_uniform], [a, b]| {
                log_of_raw([moved, uniform], a) - log_of_raw([other_moved, other_uniform], b)
            },
        );
        Draw::from_logit(implicit(Logit, [&logit, &self.a, &self.b]).expand(rows))
    }
}

/// `ln B(c, d) − ln B(a, b) + (a − c)ψ(a) + (b − d)ψ(b) + (c + d − a − b)ψ(a + b)` against Beta(c, d).
impl<E: Event> KlDivergence<Beta<E>> for Beta<E> {
    fn kl_divergence(&self, prior: &Beta<E>) -> Option<Rows> {
        Some(row_sum(Kl, [&self.a, &self.b, &prior.a, &prior.b]))
    }
}

#[derive(Clone, Copy)]
struct Logit;
impl Quantile<3> for Logit {
    #[inline(always)]
    fn slopes<const W: usize>(&self, [logit, a, b]: [&[f64; W]; 3]) -> [[f64; W]; 3] {
        let [by_a, by_b] = beta_logit_slopes(logit, a, b);
        [[0.0; W], by_a, by_b]
    }
}

#[inline(always)]
fn log_beta<R: Real>(a: R, b: R) -> R {
    a.ln_gamma() + b.ln_gamma() - (a + b).ln_gamma()
}

/// At 0 and 1 it is the limit: ∞ if the concentration that pulls away from that end is below 1, −∞ if it is above.
#[derive(Clone, Copy)]
struct LogDensity;
impl Formula<3> for LogDensity {
    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [x, a, b]: [R; 3]) -> R {
        times_log(a.shift(-1.0), x.ln()) + times_log(b.shift(-1.0), (-x).ln_1p()) - log_beta(a, b)
    }
}

zero_outside!(LogDensity[3] in ClosedUnit);

#[derive(Clone, Copy)]
struct LogitDensity;
impl Formula<3> for LogitDensity {
    compiled_here!(3);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [y, a, b]: [R; 3]) -> R {
        -(a * (-y).softplus() + b * y.softplus() + log_beta(a, b))
    }
}

#[derive(Clone, Copy)]
struct Mean;
impl Formula<2> for Mean {
    compiled_here!(2);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [a, b]: [R; 2]) -> R {
        a / (a + b)
    }
}

/// `ln B(a, b) − (a − 1)ψ(a) − (b − 1)ψ(b) + (a + b − 2)ψ(a + b)`
#[derive(Clone, Copy)]
struct Entropy;
impl Formula<2> for Entropy {
    compiled_here!(2);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [a, b]: [R; 2]) -> R {
        let both = a + b;
        log_beta(a, b) - a.shift(-1.0) * a.digamma() - b.shift(-1.0) * b.digamma()
            + both.shift(-2.0) * both.digamma()
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl Formula<4> for Kl {
    compiled_here!(4);

    const DOUBLE: bool = true;
    const WIDE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [a, b, prior_a, prior_b]: [R; 4]) -> R {
        let (more_a, more_b) = (a - prior_a, b - prior_b);
        log_beta(prior_a, prior_b) - log_beta(a, b) + more_a * a.digamma() + more_b * b.digamma()
            - (more_a + more_b) * (a + b).digamma()
    }
}
