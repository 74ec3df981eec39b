//! The evidence lower bound: for training, and evaluated on the model as declared.

mod evaluation;
mod loss;

pub(crate) use evaluation::mean_and_error;
pub use evaluation::{Evaluation, SiteMean};
pub use loss::Loss;

use crate::error::Error;
use crate::estimator::{Profile, RelaxedKl, Settings};
use crate::explain::Explanation;
use crate::noise::Place;
use crate::program::{Inference, Mode, Pass};
use crate::run_state::Step;
use crate::schedule::Schedule;
use crate::tape::{record, unrecorded};

/// `E_q[log p(x | z)] − KL(q(z | x) ‖ p(z))`, in nats per row of data.
///
/// The defaults need no thought: one particle, weight 1 on the divergence, discrete sites enumerated up
/// to 64 joint states, and the rest by the [`Profile`]'s choice.
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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Elbo {
    particles: usize,
    kl_weight: Schedule,
    temperature: Schedule,
    relaxed_kl: RelaxedKl,
    profile: Profile,
    enumerate_up_to: usize,
    data_size: Option<usize>,
}

impl Default for Elbo {
    fn default() -> Self {
        Self {
            particles: 1,
            kl_weight: Schedule::constant(1.0),
            temperature: Schedule::constant(0.5),
            relaxed_kl: RelaxedKl::default(),
            profile: Profile::default(),
            enumerate_up_to: Settings::default().enumerate_up_to,
            data_size: None,
        }
    }
}

impl Elbo {
    /// Averages over so many draws of the latents for each row.
    pub fn particles(self, particles: usize) -> Self {
        Self { particles, ..self }
    }

    /// Weighs the divergences while training (a warm-up, or β of a β-VAE). Evaluation does not.
    pub fn kl_weight(self, kl_weight: impl Into<Schedule>) -> Self {
        let kl_weight = kl_weight.into();
        Self { kl_weight, ..self }
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

    /// The rows of the whole data set, of which every program holds a batch; without it, the program's own.
    ///
    /// The divergence of a global site counts once for the whole data set, so with the objective in nats per row each
    /// row bears `1/rows` of it. A model without global sites needs no data size.
    ///
    /// ```
    /// use elbow::prelude::*;
    ///
    /// model! {
    ///     /// Bayesian linear regression: the slopes are drawn once for all rows.
    ///     pub struct Line { loc: Parameter<Rank1<2>>, log_scale: Parameter<Rank1<2>> }
    ///     generative p(u: [2]) {
    ///         global sample w: [2] ~ Normal::new(0.0, 1.0);
    ///         let mean = (u * w).sum();
    ///         sample x ~ Normal::new::<Var<(usize,)>, _>(mean, 1.0);
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
            data_size: Some(rows),
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
    /// With the setting, site, row and value that is wrong; or with the sites whose terms are NaN or
    /// infinite.
    pub fn loss<I: Inference>(&self, program: &I) -> Result<Loss, Error> {
        let key = program.key();
        let weight = self.kl_weight.at(key.step);
        if !(weight >= 0.0 && weight.is_finite()) {
            return Err(Error::Setting {
                setting: "the KL weight",
                value: weight.into(),
                expected: "finite and not negative",
            });
        }
        let settings = self.settings(key.step);
        settings.check()?;
        let rows = program.rows()?;
        settings.check_data_size(rows)?;
        let mut pass = Pass::new(Mode::Train(settings), key, rows)
            .placed(self.place()?)
            .remembering(program.run_state());
        let (result, tape) = record(|| {
            program.pass(&mut pass)?;
            pass.check_finite()?;
            Ok(loss::combine(&pass, weight))
        });
        let (value, sites) = result?;
        let step = Step::new(program.run_state(), pass.mixed());
        Ok(Loss::new(&value, tape, sites, step))
    }

    /// The bound on the model as declared: discrete sites are drawn, never relaxed, and the
    /// divergence has weight 1. Divergences are in closed form where the graph allows it.
    ///
    /// # Errors
    /// As [`loss`](Self::loss).
    pub fn evaluate<I: Inference>(&self, program: &I) -> Result<Evaluation, Error> {
        check_particles(self.particles)?;
        let settings = self.settings(program.key().step);
        evaluation::evaluate(program, self.particles, settings)
    }

    /// What this objective does at every site when it trains, and why.
    pub fn explain<I: Inference>(&self, program: &I) -> Explanation {
        let key = program.key();
        let choices = unrecorded(|| {
            let place = self.place()?;
            let mode = Mode::Train(self.settings(key.step));
            let mut pass = Pass::new(mode, key, program.rows()?)
                .placed(place)
                .explaining();
            program.pass(&mut pass)?;
            Ok(pass.into_choices())
        });
        Explanation { choices }
    }

    fn settings(&self, step: u64) -> Settings {
        Settings {
            temperature: self.temperature.at(step),
            relaxed_kl: self.relaxed_kl,
            profile: self.profile,
            enumerate_up_to: self.enumerate_up_to,
            data_size: self.data_size,
            ..Settings::default()
        }
    }

    fn place(&self) -> Result<Place, Error> {
        all_rows(self.particles)
    }
}

/// All rows, with so many particles each.
pub(crate) fn all_rows(particles: usize) -> Result<Place, Error> {
    check_particles(particles)?;
    Ok(Place {
        particles,
        ..Place::default()
    })
}

pub(crate) fn check_particles(particles: usize) -> Result<(), Error> {
    // Philox counts particles in 32 bits.
    if (1..=u32::MAX as usize).contains(&particles) {
        return Ok(());
    }
    Err(Error::Setting {
        setting: "the number of particles",
        value: particles as f64,
        expected: "at least 1, and less than 2³²",
    })
}
