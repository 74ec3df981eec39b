//! Objectives: the evidence lower bound and its kin, for training, and evaluated on the model as declared.
//!
//! With draws `z₁ … z_K` of each row's latents from `q(z | x)` and their weights `w_k = p(x, z_k)/q(z_k | x)`:
//!
//! | objective | maximises | bounds |
//! | --- | --- | --- |
//! | [`Elbo`] | `1/K Σ_k log w_k`, divergences in closed form where they have one | `log p(x)` from below |
//! | [`importance_weighted`](Elbo::importance_weighted) | `log 1/K Σ_k w_k` | `log p(x)` from below, closer with every particle |
//! | [`renyi(α)`](Elbo::renyi) | `1/(1 − α) · log 1/K Σ_k w_k^(1 − α)` | as with importance weights, but looser; below the ELBO for α > 1 |
//! | [`reweighted_wake_sleep`](Elbo::reweighted_wake_sleep) | the importance-weighted bound for the model; for the guide `Σ_k w̃_k log q(z_k)`, `w̃ = w/Σw` held constant | its value is the importance-weighted bound |
//!
//! That is so in expectation, of the model as declared. A [relaxed](crate::estimator::Relaxed) site makes it a statement on
//! the relaxed model, or on none ([`RelaxedKl`]). With a [KL weight](Elbo::kl_weight) above 1 the ELBO is still a
//! lower bound, with one below 1 or with [free bits](Elbo::free_bits) it is none. [`Elbo::evaluate`] always reports the discrete
//! ELBO.
//!
//! Which estimator fits which objective, and what its gradient is:
//!
//! | estimator | ELBO | … sticking the landing | importance-weighted, Rényi | … doubly reparameterised | reweighted wake-sleep |
//! | --- | --- | --- | --- | --- | --- |
//! | `Pathwise`, `Implicit` | unbiased | unbiased; none at the posterior | unbiased; doubly reparameterised where no other guide reads the site | the same; an error where one does | not asked: drawn |
//! | `Enumerate` | exact | exact | exact: states are summed in the weight | the same | listed: `Σ_z` with exact weights |
//! | `Relaxed` | unbiased for the relaxed objective | the same, its relaxed log-ratio by the draw alone | unbiased for the relaxed weights | as `Pathwise` | not asked: drawn hard |
//! | `ScoreFunction`, `RunningMean`, `LearnedBaseline` | unbiased | unbiased | unbiased | unbiased | not asked: drawn |
//! | `Vimco` | error | error | unbiased | unbiased | not asked: drawn |
//! | `Rloo`, `DisArm`, `Rebar` | unbiased | unbiased | error | error | not asked: drawn |
//! | `StraightThrough`, `StraightThroughGumbel`, `GumbelRao`, `ReinMax` | biased | biased | error | error | not asked: drawn |
//!
//! Errors come before the first step, and say what to write instead.

mod bound;
mod evaluation;
mod free_bits;
mod loss;
mod negative;

pub(crate) use evaluation::mean_and_error;
pub use evaluation::{Evaluation, SiteMean};
pub use loss::Loss;

use crate::error::Error;
use crate::estimator::{Objective, PathGradient, Profile, RelaxedKl, Settings};
use crate::explain::Explanation;
use crate::noise::{Key, Place};
use crate::program::room::check_inference;
use crate::program::{Inference, Mode, Pass};
use crate::run_state::Step;
use crate::schedule::Schedule;
use crate::tensor::subnormal::flushed;
use crate::tensor::tape::{record, unrecorded};
use bound::{Bound, Form};
use free_bits::FreeBits;

