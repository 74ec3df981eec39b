//! Copies of numbers: as a constant, or repeated.

use dfdx::shapes::Shape;

use super::coordinates::carry;
use super::flat::Flat;
use super::gradient::{on_backward, on_backward_to};
use super::tape::note_unlearned;
use super::var::Var;

/// A constant with the same values. No gradient flows through it.
pub fn detach<S: Shape>(var: &Var<S>) -> Var<S> {
    Var::of(detach_flat(var.flat()), *var.shape())
}

fn detach_flat(own: &Flat) -> Flat {
    let out = copy(own);
    note_unlearned(&out);
    carry(own, &out, detach_flat);
    out
}

fn copy(own: &Flat) -> Flat {
    Flat::written_over(own.len(), |out| out.copy_from_slice(own.values()))
}

/// Repeats each row `times` times in a block: row `r` becomes rows `r·times .. (r+1)·times`.
///
/// `to` is the shape of the result. A tensor without a row axis counts as one row.
pub fn repeat<S: Shape, To: Shape>(var: &Var<S>, elements: usize, times: usize, to: To) -> Var<To> {
    Var::of(repeat_flat(var.flat(), elements, times), to)
}

/// The same without shapes.
pub(crate) fn repeat_flat(own: &Flat, elements: usize, times: usize) -> Flat {
    let out = Flat::written_over(own.len() * times, |out| {
        let rows = own.values().chunks(elements.max(1));
        for (row, block) in rows.zip(out.chunks_mut((elements * times).max(1))) {
            let copies = block.chunks_mut(elements);
            copies.for_each(|copy| copy.copy_from_slice(row));
        }
    });
    carry(own, &out, move |own| repeat_flat(own, elements, times));
    on_backward_to(&out, own, move |upstream, gradient| {
        let gradient = gradient.chunks_mut(elements);
        // There are as many additions as copies, which may be all rows of the data. So they are in f64.
        let mut sums = vec![0.0_f64; elements];
        for (row, block) in gradient.zip(upstream.chunks(elements * times)) {
            sums.fill(0.0);
            for copy in block.chunks(elements) {
                sums.iter_mut()
                    .zip(copy)
                    .for_each(|(sum, &u)| *sum += f64::from(u));
            }
            row.iter_mut()
                .zip(&sums)
                .for_each(|(g, &sum)| *g += sum as f32);
        }
    });
    out
}

/// The same values. Their gradient is multiplied row by row by a number, which may become known only when the gradient flows.
pub(crate) fn scale_gradient<S: Shape>(
    var: &Var<S>,
    elements: usize,
    scale: impl Fn(usize) -> f32 + 'static,
) -> Var<S> {
    let out = copy(var.flat());
    let own = var.flat().clone();
    on_backward(&out, move |upstream, grads| {
        let gradient = grads.buffer(&own).chunks_mut(elements);
        for (row, (gradient, upstream)) in gradient.zip(upstream.chunks(elements)).enumerate() {
            let scale = scale(row);
            let pairs = gradient.iter_mut().zip(upstream);
            pairs.for_each(|(g, u)| *g += scale * u);
        }
    });
    Var::of(out, *var.shape())
}
