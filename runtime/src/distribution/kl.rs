//! Kullback–Leibler divergences in closed form, and finding out whether a pair of families has one.

use crate::distribution::Distribution;
use crate::tensor::Rows;

/// A family whose divergence from a prior of family `P` has a closed form.
pub trait KlDivergence<P: Distribution>: Distribution {
    /// `KL(self ‖ prior)` in nats, summed over the event. It has one row, or as many rows as the parameters.
    /// `None` if these parameters have no closed form.
    fn kl_divergence(&self, prior: &P) -> Option<Rows>;
}

/// The closed-form divergence of a pair of families, if they have one.
pub struct Kl<Q, P> {
    closed: Option<fn(&Q, &P) -> Option<Rows>>,
}

impl<Q, P> Clone for Kl<Q, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Q, P> Copy for Kl<Q, P> {}

impl<Q, P> Kl<Q, P> {
    /// None: the divergence is estimated from draws.
    pub const SAMPLED: Self = Self { closed: None };

    /// `KL(q ‖ p)`, if it has a closed form for this pair and these parameters.
    pub fn closed_form(self, q: &Q, p: &P) -> Option<Rows> {
        self.closed.and_then(|kl| kl(q, p))
    }

    /// Whether the pair of families has a closed form.
    pub fn has_closed_form(self) -> bool {
        self.closed.is_some()
    }
}

/// Asks the compiler whether a pair has a closed form, without demanding it.
///
/// `(&Pair(&q, &p)).kl()` finds [`ClosedForm`](probe::ClosedForm) first, which needs [`KlDivergence`], and falls back to
/// [`Sampled`](probe::Sampled) by one more reference. `model!` writes this at every latent site.
pub mod probe {
    use super::{Kl, KlDivergence};
    use crate::distribution::Distribution;

    /// A guide and a prior.
    pub struct Pair<'a, Q, P>(pub &'a Q, pub &'a P);

    /// Chosen if the pair has a closed form.
    pub trait ClosedForm<Q, P> {
        /// The closed form.
        fn kl(&self) -> Kl<Q, P>;
    }

    impl<Q: KlDivergence<P>, P: Distribution> ClosedForm<Q, P> for Pair<'_, Q, P> {
        fn kl(&self) -> Kl<Q, P> {
            Kl {
                closed: Some(Q::kl_divergence),
            }
        }
    }

    /// Chosen if it has none.
    pub trait Sampled<Q, P> {
        /// No closed form.
        fn kl(&self) -> Kl<Q, P>;
    }

    impl<Q, P> Sampled<Q, P> for &Pair<'_, Q, P> {
        fn kl(&self) -> Kl<Q, P> {
            Kl::SAMPLED
        }
    }
}