/// `E_q[log p(x | z)] − KL(q(z | x) ‖ p(z))`, in nats per row of data, and what is made of it: the one
/// builder of [objectives](self).
///
/// The defaults need no thought: one particle, weight 1 on the divergence, sites of bits and one-hot vectors
/// enumerated up to 64 joint states or else drawn by the [`Profile`]'s choice. Of the objectives that exclude each other the last that is
/// named counts.
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// A coin whose bias is latent.
///     pub struct Coin {
///         logit: Parameter<Rank0>,
///     }
///     generative p {
///         sample heads ~ Bernoulli::probs(0.5);
///         sample x ~ Normal::new(heads, 0.5);
///     }
///     inference q(x) {
///         sample heads ~ Bernoulli::logits(logit);
///     }
/// }
///
/// let coin = Coin::new(0);
/// let x = batch(vec![0.9, 1.2])?;
/// let loss = Elbo::default().loss(&coin.q(&x))?;
/// let gradients = loss.backward();
/// # let _ = gradients;
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("SVI", "Trace_ELBO", "TraceMeanField_ELBO"))]
#[derive(Clone, Debug, PartialEq)]
pub struct Elbo {
    particles: usize,
    bound: Bound,
    form: Option<Form>,
    kl_weight: Schedule,
    free_bits: FreeBits,
    temperature: Schedule,
    relaxed_kl: RelaxedKl,
    profile: Profile,
    enumerate_up_to: usize,
    data_size: Option<DataSize>,
}

/// How many rows the whole data set has.
#[derive(Clone, Copy, Debug, PartialEq)]
enum DataSize {
    /// This many.
    Rows(usize),
    /// As many as each program.
    Program,
}

impl Default for Elbo {
    fn default() -> Self {
        Self {
            particles: 1,
            bound: Bound::Evidence,
            form: None,
            kl_weight: Self::WHOLE,
            free_bits: FreeBits::default(),
            temperature: Schedule::constant(0.5),
            relaxed_kl: RelaxedKl::default(),
            profile: Profile::default(),
            enumerate_up_to: Settings::default().enumerate_up_to,
            data_size: None,
        }
    }
}

/// What is maximised.
impl Elbo {
    /// Draws the latents so many times for each row.
    pub fn particles(self, particles: usize) -> Self {
        Self { particles, ..self }
    }

    /// `log 1/K Σ_k w_k` of the [particles](Self::particles) (Burda, Grosse and Salakhutdinov 2015): tighter than the ELBO
    /// with every particle. Enumerated sites are summed out of it exactly, other discrete sites get
    /// [`Vimco`](crate::estimator::Vimco), and reparameterised ones are
    /// [doubly reparameterised](Self::doubly_reparameterised) where that is right.
    ///
    /// ```
    /// use elbow::prelude::*;
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
    /// let elbo = Elbo::default().particles(50);
    /// let loose = elbo.loss(&pair.q(&x))?.value();
    /// let tight = elbo.importance_weighted().loss(&pair.q(&x))?.value();
    /// assert!(tight < loose);
    /// # Ok::<(), elbow::Error>(())
    /// ```
    #[doc(alias("IWAE", "importance-weighted autoencoder"))]
    pub fn importance_weighted(self) -> Self {
        let bound = Bound::ImportanceWeighted;
        Self { bound, ..self }
    }

    /// `1/(1 − α) · log 1/K Σ_k w_k^(1 − α)` of the particles (Li and Turner 2016), with `α ≥ 0` and not within 0.001 of 1: the
    /// importance-weighted bound at 0, the ELBO toward 1, and below it beyond, where the guide seeks one mode. An enumerated
    /// state enters with its probability in the guide.
    ///
    /// ```
    /// # use elbow::prelude::*;
    /// # fn train<I: Inference>(program: &I) -> Result<(), elbow::Error> {
    /// let loss = Elbo::default().particles(10).renyi(0.5).loss(program)?;
    /// # let _ = loss;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias("RenyiELBO", "VR bound", "alpha divergence"))]
    pub fn renyi(self, alpha: f32) -> Self {
        let bound = Bound::Renyi { alpha };
        Self { bound, ..self }
    }

    /// Reweighted wake-sleep (Bornschein and Bengio 2014): with the normalised weights `w̃` of the particles the model
    /// ascends `Σ_k w̃_k log p(x, z_k)` and the guide `Σ_k w̃_k log q(z_k | x)`, its wake phase.
    ///
    /// The guide so learns the divergence `KL(p(z | x) ‖ q)`, which covers where the ELBO's seeks. No draw is
    /// differentiated, so it is right for every family, and estimators named by `via` are not asked. A site that would be
    /// enumerated is: its states enter with their exact weights, and with every site enumerated the guide's gradient is exact. Else the
    /// weights' normalisation leaves a bias that falls with the particles, of which there must be at least two.
    ///
    /// ```
    /// # use elbow::prelude::*;
    /// # fn train<I: Inference>(program: &I) -> Result<(), elbow::Error> {
    /// let loss = Elbo::default().particles(10).reweighted_wake_sleep().loss(program)?;
    /// # let _ = loss;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias("RWS", "wake-wake", "ReweightedWakeSleep"))]
    pub fn reweighted_wake_sleep(self) -> Self {
        let bound = Bound::ReweightedWakeSleep;
        Self { bound, ..self }
    }
}

