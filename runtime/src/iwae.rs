//! The importance-weighted bound, for training.

use crate::elbo::{Loss, SiteMean, all_rows};
use crate::error::Error;
use crate::estimator::{Objective, Settings};
use crate::kernels::rows::mean;
use crate::program::{Inference, Mode, Pass};
use crate::run_state::Step;
use crate::tape::record;

/// `log 1/K Σ_k p(x, z_k)/q(z_k | x)` (Burda, Grosse and Salakhutdinov 2015): tighter than the
/// [`Elbo`](crate::Elbo) with every particle. Enumerated sites are summed out of it exactly; other discrete sites
/// get [`Vimco`](crate::estimator::Vimco).
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
/// let loose = Elbo::default().loss(&pair.q(&x))?.value();
/// let tight = Iwae::particles(50).loss(&pair.q(&x))?.value();
/// assert!(tight < loose);
/// # Ok::<(), elbow::Error>(())
/// ```
#[doc(alias("RenyiELBO", "importance-weighted autoencoder"))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Iwae {
    particles: usize,
    settings: Settings,
}

impl Iwae {
    /// With so many draws a row.
    pub fn particles(particles: usize) -> Self {
        Self {
            particles,
            settings: Settings {
                objective: Objective::LogMeanWeight,
                ..Settings::default()
            },
        }
    }

    /// Discrete sites are enumerated by themselves up to so many joint states; 0 for never.
    pub fn enumerate_up_to(mut self, enumerate_up_to: usize) -> Self {
        self.settings.enumerate_up_to = enumerate_up_to;
        self
    }

    /// The negative bound to descend.
    ///
    /// # Errors
    /// As [`Elbo::loss`](crate::Elbo::loss); and where a site's estimator is one for sums of terms only.
    pub fn loss<I: Inference>(&self, program: &I) -> Result<Loss, Error> {
        let place = all_rows(self.particles)?;
        let mode = Mode::TrainWeights(self.settings);
        let mut pass = Pass::new(mode, program.key(), program.rows()?)
            .placed(place)
            .remembering(program.run_state());
        let (result, tape) = record(|| {
            program.pass(&mut pass)?;
            pass.check_not_nan()?;
            let mut loss = -mean(&pass.log_mean_weights());
            if !loss[[]].is_finite() {
                pass.check_finite()?;
            }
            if let Some(scores) = pass.scores(Objective::LogMeanWeight, 1.0) {
                loss = loss - scores;
            }
            let sites = pass.terms().iter().map(|term| SiteMean::of(&pass, term));
            Ok::<_, Error>((loss, sites.collect()))
        });
        let (value, sites) = result?;
        let step = Step::new(program.run_state(), pass.mixed());
        Ok(Loss::new(&value, tape, sites, step))
    }
}
