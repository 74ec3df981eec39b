//! What flows back to parameters through their slopes and rests.

use super::{Pairs, Split};
use crate::tensor::parts::{self, Parts};

/// Writes what flows back to the rests of a state's parameters.
pub(super) type ToRests<'a> = &'a (dyn Fn(usize, &mut [f64]) + Sync);

/// Adds to the gradient of the parameters what flows back to their slopes and rests.
pub(super) fn flow(
    pairs: &Pairs,
    split: &dyn Split,
    to_slopes: &[f64],
    to_rests: ToRests<'_>,
    gradient: &mut [f32],
) {
    let (states, elements) = (pairs.states(), pairs.elements);
    let each = Parts::new(states, elements, 1).each() * elements;
    let parameters = pairs.parameters.values().chunks(each);
    let jobs = parameters
        .zip(to_slopes.chunks(each))
        .zip(gradient.chunks_mut(each));
    parts::share(jobs.enumerate(), |(part, ((own, to_slopes), gradient))| {
        let first = part * each / elements;
        let mut rests = vec![0.0; elements];
        let rows = own.chunks(elements).zip(to_slopes.chunks(elements));
        let rows = rows.zip(gradient.chunks_mut(elements)).enumerate();
        for (state, ((own, to_slopes), gradient)) in rows {
            to_rests(first + state, &mut rests);
            split.flow(own, to_slopes, &rests, gradient);
        }
    });
}
