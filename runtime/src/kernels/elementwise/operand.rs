//! Reading operands tile by tile, whatever their form.

use crate::tensor::{Flat, Given};

/// Elements that a kernel reads, computes and writes at a time: few enough to stay in the nearest cache.
pub(super) const TILE: usize = 256;
/// The elements of a tile are computed in blocks of so many, a multiple of any vector's width.
pub(super) const BLOCK: usize = 64;

/// What an operand has in the place of element `e` of row `r`.
#[derive(Clone, Copy)]
enum Form {
    /// The same number everywhere.
    Number,
    /// `e` of the one event.
    Event,
    /// The number of row `r`.
    Row,
    /// `e` of row `r / share`, or of its rest by `period` rows.
    Rows { share: usize, period: usize },
}

/// An operand, as a kernel sees it: one number for every element of every row.
#[derive(Clone, Copy)]
pub(super) struct Operand<'a> {
    values: &'a [f32],
    form: Form,
    elements: usize,
}

impl<'a> Operand<'a> {
    pub(super) fn new(given: &'a Given, rows: usize, elements: usize) -> Self {
        let form = match given {
            Given::Number(_) => Form::Number,
            Given::Event(_) => Form::Event,
            Given::Rows(_) => Form::Rows {
                share: share(given, rows, elements),
                period: period(given, elements),
            },
        };
        Self {
            // Not `map_or`, which would copy repeated rows for nothing.
            values: stored(given, elements).map_or_else(|| given.values(), Flat::values),
            form,
            elements,
        }
    }

    /// Zero everywhere.
    pub(super) const ZERO: Self = Self {
        values: &[0.0],
        form: Form::Number,
        elements: 1,
    };

    /// One number for each row of so many elements.
    pub(super) fn of_rows(values: &'a [f32], elements: usize) -> Self {
        Self {
            values,
            form: Form::Row,
            elements,
        }
    }

    /// One number for each element of each row.
    pub(super) fn of_elements(values: &'a [f32], elements: usize) -> Self {
        Self {
            values,
            form: Form::Rows {
                share: 1,
                period: usize::MAX,
            },
            elements,
        }
    }

    /// A reader of tiles.
    pub(super) fn reader(self) -> Reader<'a> {
        let fill = match self.form {
            Form::Number => self.values[0],
            _ => 0.0,
        };
        Reader {
            operand: self,
            tile: [fill; TILE],
        }
    }
}

/// Kernel rows that share one row of the operand.
pub(in crate::kernels) fn share(given: &Given, rows: usize, elements: usize) -> usize {
    let copies = match given {
        Given::Rows(flat) => flat
            .repeated_rows(elements)
            .map_or(1, |(_, how)| how.copies),
        Given::Number(_) | Given::Event(_) => 1,
    };
    (rows / given.rows(elements).unwrap_or(rows).max(1)).max(1) * copies
}

/// The rows of the operand after which it begins again.
pub(super) fn period(given: &Given, elements: usize) -> usize {
    match given {
        Given::Rows(flat) => match flat.repeated_rows(elements) {
            Some((rows, how)) if how.times > 1 => rows.len() / elements,
            _ => usize::MAX,
        },
        Given::Number(_) | Given::Event(_) => usize::MAX,
    }
}

/// The rows of an operand as they are in memory, where a gradient flows to. None for a number.
pub(in crate::kernels) fn stored(given: &Given, elements: usize) -> Option<&Flat> {
    match given {
        Given::Number(_) => None,
        Given::Event(flat) => Some(flat),
        Given::Rows(flat) => Some(flat.repeated_rows(elements).map_or(flat, |(rows, _)| rows)),
    }
}

/// Reads an operand tile by tile, without a copy where its elements lie in a row.
pub(super) struct Reader<'a> {
    operand: Operand<'a>,
    tile: [f32; TILE],
}

impl Reader<'_> {
    /// The `length` elements from number `start` on, counted through all rows. What follows them in the tile
    /// are numbers of no meaning.
    pub(super) fn read(&mut self, start: usize, length: usize) -> &[f32; TILE] {
        let Operand {
            values,
            form,
            elements,
        } = self.operand;
        match form {
            Form::Number => {}
            Form::Rows {
                share: 1,
                period: usize::MAX,
            } => {
                if let Some(tile) = values[start..].first_chunk() {
                    return tile;
                }
                self.tile[..length].copy_from_slice(&values[start..start + length]);
            }
            Form::Event => self.gather(start, length, |_, from, to| {
                to.copy_from_slice(&values[from..from + to.len()]);
            }),
            Form::Rows { share, period } => self.gather(start, length, |row, from, to| {
                let from = row / share % period * elements + from;
                to.copy_from_slice(&values[from..from + to.len()]);
            }),
            Form::Row => self.gather(start, length, |row, _, to| to.fill(values[row])),
        }
        &self.tile
    }

    /// Fills the tile row by row: `copy(row, element, to)` writes the elements from number `element` on.
    #[inline(always)]
    fn gather(&mut self, start: usize, length: usize, copy: impl Fn(usize, usize, &mut [f32])) {
        let elements = self.operand.elements;
        segments(start, length, elements, |row, element, range| {
            copy(row, element, &mut self.tile[range]);
        });
    }
}

/// The same tile of every operand.
#[inline(always)]
pub(super) fn read<'t, const N: usize>(
    readers: &'t mut [Reader<'_>; N],
    start: usize,
    length: usize,
) -> [&'t [f32; TILE]; N] {
    readers.each_mut().map(|reader| reader.read(start, length))
}

/// Cuts `length` elements from number `start` on at the ends of rows: `f(row, element, range)` gets where
/// each piece begins and its range among these elements.
#[inline(always)]
pub(super) fn segments(
    start: usize,
    length: usize,
    elements: usize,
    mut f: impl FnMut(usize, usize, std::ops::Range<usize>),
) {
    let (mut row, mut element) = (start / elements, start % elements);
    let mut done = 0;
    while done < length {
        let piece = (elements - element).min(length - done);
        f(row, element, done..done + piece);
        done += piece;
        row += 1;
        element = 0;
    }
}
