//! The negative binomial distribution.

use super::gamma::log_gamma;
use super::poisson::FEW;
use super::{Distribution, Gaps, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, row_sum, rows_of};
use crate::kernels::logarithms::logit_of;
use crate::kernels::real::double::FACTORIALS;
use crate::kernels::real::{Real, double};
use crate::kernels::special::{deviance, half_log_tau, is_direct, log_rising, stirling_rest};
use crate::kernels::within::{row_sum_inside, zero_outside};
use crate::noise::{Stream, poisson};
use crate::support::{Counts, Mass};
use crate::tensor::{Change, Event, IntoParam, Param, Rows, Value};

/// Negative binomial, element by element: the successes, of probability `p`, before failure number `r`,
/// `ln Γ(k + r) − ln Γ(r) − ln Γ(k + 1) + r ln(1 − p) + k ln p`; `r` need not be whole.
///
/// It is a Poisson variable whose rate is gamma with concentration `r` and rate `(1 − p)/p`. Use it for counts that spread
/// more than Poisson's.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![3.0])?);
/// let log_prob = NegativeBinomial::<()>::probs(2.5, 0.4).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 2.144564627).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("GammaPoisson", "Polya"))]
#[derive(Clone, Debug)]
pub struct NegativeBinomial<E: Event> {
    failures: Param<E>,
    logits: Param<E>,
    /// The parameters as they were given, for messages.
    probs: Option<Param<E>>,
}

impl<E: Event> NegativeBinomial<E> {
    /// With a positive number of `failures` and finite log-odds of a success.
    pub fn logits(failures: impl IntoParam<E>, logits: impl IntoParam<E>) -> Self {
        Self {
            failures: failures.into_param(),
            logits: logits.into_param(),
            probs: None,
        }
    }

    /// With a positive number of `failures` and a probability of a success strictly between 0 and 1. The mean is `r p/(1 − p)`.
    pub fn probs(failures: impl IntoParam<E>, probs: impl IntoParam<E>) -> Self {
        let probs = probs.into_param();
        Self {
            failures: failures.into_param(),
            logits: logit_of(&probs),
            probs: Some(probs),
        }
    }

    /// The number of failures.
    pub fn failures(&self) -> &Param<E> {
        &self.failures
    }

    /// The log-odds of a success, as given to [`logits`](Self::logits) or computed from the probabilities.
    pub fn logit_param(&self) -> &Param<E> {
        &self.logits
    }
}

impl<E: Event> Distribution for NegativeBinomial<E> {
    type Event = E;
    type Measure = Mass;
    type Support = Counts;
    type Class = class::Scored;
    const FAMILY: &'static str = "NegativeBinomial";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.failures.check("failures", Domain::Positive, rows)?;
        if let Some(probs) = &self.probs {
            probs.check("probs", Domain::OpenUnit, rows)?;
        }
        self.logits.check("logits", Domain::Finite, rows)
    }

    fn log_prob(&self, value: &Value<E>) -> Rows {
        let value = rows_of::<E>(value);
        row_sum_inside(LogMass, [&value, &self.failures, &self.logits])
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<E> {
        let params = [&self.failures, &self.logits];
        let counts = noise.plate_given(rows, params, |rng, [failures, logit]| {
            let log_rate = log_gamma(failures, rng) + logit;
            poisson(log_rate.min(f64::from(f32::MAX).ln()).exp(), rng)
        });
        Draw::of(counts.expand(rows))
    }

    fn mean(&self, rows: usize) -> Option<Value<E>> {
        Some(map(Mean, [&self.failures, &self.logits]).expand(rows))
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            failures: self.failures.changed(how),
            logits: self.logits.changed(how),
            probs: None,
        }
    }
}

/// `r ln((1 − p)/(1 − q)) + r p/(1 − p) · ln(p/q)`. It has a closed form only if both are known to have the same number of
/// failures.
impl<E: Event> KlDivergence<NegativeBinomial<E>> for NegativeBinomial<E> {
    fn kl_divergence(&self, prior: &NegativeBinomial<E>) -> Option<Rows> {
        match (&self.failures, &prior.failures) {
            (Param::Number(a), Param::Number(b)) if a == b => {
                Some(row_sum(Kl, [&self.failures, &self.logits, &prior.logits]))
            }
            _ => None,
        }
    }
}

/// Below this number of trials the log-gammas of a log-mass are right to 10⁻¹⁰ nats.
const ORDINARY: f32 = 10_000.0;

/// Up to this count `Γ(r + k)/Γ(r)` is taken as a product.
const SHORT: f32 = 16.0;

