//! Rows in a random order.

use rand::seq::SliceRandom;

use super::{Key, Place, Stream};

/// The numbers of all rows, shuffled. The order is a function of the key and the purpose.
pub(crate) fn shuffled(rows: usize, key: Key, purpose: &str) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows).collect();
    order.shuffle(&mut Stream::new(key, purpose, Place::default()).row(0));
    order
}
