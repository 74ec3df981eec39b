//! Sites, as the generated code names them.

use std::marker::PhantomData;

use crate::program::Inference;
use crate::support::{Density, DensityWithAtoms, Mass};
use crate::tensor::Event;

/// Checks that a site's events have elements.
pub fn has_elements<E: Event>() {
    const { assert!(E::ELEMENTS > 0, "an axis of a site has no elements") };
}

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
