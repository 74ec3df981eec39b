//! Rows of a global site, which all rows of the data share.

use dfdx::shapes::Shape;

use super::coordinates::carry;
use super::flat::Flat;
use super::gradient::on_backward;
use super::var::Var;

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
    Var::of(tile_flat(var.flat(), elements, copies, times), to)
}

fn tile_flat(own: &Flat, elements: usize, copies: usize, times: usize) -> Flat {
    let rows = own.values().chunks(elements);
    let block: Vec<f32> = rows
        .flat_map(|row| std::iter::repeat_n(row, copies).flatten().copied())
        .collect();
    let out = Flat::of(block.repeat(times));
    carry(own, &out, move |own| {
        tile_flat(own, elements, copies, times)
    });
    let own = own.clone();
    on_backward(&out, move |upstream, grads| {
        let gradient = grads.buffer(&own);
        // Every row of the data adds a part. This many additions need the digits of f64.
        let mut sums = vec![0.0_f64; gradient.len()];
        for block in upstream.chunks(gradient.len() * copies) {
            let rows = sums.chunks_mut(elements);
            for (sums, copies) in rows.zip(block.chunks(elements * copies)) {
                for copy in copies.chunks(elements) {
                    let pairs = sums.iter_mut().zip(copy);
                    pairs.for_each(|(sum, &u)| *sum += f64::from(u));
                }
            }
        }
        let pairs = gradient.iter_mut().zip(sums);
        pairs.for_each(|(g, sum)| *g += sum as f32);
    });
    out
}

#[cfg(test)]
mod tests {
    use dfdx::shapes::Const;

    use super::tile;
    use crate::tensor::tape::record;
    use crate::tensor::{Batch, Var, constant, tensor};

    #[test]
    fn tiles_blocks_and_sums_what_flows_back() {
        let rows: Batch<(Const<2>,)> = tensor(vec![1.0, 2.0, 3.0, 4.0], (2, Const));
        let weights: Vec<f32> = (0..24).map(|w| w as f32).collect();
        let (sum, recording) = record(|| -> Var<()> {
            let tiled = tile(&Var::from(&rows), 2, 2, 3, (12, Const::<2>));
            assert_eq!(
                tiled.as_vec(),
                [1.0, 2.0, 1.0, 2.0, 3.0, 4.0, 3.0, 4.0].repeat(3)
            );
            let weights: Var<(usize, Const<2>)> = constant(weights, (12, Const));
            (tiled * weights).sum()
        });
        let gradients = recording.backward(&sum);
        // Element 0 of row 0 is at 0, 2, 8, 10, 16 and 18.
        assert_eq!(gradients.get(&rows).as_vec(), [54.0, 60.0, 78.0, 84.0]);
    }
}
