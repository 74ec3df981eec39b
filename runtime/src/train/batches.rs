//! Shuffled minibatches whose place in the data is a function of the step alone.

use std::ops::Deref;

use crate::noise::{Key, shuffled};

/// Shuffled minibatches: every epoch visits each row once, in an order of its own.
///
/// The order is a function of the seed and the epoch. So a resumed run goes on with the very batches that it would have had. The
/// last batch of an epoch is short if the rows do not divide evenly.
///
/// ```
/// use elbow::prelude::*;
/// use elbow::train::Batches;
///
/// let data: Batch<(Const<2>,)> = batch((0..20).map(|i| i as f32).collect())?;
/// let mut batches = Batches::new(10, 4, 7);
/// assert_eq!(batches.per_epoch(), 3);
/// let rows = batches.at(2);
/// assert_eq!((rows.len(), rows.epoch()), (2, 0));
/// let x = minibatch(&data, &rows)?;
/// assert_eq!(x.as_vec().len(), 4);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Batches {
    rows: usize,
    size: usize,
    seed: u64,
    /// The epoch that was asked for last, and its order, which the steps of one epoch share.
    order: Option<(u64, Vec<usize>)>,
}

impl Batches {
    /// Batches of `size` out of `rows` rows. A size of 0 counts as 1, and one beyond `rows` as all of them.
    pub fn new(rows: usize, size: usize, seed: u64) -> Self {
        Self {
            rows,
            size: size.clamp(1, rows.max(1)),
            seed,
            order: None,
        }
    }

    /// The steps of an epoch, at least 1.
    pub fn per_epoch(&self) -> u64 {
        self.rows.div_ceil(self.size).max(1) as u64
    }

    /// The batch of a step, counted from 0 over all epochs.
    pub fn at(&mut self, step: u64) -> Minibatch {
        let (epoch, seed, rows) = (step / self.per_epoch(), self.seed, self.rows);
        let start = (step % self.per_epoch()) as usize * self.size;
        let end = rows.min(start + self.size);
        let (_, order) = match self.order.take() {
            Some(order) if order.0 == epoch => self.order.insert(order),
            _ => {
                let key = Key::new(seed, epoch);
                self.order
                    .insert((epoch, shuffled(rows, key, "elbow.batches")))
            }
        };
        Minibatch {
            rows: order[start..end].to_vec(),
            step,
            epoch,
        }
    }
}

/// The rows of one step, as numbers of rows of the data; it is a slice of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Minibatch {
    rows: Vec<usize>,
    step: u64,
    epoch: u64,
}

impl Minibatch {
    /// A step without rows, for data that come from elsewhere.
    pub(super) fn without_rows(step: u64) -> Self {
        Self {
            rows: Vec::new(),
            step,
            epoch: 0,
        }
    }

    /// The step, counted from 0 over all epochs.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// The epoch, counted from 0.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }
}

impl Deref for Minibatch {
    type Target = [usize];
    fn deref(&self) -> &[usize] {
        &self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(batches: &mut Batches, epoch: u64) -> Vec<usize> {
        let steps = batches.per_epoch();
        (epoch * steps..(epoch + 1) * steps)
            .flat_map(|step| batches.at(step).to_vec())
            .collect()
    }

    #[test]
    fn each_epoch_is_a_permutation_of_the_rows_and_a_new_one() {
        let mut batches = Batches::new(103, 10, 1);
        assert_eq!(batches.per_epoch(), 11);
        assert_eq!(batches.at(10).len(), 3);
        let first = epoch(&mut batches, 0);
        let second = epoch(&mut batches, 1);
        assert_ne!(first, second);
        for mut order in [first, second] {
            order.sort();
            assert_eq!(order, (0..103).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_resumed_run_goes_on_with_the_same_batches() {
        let mut whole = Batches::new(50, 8, 3);
        let steps: Vec<_> = (0..30).map(|step| whole.at(step)).collect();
        let mut resumed = Batches::new(50, 8, 3);
        for step in (17..30).chain(0..17) {
            assert_eq!(resumed.at(step), steps[step as usize]);
        }
        assert_ne!(Batches::new(50, 8, 4).at(0), steps[0]);
    }

    #[test]
    fn odd_sizes_are_batches_too() {
        assert_eq!(Batches::new(3, 100, 0).at(5).len(), 3);
        assert_eq!(Batches::new(3, 0, 0).at(5).len(), 1);
        assert!(Batches::new(0, 10, 0).at(5).is_empty());
    }
}
