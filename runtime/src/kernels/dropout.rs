//! Dropout: every element times a factor, which is zero for some.

use crate::tensor::{Flat, on_backward_to};

/// Each element times its factor. With a factor of zero it does not count, whatever it is.
pub(crate) fn dropout(x: &Flat, factors: Vec<f32>) -> Flat {
    let out = Flat::written_over(x.len(), |out| {
        let pairs = out.iter_mut().zip(x.values()).zip(&factors);
        pairs.for_each(|((out, x), factor)| *out = if *factor == 0.0 { 0.0 } else { x * factor });
    });
    on_backward_to(&out, x, move |upstream, gradient| {
        let pairs = gradient.iter_mut().zip(upstream).zip(&factors);
        pairs.for_each(|((g, up), factor)| *g += up * factor);
    });
    out
}
