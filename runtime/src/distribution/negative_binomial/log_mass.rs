//! The log-mass of negative binomial counts.

use crate::distribution::poisson::FEW;
use crate::kernels::elementwise::Formula;
use crate::kernels::real::double::FACTORIALS;
use crate::kernels::real::{Real, double};
use crate::kernels::special::{deviance, half_log_tau, is_direct, log_rising, stirling_rest};
use crate::kernels::within::zero_outside;

/// Below this number of trials the log-gammas of a log-mass are right to 10⁻¹⁰ nats.
pub(in crate::distribution) const ORDINARY: f32 = 10_000.0;

/// Up to this count `Γ(r + k)/Γ(r)` is taken as a product.
const SHORT: f32 = 16.0;

#[derive(Clone, Copy)]
pub(in crate::distribution) struct LogMass;
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

/// The same with the mean in place of the log-odds.
#[derive(Clone, Copy)]
pub(super) struct ByMean;

impl Formula<3> for ByMean {
    const DOUBLE: bool = true;
    const WIDE: bool = true;
    const KEEPS_SLOPES: bool = true;

    #[inline(always)]
    fn is_ordinary(&self, arguments: [f32; 3]) -> bool {
        LogMass.is_ordinary(arguments)
    }

    #[inline(always)]
    fn ordinary<R: Real>(&self, [k, failures, mean]: [R; 3]) -> R {
        LogMass.ordinary([k, failures, mean.ln() - failures.ln()])
    }

    const SHORT: bool = true;

    #[inline(always)]
    fn is_short(&self, arguments: [f32; 3]) -> bool {
        LogMass.is_short(arguments)
    }

    #[inline(always)]
    fn short<const VALUES: bool, const SLOPES: bool, const W: usize>(
        &self,
        [k, failures, mean]: [&[f64; W]; 3],
    ) -> ([f64; W], [[f64; W]; 3]) {
        let mut logit = [0.0; W];
        for i in 0..W {
            logit[i] = double::ln(mean[i]) - double::ln(failures[i]);
        }
        let (values, [by_k, mut by_failures, by_logit]) =
            LogMass.short::<VALUES, SLOPES, W>([k, failures, &logit]);
        let mut by_mean = [0.0; W];
        for i in 0..W {
            by_failures[i] -= by_logit[i] / failures[i];
            by_mean[i] = by_logit[i] / mean[i];
        }
        (values, [by_k, by_failures, by_mean])
    }

    #[inline(always)]
    fn eval<R: Real>(&self, [k, failures, mean]: [R; 3]) -> R {
        LogMass.eval([k, failures, mean.ln() - failures.ln()])
    }
}

zero_outside!(ByMean[3] in Whole);

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
