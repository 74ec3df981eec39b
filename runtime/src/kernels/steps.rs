//! One step of a sequence, and steps side by side.

use crate::tensor::tape::{is_constant, is_unlearned, note_constant, note_unlearned};
use crate::tensor::{Flat, on_backward, on_backward_to};

/// Step `at` of the first `rows` rows. A row has `steps` steps of this many elements.
pub(crate) fn step(own: &Flat, [rows, steps, elements]: [usize; 3], at: usize) -> Flat {
    let row = steps * elements;
    let out = Flat::written_over(rows * elements, |out| {
        let steps = own.values().chunks_exact(row.max(1));
        for (out, row) in out.chunks_exact_mut(elements.max(1)).zip(steps) {
            out.copy_from_slice(&row[at * elements..][..elements]);
        }
    });
    if is_unlearned(own) {
        note_unlearned(&out);
    } else if is_constant(own) {
        note_constant(&out);
    }
    on_backward_to(&out, own, move |upstream, gradient| {
        let rows = gradient.chunks_exact_mut(row.max(1));
        for (row, up) in rows.zip(upstream.chunks_exact(elements.max(1))) {
            let pairs = row[at * elements..][..elements].iter_mut().zip(up);
            pairs.for_each(|(g, up)| *g += up);
        }
    });
    out
}

/// Steps of `elements` elements each, side by side in `rows` rows of `all` steps. A step that has fewer rows is zero in the others,
/// and so is one that is not there.
pub(crate) fn together(steps: Vec<Flat>, [rows, all, elements]: [usize; 3]) -> Flat {
    let row = all * elements;
    let out = Flat::filled(rows * row, |out| {
        for (at, step) in steps.iter().enumerate() {
            let own = step.values().chunks_exact(elements.max(1));
            for (out, own) in out.chunks_exact_mut(row.max(1)).zip(own) {
                out[at * elements..][..elements].copy_from_slice(own);
            }
        }
    });
    if steps.iter().all(is_unlearned) {
        note_unlearned(&out);
        return out;
    }
    on_backward(&out, move |upstream, grads| {
        for (at, step) in steps.iter().enumerate() {
            let own = grads.buffer(step).chunks_exact_mut(elements.max(1));
            for (own, row) in own.zip(upstream.chunks_exact(row.max(1))) {
                let pairs = own.iter_mut().zip(&row[at * elements..]);
                pairs.for_each(|(g, up)| *g += up);
            }
        }
    });
    out
}
