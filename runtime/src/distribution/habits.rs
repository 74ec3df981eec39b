//! Constructors that families of bits and classes have in other libraries. None can be called: the compiler says which there
//! are. How, `train::habits` says.

use super::{Bernoulli, Categorical, OneHotCategorical};
use crate::tensor::{Event, Lanes};

#[rustfmt::skip]
impl<E: Event> Bernoulli<E> {
    #[doc(hidden)]
    #[expect(clippy::new_ret_no_self)]
    pub fn new<T, Open>(_: T) -> <() as LogitsOrProbs<Open>>::Nothing where (): LogitsOrProbs<Open> { unreachable!() }
    #[doc(hidden)]
    pub fn logit<T, Open>(_: T) -> <() as LogitsOrProbs<Open>>::Nothing where (): LogitsOrProbs<Open> { unreachable!() }
    #[doc(hidden)]
    pub fn prob<T, Open>(_: T) -> <() as LogitsOrProbs<Open>>::Nothing where (): LogitsOrProbs<Open> { unreachable!() }
}

#[rustfmt::skip]
impl<E: Event> OneHotCategorical<E> {
    #[doc(hidden)]
    #[expect(clippy::new_ret_no_self)]
    pub fn new<T, Open>(_: T) -> <() as LogitsOrProbs<Open>>::Nothing where (): LogitsOrProbs<Open> { unreachable!() }
}

#[rustfmt::skip]
impl<L: Lanes> Categorical<L> {
    #[doc(hidden)]
    #[expect(clippy::new_ret_no_self)]
    pub fn new<T, Open>(_: T) -> <() as LogitsOrProbs<Open>>::Nothing where (): LogitsOrProbs<Open> { unreachable!() }
}

#[diagnostic::on_unimplemented(
    message = "bits and classes are drawn by their logits, or by their probabilities",
    label = "which of the two?",
    note = "help: write `…::logits(…)` for numbers of any size, such as a network's, and `…::probs(…)` for numbers in [0, 1]"
)]
pub trait LogitsOrProbs<Open> {
    type Nothing;
}