/// How it is differentiated.
impl Elbo {
    /// Under the ELBO: the log-ratios of reparameterised sites are taken at the draw and differentiated by the draw alone
    /// (Roeder, Wu and Duvenaud 2017). What is dropped, the score `∂log q`, has mean zero, so the gradient stays unbiased; and where `q` is
    /// the posterior it is zero for every draw, where the closed form's is not.
    ///
    /// Where one guide reads another site's draw, what the draw does to that guide's density is dropped too: still unbiased,
    /// but not zero at the posterior.
    ///
    /// ```
    /// # use elbow::prelude::*;
    /// # fn train<I: Inference>(program: &I) -> Result<(), elbow::Error> {
    /// let loss = Elbo::default().sticking_the_landing().loss(program)?;
    /// # let _ = loss;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias("STL", "path derivative"))]
    pub fn sticking_the_landing(self) -> Self {
        let form = Some(Form::StickingTheLanding);
        Self { form, ..self }
    }

    /// Under importance weights: the path through draw `k` is weighed by `w̃_k²`, and the score drops out (Tucker, Lawson, Gu and
    /// Maddison 2018, arXiv 1810.04152); under a Rényi bound by `ṽ_k (α + (1 − α) ṽ_k)` with `ṽ ∝ w^(1 − α)`. Unbiased, and its
    /// signal-to-noise ratio does not fall with the particles.
    ///
    /// The default where it is right. It is not at a site that another site's guide reads, for then the draw moves that
    /// density too (Bauer and Mnih 2021); such a site is differentiated in the plain way. To demand it makes that an error.
    ///
    /// ```
    /// # use elbow::prelude::*;
    /// # fn train<I: Inference>(program: &I) -> Result<(), elbow::Error> {
    /// let objective = Elbo::default().particles(10).importance_weighted();
    /// let loss = objective.doubly_reparameterised().loss(program)?;
    /// # let _ = loss;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias("DReG", "doubly reparameterized"))]
    pub fn doubly_reparameterised(self) -> Self {
        let form = Some(Form::DoublyReparameterised);
        Self { form, ..self }
    }

    /// The temperature of relaxed sites that name none of their own.
    pub fn temperature(self, temperature: impl Into<Schedule>) -> Self {
        let temperature = temperature.into();
        Self {
            temperature,
            ..self
        }
    }

    /// The divergence of relaxed sites while training.
    pub fn relaxed_kl(self, relaxed_kl: RelaxedKl) -> Self {
        Self { relaxed_kl, ..self }
    }

    /// What the automatic choice of estimators goes by.
    pub fn profile(self, profile: Profile) -> Self {
        Self { profile, ..self }
    }

    /// Discrete sites are enumerated by themselves up to so many joint states; 0 for never.
    pub fn enumerate_up_to(self, enumerate_up_to: usize) -> Self {
        Self {
            enumerate_up_to,
            ..self
        }
    }
}

/// What divergences count, under the ELBO.
impl Elbo {
    const WHOLE: Schedule = Schedule::constant(1.0);

    /// Weighs the divergences while training (a warm-up, or β of a β-VAE). Evaluation does not.
    pub fn kl_weight(self, kl_weight: impl Into<Schedule>) -> Self {
        let kl_weight = kl_weight.into();
        Self { kl_weight, ..self }
    }

