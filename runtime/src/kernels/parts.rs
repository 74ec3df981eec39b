//! Work on rows in parts, which threads share where that pays.

use std::ops::Range;
use std::sync::Mutex;

/// Elements below which a second thread costs more than it brings: handing over takes as long as ten
/// thousand elements or more.
const WORTH_SHARING: usize = 1 << 16;
/// Elements of a part, at least.
const PART: usize = 1 << 14;

/// How rows are cut into parts: by their number and size alone, so that sums which are taken part by part
/// are the same on any number of threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    rows: usize,
    each: usize,
}

impl Parts {
    /// Parts of rows of so many elements. Blocks of `block` rows stay together.
    pub(super) fn new(rows: usize, elements: usize, block: usize) -> Self {
        let each = if rows * elements < WORTH_SHARING {
            rows
        } else {
            PART.div_ceil(elements.max(1)).next_multiple_of(block)
        };
        Self {
            rows,
            each: each.max(1),
        }
    }

    /// Rows of a part; the last may have fewer.
    pub(super) fn each(self) -> usize {
        self.each
    }

    /// How many there are.
    pub(super) fn count(self) -> usize {
        self.rows.div_ceil(self.each)
    }

    /// The rows of every part.
    pub(super) fn ranges(self) -> impl Iterator<Item = Range<usize>> {
        let rows = self.rows;
        let starts = (0..rows).step_by(self.each);
        starts.map(move |start| start..(start + self.each).min(rows))
    }
}

/// Does every job, on several threads where there are several jobs.
///
/// This thread works too: where no other wakes up in time it has done everything by itself.
pub(super) fn share<J: Send>(jobs: impl Iterator<Item = J>, work: impl Fn(J) + Sync) {
    let mut jobs = jobs.peekable();
    let Some(first) = jobs.next() else {
        return;
    };
    if jobs.peek().is_none() {
        return work(first);
    }
    let jobs: Vec<J> = std::iter::once(first).chain(jobs).collect();
    let helpers = (rayon::current_num_threads() - 1).min(jobs.len() - 1);
    let queue = Mutex::new(jobs.into_iter());
    let next = || queue.lock().ok()?.next();
    let work_on = || std::iter::from_fn(next).for_each(&work);
    rayon::in_place_scope(|scope| {
        for _ in 0..helpers {
            scope.spawn(|_| work_on());
        }
        work_on();
    });
}
