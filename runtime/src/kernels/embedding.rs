//! Rows of a table by their numbers, and the table's gradient.

use crate::tensor::{Flat, on_backward};

/// The table's row for each symbol, `width` numbers each. A symbol that is no row's number gets NaN.
///
/// The gradient by the table is summed in `f64`. None flows to the symbols.
pub(crate) fn embedding(symbols: Flat, table: Flat, width: usize) -> Flat {
    if let Some((rows, how)) = symbols.repeated() {
        return how
            .of_rows(how.elements * width)
            .apply(&embedding(rows.clone(), table, width));
    }
    let rows = table.len() / width.max(1);
    let places: Vec<Option<usize>> = symbols
        .values()
        .iter()
        .map(|&symbol| row_of(symbol, rows))
        .collect();
    let out = Flat::written_over(places.len() * width, |out| {
        for (out, place) in out.chunks_exact_mut(width.max(1)).zip(&places) {
            match place {
                Some(row) => out.copy_from_slice(&table.values()[row * width..][..width]),
                None => out.fill(f32::NAN),
            }
        }
    });
    on_backward(&out, move |upstream, grads| {
        let gradient = grads.buffer(&table);
        let mut sums = vec![0.0; width];
        for (row, uses) in uses(&places, rows).into_iter().enumerate() {
            if uses.is_empty() {
                continue;
            }
            sums.fill(0.0);
            for place in uses {
                let own = &upstream[place * width..][..width];
                let pairs = sums.iter_mut().zip(own);
                pairs.for_each(|(sum, &up): (&mut f64, _)| *sum += f64::from(up));
            }
            let pairs = gradient[row * width..][..width].iter_mut().zip(&sums);
            pairs.for_each(|(g, &sum)| *g += sum as f32);
        }
    });
    out
}

/// The number of a table's row, if the symbol is one.
fn row_of(symbol: f32, rows: usize) -> Option<usize> {
    let is_row = symbol >= 0.0 && symbol.fract() == 0.0 && (symbol as usize) < rows;
    is_row.then_some(symbol as usize)
}

/// The places at which each row stands.
fn uses(places: &[Option<usize>], rows: usize) -> Vec<Vec<usize>> {
    let mut uses = vec![Vec::new(); rows];
    let known = places.iter().enumerate();
    for (place, row) in known.filter_map(|(place, &row)| Some((place, row?))) {
        uses[row].push(place);
    }
    uses
}