    /// The site's divergence, averaged over the batch, costs nothing below so many nats while training: it counts
    /// `max(nats, KL)` (Kingma et al. 2016). Below, it has no gradient, by no estimator. Call it once for each site. The
    /// divergence of a global site is borne by the rows of the whole data set, and its floor is in nats per row as well:
    /// `nats/rows` for `nats` in all.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// model! {
    ///     /// A normal with a normal mean.
    ///     pub struct Pair { loc: Parameter<Rank0> }
    ///     generative p { sample z ~ Normal::new(0.0, 1.0); sample x ~ Normal::new(z, 1.0); }
    ///     inference q(x) { sample z ~ Normal::new(loc, 0.5); }
    /// }
    ///
    /// let pair = Pair::new(0);
    /// let x = batch(vec![1.0; 4])?;
    /// let loss = Elbo::default().free_bits("z", 1.0).loss(&pair.q(&x))?;
    /// assert!(loss.kl() < 1.0);
    /// assert!((f64::from(loss.value()) - (1.0 - loss.log_likelihood())).abs() < 1e-6);
    ///
    /// let error = Elbo::default().free_bits("y", 1.0).loss(&pair.q(&x)).expect_err("no such site");
    /// assert_eq!(error.to_string(), "the free bits name `y`, which is no latent site; the latents are `z`");
    /// # Ok::<(), elbow::Error>(())
    /// ```
    #[doc(alias("lambda", "KL floor"))]
    pub fn free_bits(self, site: impl Into<String>, nats: f32) -> Self {
        let free_bits = self.free_bits.with(site.into(), nats);
        Self { free_bits, ..self }
    }
}

/// Its uses.
impl Elbo {
    /// The rows of the whole data set, of which every program holds a batch.
    ///
    /// The divergence of a global site counts once for the whole data set, so with the objective in nats per row each
    /// row bears `1/rows` of it. To train a model with a global site, say how many rows there are, here or by
    /// [`whole_data`](Self::whole_data): of a batch that is taken for the whole, the posterior would be too wide. A model
    /// without global sites needs neither.
    ///
    /// ```
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
    pub fn data_size(self, rows: usize) -> Self {
        Self {
            data_size: Some(DataSize::Rows(rows)),
            ..self
        }
    }

    /// Every program holds the whole data set: its rows are the [`data_size`](Self::data_size).
    ///
    /// An [evaluation](Self::evaluate) takes the rows of its program for the whole where neither is said.
    pub fn whole_data(self) -> Self {
        Self {
            data_size: Some(DataSize::Program),
            ..self
        }
    }

    /// The temperature at a step.
    pub fn temperature_at(&self, step: u64) -> f32 {
        self.temperature.at(step)
    }

    /// The negative objective to descend, one number with its gradients to come.
    ///
    /// Schedules are read at the step of the program's key.
    ///
    /// # Errors
    /// With the setting, site, row and value that is wrong, or the settings that do not go together; or with the sites
    /// whose terms are NaN or infinite.
    pub fn loss<I: Inference>(&self, program: &I) -> Result<Loss, Error> {
        let key = program.keys().training(program.run_state());
        self.loss_with(program, key, self.settings(key.step))
    }

    /// The same, where every site that can be listed is, whatever its estimator.
    pub(crate) fn exact_loss<I: Inference>(&self, program: &I) -> Result<Loss, Error> {
        let key = program.keys().training(program.run_state());
        let settings = Settings {
            list_all: true,
            ..self.settings(key.step)
        };
        self.loss_with(program, key, settings)
    }

    /// Whether it is the same bound of the same terms when a draw becomes a sum over states.
    pub(crate) fn is_sum(&self) -> bool {
        self.bound == Bound::Evidence
    }

    fn loss_with<I: Inference>(
        &self,
        program: &I,
        key: Key,
        settings: Settings,
    ) -> Result<Loss, Error> {
        let weight = self.check(key.step)?;
        let rows = program.rows()?;
        let settings = self.with_data_size(settings, rows);
        let mode = self.mode(settings);
        settings.check_data_size(rows)?;
        check_inference(program, mode, key, rows.saturating_mul(self.particles))?;
        let mut pass = Pass::new(mode, key, rows)
            .placed(self.place()?)
            .remembering(program.run_state());
        let _restored = flushed();
        let (result, tape) = record(|| {
            program.run(&mut pass)?;
            negative::negative(&pass, self.bound, weight, &self.free_bits)
        });
        let (loss, sites) = result?;
        let step = Step::new(program.run_state(), pass.mixed());
        Ok(Loss::new(&loss, tape, sites, step))
    }

