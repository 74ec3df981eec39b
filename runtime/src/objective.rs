//! Objectives: the evidence lower bound and related bounds, each a type in its own file.

mod any;
mod controlled_capacity;
mod elbo;
mod evaluation;
mod explain;
mod free_bits;
mod importance_weighted;
mod log_evidence;
mod loss;
mod renyi;
mod sampling;
mod schedule;
mod terms;
mod training;
mod wake_sleep;

use any::AnyObjective;
pub use controlled_capacity::ControlledCapacity;
pub use elbo::Elbo;
pub use evaluation::{Evaluation, SiteMean};
pub use explain::Explain;
pub use importance_weighted::ImportanceWeighted;
pub use log_evidence::{EvidenceEstimate, LogEvidence};
pub use loss::{IntoLoss, Loss};
pub use renyi::Renyi;
pub use sampling::Sampling;
pub use schedule::Schedule;
pub use terms::{Bound, Count, Terms};
pub(crate) use training::exact_loss;
pub use wake_sleep::WakeSleep;

use crate::error::Error;
use crate::estimator::{Profile, RelaxedKl, Scoring};
use crate::program::InferenceProgram;
use crate::program::explain::Explanation;

/// An objective for training: the evidence lower bound or a related bound.
///
/// With draws `z₁ … z_K` of each row's latents from `q(z | x)` and their weights `w_k = p(x, z_k)/q(z_k | x)`:
///
/// | objective | maximises | bounds |
/// | --- | --- | --- |
/// | [`Elbo`] | `1/K Σ_k log w_k`, divergences in closed form where they have one | `log p(x)` from below |
/// | [`ControlledCapacity`] | `1/K Σ_k log p(x \| z_k) − γ \|KL − C\|` | nothing; the divergence is held at `C` nats |
/// | [`ImportanceWeighted`] | `log 1/K Σ_k w_k` | `log p(x)` from below, closer with every particle |
/// | [`Renyi`] of order α | `1/(1 − α) · log 1/K Σ_k w_k^(1 − α)` | as with importance weights, but looser; below the ELBO for α > 1 |
/// | [`WakeSleep`] | the importance-weighted bound for the model; for the guide `Σ_k w̃_k log q(z_k)`, `w̃ = w/Σw` held constant | its value is the importance-weighted bound |
///
/// The bounds hold in expectation, for the model as declared. With a [relaxed](struct@crate::estimator::Relaxed) site they hold for
/// the relaxed model, or for no model ([`RelaxedKl`]). With a [KL weight](Elbo::kl_weight) above 1 the ELBO is still a
/// lower bound. With a weight below 1 or with [free bits](Elbo::free_bits) it is not. [`evaluate`](Objective::evaluate) always
/// reports the discrete ELBO. [`LogEvidence`] is only for evaluation.
///
/// The table shows which estimator fits which objective, and its gradient:
///
/// | estimator | ELBO, controlled capacity | … sticking the landing | importance-weighted, Rényi | … doubly reparameterised | reweighted wake-sleep |
/// | --- | --- | --- | --- | --- | --- |
/// | `Pathwise`, `Implicit` | unbiased | unbiased; none at the posterior | unbiased; doubly reparameterised where no other guide reads the site | the same; an error where one does | not asked: drawn |
/// | `Enumerate` | exact | exact | exact: states are summed in the weight | the same | listed: `Σ_z` with exact weights |
/// | `Relaxed` | unbiased for the relaxed objective | the same, its relaxed log-ratio by the draw alone | unbiased for the relaxed weights | as `Pathwise` | not asked: drawn hard |
/// | `ScoreFunction`, `RunningMean`, `LearnedBaseline` | unbiased | unbiased | unbiased | unbiased | not asked: drawn |
/// | `Vimco` | error | error | unbiased | unbiased | not asked: drawn |
/// | `Rloo`, `DisArm`, `LocalExpectation`, `Rebar` | unbiased | unbiased | error | error | not asked: drawn |
/// | `StraightThrough`, `StraightThroughGumbel`, `GumbelRao`, `ReinMax` | biased | biased | error | error | not asked: drawn |
///
/// Errors come before the first step, and say what to write instead.
///
/// # Of your own
///
/// The first methods define an objective: how it draws sites, how it scores them, and how their terms become one number. The
/// others are the same for all objectives: common settings, [`loss`](Self::loss), [`evaluate`](Self::evaluate),
/// [`by_row`](Self::by_row) and [`explain`](Self::explain). Settings that fit only one objective are methods of its type.
///
/// To add an objective, write the first methods; the others are provided. This example is an upper bound on the evidence
/// (Dieng, Tran, Ranganath, Paisley and Blei 2017), `½ log 1/K Σ_k w_k²`, which the guide descends:
///
/// ```
/// use elbow::family::{Bound, Sampling, Scoring, Terms};
/// use elbow::prelude::*;
///
/// #[derive(Clone, Debug, Default)]
/// struct ChiUpperBound {
///     sampling: Sampling,
/// }
///
/// impl Objective for ChiUpperBound {
///     fn sampling(&self) -> &Sampling {
///         &self.sampling
///     }
///     fn sampling_mut(&mut self) -> &mut Sampling {
///         &mut self.sampling
///     }
///     fn scoring(&self) -> Scoring {
///         Scoring::Weights { is_doubly_required: false }
///     }
///     fn bound(&self, terms: Terms<'_>) -> Result<Bound, elbow::Error> {
///         // What counts −1 is descended, not ascended.
///         terms.log_mean_weight(2.0, -1.0)
///     }
/// }
///
/// model! {
///     /// A normal with a normal mean.
///     pub struct Pair { loc: Parameter<Rank0> }
///     generative p { sample z ~ Normal::new(0.0, 1.0); sample x ~ Normal::new(z, 1.0); }
///     inference q(x) { sample z ~ Normal::new(loc, 1.0); }
/// }
///
/// let pair = Pair::new(0);
/// let x = batch(vec![1.0; 200])?;
/// let upper = ChiUpperBound::default().particles(50).loss(&pair.q(&x))?.value();
/// let lower = -ImportanceWeighted::default().particles(50).loss(&pair.q(&x))?.value();
/// assert!(lower < upper);
/// # Ok::<(), elbow::Error>(())
/// ```
pub trait Objective: Sized {
    /// How sites are drawn.
    fn sampling(&self) -> &Sampling;

