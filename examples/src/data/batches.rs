//! Shuffled minibatches whose place in the data is a function of the global step alone.

use rand::seq::SliceRandom;

use crate::stream::{Purpose, stream};

/// Shuffled minibatches: every epoch visits each row once, in an order keyed by (seed, epoch).
///
/// A resumed run asks for the step it has reached and goes on with the very batches it would have
/// had. The last batch of an epoch is short when the rows do not divide evenly.
///
/// ```
/// use elbow_examples::data::Batches;
///
/// let mut batches = Batches::new(1500, 100, 7);
/// assert_eq!(batches.per_epoch(), 15);
/// assert_eq!(batches.at(40).len(), 100);
/// assert_eq!(batches.at(40), Batches::new(1500, 100, 7).at(40));
/// ```
#[derive(Clone, Debug)]
pub struct Batches {
    rows: usize,
    batch: usize,
    seed: u64,
    /// The epoch that was asked for last and its order, which the steps of one epoch share.
    order: Option<(usize, Vec<usize>)>,
}

impl Batches {
    /// Batches of `batch` out of `rows` rows. A batch of 0 counts as 1, and one beyond `rows` as
    /// all of them.
    pub fn new(rows: usize, batch: usize, seed: u64) -> Self {
        Self {
            rows,
            batch: batch.clamp(1, rows.max(1)),
            seed,
            order: None,
        }
    }

    /// Steps in an epoch.
    pub fn per_epoch(&self) -> usize {
        self.rows.div_ceil(self.batch).max(1)
    }

    /// The epoch that a global step belongs to; both count from 0.
    pub fn epoch(&self, step: usize) -> usize {
        step / self.per_epoch()
    }

    /// The rows of the batch of a global step.
    pub fn at(&mut self, step: usize) -> Vec<usize> {
        let (epoch, seed, rows) = (self.epoch(step), self.seed, self.rows);
        let start = step % self.per_epoch() * self.batch;
        let end = rows.min(start + self.batch);
        let (_, order) = match self.order.take() {
            Some(order) if order.0 == epoch => self.order.insert(order),
            _ => self.order.insert((epoch, shuffled(rows, seed, epoch))),
        };
        order[start..end].to_vec()
    }
}

fn shuffled(rows: usize, seed: u64, epoch: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows).collect();
    order.shuffle(&mut stream(Purpose::Batches, seed, (epoch as u64, 0)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(batches: &mut Batches, epoch: usize) -> Vec<usize> {
        let steps = batches.per_epoch();
        (epoch * steps..(epoch + 1) * steps)
            .flat_map(|step| batches.at(step))
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
            assert_eq!(resumed.at(step), steps[step]);
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
