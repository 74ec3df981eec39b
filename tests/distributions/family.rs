//! A row of the table: what is known of a family, independently of the library.

use elbow::family::{Draw, Event, Param, Rows, Stream};
use elbow::prelude::Distribution;

use crate::own_draws::{POSITIVE, REAL};

/// The space of a family's values. It decides how the density is integrated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Space {
    /// All numbers.
    Real,
    /// Positive numbers, integrated over their logarithms.
    Positive,
    /// (0, 1), integrated over logits; draws have logits.
    Unit,
    /// The points of [`Family::points`], which carry masses.
    Atoms,
    /// The simplex of three categories; draws have logarithms.
    Simplex,
}

/// A published or independently computed log-density.
pub struct Golden<F> {
    pub family: F,
    pub params: &'static [f64],
    pub at: &'static [f64],
    pub log_prob: f64,
    pub source: &'static str,
}

/// A family and parameters.
pub type Case<F> = (F, Vec<f64>);

/// Known values of a family, in `f64`.
///
/// A *lane* is what has a density of its own: one element, or the last axis of an event where
/// [`LANED`](Family::LANED). Parameters and values of one lane are slices; parameters follow each
/// other, so the scalar families have one number a parameter and the categorical ones their logits.
pub trait Family: Copy + 'static {
    type Of<E: Event>: Distribution<Event = E>;
    /// For each parameter, whether it must be positive.
    const POSITIVE: &'static [bool];
    const SPACE: Space;
    const LANED: bool = false;
    /// Whether the library gives the mean.
    const MEAN: bool = true;
    /// Whether the library gives the mode.
    const MODE: bool = true;
    /// Whether the library gives the standard deviation.
    const DEVIATION: bool = Self::MEAN;
    /// Whether the library gives the entropy.
    const ENTROPY: bool = true;

    fn build<E: Event>(self, params: &[Param<E>]) -> Self::Of<E>;

    /// A differentiable draw, of the families that have one.
    fn rsample<E: Event>(of: &Self::Of<E>, rows: usize, noise: &Stream) -> Option<Draw<E>>;

    fn log_density(self, x: &[f64], params: &[f64]) -> f64;

    /// `E[z]` and `E[z²]` of each coordinate of a lane; none where there are none.
    fn moments(self, params: &[f64]) -> Vec<[f64; 2]>;

    /// The entropy, where it is known: of the value where the library gives it, else in the draw's
    /// coordinates.
    fn entropy(self, params: &[f64]) -> Option<f64>;

    /// The mean logarithm of the value's slope by the draw's coordinates: what the entropy is less by
    /// in those.
    fn log_jacobian(self, _: &[f64]) -> f64 {
        0.0
    }

    /// The distribution function of a number that stands for a draw: the value, the logit where there
    /// is one, the first log-ratio on the simplex. Not asked of discrete families.
    fn cdf(self, x: f64, params: &[f64]) -> f64;

    /// Where to cut the integral of the density, in the coordinates of [`Space`].
    fn breaks(self, params: &[f64]) -> Vec<f64>;

    fn goldens() -> Vec<Golden<Self>>;

    /// Known entropies.
    fn entropies() -> Vec<(Self, &'static [f64], f64)> {
        Vec::new()
    }

    /// Parameters at which the family is checked. Moments are checked from draws: none may be so
    /// heavy in its tails that 50,000 do not show them.
    fn cases() -> Vec<Case<Self>>;

    /// Values at which densities and gradients are compared: in the support of all [`Family::cases`], away from
    /// kinks; all atoms of a discrete family.
    fn points() -> Vec<Vec<f64>>;

    /// Parameters and values at the limits of what is legal. Where a support has a rim, the density there is its limit.
    fn extremes() -> Vec<(Case<Self>, Vec<Vec<f64>>)>;

    /// The range of each parameter over which the family must score its own draws: all numbers that it accepts.
    fn lattice() -> Vec<&'static [f32]> {
        let range = |&positive: &bool| if positive { POSITIVE } else { REAL };
        Self::POSITIVE.iter().map(range).collect()
    }

    /// The number of elements of a lane in an event of this shape.
    fn lane<E: Event>() -> usize {
        if Self::LANED { E::LAST } else { 1 }
    }
}

/// A family whose divergence from another member has a closed form.
pub trait Divergent: Family {
    /// Parameters that must be one and the same number in both for the closed form to exist.
    const SHARED: &'static [usize] = &[];
    /// Whether the divergence is smooth where guide and prior meet.
    const SMOOTH: bool = true;

    fn kl<E: Event>(q: &Self::Of<E>, p: &Self::Of<E>) -> Option<Rows>;

    fn kl_reference(self, q: &[f64], p: &[f64]) -> f64;

    /// Guide, prior, divergence, source. Each is checked against draws, too.
    fn pairs() -> Vec<Pair<Self>>;
}

/// A known divergence.
pub struct Pair<F> {
    pub family: F,
    pub guide: &'static [f64],
    pub prior: &'static [f64],
    pub kl: f64,
    pub source: &'static str,
}