    /// How sites are drawn, for the methods that set it.
    fn sampling_mut(&mut self) -> &mut Sampling;

    /// How latent sites are scored.
    fn scoring(&self) -> Scoring;

    /// Checks the objective's own settings at a step. Those of [`Sampling`] are checked elsewhere.
    ///
    /// # Errors
    /// Returns the setting that is out of its range.
    fn check(&self, _step: u64) -> Result<(), Error> {
        Ok(())
    }

    /// Checks that the program has the sites that the settings name.
    ///
    /// # Errors
    /// Returns the setting that names no site.
    fn check_sites(&self, _terms: &Terms<'_>) -> Result<(), Error> {
        Ok(())
    }

    /// Turns the terms into one number.
    ///
    /// # Errors
    /// Fails if a site's term is NaN or infinite, or if a site has too few draws.
    fn bound(&self, terms: Terms<'_>) -> Result<Bound, Error>;

    /// The negative objective, one number whose gradients can then be computed.
    ///
    /// Schedules are read at the step of the program's key. Do not override this method or those below.
    ///
    /// # Errors
    /// Fails if a setting, a parameter or an observation is out of its range, and says which site, row and value. Fails if an
    /// estimator does not fit this objective, or if the term of a site is NaN or infinite.
    fn loss(&self, mut program: impl InferenceProgram) -> Result<Loss, Error> {
        training::loss(self, program.program())
    }

    /// The ELBO of the model as declared, for every objective. Discrete sites are drawn, never relaxed, and the
    /// divergence has weight 1. Divergences are in closed form if the graph allows it.
    ///
    /// # Errors
    /// Fails if a setting, a parameter or an observation is out of its range, and says which site, row and value. Fails if the
    /// term of a site is NaN or infinite.
    fn evaluate(&self, mut program: impl InferenceProgram) -> Result<Evaluation, Error> {
        evaluation::evaluate(self.sampling(), program.program())
    }

    /// The bound of each row that [`evaluate`](Self::evaluate) averages, in the order of the data. It is the ELBO for every objective;
    /// [`LogEvidence::by_row`] has the importance-weighted bound of each row.
    ///
    /// A row's noise belongs to the row: it has the same bound whatever stands in the other rows. Every row carries an equal part
    /// of a global site's divergence, as in the mean.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// model! {
    ///     /// A normal with a normal mean.
    ///     pub struct Pair { guide: Linear<1, 1> }
    ///     generative p { sample z: [1] ~ Normal::new(0.0, 1.0); sample x: [1] ~ Normal::new(z, 1.0); }
    ///     inference q(x) { sample z ~ Normal::new(guide(x), 0.7); }
    /// }
    ///
    /// let pair = Pair::new(0);
    /// let x: Batch<(Const<1>,)> = batch(vec![0.3, 40.0, -1.2])?;
    /// let rows = Elbo::default().by_row(&pair.q(&x))?;
    /// // The second row is unlike the others.
    /// assert!(rows.len() == 3 && rows[1] < rows[0] && rows[1] < rows[2]);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    fn by_row(&self, mut program: impl InferenceProgram) -> Result<Vec<f64>, Error> {
        evaluation::evaluate(self.sampling(), program.program()).map(|found| found.rows)
    }

