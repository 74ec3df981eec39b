//! Constructors that families of bits and classes have in other libraries. What they return is no distribution: where a site is
//! drawn from it, [`HasParameters`](crate::program::HasParameters) says which constructors there are.

use super::{Bernoulli, Categorical, OneHotCategorical};
use crate::tensor::{Event, Lanes};

/// What is no distribution: by its logits, or by its probabilities?
#[doc(hidden)]
#[must_use = "this is no distribution: write `…::logits(…)`, or `…::probs(…)` for numbers in [0, 1]"]
#[derive(Clone, Copy, Debug)]
pub struct LogitsOrProbs;

#[rustfmt::skip]
impl<E: Event> Bernoulli<E> {
    #[doc(hidden)]
    #[expect(clippy::new_ret_no_self)]
    pub fn new<T>(_: T) -> LogitsOrProbs { LogitsOrProbs }
    #[doc(hidden)]
    pub fn logit<T>(_: T) -> LogitsOrProbs { LogitsOrProbs }
    #[doc(hidden)]
    pub fn prob<T>(_: T) -> LogitsOrProbs { LogitsOrProbs }
}

#[rustfmt::skip]
impl<E: Event> OneHotCategorical<E> {
    #[doc(hidden)]
    #[expect(clippy::new_ret_no_self)]
    pub fn new<T>(_: T) -> LogitsOrProbs { LogitsOrProbs }
}

#[rustfmt::skip]
impl<L: Lanes> Categorical<L> {
    #[doc(hidden)]
    #[expect(clippy::new_ret_no_self)]
    pub fn new<T>(_: T) -> LogitsOrProbs { LogitsOrProbs }
}
