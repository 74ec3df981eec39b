//! Counts with more zeros than their family has.

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
use crate::tensor::{Change, IntoParam, Param, Rows, Value};

/// Counts of a family `F`, some of which are 0 for another reason, element by element: with the probability `g` of such a zero,
/// `ln(g + (1 − g) p(0))` at 0, and `ln(1 − g) + ln p(k)` above (Lambert 1992).
///
/// `F` is [`Poisson`](super::Poisson), [`NegativeBinomial`](super::NegativeBinomial), [`Geometric`](super::Geometric),
/// [`Binomial`](super::Binomial), [`BetaBinomial`](super::BetaBinomial), or a [`CountFamily`] of your own. If all zeros have a reason of
/// their own, use [`Hurdle`](super::Hurdle).
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![0.0])?);
/// let counts = NegativeBinomial::<()>::mean_dispersion(3.5, 1.7);
/// let log_prob = ZeroInflated::probs(0.3, counts).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 0.9047826283).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
///
/// In a model the gate may be a network's, one for each element:
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// Counts of 30 genes in each cell, some of which were not caught.
///     pub struct Cells {
///         encoder: (Linear<30, 16>, ReLU, SplitInto<(Linear<16, 4>, (Linear<16, 4>, Softplus))>),
///         decoder: (Linear<4, 16>, ReLU, SplitInto<((Linear<16, 30>, Softplus), Linear<16, 30>)>),
///         spread: Parameter<Rank1<30>>,
///     }
///     generative p {
///         sample z: [4] ~ Normal::new(0.0, 1.0);
///         let (mean, missed) = decoder(z);
///         sample x: [30] ~ ZeroInflated::logits(missed, NegativeBinomial::mean_dispersion(mean, spread.exp()));
///     }
///     inference q(x) {
///         let (loc, scale) = encoder(x);
///         sample z ~ Normal::new(loc, scale);
///     }
/// }
///
/// let x: Batch<(Const<30>,)> = batch([0.0, 3.0, 0.0, 12.0, 1.0].repeat(12))?;
/// assert!(Elbo::default().loss(&Cells::new(0).q(&x))?.value().is_finite());
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("ZIP", "ZINB", "ZeroInflatedPoisson", "ZeroInflatedNegativeBinomial"))]
#[derive(Clone, Debug)]
pub struct ZeroInflated<F: CountFamily> {
    logits: LogOdds<F::Event>,
    base: F,
}

impl<F: CountFamily> ZeroInflated<F> {
    /// With finite log-odds of a zero for another reason, and the family of the other counts.
    pub fn logits(logits: impl IntoParam<F::Event>, base: F) -> Self {
        Self {
            logits: LogOdds::logits(logits),
            base,
        }
    }

    /// With the probability of a zero for another reason, strictly between 0 and 1, and the family of the other counts. If the
    /// probability is a draw on (0, 1), the draw's own logit is used.
    pub fn probs(probs: impl IntoParam<F::Event>, base: F) -> Self {
        Self {
            logits: LogOdds::probs(probs),
            base,
        }
    }

    /// The log-odds of a zero for another reason, as given to [`logits`](Self::logits) or computed from the probabilities.
    pub fn logit_param(&self) -> &Param<F::Event> {
        &self.logits
    }

    /// The family of the other counts.
    pub fn base(&self) -> &F {
        &self.base
    }
}

impl<F: CountFamily> Distribution for ZeroInflated<F> {
    type Event = F::Event;
    type Measure = Mass;
    type Support = F::Support;
    type Class = class::Scored;
    const FAMILY: &'static str = "ZeroInflated";
    const GAPS: Gaps = Gaps::Elements;

    fn check(&self, rows: usize) -> Result<(), Fault> {
        self.logits.check(rows, Domain::Finite, Domain::OpenUnit)?;
        self.base.check(rows)
    }

    fn log_prob(&self, value: &Value<F::Event>) -> Rows {
        let gate = Gated {
            value: &rows_of::<F::Event>(value),
            logits: &self.logits,
            is_hurdle: false,
        };
        self.base.gated(&gate) + above_zero(&self.base, value)
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<F::Event> {
        let counts = self.base.sample(rows, &noise.part("base"));
        through_gate(&self.logits, &counts, rows, &noise.part("gate"))
    }

    /// `(1 − g)` times the base's mean, if it has one.
    fn mean(&self, rows: usize) -> Option<Value<F::Event>> {
        let mean = rows_of::<F::Event>(&self.base.mean(rows)?);
        Some(map(Mean, [&self.logits, &mean]).expand(rows))
    }

    /// `√((1 − g)(s² + g m²))`, of the base's mean `m` and deviation `s`, if it has them.
    fn deviation(&self, rows: usize) -> Option<Value<F::Event>> {
        let [mean, deviation] = [self.base.mean(rows)?, self.base.deviation(rows)?];
        let [mean, deviation] = [mean, deviation].map(|own| rows_of::<F::Event>(&own));
        Some(each(
            rows,
            [&self.logits, &mean, &deviation],
            |[l, mean, deviation]| {
                (sigmoid(-l) * (deviation * deviation + sigmoid(l) * mean * mean)).sqrt()
            },
        ))
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

#[derive(Clone, Copy)]
struct Mean;
impl Formula<2> for Mean {
    compiled_here!(2);

    const DOUBLE: bool = true;
    #[inline(always)]
    fn eval<R: Real>(&self, [logit, mean]: [R; 2]) -> R {
        (-logit).sigmoid() * mean
    }
}
