//! Distributions: the trait, and how to write one.
//!
//! A family is one file: a struct over [`Param`]s, constructors that say the parameterisation, and the
//! implementations below. Its density is a [`Formula`](crate::kernels::elementwise::Formula), written once; derivatives come with it. Nothing
//! else in elbow knows the family's name, so a family in your own crate is as good as these.

mod bernoulli;
mod beta;
mod beta_binomial;
mod binomial;
mod categorical;
mod cauchy;
pub mod class;
mod concrete;
mod continuous_bernoulli;
mod count_family;
mod delta;
mod dirichlet;
mod dirichlet_multinomial;
mod draw;
mod exponential;
mod factor;
mod gamma;
mod gaps;
mod geometric;
mod gumbel;
mod gumbel_softmax;
mod habits;
pub use habits::LogitsOrProbs;
mod half_cauchy;
mod half_normal;
mod hard_concrete;
mod hurdle;
mod inverse_gamma;
pub mod kl;
mod kumaraswamy;
mod laplace;
mod log_normal;
mod log_odds;
mod logistic;
mod logistic_normal;
mod low_rank_normal;
mod mixture;
mod multinomial;
mod multivariate_normal;
mod named;
mod negative_binomial;
mod normal;
mod one_hot_categorical;
mod ordered_logistic;
mod poisson;
mod student_t;
mod summary;
mod truncated_normal;
mod uniform;
mod von_mises;
mod weibull;
mod within_support;
mod zero_inflated;

pub use bernoulli::Bernoulli;
pub use beta::Beta;
pub use beta_binomial::BetaBinomial;
pub use binomial::{Binomial, IntoTrials};
pub use categorical::Categorical;
pub use cauchy::Cauchy;
pub use concrete::Concrete;
pub use continuous_bernoulli::ContinuousBernoulli;
pub use count_family::CountFamily;
pub use delta::Delta;
pub use dirichlet::Dirichlet;
pub use dirichlet_multinomial::DirichletMultinomial;
pub use draw::{Draw, Node};
pub use exponential::Exponential;
pub use factor::Factor;
pub use gamma::Gamma;
pub use gaps::Gaps;
pub(crate) use gaps::Observation;
pub use geometric::Geometric;
pub use gumbel::Gumbel;
pub use gumbel_softmax::GumbelSoftmax;
pub use half_cauchy::HalfCauchy;
pub use half_normal::HalfNormal;
pub use hard_concrete::HardConcrete;
pub use hurdle::Hurdle;
pub use inverse_gamma::InverseGamma;
pub use kumaraswamy::Kumaraswamy;
pub use laplace::Laplace;
pub use log_normal::LogNormal;
pub use logistic::Logistic;
pub use logistic_normal::LogisticNormal;
pub use low_rank_normal::LowRankNormal;
pub use mixture::Mixture;
pub use multinomial::Multinomial;
pub use multivariate_normal::MultivariateNormal;
pub use named::Named;
pub(crate) use named::axes;
pub use negative_binomial::NegativeBinomial;
pub use normal::Normal;
pub use one_hot_categorical::OneHotCategorical;
pub use ordered_logistic::OrderedLogistic;
pub use poisson::Poisson;
pub use student_t::StudentT;
pub use truncated_normal::TruncatedNormal;
pub use uniform::Uniform;
pub use von_mises::VonMises;
pub use weibull::Weibull;
pub(crate) use within_support::within_support;
pub use zero_inflated::ZeroInflated;

use crate::error::Fault;
use crate::kernels::straight_through::Squash;
use crate::noise::Stream;
use crate::support::{Measure, Support};
use crate::tensor::{Change, Event, Param, Rows, Value};

