//! Rows of a table by their numbers, and the table's gradient.

use crate::tensor::unknown::{Unknown, note_unknown};
use crate::tensor::{Flat, on_backward_to};

/// The table's row for each symbol, `width` numbers each. A symbol that is no row's number gets NaN. There are symbols of `rows` rows.
///
/// The gradient by the table is summed in `f64`. None flows to the symbols.
pub(crate) fn embedding(symbols: Flat, table: Flat, width: usize, rows: usize) -> Flat {
    if let Some((own, how)) = symbols.repeated() {
        let rows = rows / how.factor().max(1);
        return how.of_rows(how.elements * width).apply(&embedding(
            own.clone(),
            table,
            width,
            rows,
        ));
    }
    let size = table.len() / width.max(1);
    let places = places(symbols.values(), rows, size, |_| 0);
    read(table, places, width)
}

/// The place in all tables, one after another, of the row that each symbol names in its table of this many rows.
pub(super) fn places(
    symbols: &[f32],
    rows: usize,
    size: usize,
    table_of: impl Fn(usize) -> usize,
) -> Vec<Option<usize>> {
    let per_row = symbols.len() / rows.max(1);
    let place = |(at, &value): (usize, &f32)| {
        let row = at / per_row.max(1);
        let own = row_of(value, size);
        if own.is_none() {
            note_unknown(Unknown {
                row,
                rows,
                value,
                size,
            });
        }
        Some(table_of(row) * size + own?)
    };
    symbols.iter().enumerate().map(place).collect()
}

/// The rows at these places, and NaN for none.
pub(super) fn read(table: Flat, places: Vec<Option<usize>>, width: usize) -> Flat {
    let out = Flat::written_over(places.len() * width, |out| {
        for (out, place) in out.chunks_exact_mut(width.max(1)).zip(&places) {
            match place {
                Some(row) => out.copy_from_slice(&table.values()[row * width..][..width]),
                None => out.fill(f32::NAN),
            }
        }
    });
    on_backward_to(&out, &table, move |upstream, gradient| {
        let rows = gradient.len() / width.max(1);
        let mut sums = vec![0.0; width];
        let (starts, uses) = uses(&places, rows);
        for (row, ends) in starts.windows(2).enumerate() {
            let uses = &uses[ends[0]..ends[1]];
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

/// The places that read each row, row by row, and where each row's begin.
fn uses(places: &[Option<usize>], rows: usize) -> (Vec<usize>, Vec<usize>) {
    let mut starts = vec![0; rows + 1];
    places.iter().flatten().for_each(|row| starts[row + 1] += 1);
    for row in 0..rows {
        starts[row + 1] += starts[row];
    }
    let mut next = starts.clone();
    let mut uses = vec![0; starts[rows]];
    let known = places.iter().enumerate();
    for (place, row) in known.filter_map(|(place, &row)| Some((place, row?))) {
        uses[next[row]] = place;
        next[row] += 1;
    }
    (starts, uses)
}
