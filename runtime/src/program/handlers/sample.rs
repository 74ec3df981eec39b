//! Sampling: one draw of each site, as the model declares it.

use super::{Draws, Handler, Scores, Then};

impl Handler {
    /// The latents of an inference program, or all sites of a generative one.
    pub fn sample() -> Self {
        Self::new(Draws::Plain, Then::Stop)
    }

    /// The log-densities of the given values of a generative program.
    pub fn log_joint() -> Self {
        Self::new(Draws::Plain, Then::Score(Scores::Weight))
    }
}
