//! The noise of layers, such as dropout's, while a model trains.
//!
//! A layer sees its input alone. So the run that trains says so on its thread, and each layer that asks for noise gets a stream of its
//! own from the run's key, in the order of the model's statements. Noise of sites does not depend on it.

use std::cell::RefCell;

use super::{Key, Place, Stream};

thread_local! {
    static TRAINING: RefCell<Option<Training>> = const { RefCell::new(None) };
}

/// A run that trains.
#[derive(Debug)]
struct Training {
    key: Key,
    /// The streams that layers got.
    streams: usize,
}

/// Ends the training run of this thread where it is dropped.
#[derive(Debug)]
pub(crate) struct LayerNoise {
    before: Option<Training>,
}

impl LayerNoise {
    /// Layers have noise from here on.
    pub(crate) fn of(key: Key) -> Self {
        let before = TRAINING.replace(Some(Training { key, streams: 0 }));
        Self { before }
    }
}

impl Drop for LayerNoise {
    fn drop(&mut self) {
        TRAINING.set(self.before.take());
    }
}

/// The noise of the next layer. None if no run trains on this thread.
pub(crate) fn layer_noise() -> Option<Stream> {
    TRAINING.with_borrow_mut(|training| {
        let training = training.as_mut()?;
        training.streams += 1;
        // No site has a name with a space.
        let name = format!("layer {}", training.streams);
        Some(Stream::new(training.key, &name, Place::default()))
    })
}