/// A probability distribution over events of one shape.
///
/// A parameter is shared by all rows, or has a value for each row. [`IntoParam`](crate::family::IntoParam) says how to write
/// a fixed vector. Every method works on a whole plate of rows at once.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a distribution",
    label = "expected a distribution",
    note = "help: write the family of the site on the right of `~`, for example `Normal::new(loc, scale)` or `Bernoulli::logits(logits)`"
)]
pub trait Distribution: Clone + 'static {
    /// The shape of one event.
    type Event: Event;
    /// [`Mass`](crate::support::Mass) or [`Density`](crate::support::Density).
    type Measure: Measure;
    /// The set of values.
    type Support: Support;
    /// What a gradient can make of the family. The automatic choice of an estimator goes by it.
    type Class: class::Class;

    /// The family's name, for messages.
    const FAMILY: &'static str;
    /// What of an event may be missing from data that are observed in part.
    const GAPS: Gaps = Gaps::Events;

    /// Checks the parameters for a site of `rows` rows.
    ///
    /// # Errors
    /// Returns the first parameter that is out of its domain.
    fn check(&self, rows: usize) -> Result<(), Fault>;

    /// The log-density, or log-mass, of each row's event: shape `(rows,)`, in nats.
    ///
    /// Outside the support it is −∞, without a slope. On the rim of an open support it is the density's limit, which may be
    /// ∞: of Beta(0.1, 0.1) at 0. A model never scores such a value. It returns an error with the site, the row and the value.
    fn log_prob(&self, value: &Value<Self::Event>) -> Rows;

    /// The log-density of a draw in the draw's own coordinates, see [`Draw`]. It is finite for every draw of the family itself.
    fn log_prob_of(&self, draw: &Draw<Self::Event>) -> Rows {
        draw.add_log_jacobian(self.log_prob(&draw.value()))
    }

    /// The log-density of a draw minus its log-density under another family, both in the draw's coordinates.
    fn log_ratio<P>(&self, other: &P, draw: &Draw<Self::Event>) -> Rows
    where
        P: Distribution<Event = Self::Event>,
    {
        self.log_prob_of(draw) - other.log_prob_of(draw)
    }

    /// One draw for each of `rows` rows. Its value is in the support, and no gradient flows through it.
    fn sample(&self, rows: usize, noise: &Stream) -> Draw<Self::Event>;

    /// The mean of each of `rows` rows, or `None` if the family has no mean in closed form.
    fn mean(&self, rows: usize) -> Option<Value<Self::Event>>;

    /// The mode of each of `rows` rows: a value of the support at which the density or the mass is greatest. `None` if the family has
    /// none in closed form. A number is NaN if there is no mode at these parameters, for example where the density grows toward a
    /// rim that is no value, or is flat.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// let mode = |a, b| Beta::<()>::new(a, b).mode(1).map(|mode| mode.as_vec());
    /// assert_eq!(mode(2.0, 4.0), Some(vec![0.25]));
    /// assert!(mode(0.5, 4.0).is_some_and(|mode| mode[0].is_nan()));
    /// // Two components may have two modes.
    /// assert!(Mixture::new(0.0, [Normal::<()>::new(0.0, 1.0), Normal::new(9.0, 1.0)]).mode(1).is_none());
    /// ```
    fn mode(&self, _rows: usize) -> Option<Value<Self::Event>> {
        None
    }

    /// The standard deviation of every element of each of `rows` rows, or `None` if the family has none in closed form. A number is
    /// ∞ if the variance is, and NaN if there is no mean to deviate from.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// let deviation = |freedom| StudentT::<()>::new(freedom, 0.0, 1.0).deviation(1).map(|own| own.as_vec()[0]);
    /// assert!(deviation(4.0).is_some_and(|own| (own - 2.0_f32.sqrt()).abs() < 1e-6));
    /// assert_eq!(deviation(1.5), Some(f32::INFINITY));
    /// assert!(Cauchy::<()>::new(0.0, 1.0).deviation(1).is_none());
    /// ```
    fn deviation(&self, _rows: usize) -> Option<Value<Self::Event>> {
        None
    }

    /// The parameters by the names of their getters; `logits` for [`logit_param`](Categories::logit_param). A family that lists none can
    /// be used all the same. Only [`Posterior`](crate::prelude::Posterior) asks for them.
    fn parameters(&self) -> Vec<Named> {
        Vec::new()
    }

    /// The probability of 1 for every element of each of `rows` rows. Only families whose elements are 0 or 1 have it: binary
    /// units and one-hot vectors.
    fn probabilities(&self, _rows: usize) -> Option<Value<Self::Event>> {
        None
    }

    /// The same distribution with each parameter [changed](crate::tensor::Param::changed).
    fn changed(&self, how: &Change) -> Self;

    /// The same distribution as a constant: no gradient flows to its parameters.
    fn detach(&self) -> Self {
        self.changed(&Change::detached())
    }

    /// All events, if they can be listed: `Some(Listing::of::<Self>())` for a [`Finite`] family. Code that has only the bound
    /// [`Distribution`] can then list them too.
    fn listing() -> Option<Listing> {
        None
    }

    /// The entropy in nats, summed over the event, if it has a closed form. It has one row, or as many rows as the parameters.
    fn entropy(&self) -> Option<Rows> {
        None
    }
}

