//! Estimators that a model names.

use super::{Divergence, Estimator, KlForm, Plan, Settings};
use crate::distribution::Distribution;
use crate::distribution::Draw;
use crate::distribution::kl::Kl;
use crate::error::Error;
use crate::tensor::Rows;

/// An estimator written after `via`. Its plan gives as its reason that the model names it.
#[derive(Clone, Debug)]
pub struct Named<E>(E);

/// The estimator that the model names for a site.
pub fn via<Q: Distribution, By, E>(_: &Q, named: impl EstimatorOf<Q, By, Itself = E>) -> Named<E> {
    Named(named.itself())
}

impl<Q: Distribution, E: Estimator<Q>> Estimator<Q> for Named<E> {
    fn plan(&self, settings: &Settings) -> Result<Plan<Q>, Error> {
        Ok(Plan {
            reason: "the model names it",
            ..self.0.plan(settings)?
        })
    }
}

impl<Q, P, E> Divergence<Q, P> for Named<E>
where
    Q: Distribution,
    P: Distribution<Event = Q::Event>,
    E: Divergence<Q, P>,
{
    fn divergence(
        &self,
        plan: &Plan<Q>,
        q: &Q,
        p: &P,
        draw: &Draw<Q::Event>,
        closed: Kl<Q, P>,
    ) -> (Rows, KlForm) {
        self.0.divergence(plan, q, p, draw, closed)
    }
}

/// An estimator for a family. As with [sites](crate::program::IsEventOf), `Itself` has no type if it does not fit. The macro asks
/// for it in words of the site's own.
pub trait EstimatorOf<Q, By> {
    /// The same type.
    type Itself;
    /// The same value.
    fn itself(self) -> Self::Itself;
}

/// It fits because it is an [`Estimator`] for the family.
#[derive(Clone, Copy, Debug)]
pub struct Fitting;

#[diagnostic::do_not_recommend]
impl<Q: Distribution, E: Estimator<Q>> EstimatorOf<Q, Fitting> for E {
    type Itself = E;
    fn itself(self) -> E {
        self
    }
}

// The compiler takes a single impl for granted even if its bounds do not hold. With two it asks which one.
#[diagnostic::do_not_recommend]
impl<Q, E: Impossible> EstimatorOf<Q, ()> for E {
    type Itself = E;
    fn itself(self) -> E {
        self
    }
}

/// A trait that no type implements.
#[doc(hidden)]
pub trait Impossible {}