    /// What this objective does at every site when it trains, and why.
    fn explain(&self, mut program: impl InferenceProgram) -> Explanation {
        explain::explain(self, program.program())
    }

    /// Draws the latents of each row `particles` times, from 1 to 2³² − 1.
    fn particles(mut self, particles: usize) -> Self {
        self.sampling_mut().particles = particles;
        self
    }

    /// The temperature of relaxed sites that do not set their own, at least 10⁻³⁰.
    fn temperature(mut self, temperature: impl Into<Schedule>) -> Self {
        self.sampling_mut().temperature = temperature.into();
        self
    }

    /// The divergence of relaxed sites while training.
    fn relaxed_kl(mut self, relaxed_kl: RelaxedKl) -> Self {
        self.sampling_mut().relaxed_kl = relaxed_kl;
        self
    }

    /// How the automatic choice picks estimators.
    fn profile(mut self, profile: Profile) -> Self {
        self.sampling_mut().profile = profile;
        self
    }

    /// Discrete sites are enumerated automatically up to this many joint states; 0 for never.
    fn enumerate_up_to(mut self, enumerate_up_to: usize) -> Self {
        self.sampling_mut().enumerate_up_to = enumerate_up_to;
        self
    }

    /// The number of rows of the whole data set. Every program holds a batch of them.
    ///
    /// The divergence of a global site counts once for the whole data set. The objective is in nats per row, so each row carries
    /// `1/rows` of it. To train a model with a global site, give the number of rows here, or call
    /// [`whole_data`](Self::whole_data). If a batch were taken for the whole, the posterior would be too wide. A model without
    /// global sites needs neither.
    ///
    /// ```
    /// use elbow::dfdx::shapes::Axis;
    /// use elbow::prelude::*;
    ///
    /// model! {
    ///     /// Bayesian linear regression: the slopes are drawn once for all rows.
    ///     pub struct Line { loc: Parameter<Rank1<2>>, log_scale: Parameter<Rank1<2>> }
    ///     generative p(u: [2]) {
    ///         global sample w: [2] ~ Normal::new(0.0, 2.0);
    ///         let mean = (u * w).sum_last();
    ///         sample x ~ Normal::new(mean, 1.0);
    ///     }
    ///     inference q(x, u) {
    ///         sample w ~ Normal::new(loc, log_scale.exp());
    ///     }
    /// }
    ///
    /// let line = Line::new(0);
    /// let u: Batch<(Const<2>,)> = batch(vec![1.0, 0.0, 1.0, 1.0, 1.0, 2.0])?;
    /// let x = batch(vec![0.1, 0.9, 2.2])?;
    /// let whole = Elbo::default().evaluate(&line.q(&x, &u))?;
    /// let as_batch = Elbo::default().data_size(300).evaluate(&line.q(&x, &u))?;
    /// assert!((whole.kl / as_batch.kl - 100.0).abs() < 1e-3);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    fn data_size(mut self, rows: usize) -> Self {
        self.sampling_mut().set_data_size(rows);
        self
    }

    /// Every program holds the whole data set, so its number of rows is the [`data_size`](Self::data_size).
    ///
    /// If neither is set, an [evaluation](Self::evaluate) takes the rows of its program for the whole.
    fn whole_data(mut self) -> Self {
        self.sampling_mut().set_whole_data();
        self
    }
}
