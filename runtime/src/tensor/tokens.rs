//! Sequences of symbols of different lengths, as data.

use std::fmt::Display;

use dfdx::shapes::Const;

use super::var::{Batch, tensor};
use crate::error::Error;

/// A whole number that may name a symbol.
#[diagnostic::on_unimplemented(
    message = "a symbol is a whole number, and `{Self}` is none",
    label = "no rows of whole numbers",
    note = "help: a row is a list of integers such as `Vec<u8>`, `&[usize]`, or the bytes of a `&str`"
)]
pub trait Symbol: Copy + Display {
    /// The symbol, if it is one of so many: 0 and more.
    #[doc(hidden)]
    fn among(self, symbols: usize) -> Option<usize>;
}

macro_rules! symbols {
    ($($number:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Symbol for $number {
            fn among(self, symbols: usize) -> Option<usize> {
                usize::try_from(self).ok().filter(|&symbol| symbol < symbols)
            }
        }
    )*};
}

symbols!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

/// Symbols that `f32` holds without loss.
const MOST: usize = 1 << 24;

/// Sequences of the symbols 0, 1, … `symbols` − 1, one a row: the sequences, with 0 behind their ends, and their lengths.
///
/// A row is a list of integers: a `Vec<u8>`, a `&[usize]`, or a `&str`, whose bytes are its symbols. It may be empty. The types say how
/// long the longest may be:
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// Words of up to five of three letters, given their lengths.
///     pub struct Words {
///         embed: Embedding<3, 4>,
///         reader: (BiGru<4, 8>, ToEvent<Rank1<16>>, Linear<16, 2>),
///         writer: (Linear<2, 15>, ToEvent<Rank2<5, 3>>),
///     }
///     generative p(length: []) {
///         sample z: [2] ~ Normal::new(0.0, 1.0);
///         sample x: [5] ~ Categorical::logits(writer(z));
///     }
///     inference q(x, length) {
///         sample z ~ Normal::new(reader(embed(x), length), 1.0);
///     }
/// }
///
/// let (x, length) = tokens(&[vec![0, 2, 1], vec![2, 2, 2, 0, 1]], 3)?;
/// let words = Words::new(0);
/// assert!(Elbo::default().loss(&words.q(&x, &length))?.value().is_finite());
/// assert_eq!(x.as_vec(), [0.0, 2.0, 1.0, 0.0, 0.0, 2.0, 2.0, 2.0, 0.0, 1.0]);
/// assert_eq!(length.as_vec(), [3.0, 5.0]);
/// # Ok::<(), elbow::Error>(())
/// ```
///
/// Where no model says it, write `let (x, length): (Batch<(Const<5>,)>, _) = tokens(&rows, 3)?;`. A layer that takes lengths, such as
/// [`Gru`](crate::prelude::Gru), reads nothing behind a row's end. A site of `[5]` scores all five symbols.
///
/// # Errors
/// Fails if there are no rows, with the first symbol that is out of range, its row and its step, and with the first row that is longer
/// than the longest. Rows and steps are counted from 0. Fails if there are no symbols, or more than `f32` holds without loss.
#[doc(alias("pad_sequence", "tokenize"))]
pub fn tokens<const LONGEST: usize, S: Symbol>(
    rows: &[impl AsRef<[S]>],
    symbols: usize,
) -> Result<(Batch<(Const<LONGEST>,)>, Batch<()>), Error> {
    let mut lists = rows.iter().map(AsRef::as_ref);
    let (values, lengths) = padded(&mut lists, symbols, LONGEST)?;
    let rows = lengths.len();
    Ok((tensor(values, (rows, Const)), tensor(lengths, (rows,))))
}

fn padded<S: Symbol>(
    rows: &mut dyn ExactSizeIterator<Item = &[S]>,
    symbols: usize,
    longest: usize,
) -> Result<(Vec<f32>, Vec<f32>), Error> {
    if rows.len() == 0 {
        return Err(Error::NoRows { site: "tokens" });
    }
    if symbols == 0 || symbols > MOST {
        return Err(Error::Setting {
            setting: "the number of symbols",
            value: symbols as f64,
            expected: "from 1 to 16777216",
        });
    }
    let mut values = vec![0.0; rows.len() * longest];
    let mut lengths = Vec::with_capacity(rows.len());
    for (row, list) in rows.enumerate() {
        if list.len() > longest {
            return Err(Error::TooLong {
                row,
                length: list.len(),
                longest,
            });
        }
        for (step, symbol) in list.iter().enumerate() {
            let known = symbol.among(symbols).ok_or_else(|| Error::NoSymbol {
                row,
                step,
                value: symbol.to_string(),
                symbols,
            })?;
            values[row * longest + step] = known as f32;
        }
        lengths.push(list.len() as f32);
    }
    Ok((values, lengths))
}
