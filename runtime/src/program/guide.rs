//! Checks that a latent's guide fits its prior.
//!
//! The messages of these traits name the two families. Their implementations are marked `do_not_recommend`, or the compiler
//! would go on to the markers by which families are compared, which users did not write.

use crate::distribution::Distribution;
use crate::support::{Density, DensityWithAtoms, Fits, Mass};

/// Checks that guide and prior both have masses, or both have densities, and returns the prior.
///
/// If they do not, the result has no type, and the compiler says nothing about its uses.
pub fn same_measure<Q: SameMeasure<P, Itself = Same>, P, Same>(_: &Q, prior: P) -> Same {
    Q::itself(prior)
}

/// Checks that a guide has the support of its prior.
pub fn same_support<P>(_: &impl SameSupport<P>, _: &P) {}

/// A guide with the measure of the prior `P`.
#[diagnostic::on_unimplemented(
    message = "one of the two models is discrete at this latent, the other continuous",
    label = "drawn from `{Self}` here, from `{P}` in the generative model",
    note = "help: write the discrete family (such as `Bernoulli`) in both models: it needs no relaxation to be trained, and is evaluated as it is; or write the relaxation (such as `Concrete`) in both, if the model is to be continuous"
)]
pub trait SameMeasure<P> {
    /// `P`.
    type Itself;
    /// The same value.
    fn itself(prior: P) -> Self::Itself;
}

#[diagnostic::do_not_recommend]
impl<P, Q> SameMeasure<P> for Q
where
    P: Distribution + Measured<Q::Measure, P::Measure>,
    Q: Distribution,
{
    type Itself = <P as Measured<Q::Measure, P::Measure>>::Itself;
    fn itself(prior: P) -> Self::Itself {
        prior.itself()
    }
}

/// A guide with the support of the prior `P`.
#[diagnostic::on_unimplemented(
    message = "the inference model draws this latent from another set of values than the generative model",
    label = "drawn from `{Self}` here, from `{P}` in the generative model",
    note = "help: use a family with the same support in both models, for example `LogNormal` for a positive latent, `LogisticNormal` for one between 0 and 1, `Categorical` with as many classes, or `OneHotCategorical` for a class that a network reads"
)]
pub trait SameSupport<P> {}

#[diagnostic::do_not_recommend]
impl<P, Q> SameSupport<P> for Q
where
    P: Distribution,
    Q: Distribution<Support: Fits<P::Support>>,
{
}

/// A latent has masses in both models, or densities in both. Like [`IsDistribution`](super::IsDistribution) a trait of a body's type
/// parameter, so that rustc shows our words alone.
#[diagnostic::on_unimplemented(
    message = "one of the two models is discrete at this latent, the other continuous",
    label = "the generative model draws it from a family of the other kind",
    note = "help: write the discrete family (such as `Bernoulli`) in both models: it needs no relaxation to be trained, and is evaluated as it is; or write the relaxation (such as `Concrete`) in both, if the model is to be continuous"
)]
pub trait MeasureOfBoth<Q, P, Same, F> {
    /// The prior. `unwritten` is [the function](super::unwritten) of that name.
    fn itself(guide: &Q, prior: P, unwritten: F) -> Same;
}

#[diagnostic::do_not_recommend]
impl<Site, Q: SameMeasure<P, Itself = Same>, P, Same, F> MeasureOfBoth<Q, P, Same, F> for Site {
    fn itself(guide: &Q, prior: P, _: F) -> Same {
        same_measure(guide, prior)
    }
}

/// A latent has the same support in both models; a trait as [`MeasureOfBoth`] is.
#[diagnostic::on_unimplemented(
    message = "the inference model draws this latent from another set of values than the generative model",
    label = "the generative model draws it from a family with other values",
    note = "help: use a family with the same support in both models, for example `LogNormal` for a positive latent, `LogisticNormal` for one between 0 and 1, `Categorical` with as many classes, or `OneHotCategorical` for a class that a network reads"
)]
pub trait SupportOfBoth<Q, P, F> {
    /// Only asks.
    fn ask(guide: &Q, prior: &P, unwritten: F);
}

#[diagnostic::do_not_recommend]
impl<Site, Q: SameSupport<P>, P, F> SupportOfBoth<Q, P, F> for Site {
    fn ask(_: &Q, _: &P, _: F) {}
}

/// A family whose measure `Own` is its guide's.
pub trait Measured<Guide, Own> {
    /// The same type.
    type Itself;
    /// The same value.
    fn itself(self) -> Self::Itself;
}

/// One for each measure. If none fits, the compiler does not know `Itself` either. It would take a single impl for granted.
macro_rules! measured {
    ($($measure:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<P> Measured<$measure, $measure> for P {
            type Itself = P;
            fn itself(self) -> P {
                self
            }
        }
    )*};
}

measured!(Mass, Density, DensityWithAtoms);