/// A distribution whose draw is a differentiable function of its parameters and of noise that does
/// not depend on them.
#[diagnostic::on_unimplemented(
    message = "a draw from `{Self}` cannot be differentiated",
    note = "help: leave `via` away, or name an estimator for discrete sites such as `Relaxed`"
)]
pub trait Reparameterised: Distribution {
    /// One draw for each of `rows` rows. Gradients flow through it to the parameters.
    fn rsample(&self, rows: usize, noise: &Stream) -> Draw<Self::Event>;
}

/// A discrete distribution over finitely many events, all of which can be listed.
#[diagnostic::on_unimplemented(
    message = "the events of `{Self}` cannot be listed",
    note = "help: `Enumerate` is for finite discrete families such as `Bernoulli` and `OneHotCategorical`"
)]
pub trait Finite: Distribution {
    /// The base-2 logarithm of the number of events.
    fn log2_states() -> f64;

    /// The number of events, or `None` if it does not fit into a `usize`.
    fn states() -> Option<usize> {
        let log2 = Self::log2_states();
        (log2 < 52.0).then(|| log2.exp2().round() as usize)
    }

    /// Writes event number `state` to `event`.
    fn write_state(state: usize, event: &mut [f32]);
}

/// The events of a [`Finite`] family.
#[derive(Clone, Copy, Debug)]
pub struct Listing {
    pub(crate) states: Option<usize>,
    pub(crate) log2_states: f64,
    pub(crate) write: fn(usize, &mut [f32]),
}

impl Listing {
    /// The events of the family `D`.
    pub fn of<D: Finite>() -> Self {
        Self {
            states: D::states(),
            log2_states: D::log2_states(),
            write: D::write_state,
        }
    }
}

/// A finite family of binary units or of one-hot vectors, each with its own logits. Straight-through estimators, which have
/// hard draws and soft gradients, are for these families.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither made of binary units nor of one-hot vectors",
    note = "help: straight-through estimators are for families such as `Bernoulli` and `OneHotCategorical`"
)]
pub trait Categories: Finite + Relaxable<Measure = crate::support::Mass> {
    /// How logits become probabilities.
    const SQUASH: Squash;

    /// The logits.
    fn logit_param(&self) -> &Param<Self::Event>;
}

/// A family of independent binary units.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made of binary units",
    note = "help: `DisArm` is for `Bernoulli`; use `Rloo` for other discrete families"
)]
pub trait BinaryUnits: Categories {}

/// A discrete distribution with a continuous relaxation, a family with a temperature. The relaxation approaches the discrete
/// distribution as the temperature falls to zero, and its rounded draws have the same masses at every temperature.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no continuous relaxation",
    note = "help: leave `via` away; a continuous site is differentiated pathwise"
)]
pub trait Relaxable: Distribution {
    /// The relaxed family.
    type Relaxation: Reparameterised<Event = Self::Event>;

    /// The relaxation at this temperature.
    fn relax(&self, temperature: f32) -> Self::Relaxation;
}
