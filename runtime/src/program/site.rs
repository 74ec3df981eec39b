//! Sites, as the generated code names them.

use std::marker::PhantomData;

use crate::distribution::{Distribution, LogitsOrProbs};
use crate::program::Inference;
use crate::support::{Density, DensityWithAtoms, Mass};
use crate::tensor::Event;

/// Checks that a site's events have elements.
pub fn has_elements<E: Event>() {
    const { assert!(E::ELEMENTS > 0, "an axis of a site has no elements") };
}

/// What stands on the right of `~` is a distribution. The trait is one of a type parameter of the body, see `expected.rs` of the
/// macros: of that rustc shows our words alone.
#[diagnostic::on_unimplemented(
    message = "a site is drawn from a distribution, and this is none",
    label = "no distribution",
    note = "help: write a family, such as `Normal::new(loc, scale)` or `Bernoulli::logits(network(z))`"
)]
pub trait IsDistribution<D, F> {
    /// The same value. `unwritten` is [the function](unwritten) of that name.
    fn itself(distribution: D, unwritten: F) -> D;
}

#[diagnostic::do_not_recommend]
impl<Site, D: Family, F> IsDistribution<D, F> for Site {
    fn itself(distribution: D, _: F) -> D {
        distribution
    }
}

/// A distribution, or one that lacks but the name of its parameters.
pub trait Family {}

#[diagnostic::do_not_recommend]
impl<D: Distribution> Family for D {}

#[diagnostic::do_not_recommend]
impl Family for LogitsOrProbs {}

/// A distribution whose parameters have a name; a trait as [`IsDistribution`] is.
#[diagnostic::on_unimplemented(
    message = "bits and classes are drawn by their logits, or by their probabilities",
    label = "which of the two?",
    note = "help: write `…::logits(…)` for numbers of any size, such as a network's, and `…::probs(…)` for numbers in [0, 1]"
)]
pub trait HasParameters<D, F> {
    /// The same value.
    fn itself(distribution: D, unwritten: F) -> D;
}

#[diagnostic::do_not_recommend]
impl<Site, D: Distribution, F> HasParameters<D, F> for Site {
    fn itself(distribution: D, _: F) -> D {
        distribution
    }
}

/// Has a type that cannot be written. A bound on such a type is none that rustc tells the user to write.
pub fn unwritten() {}

/// The one shape `Event` is the shape of the events of `D`.
///
/// `model!` writes a trait for every site, which asks for a distribution over the site's events with a message that names the
/// site, and returns the distribution. `Itself` is its type if it fits, and no type if it does not. So the compiler reports
/// the mistake once, and not again at each use.
pub trait IsEventOf<D, Event, Measure> {
    /// `D`.
    type Itself;
    /// The same value.
    fn itself(distribution: D) -> Self::Itself;
}

/// One impl for each measure. A type that is no distribution has no measure. The compiler then does not know its `Itself`, and
/// reports the mistake once.
macro_rules! is_event_of {
    ($($measure:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<D, Event> IsEventOf<D, Event, $measure> for Event {
            type Itself = D;
            fn itself(distribution: D) -> D {
                distribution
            }
        }
    )*};
}

is_event_of!(Mass, Density, DensityWithAtoms);

/// A latent site of the inference program `I`, with events of shape `E`: `VaeQ::Y`.
#[derive(Debug)]
pub struct LatentSite<I, E> {
    place: usize,
    of: PhantomData<fn() -> (I, E)>,
}

impl<I, E> LatentSite<I, E> {
    /// The site at this place in the program's table.
    pub const fn new(place: usize) -> Self {
        let of = PhantomData;
        Self { place, of }
    }

    /// Its place in the program's table.
    pub(crate) fn place(&self) -> usize {
        self.place
    }
}

impl<I: Inference, E> LatentSite<I, E> {
    /// Its name.
    pub fn name(&self) -> &'static str {
        let table = I::SITES.table();
        table[self.place].statement
    }
}
