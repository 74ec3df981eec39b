//! Which noise a program has.

use std::sync::{Arc, OnceLock};

use crate::noise::Key;
use crate::program::run_state::RunState;

/// The keys of a program's noise: one for its loss and one for all that only looks, such as an evaluation.
///
/// Each is the next of its kind of the model's run, and is taken when it is first used. So a program's loss is the
/// same however often it is computed, and how often a model is looked at changes nothing about its training. A clone of a program,
/// and a part of it, has its keys.
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

    /// The key of what only looks.
    pub(crate) fn looking(&self, run: &RunState) -> Key {
        *self.0.looking.get_or_init(|| run.next_looking_key())
    }

    /// The key that the loss has or would have; it stays free.
    pub(crate) fn expected(&self, run: &RunState) -> Key {
        self.0.training.get().copied().unwrap_or_else(|| run.key())
    }
}
