//! The categorical distribution over indices.

use super::one_hot_categorical::{Entropy, Kl};
use super::summary::{largest, row_by_row};
use super::{Distribution, Finite, Gaps, Listing, Named, class};
use crate::distribution::Draw;
use crate::distribution::kl::KlDivergence;
use crate::error::{Domain, Fault};
use crate::kernels::elementwise::{LONG, row_sum, rows_of};
use crate::kernels::joint::{Input, Joint, joint_compiled_here, joint_rows};
use crate::kernels::logarithms::log_of;
use crate::kernels::softmax::{log_softmax, log_total};
use crate::noise::Stream;
use crate::support::{Classes, Mass};
use crate::tensor::{Change, Event, IntoParam, Lanes, Param, Rows, Value, Var, constant, counted};

/// One category of `K`, as its index 0, 1, …, `K − 1`: `ln p(k) = l_k − lse l` with logits `l`.
///
/// `L` is the shape of the logits. Its last axis lists the categories; an event has the axes before it. With logits of shape
/// `[K]` an event is a scalar, with `[30, K]` it is thirty indices. Indices are whole numbers in `f32`. A latent site is drawn
/// with a score-function gradient, or listed if the model says `via Enumerate`. If a network reads the latent,
/// [`OneHotCategorical`](super::OneHotCategorical) is the better representation.
///
/// ```
/// use elbow::prelude::*;
///
/// let x = Var::from(batch::<(usize,)>(vec![2.0])?);
/// let logits = batch::<(usize, Const<3>)>(vec![0.2, -0.3, 0.5])?;
/// let log_prob = Categorical::logits(logits).log_prob(&x);
/// assert!((log_prob.as_vec()[0] + 0.7839687492).abs() < 1e-6);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias = "Discrete")]
#[derive(Clone, Debug)]
pub struct Categorical<L: Lanes> {
    logits: Param<L>,
    /// The parameters as they were given, for messages.
    probs: Option<Param<L>>,
}

impl<L: Lanes> Categorical<L> {
    /// With unnormalised log-probabilities; −∞ rules a category out, but not all of them.
    pub fn logits(logits: impl IntoParam<L>) -> Self {
        Self {
            logits: logits.into_param(),
            probs: None,
        }
    }

    /// With probabilities, or with weights of 0 or more, which are normalised along the last axis. 0 rules a category out, but
    /// not all of a vector.
    ///
    /// If they are a draw on the simplex, for example from a [`Dirichlet`](super::Dirichlet), the draw's own logarithms are used.
    pub fn probs(probs: impl IntoParam<L>) -> Self {
        let probs = probs.into_param();
        Self {
            logits: log_of(&probs),
            probs: Some(probs),
        }
    }

    /// With equal probabilities: `Categorical::<(Const<10>,)>::uniform()`.
    pub fn uniform() -> Self {
        Self::logits(0.0)
    }

    /// The logits, as given to [`logits`](Self::logits) or computed from the probabilities.
    pub fn logit_param(&self) -> &Param<L> {
        &self.logits
    }
}

impl<L: Lanes> Distribution for Categorical<L> {
    type Event = L::Outer;
    type Measure = Mass;
    type Support = Classes<L>;
    type Class = class::Scored;
    const FAMILY: &'static str = "Categorical";
    const GAPS: Gaps = Gaps::Elements;

    fn listing() -> Option<Listing> {
        Some(Listing::of::<Self>())
    }

    fn check(&self, rows: usize) -> Result<(), Fault> {
        if let Some(probs) = &self.probs {
            probs.check_categories("probs", Domain::Weight, 0.0, rows)?;
        }
        self.logits
            .check_categories("logits", Domain::BelowInfinity, f32::NEG_INFINITY, rows)
    }

