//! Two tensors as one, along the last axis.

use crate::tensor::names::Const;
use crate::tensor::{Flat, Var, on_backward, on_backward_to};

/// The numbers of `a` and then those of `b`, for each row. What reads the result says its width: `decoder(concat(z, u))` gives the
/// width of `decoder`.
///
/// ```
/// use elbow::prelude::*;
///
/// let a = Var::from(batch::<(usize, Const<1>)>(vec![1.0, 2.0])?);
/// let b = Var::from(batch::<(usize, Const<2>)>(vec![3.0, 4.0, 5.0, 6.0])?);
/// let both: Var<(usize, Const<3>)> = concat(a, b);
/// assert_eq!(both.as_vec(), [1.0, 3.0, 4.0, 2.0, 5.0, 6.0]);
/// # Ok::<(), elbow::Error>(())
/// ```
///
/// Widths that do not add up are a compile error.
///
/// # Panics
/// If `a` and `b` differ in their rows.
#[doc(alias("cat", "concatenate"))]
pub fn concat<const A: usize, const B: usize, const C: usize>(
    a: Var<(usize, Const<A>)>,
    b: Var<(usize, Const<B>)>,
) -> Var<(usize, Const<C>)> {
    const {
        assert!(
            A + B == C,
            "the widths of what `concat` joins do not add up to the width that is read"
        );
    }
    let (rows, others) = (a.shape().0, b.shape().0);
    assert_eq!(rows, others, "rows of what `concat` joins");
    Var::of(joined(a.into_flat(), b.into_flat(), [A, B]), (rows, Const))
}

/// Rows of these two widths, side by side.
pub(crate) fn joined(a: Flat, b: Flat, widths: [usize; 2]) -> Flat {
    let width = widths[0] + widths[1];
    let repeated = a.repeated_rows(widths[0]).zip(b.repeated_rows(widths[1]));
    if let Some(((own, how), (others, their))) = repeated
        && how.of_rows(width) == their.of_rows(width)
    {
        let how = how.of_rows(width);
        return how.apply(&joined(own.clone(), others.clone(), widths));
    }
    let out = Flat::filled(a.len() + b.len(), |out| {
        let mut start = 0;
        for (part, own) in [&a, &b].into_iter().zip(widths) {
            let rows = part.values().chunks_exact(own.max(1));
            let outs = out.chunks_exact_mut(width.max(1));
            outs.zip(rows)
                .for_each(|(out, row)| out[start..][..own].copy_from_slice(row));
            start += own;
        }
    });
    on_backward(&out, move |upstream, grads| {
        let mut start = 0;
        for (part, own) in [&a, &b].into_iter().zip(widths) {
            let rows = grads.buffer(part).chunks_exact_mut(own.max(1));
            for (row, up) in rows.zip(upstream.chunks_exact(width.max(1))) {
                let pairs = row.iter_mut().zip(&up[start..]);
                pairs.for_each(|(g, up)| *g += up);
            }
            start += own;
        }
    });
    out
}

/// Undoes [`joined`].
pub(crate) fn parted(both: &Flat, widths: [usize; 2]) -> [Flat; 2] {
    let width = widths[0] + widths[1];
    if let Some((own, how)) = both.repeated_rows(width) {
        let parts = parted(own, widths).into_iter().zip(widths);
        let parts: Vec<Flat> = parts
            .map(|(part, own)| how.of_rows(own).apply(&part))
            .collect();
        return parts.try_into().expect("two parts");
    }
    let rows = both.len() / width.max(1);
    [(0, widths[0]), (widths[0], widths[1])].map(|(start, own)| {
        let out = Flat::filled(rows * own, |out| {
            let outs = out.chunks_exact_mut(own.max(1));
            outs.zip(both.values().chunks_exact(width.max(1)))
                .for_each(|(out, row)| out.copy_from_slice(&row[start..][..own]));
        });
        on_backward_to(&out, both, move |upstream, gradient| {
            let rows = gradient.chunks_exact_mut(width.max(1));
            for (row, up) in rows.zip(upstream.chunks_exact(own.max(1))) {
                let pairs = row[start..].iter_mut().zip(up);
                pairs.for_each(|(g, up)| *g += up);
            }
        });
        out
    })
}
