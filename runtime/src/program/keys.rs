//! The noise of a program.

use std::sync::{Arc, OnceLock};

use crate::noise::Key;
use crate::program::run_state::RunState;

/// The keys of a program's noise: one for its loss, and one for evaluations and draws.
///
/// Each is the next of its kind in the model's run, and is taken when it is first used. So a program's loss is the same every
/// time it is computed, and evaluations do not change training. A clone of a program, or a part of it, has the same keys.
#[derive(Clone, Debug, Default)]
pub struct Keys(Arc<Both>);

#[derive(Debug, Default)]
struct Both {
    training: OnceLock<Key>,
    looking: OnceLock<Key>,
}

impl Keys {
    /// This key for everything.
    pub fn of(key: Key) -> Self {
        Self(Arc::new(Both {
            training: key.into(),
            looking: key.into(),
        }))
    }

    /// The key of the loss.
    pub(crate) fn training(&self, run: &RunState) -> Key {
        *self.0.training.get_or_init(|| run.next_key())
    }

    /// The key of evaluations and draws.
    pub(crate) fn looking(&self, run: &RunState) -> Key {
        *self.0.looking.get_or_init(|| run.next_looking_key())
    }

    /// The key that the loss has or would have, without taking it.
    pub(crate) fn expected(&self, run: &RunState) -> Key {
        self.0.training.get().copied().unwrap_or_else(|| run.key())
    }
}
