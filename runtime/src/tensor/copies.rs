//! Copies of numbers: as a constant, or repeated.

use dfdx::shapes::Shape;

use super::coordinates::carry;
use super::flat::Flat;
use super::gradient::on_backward;
use super::repeated::Repeat;
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
    tile(var, elements, times, 1, to)
}

/// Repeats each row `copies` times in a block, and repeats all of that `times` times. So every data row gets the particles of
/// a global draw, each with the rows that it has become.
///
/// `to` is the shape of the result.
pub(crate) fn tile<S: Shape, To: Shape>(
    var: &Var<S>,
    elements: usize,
    copies: usize,
    times: usize,
    to: To,
) -> Var<To> {
    let how = Repeat {
        elements,
        copies,
        times,
    };
    Var::of(tile_flat(var.flat(), how), to)
}

fn tile_flat(own: &Flat, how: Repeat) -> Flat {
    let out = how.apply(own);
    carry(own, &out, move |own| tile_flat(own, how));
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
