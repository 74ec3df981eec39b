//! What layers know of the run while a model trains: that it trains, and their noise. And what they tell it: batch statistics.
//!
//! A layer sees its input alone. So the run that trains says so on its thread. Each layer that asks for noise gets a stream of its
//! own from the run's key, in the order of the model's statements. Noise of sites does not depend on it.

use std::cell::RefCell;

use super::{Key, Place, Stream};
use crate::error::Error;
use crate::tensor::Device;
use crate::tensor::names::{Shape, Tensor};
use crate::tensor::statistics::Statistics;

thread_local! {
    static TRAINING: RefCell<Option<Training>> = const { RefCell::new(None) };
}

/// A run that trains.
#[derive(Debug)]
struct Training {
    key: Key,
    /// The streams that layers got.
    streams: usize,
    statistics: Statistics,
    /// What a layer refuses.
    refused: Option<Error>,
    /// Whether steps of a loop run together.
    together: bool,
    /// Whether a layer has computed of all their rows together.
    has_mixed: bool,
}

/// Ends the training run of this thread where it is dropped.
#[derive(Debug)]
pub(crate) struct LayerNoise {
    before: Option<Training>,
}

impl LayerNoise {
    /// Layers have noise from here on.
    pub(crate) fn of(key: Key) -> Self {
        let before = TRAINING.replace(Some(Training {
            key,
            streams: 0,
            statistics: Statistics::default(),
            refused: None,
            together: false,
            has_mixed: false,
        }));
        Self { before }
    }

    /// Whether a layer has computed of all rows of several steps together, as batch statistics are.
    pub(crate) fn has_mixed() -> bool {
        TRAINING.with_borrow(|training| training.as_ref().is_some_and(|own| own.has_mixed))
    }

    /// What layers have told.
    ///
    /// # Errors
    /// Returns what a layer refused.
    pub(crate) fn statistics(&self) -> Result<Statistics, Error> {
        TRAINING.with_borrow_mut(|training| match training {
            None => Ok(Statistics::default()),
            Some(training) => match training.refused.take() {
                Some(error) => Err(error),
                None => Ok(std::mem::take(&mut training.statistics)),
            },
        })
    }
}

impl Drop for LayerNoise {
    fn drop(&mut self) {
        TRAINING.set(self.before.take());
    }
}

/// Whether a model trains: whether a loss is being recorded, and not an evaluation, a draw or a layer called by hand.
///
/// For a layer of your own that does something else in training, as [`BatchNorm`](crate::prelude::BatchNorm) does.
pub fn trains() -> bool {
    TRAINING.with_borrow(Option::is_some)
}

/// The noise of the next layer, or `None` if no model [trains](trains).
///
/// For a layer of your own that is noisy in training, as [`Dropout`](crate::prelude::Dropout) is. Each call gets other noise, and the same
/// seed the same. The noise of sites is the same with it and without.
///
/// ```
/// use elbow::family::{Standard, layer_noise};
/// use elbow::prelude::*;
///
/// /// Adds normal noise of this many hundredths.
/// fn blurred<const N: usize>(x: Var<(usize, Const<N>)>, hundredths: f32) -> Var<(usize, Const<N>)> {
///     let Some(noise) = layer_noise() else {
///         return x;
///     };
///     let numbers = noise.numbers(Standard::Normal, x.shape().0, N);
///     let noise = Var::from(tensor(numbers, *x.shape()));
///     noise.note_unlearned();
///     x + noise * (hundredths / 100.0)
/// }
///
/// // No model trains here.
/// let x = Var::from(batch::<(usize, Const<2>)>(vec![1.0, 2.0])?);
/// assert_eq!(blurred(x, 50.0).as_vec(), [1.0, 2.0]);
/// # Ok::<(), elbow::Error>(())
/// ```
pub fn layer_noise() -> Option<Stream> {
    TRAINING.with_borrow_mut(|training| {
        let training = training.as_mut()?;
        training.streams += 1;
        // No site has a name with a space.
        let name = format!("layer {}", training.streams);
        Some(Stream::new(training.key, &name, Place::default()))
    })
}

/// Lets a kept tensor follow these numbers, one for each of its own, row-major: when the loss is descended, each number `t` becomes
/// `t + share (value − t)`. Nothing happens if no model [trains](trains), or if the loss is not descended.
///
/// A tensor is kept if it stands behind `kept` in [`parameters!`](crate::family::parameters): files have it, and no gradient moves it.
///
/// # Panics
/// If there is not one value for each number.
pub fn follow<S: Shape>(kept: &Tensor<S, f32, Device>, values: Vec<f64>, share: f64) {
    let numbers = crate::tensor::names::HasShape::shape(kept).num_elements();
    assert_eq!(values.len(), numbers, "values for the kept tensor");
    TRAINING.with_borrow_mut(|training| {
        if let Some(training) = training {
            training.has_mixed |= training.together;
            training.statistics.follow(kept, values, share);
        }
    });
}

/// Steps of a loop run together from here on, or no more.
pub(crate) fn run_together(together: bool) {
    TRAINING.with_borrow_mut(|training| {
        if let Some(training) = training {
            training.together = together;
        }
    });
}

/// The loss of the run that trains is this error.
pub(crate) fn refuse(error: Error) {
    TRAINING.with_borrow_mut(|training| {
        if let Some(training) = training {
            training.refused.get_or_insert(error);
        }
    });
}
