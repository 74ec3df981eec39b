//! Which rows run at a step, and where in memory a step stands.

use std::ops::Range;

use crate::tensor::Flat;

/// The number of steps of every row. None if it is none of 0, 1, … `steps`.
pub(super) fn lengths_of(lengths: Option<&Flat>, rows: usize, steps: usize) -> Vec<Option<usize>> {
    let Some(lengths) = lengths else {
        return vec![Some(steps); rows];
    };
    let is_length = |length: f32| length >= 0.0 && length <= steps as f32 && length.fract() == 0.0;
    let lengths = lengths.values().iter().copied();
    lengths
        .map(|length| is_length(length).then_some(length as usize))
        .collect()
}

/// A row at a step.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The row's number in the batch.
    pub(super) row: usize,
    /// The place in the row's sequence.
    pub(super) time: usize,
    /// Whether the row ends with this step.
    pub(super) is_last: bool,
}

/// Where the steps of a batch's rows stand in memory.
#[derive(Clone)]
pub(super) enum Layout {
    /// Row by row, with room for this many steps.
    Rows(usize),
    /// Step by step, each after this many rows.
    Steps(Vec<usize>),
}

impl Layout {
    /// The number of a row at a step among all.
    pub(super) fn number(&self, at: Place) -> usize {
        match self {
            Self::Rows(steps) => at.row * steps + at.time,
            Self::Steps(before) => before[at.time] + at.row,
        }
    }
}

/// The rows of a part, the longest first.
#[derive(Clone)]
pub(super) struct Order {
    /// A row's number in the batch, and its steps.
    rows: Vec<(usize, usize)>,
    /// The number of places before each step, and of all. A place is a row at a step.
    starts: Vec<usize>,
}

/// Fewer multiplications than this are done by one thread: another would have to wait for them.
const WORTH_SHARING: usize = 1 << 19;

impl Order {
    /// One part, or two of like work. `multiplications` is the work of a row at a step. It depends on nothing else, so the digits
    /// are the same on any number of threads.
    pub(super) fn parts(lengths: &[Option<usize>], multiplications: usize) -> Vec<Self> {
        let rows = lengths.iter().enumerate();
        let mut rows: Vec<(usize, usize)> = rows
            .filter_map(|(row, &length)| Some((row, length?)))
            .collect();
        rows.sort_by_key(|&(_, length)| std::cmp::Reverse(length));
        let places: usize = rows.iter().map(|&(_, length)| length).sum();
        if places * multiplications < WORTH_SHARING || rows.len() < 2 {
            return vec![Self::of(rows)];
        }
        // Every other row, so that both have rows of all lengths.
        let half = |from| Self::of(rows.iter().skip(from).step_by(2).copied().collect());
        vec![half(0), half(1)]
    }

    fn of(rows: Vec<(usize, usize)>) -> Self {
        let longest = rows.first().map_or(0, |&(_, length)| length);
        let mut starts = vec![0];
        let mut running = rows.len();
        for step in 0..longest {
            while running > 0 && rows[running - 1].1 <= step {
                running -= 1;
            }
            starts.push(starts[step] + running);
        }
        Self { rows, starts }
    }

    pub(super) fn steps(&self) -> usize {
        self.starts.len() - 1
    }

    pub(super) fn places(&self) -> usize {
        self.starts[self.steps()]
    }

    /// The places of a step.
    pub(super) fn at(&self, step: usize) -> Range<usize> {
        self.starts[step]..self.starts[step + 1]
    }

    /// The places of the states that a step reads. None for the first.
    pub(super) fn read(&self, step: usize) -> Option<Range<usize>> {
        let start = self.starts[step.checked_sub(1)?];
        Some(start..start + self.at(step).len())
    }

    /// The rows that run at the first step.
    pub(super) fn rows(&self) -> usize {
        self.starts.get(1).copied().unwrap_or(0)
    }

    /// The rows that run at a step, from their starts or from their ends.
    pub(super) fn running(&self, step: usize, is_backward: bool) -> impl Iterator<Item = Place> {
        let running = self.rows[..self.at(step).len()].iter();
        running.map(move |&(row, length)| Place {
            row,
            time: match is_backward {
                false => step,
                true => length - 1 - step,
            },
            is_last: step + 1 == length,
        })
    }

    /// Does something with every place and its number.
    pub(super) fn for_places(&self, is_backward: bool, mut with: impl FnMut(usize, Place)) {
        for step in 0..self.steps() {
            let places = self.at(step).zip(self.running(step, is_backward));
            places.for_each(|(number, place)| with(number, place));
        }
    }

    /// The steps that read a state, in spans: the places of a span, and those of the states that it reads. Both lie in one piece. A
    /// span ends where a row does.
    pub(super) fn spans(&self) -> Vec<[Range<usize>; 2]> {
        let mut spans: Vec<[Range<usize>; 2]> = Vec::new();
        for step in 1..self.steps() {
            let (own, before) = (self.at(step), self.read(step).unwrap_or_default());
            match spans.last_mut() {
                Some([places, read]) if read.end == before.start => {
                    places.end = own.end;
                    read.end = before.end;
                }
                _ => spans.push([own, before]),
            }
        }
        spans
    }
}
