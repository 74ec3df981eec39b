//! What an objective asks of the estimators.

use super::{Profile, RelaxedKl, check_temperature};
use crate::error::Error;

/// What an objective asks of the estimators in one pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The temperature of relaxed sites that name none of their own.
    pub temperature: f32,
    /// The divergence of relaxed sites.
    pub relaxed_kl: RelaxedKl,
    /// How the automatic choice weighs exactness, bias and cost.
    pub profile: Profile,
    /// Sites are enumerated automatically up to this many joint states.
    pub enumerate_up_to: usize,
    /// Whether the site is global: its states would be draws for the whole data set, and are not listed.
    pub is_global: bool,
    /// The joint states of the sites that were enumerated before this one.
    pub enumerated: usize,
    /// How latent sites are scored.
    pub scoring: Scoring,
    /// Whether every site that can be listed is listed, even if its estimator would draw. This gives the exact gradient that a
    /// [`GradientProbe`](crate::prelude::GradientProbe) compares with.
    pub list_all: bool,
    /// The number of rows of the whole data set, which share the divergence of a global site. A program holds a batch of them.
    /// `None` if the program holds all.
    pub data_size: Option<usize>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            temperature: 0.5,
            relaxed_kl: RelaxedKl::default(),
            profile: Profile::default(),
            enumerate_up_to: 64,
            is_global: false,
            enumerated: 1,
            scoring: Scoring::default(),
            list_all: false,
            data_size: None,
        }
    }
}

impl Settings {
    /// # Errors
    /// Fails if a temperature is not positive, even if no site uses it.
    pub(crate) fn check(&self) -> Result<(), Error> {
        check_temperature("the temperature", self.temperature)?;
        match self.relaxed_kl {
            RelaxedKl::Discrete => Ok(()),
            RelaxedKl::LogRatio { prior_temperature } => {
                check_temperature("the prior temperature", prior_temperature)
            }
        }
    }

    /// # Errors
    /// Fails if a program holds more rows than the whole data set.
    pub(crate) fn check_data_size(&self, rows: usize) -> Result<(), Error> {
        match self.data_size {
            Some(size) if size < rows => Err(Error::Setting {
                setting: "the data size",
                value: size as f64,
                expected: "at least the rows of every batch",
            }),
            _ => Ok(()),
        }
    }
}

/// How an objective scores the latent sites: what their terms are, and how these are differentiated.
///
/// The log-ratio `log q − log p` of a reparameterised site depends on the parameters of `q` twice: they move the draw, and
/// they move the density at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scoring {
    /// Divergences to be summed, in closed form if they have one: an evidence lower bound.
    Terms {
        /// Whether the divergence of a reparameterised site is the log-ratio at the draw, differentiated by the draw alone
        /// ([`Elbo::sticking_the_landing`](crate::prelude::Elbo::sticking_the_landing)). Else it is differentiated in full.
        sticking_the_landing: bool,
    },
    /// Log-ratios at the draws, which make importance weights. Those of reparameterised sites are differentiated by the draw
    /// alone if that is right
    /// ([`ImportanceWeighted::doubly_reparameterised`](crate::prelude::ImportanceWeighted::doubly_reparameterised)).
    Weights {
        /// Whether it is an error if that is wrong at a site. Else the site is differentiated in full.
        is_doubly_required: bool,
    },
    /// Log-ratios at draws, which make importance weights. No estimator is asked. Training raises the guide's density at heavy
    /// draws, so the gradient of every `log q` is reversed ([`WakeSleep`](crate::prelude::WakeSleep)).
    WakePhase,
}

/// Divergences, differentiated in full.
impl Default for Scoring {
    fn default() -> Self {
        Self::Terms {
            sticking_the_landing: false,
        }
    }
}
