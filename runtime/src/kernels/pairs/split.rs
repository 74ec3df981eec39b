//! Formulas that are linear in their data: the parts that such a formula is the sum of.

use std::marker::PhantomData;

use crate::kernels::elementwise::Formula;
use crate::kernels::lanes;
use crate::kernels::real::{Dual, Real, Wide};
use crate::kernels::within::Set;
use crate::tensor::simd::vectorised_by;

/// A formula that is linear in its first argument, but for a part that reads nothing else: `x·slope(θ) + rest(θ) + base(x)`. All
/// three keep to functions that have a vector form in `f64`.
pub(crate) trait Linear: Formula<2> {
    fn slope<R: Real>(&self, parameter: R) -> R;

    fn rest<R: Real>(&self, parameter: R) -> R;

    #[inline(always)]
    fn base<R: Real>(&self, _datum: R) -> R {
        R::constant(0.0)
    }

    /// Whether the parts add up to the formula at this number.
    #[inline(always)]
    fn splits(&self, _datum: f32) -> bool {
        true
    }
}

/// The parts of a formula, row by row.
pub trait Split: Sync {
    /// Whether the parts add up to the formula at all these numbers.
    fn holds(&self, data: &[f32]) -> bool;

    /// What each number adds alone.
    fn bases(&self, data: &[f32], out: &mut [f64]);

    /// The slope at each parameter.
    fn slopes(&self, parameters: &[f32], out: &mut [f64]);

    /// What each parameter adds alone.
    fn rests(&self, parameters: &[f32], out: &mut [f64]);

    /// Adds to the gradient of parameters what flows back to their slopes and to their rests.
    fn flow(&self, parameters: &[f32], to_slopes: &[f64], to_rests: &[f64], gradient: &mut [f32]);
}

impl<F: Linear> Split for F {
    fn holds(&self, data: &[f32]) -> bool {
        // Without an early end, so that it becomes vector instructions.
        data.iter()
            .fold(true, |all, &datum| all & self.splits(datum))
    }

    fn bases(&self, data: &[f32], out: &mut [f64]) {
        lanes::each([data], out, |[datum]| {
            self.base(Wide::constant(datum)).value()
        });
    }

    fn slopes(&self, parameters: &[f32], out: &mut [f64]) {
        lanes::each([parameters], out, |[own]| {
            self.slope(Wide::constant(own)).value()
        });
    }

    fn rests(&self, parameters: &[f32], out: &mut [f64]) {
        lanes::each([parameters], out, |[own]| {
            self.rest(Wide::constant(own)).value()
        });
    }

    fn flow(&self, parameters: &[f32], to_slopes: &[f64], to_rests: &[f64], gradient: &mut [f32]) {
        let formula = *self;
        vectorised_by(
            #[inline(always)]
            move || {
                let flows = to_slopes.iter().zip(to_rests);
                let pairs = gradient.iter_mut().zip(flows);
                for ((gradient, (to_slope, to_rest)), &parameter) in pairs.zip(parameters) {
                    let [parameter] = Dual::<1, _>::varying(Wide::arguments([parameter]), 0);
                    let [slope] = formula.slope(parameter).partials();
                    let [rest] = formula.rest(parameter).partials();
                    *gradient += (to_slope * slope.value() + to_rest * rest.value()) as f32;
                }
            },
        );
    }
}

/// The parts of a formula that counts only if its first argument lies in a set.
pub(crate) struct SplitInside<S> {
    whole: Box<dyn Split>,
    set: PhantomData<S>,
}

impl<S: Set> SplitInside<S> {
    pub(crate) fn of(whole: Box<dyn Split>) -> Self {
        let set = PhantomData;
        Self { whole, set }
    }
}

impl<S: Set> Split for SplitInside<S> {
    fn holds(&self, data: &[f32]) -> bool {
        let is_inside = |all, &datum: &f32| all & !S::excludes(datum.into());
        data.iter().fold(true, is_inside) && self.whole.holds(data)
    }

    fn bases(&self, data: &[f32], out: &mut [f64]) {
        self.whole.bases(data, out);
    }

    fn slopes(&self, parameters: &[f32], out: &mut [f64]) {
        self.whole.slopes(parameters, out);
    }

    fn rests(&self, parameters: &[f32], out: &mut [f64]) {
        self.whole.rests(parameters, out);
    }

    fn flow(&self, parameters: &[f32], to_slopes: &[f64], to_rests: &[f64], gradient: &mut [f32]) {
        self.whole.flow(parameters, to_slopes, to_rests, gradient);
    }
}
