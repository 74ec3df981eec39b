//! Counts whose zeros have a probability of their own.

use super::count_family::{CountFamily, Gated, above_zero, through_gate};
use super::log_odds::LogOdds;
use super::summary::{each, sigmoid};
use super::{Distribution, Gaps, Named, class};
use crate::distribution::Draw;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{Formula, compiled_here, map, rows_of};
use crate::kernels::real::Real;
use crate::noise::Stream;
use crate::support::Mass;
use crate::tensor::tape::unrecorded;
use crate::tensor::{Change, IntoParam, Param, Rows, Value};

/// Counts that are 0 with the probability `g`, and otherwise those of a family `F` that are above 0, element by element: `ln g` at 0,
/// and `ln(1 − g) + ln p(k) − ln(1 − p(0))` above (Mullahy 1986).
///
/// The gate alone decides whether a count is 0, and the base alone how large the others are. So there may be fewer zeros than the
/// family has. If the family's own zeros are among them, use [`ZeroInflated`](super::ZeroInflated).
///
/// `F` is [`Poisson`](super::Poisson), [`NegativeBinomial`](super::NegativeBinomial), [`Geometric`](super::Geometric),
/// [`Binomial`](super::Binomial), [`BetaBinomial`](super::BetaBinomial), or a [`CountFamily`] of your own. A base that is always 0,
/// such as a binomial of no trials, is an error that names the row.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![0.0, 2.0])?);
/// let log_prob = Hurdle::probs(0.3, Poisson::<()>::new(2.2)).log_prob(&x).as_vec();
/// assert!((log_prob[0] - 0.3_f32.ln()).abs() < 1e-6);
/// assert!((log_prob[1] + 1.555470755).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("ZeroTruncated", "ZeroAltered"))]
#[derive(Clone, Debug)]
pub struct Hurdle<F: CountFamily> {
    logits: LogOdds<F::Event>,
    base: F,
}

impl<F: CountFamily> Hurdle<F> {
    /// With finite log-odds of a zero, and the family whose counts above 0 are the others.
    pub fn logits(logits: impl IntoParam<F::Event>, base: F) -> Self {
        Self {
            logits: LogOdds::logits(logits),
            base,
        }
    }

    /// With the probability of a zero, strictly between 0 and 1, and the family whose counts above 0 are the others. If the
    /// probability is a draw on (0, 1), the draw's own logit is used.
    pub fn probs(probs: impl IntoParam<F::Event>, base: F) -> Self {
        Self {
            logits: LogOdds::probs(probs),
            base,
        }
    }

    /// The log-odds of a zero, as given to [`logits`](Self::logits) or computed from the probabilities.
    pub fn logit_param(&self) -> &Param<F::Event> {
        &self.logits
    }

    /// The family whose counts above 0 are the others.
    pub fn base(&self) -> &F {
        &self.base
    }
}

impl<F: CountFamily> Distribution for Hurdle<F> {
    type Event = F::Event;
    type Measure = Mass;
    type Support = F::Support;
    type Class = class::Scored;
    const FAMILY: &'static str = "Hurdle";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.logits.check(rows, Domain::Finite, Domain::OpenUnit)?;
        self.base.check(rows)?;
        let rest = unrecorded(|| map(Rest, [&self.base.log_zero()]));
        rest.check("1 - p(0)", Domain::Positive, rows)
    }

    fn log_prob(&self, value: &Value<F::Event>) -> Rows {
        let gate = Gated {
            value: &rows_of::<F::Event>(value),
            logits: &self.logits,
            is_hurdle: true,
        };
        self.base.gated(&gate) + above_zero(&self.base, value)
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<F::Event> {
        let counts = self.base.sample_above_zero(rows, &noise.part("base"));
        through_gate(&self.logits, &counts, rows, &noise.part("gate"))
    }

    /// `(1 − g)/(1 − p(0))` times the base's mean, if it has one.
    fn mean(&self, rows: usize) -> Option<Value<F::Event>> {
        let mean = rows_of::<F::Event>(&self.base.mean(rows)?);
        Some(map(Mean, [&self.logits, &mean, &self.base.log_zero()]).expand(rows))
    }

    /// Of the base's mean, deviation and mass at 0, if it has them.
    fn deviation(&self, rows: usize) -> Option<Value<F::Event>> {
        let [mean, deviation] = [self.base.mean(rows)?, self.base.deviation(rows)?];
        let [mean, deviation] = [mean, deviation].map(|own| rows_of::<F::Event>(&own));
        let params = [&self.logits, &mean, &deviation, &self.base.log_zero()];
        Some(each(rows, params, |[l, mean, deviation, log_zero]| {
            // With k = (1 − g)/(1 − p(0)), the moments are k times the base's: k(s² + m² − k m²).
            let above = -log_zero.exp_m1();
            let excess = (sigmoid(l) - log_zero.exp()) / above;
            let square = deviation * deviation + excess * mean * mean;
            (sigmoid(-l) / above * square.max(0.0)).sqrt()
        }))
    }

    /// The gate's logits, and the parameters of the base as `base.rate`.
    fn parameters(&self) -> Vec<Named> {
        let base = self.base.parameters().into_iter();
        let logits = Named::of("logits", &self.logits);
        std::iter::once(logits)
            .chain(base.map(|own| own.under("base")))
            .collect()
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            logits: self.logits.changed(how),
            base: self.base.changed(how),
        }
    }
}

/// `1 − e^l`
#[derive(Clone, Copy)]
struct Rest;
impl Formula<1> for Rest {
    compiled_here!(1);

    #[inline(always)]
    fn eval<R: Real>(&self, [log]: [R; 1]) -> R {
        -log.exp_m1()
    }
}

#[derive(Clone, Copy)]
struct Mean;
impl Formula<3> for Mean {
    compiled_here!(3);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [logit, mean, log_zero]: [R; 3]) -> R {
        (-logit).sigmoid() * (mean / -log_zero.exp_m1())
    }
}
