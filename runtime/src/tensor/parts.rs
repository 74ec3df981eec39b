//! Work on rows in parts, which threads share if that saves time.

use std::ops::Range;

use super::parallel::join;

/// The least elements of a part. Fewer would be done before another thread has taken them.
const PART: usize = 1 << 13;

/// How rows are cut into parts. It depends only on their number and size, so sums taken part by part are the same on any
/// number of threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    rows: usize,
    each: usize,
}

impl Parts {
    /// Parts of `rows` rows. Blocks of `block` rows stay together.
    pub(crate) fn new(rows: usize, elements: usize, block: usize) -> Self {
        Self::weighed(rows, elements, block, 1)
    }

    /// The same, if each element takes `cost` times as long as a few operations of `f32` in vectors.
    pub(crate) fn weighed(rows: usize, elements: usize, block: usize, cost: usize) -> Self {
        // A power of two, so that halves are equal.
        let most = (rows * elements * cost / PART).max(1);
        let parts = (most / 2 + 1).next_power_of_two();
        let each = rows.div_ceil(parts).next_multiple_of(block);
        Self {
            rows,
            each: each.max(1),
        }
    }

    /// The rows of a part. The last may have fewer.
    pub(crate) fn each(self) -> usize {
        self.each
    }

    /// The number of parts.
    pub(crate) fn count(self) -> usize {
        self.rows.div_ceil(self.each)
    }

    /// The rows of every part.
    pub(crate) fn ranges(self) -> impl Iterator<Item = Range<usize>> {
        let rows = self.rows;
        let starts = (0..rows).step_by(self.each);
        starts.map(move |start| start..(start + self.each).min(rows))
    }
}

/// Does every job, on two threads if there are several jobs.
pub(crate) fn share<J: Send>(mut jobs: impl Iterator<Item = J>, work: impl Fn(J) + Sync) {
    let Some(first) = jobs.next() else { return };
    match jobs.next() {
        // Most operations of a small model have one job, which needs no list.
        None => work(first),
        Some(second) => {
            let all = [first, second].into_iter().chain(jobs);
            halves(all.collect(), &work);
        }
    }
}

fn halves<J: Send>(mut jobs: Vec<J>, work: &(impl Fn(J) + Sync)) {
    if jobs.len() < 2 {
        return jobs.into_iter().for_each(work);
    }
    let second = jobs.split_off(jobs.len() / 2);
    join(|| halves(jobs, work), || halves(second, work));
}