    fn log_prob(&self, value: &Value<L::Outer>) -> Rows {
        let index = rows_of::<L::Outer>(value);
        // One number stands for all elements if all of them count.
        let observed = match counted(Some(value.flat())) {
            Some(observed) => Param::Rows(Var::of(observed, *value.shape())),
            None => Param::<L::Outer>::Number(1.0),
        };
        let log_probs = log_softmax(&self.logits);
        let pick = Pick {
            categories: L::LAST,
        };
        let rows = joint_rows(
            pick,
            [
                Input::of(&index),
                Input::of(&observed),
                Input::of(&log_probs),
            ],
        );
        if L::ELEMENTS < LONG {
            return rows;
        }
        let [index, observed] = [&index, &observed].map(Input::of);
        let logits = Input::of(&self.logits);
        let all = rows.len();
        rows.refined(|row| {
            let event = index.row(row, all);
            let logits = logits.row(row, all);
            let places = pick.places(event, observed.row(row, all));
            let terms = places.map(|place| match place {
                Some(place) => {
                    let start = place / L::LAST * L::LAST;
                    f64::from(logits[place]) - log_total(&logits[start..start + L::LAST])
                }
                None => f64::NEG_INFINITY,
            });
            terms.sum()
        })
    }

    fn sample(&self, rows: usize, noise: &Stream) -> Draw<L::Outer> {
        let perturbed = noise.plate_given(rows, [&self.logits], |rng, [logit]| {
            logit + f64::from(rng.gumbel())
        });
        let best = |lane: &[f32]| {
            let order = (0..lane.len()).max_by(|&a, &b| lane[a].total_cmp(&lane[b]));
            order.unwrap_or(0) as f32
        };
        let indices = perturbed.values().chunks(L::LAST).map(best).collect();
        Draw::of(constant(indices, L::Outer::plated(rows)))
    }

    /// None: the mean of indices means nothing.
    fn mean(&self, _rows: usize) -> Option<Value<L::Outer>> {
        None
    }

    fn entropy(&self) -> Option<Rows> {
        Some(row_sum(Entropy, [&log_softmax(&self.logits)]))
    }

    /// The likeliest class, the first of equals.
    fn mode(&self, rows: usize) -> Option<Value<L::Outer>> {
        let logits = [Input::of(&self.logits)];
        Some(row_by_row::<L::Outer>(rows, &logits, &|params, out| {
            for (class, logits) in out.iter_mut().zip(params[0].chunks(L::LAST)) {
                *class = largest(logits.iter().copied().map(f64::from)) as f32;
            }
        }))
    }

    fn parameters(&self) -> Vec<Named> {
        vec![Named::of("logits", &self.logits)]
    }

    fn changed(&self, how: &Change) -> Self {
        Self {
            logits: self.logits.changed(how),
            probs: None,
        }
    }
}

impl<L: Lanes> Finite for Categorical<L> {
    fn log2_states() -> f64 {
        (L::ELEMENTS / L::LAST) as f64 * (L::LAST as f64).log2()
    }

    fn write_state(mut state: usize, event: &mut [f32]) {
        for index in event {
            *index = (state % L::LAST) as f32;
            state /= L::LAST;
        }
    }
}

/// `Σ_k p_k (ln p_k − ln q_k)`
impl<L: Lanes> KlDivergence<Categorical<L>> for Categorical<L> {
    fn kl_divergence(&self, prior: &Categorical<L>) -> Option<Rows> {
        let [guide, prior] = [&self.logits, &prior.logits].map(log_softmax);
        Some(row_sum(Kl, [&guide, &prior]))
    }
}

/// The log-probabilities at the indices that are observed, summed. A value that is not an index has −∞.
#[derive(Clone, Copy)]
struct Pick {
    categories: usize,
}

impl Pick {
    /// The positions of the log-probabilities of the categories that are observed.
    fn places(self, event: &[f32], observed: &[f32]) -> impl Iterator<Item = Option<usize>> {
        let elements = event.iter().zip(observed).enumerate();
        let counts = elements.filter(|(_, (_, observed))| **observed != 0.0);
        counts.map(move |(at, (&index, _))| {
            let legal = index >= 0.0 && index < self.categories as f32 && index.fract() == 0.0;
            legal.then(|| at * self.categories + index as usize)
        })
    }
}

impl Joint<3> for Pick {
    joint_compiled_here!(3);

    fn value(&self, [index, observed, log_probs]: [&[f32]; 3], out: &mut [f64]) {
        let at = |place: Option<usize>| place.map_or(f64::NEG_INFINITY, |p| log_probs[p].into());
        out[0] = self.places(index, observed).map(at).sum();
    }

    fn backward(
        &self,
        [index, observed, _]: [&[f32]; 3],
        up: &[f64],
        [_, _, by_log_prob]: [&mut [f64]; 3],
    ) {
        for place in self.places(index, observed).flatten() {
            by_log_prob[place] += up[0];
        }
    }
}