    /// The ELBO of the model as declared, whatever is trained: discrete sites are drawn, never relaxed, and the
    /// divergence has weight 1. Divergences are in closed form where the graph allows it.
    ///
    /// # Errors
    /// With the setting, site, row and value that is wrong; or with the sites whose terms are NaN or infinite.
    pub fn evaluate<I: Inference>(&self, program: &I) -> Result<Evaluation, Error> {
        check_particles(self.particles)?;
        let settings = Settings {
            objective: Objective::Sum,
            ..self.settings(program.keys().looking(program.run_state()).step)
        };
        evaluation::evaluate(program, self.particles, settings)
    }

    /// What this objective does at every site when it trains, and why.
    pub fn explain<I: Inference>(&self, program: &I) -> Explanation {
        let key = program.keys().expected(program.run_state());
        let choices = unrecorded(|| {
            self.check(key.step)?;
            let rows = program.rows()?;
            let mode = self.mode(self.with_data_size(self.settings(key.step), rows));
            let mut pass = Pass::new(mode, key, rows)
                .placed(self.place()?)
                .explaining();
            program.run(&mut pass)?;
            self.free_bits.check_sites(&pass)?;
            Ok(pass.into_choices())
        });
        Explanation { choices }
    }

    /// The weight of the divergences at a step.
    ///
    /// # Errors
    /// With the setting that makes no sense, or does not go with the others.
    fn check(&self, step: u64) -> Result<f32, Error> {
        check_particles(self.particles)?;
        self.bound.check()?;
        self.form
            .map_or(Ok(()), |form| self.bound.check_form(form))?;
        if self.kl_weight != Self::WHOLE {
            self.bound.check_divergences("kl_weight")?;
        }
        if !self.free_bits.is_empty() {
            self.bound.check_divergences("free_bits")?;
        }
        self.free_bits.check()?;
        let weight = self.kl_weight.at(step);
        if !(weight >= 0.0 && weight.is_finite()) {
            return Err(Error::Setting {
                setting: "the KL weight",
                value: weight.into(),
                expected: "finite and not negative",
            });
        }
        self.settings(step).check()?;
        Ok(weight)
    }

    /// The settings for a program of this many rows.
    fn with_data_size(&self, settings: Settings, rows: usize) -> Settings {
        match self.data_size {
            Some(DataSize::Program) => Settings {
                data_size: Some(rows),
                ..settings
            },
            _ => settings,
        }
    }

    fn mode(&self, settings: Settings) -> Mode {
        match self.bound {
            Bound::Evidence => Mode::Train(settings),
            Bound::ImportanceWeighted | Bound::Renyi { .. } => Mode::TrainWeights(settings),
            Bound::ReweightedWakeSleep => Mode::Reweigh(settings),
        }
    }

    fn settings(&self, step: u64) -> Settings {
        let (objective, required) = match (self.bound, self.form) {
            (Bound::Evidence, _) => (Objective::Sum, false),
            (_, form) => (Objective::LogMeanWeight, form.is_some()),
        };
        Settings {
            temperature: self.temperature.at(step),
            relaxed_kl: self.relaxed_kl,
            profile: self.profile,
            enumerate_up_to: self.enumerate_up_to,
            objective,
            path_gradient: match (objective, self.form) {
                (Objective::Sum, None) => PathGradient::Total,
                (Objective::Sum, Some(_)) => PathGradient::StickingTheLanding,
                (Objective::LogMeanWeight, _) => PathGradient::DoublyReparameterised { required },
            },
            data_size: match self.data_size {
                Some(DataSize::Rows(rows)) => Some(rows),
                Some(DataSize::Program) | None => None,
            },
            ..Settings::default()
        }
    }

    fn place(&self) -> Result<Place, Error> {
        check_particles(self.particles)?;
        Ok(Place {
            particles: self.particles,
            ..Place::default()
        })
    }
}

fn check_particles(particles: usize) -> Result<(), Error> {
    check_draws("the number of particles", particles)
}

pub(crate) fn check_draws(setting: &'static str, draws: usize) -> Result<(), Error> {
    // Philox counts particles in 32 bits.
    if (1..=u32::MAX as usize).contains(&draws) {
        return Ok(());
    }
    Err(Error::Setting {
        setting,
        value: draws as f64,
        expected: "at least 1, and less than 2³²",
    })
}