#[derive(Clone, Copy)]
struct LogMass;
impl Formula<3> for LogMass {
    const DOUBLE: bool = true;
    const WIDE: bool = true;
    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn is_ordinary(&self, [k, failures, _]: [f32; 3]) -> bool {
        k < FACTORIALS as f32 && k + failures < ORDINARY
    }

    #[inline(always)]
    fn ordinary<R: Real>(&self, [k, failures, logit]: [R; 3]) -> R {
        let ways = failures.ln_rising(k) - k.ln_factorial();
        ways - (failures * logit.softplus() + k * (-logit).softplus())
    }

    const SHORT: bool = true;

    #[inline(always)]
    fn is_short(&self, [k, failures, _]: [f32; 3]) -> bool {
        k <= SHORT && failures < ORDINARY
    }

    #[inline(always)]
    fn short<const VALUES: bool, const SLOPES: bool, const W: usize>(
        &self,
        [k, failures, logit]: [&[f64; W]; 3],
    ) -> ([f64; W], [[f64; W]; 3]) {
        let [product, slope] = rising::<SLOPES, W>(failures, k);
        let [mut values, mut by_failures, mut by_logit] = [[0.0; W]; 3];
        for i in 0..W {
            let (k, failures, logit) = (k[i], failures[i], logit[i]);
            let miss = double::softplus(logit);
            if VALUES {
                let ways = double::ln(product[i]) - double::ln_factorial(k);
                values[i] = ways - (failures * miss + k * double::softplus(-logit));
            }
            if SLOPES {
                by_failures[i] = slope[i] / product[i] - miss;
                // p and 1 − p by one division.
                let e = double::exp_of_negative(-logit.abs());
                let (hit, miss) = if logit >= 0.0 { (1.0, e) } else { (e, 1.0) };
                by_logit[i] = (k * miss - failures * hit) / (1.0 + e);
            }
        }
        (values, [[0.0; W], by_failures, by_logit])
    }

    #[inline(always)]
    fn eval<R: Real>(&self, [k, failures, logit]: [R; 3]) -> R {
        if is_direct(k.value() + failures.value(), logit.value()) || k.value() < FEW {
            let ways = log_rising(failures, k) - k.shift(1.0).ln_gamma();
            return ways - (failures * logit.softplus() + k * (-logit).softplus());
        }
        // The mass of a binomial with r + k trials whose last is a failure. Its formula leaves out the large terms that cancel.
        let all = failures + k;
        let (hit, miss) = (logit.sigmoid(), (-logit).sigmoid());
        let excess = failures * hit - k * miss;
        half_log_tau(failures) - half_log_tau(all) - half_log_tau(k) + stirling_rest(all)
            - stirling_rest(failures)
            - stirling_rest(k)
            - deviance(k, all * hit, excess)
            - deviance(failures, all * miss, -excess)
    }
}

zero_outside!(LogMass[3] in Whole);

/// `r (r + 1) … (r + k − 1)`, and with `SLOPE` its slope by `r`, for counts up to [`SHORT`].
#[inline(always)]
fn rising<const SLOPE: bool, const W: usize>(r: &[f64; W], k: &[f64; W]) -> [[f64; W]; 2] {
    const STEPS: usize = 4;
    let (mut products, mut slopes) = ([1.0; W], [0.0; W]);
    // Positive numbers are in the order of their bits.
    let most = k.iter().fold(0, |most, k| k.to_bits().max(most));
    let most = f64::from_bits(most).clamp(0.0, SHORT.into());
    for j in (0..most as usize).step_by(STEPS) {
        for i in 0..W {
            let (mut product, mut slope): (f64, f64) = (products[i], slopes[i]);
            for step in 0..STEPS {
                let j = (j + step) as f64;
                // Beyond the count factors are 1, which changes no digit.
                let is_factor = j < k[i];
                let factor = if is_factor { r[i] + j } else { 1.0 };
                if SLOPE {
                    let grown = if is_factor { product } else { 0.0 };
                    slope = slope.mul_add(factor, grown);
                }
                product *= factor;
            }
            products[i] = product;
            if SLOPE {
                slopes[i] = slope;
            }
        }
    }
    [products, slopes]
}

#[derive(Clone, Copy)]
struct Mean;
impl Formula<2> for Mean {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [failures, logit]: [R; 2]) -> R {
        failures * logit.exp()
    }
}

#[derive(Clone, Copy)]
struct Kl;
impl Formula<3> for Kl {
    compiled_here!(3);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [failures, logit, prior]: [R; 3]) -> R {
        let miss = prior.softplus() - logit.softplus();
        let hit = (-prior).softplus() - (-logit).softplus();
        failures * (miss + logit.exp() * hit)
    }
}
