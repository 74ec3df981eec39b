//! One step of a sequence, and steps side by side.

use std::rc::Rc;

use crate::tensor::tape::{is_constant, is_unlearned, note_constant, note_unlearned};
use crate::tensor::{Flat, on_backward, on_backward_to};

/// Steps from `first` on, one after another, of the first rows of a sequence: as many as there are `rows` for each step. A row has
/// `steps` steps of this many elements.
pub(crate) fn steps_of(
    own: &Flat,
    rows: &Rc<[usize]>,
    [steps, elements]: [usize; 2],
    first: usize,
) -> Flat {
    let row = steps * elements;
    let all: usize = rows.iter().sum();
    let out = Flat::written_over(all * elements, |out| {
        let values = own.values();
        let mut places = out.chunks_exact_mut(elements.max(1));
        for (at, &rows) in rows.iter().enumerate() {
            let from = (first + at) * elements;
            for (own, out) in values.chunks_exact(row.max(1)).take(rows).zip(&mut places) {
                out.copy_from_slice(&own[from..][..elements]);
            }
        }
    });
    if is_unlearned(own) {
        note_unlearned(&out);
    } else if is_constant(own) {
        note_constant(&out);
    }
    let rows = Rc::clone(rows);
    on_backward_to(&out, own, move |upstream, gradient| {
        let mut upstream = upstream.chunks_exact(elements.max(1));
        for (at, &rows) in rows.iter().enumerate() {
            let from = (first + at) * elements;
            for (own, up) in gradient
                .chunks_exact_mut(row.max(1))
                .take(rows)
                .zip(&mut upstream)
            {
                let pairs = own[from..][..elements].iter_mut().zip(up);
                pairs.for_each(|(g, up)| *g += up);
            }
        }
    });
    out
}

/// The same rows for several steps, one step after another: `counts` numbers of the first ones for each.
pub(crate) fn for_steps(own: &Flat, counts: &Rc<[usize]>) -> Flat {
    let all = counts.iter().sum();
    let out = Flat::written_over(all, |out| {
        let mut left = out;
        for &count in counts.iter() {
            let (part, rest) = left.split_at_mut(count);
            part.copy_from_slice(&own.values()[..count]);
            left = rest;
        }
    });
    if is_constant(own) && !is_unlearned(own) {
        note_constant(&out);
    }
    let counts = Rc::clone(counts);
    on_backward_to(&out, own, move |upstream, gradient| {
        let mut upstream = upstream;
        for &count in counts.iter() {
            let (up, rest) = upstream.split_at(count);
            let pairs = gradient.iter_mut().zip(up);
            pairs.for_each(|(g, up)| *g += up);
            upstream = rest;
        }
    });
    out
}

/// The values that steps find: `start` at the first, and at each other one those of the step before, in `new`, for its own `counts` numbers.
pub(crate) fn shifted(start: &Flat, new: &Flat, counts: &Rc<[usize]>) -> Flat {
    let out = Flat::written_over(counts.iter().sum(), |out| {
        let (first, mut left) = out.split_at_mut(counts[0]);
        first.copy_from_slice(&start.values()[..counts[0]]);
        let mut before = new.values();
        for pair in counts.windows(2) {
            let (part, rest) = left.split_at_mut(pair[1]);
            part.copy_from_slice(&before[..pair[1]]);
            before = &before[pair[0]..];
            left = rest;
        }
    });
    if is_unlearned(start) && is_unlearned(new) {
        note_unlearned(&out);
        return out;
    }
    let (start, new, counts) = (start.clone(), new.clone(), Rc::clone(counts));
    on_backward(&out, move |upstream, grads| {
        let (first, mut upstream) = upstream.split_at(counts[0]);
        let pairs = grads.buffer(&start).iter_mut().zip(first);
        pairs.for_each(|(g, up)| *g += up);
        let mut before = grads.buffer(&new);
        for pair in counts.windows(2) {
            let (up, rest) = upstream.split_at(pair[1]);
            let pairs = before.iter_mut().zip(up);
            pairs.for_each(|(g, up)| *g += up);
            before = &mut before[pair[0]..];
            upstream = rest;
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
