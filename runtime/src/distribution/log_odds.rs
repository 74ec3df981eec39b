//! The log-odds of families of bits and counts.

use std::ops::Deref;

use crate::error::{Domain, Fault};
use crate::kernels::logarithms::logit_of;
use crate::tensor::{Change, Event, IntoParam, Param};

/// Log-odds, element by element, which were given as such or as probabilities. It is read as a parameter.
#[derive(Clone, Debug)]
pub(super) struct LogOdds<E: Event> {
    logits: Param<E>,
    /// The probabilities, if these were given, for messages.
    probs: Option<Param<E>>,
}

impl<E: Event> LogOdds<E> {
    /// As they are.
    pub(super) fn logits(logits: impl IntoParam<E>) -> Self {
        Self {
            logits: logits.into_param(),
            probs: None,
        }
    }

    /// Of probabilities. A draw on (0, 1) has a logit of its own, which is taken.
    pub(super) fn probs(probs: impl IntoParam<E>) -> Self {
        let probs = probs.into_param();
        Self {
            logits: logit_of(&probs),
            probs: Some(probs),
        }
    }

    /// Checks what was given.
    ///
    /// # Errors
    /// Returns the first probability outside the domain `probs`, or the first logit outside `logits`.
    pub(super) fn check(&self, rows: usize, logits: Domain, probs: Domain) -> Result<(), Fault> {
        if let Some(own) = &self.probs {
            own.check("probs", probs, rows)?;
        }
        self.logits.check("logits", logits, rows)
    }

    pub(super) fn changed(&self, how: &Change) -> Self {
        Self {
            logits: self.logits.changed(how),
            probs: None,
        }
    }
}

impl<E: Event> Deref for LogOdds<E> {
    type Target = Param<E>;
    fn deref(&self) -> &Param<E> {
        &self.logits
    }
}
