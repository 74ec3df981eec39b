//! Work on rows in parts, which threads share where that pays.

use std::ops::Range;

use super::parallel::join;

/// Elements of a part, at least: fewer are done before another thread has taken them.
const PART: usize = 1 << 13;

/// How rows are cut into parts: by their number and size alone, so that sums which are taken part by part
/// are the same on any number of threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    rows: usize,
    each: usize,
}

impl Parts {
    /// Parts of rows of so many elements. Blocks of `block` rows stay together.
    pub(crate) fn new(rows: usize, elements: usize, block: usize) -> Self {
        // A power of two, so that halves are equal.
        let most = (rows * elements / PART).max(1);
        let parts = (most / 2 + 1).next_power_of_two();
        let each = rows.div_ceil(parts).next_multiple_of(block);
        Self {
            rows,
            each: each.max(1),
        }
    }

    /// Rows of a part; the last may have fewer.
    pub(crate) fn each(self) -> usize {
        self.each
    }

    /// How many there are.
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

/// Does every job, on two threads where there are several jobs.
pub(crate) fn share<J: Send>(mut jobs: impl Iterator<Item = J>, work: impl Fn(J) + Sync) {
    let Some(first) = jobs.next() else { return };
    match jobs.next() {
        // Most operations of a small model: not worth a list.
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
