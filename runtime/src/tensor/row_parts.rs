//! Some of a tensor's numbers, and tensors one after another: rows that a loop still runs for, and all of them again.

use std::ops::Range;

use super::coordinates::carry;
use super::flat::Flat;
use super::gradient::{on_backward, on_backward_to};
use super::rows::Rows;
use super::tape::{is_constant, is_unlearned, note_constant, note_unlearned};

/// The numbers at these places.
pub(crate) fn part(own: &Flat, places: Range<usize>) -> Flat {
    if places == (0..own.len()) {
        return own.clone();
    }
    let out = Flat::of(own.values()[places.clone()].to_vec());
    if is_constant(own) && !is_unlearned(own) {
        note_constant(&out);
    }
    carry(own, &out, {
        let places = places.clone();
        move |own| part(own, places.clone())
    });
    on_backward_to(&out, own, move |upstream, gradient| {
        let pairs = gradient[places].iter_mut().zip(upstream);
        pairs.for_each(|(g, up)| *g += up);
    });
    out
}

/// The numbers of all parts, one part after another.
pub(crate) fn joined(parts: Vec<Flat>) -> Flat {
    if let [alone] = &parts[..] {
        return alone.clone();
    }
    let mut all = Vec::with_capacity(parts.iter().map(Flat::len).sum());
    parts
        .iter()
        .for_each(|own| all.extend_from_slice(own.values()));
    let out = Flat::of(all);
    if parts.iter().all(is_unlearned) {
        note_unlearned(&out);
        return out;
    }
    on_backward(&out, move |upstream, grads| {
        let mut upstream = upstream;
        for own in &parts {
            let (up, rest) = upstream.split_at(own.len());
            upstream = rest;
            let pairs = grads.buffer(own).iter_mut().zip(up);
            pairs.for_each(|(g, up)| *g += up);
        }
    });
    out
}

/// These rows and then zeros, `to` rows in all.
pub(crate) fn padded(rows: &Rows, to: usize) -> Rows {
    filled_up(rows, to, 0.0)
}

/// These rows and then as many of this value as make `to` rows.
pub(crate) fn filled_up(rows: &Rows, to: usize, value: f64) -> Rows {
    let own = rows.len();
    if own == to {
        return rows.clone();
    }
    let out = Rows::filled(to, |out| {
        out.fill(value);
        out[..own].copy_from_slice(rows.exact());
    });
    on_backward_to(out.flat(), rows.flat(), |upstream, gradient| {
        let pairs = gradient.iter_mut().zip(upstream);
        pairs.for_each(|(g, up)| *g += up);
    });
    out
}

/// These rows.
pub(crate) fn some_rows(all: &Rows, rows: Range<usize>) -> Rows {
    let out = Rows::filled(rows.len(), |out| {
        out.copy_from_slice(&all.exact()[rows.clone()])
    });
    on_backward_to(out.flat(), all.flat(), move |upstream, gradient| {
        let pairs = gradient[rows].iter_mut().zip(upstream);
        pairs.for_each(|(g, up)| *g += up);
    });
    out
}

/// The first `rows` rows.
pub(crate) fn first_rows(all: &Rows, rows: usize) -> Rows {
    if rows == all.len() {
        return all.clone();
    }
    some_rows(all, 0..rows)
}
