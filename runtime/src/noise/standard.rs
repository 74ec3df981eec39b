//! Noise of the usual kinds, many numbers at a time.
//!
//! Element `e` of a row comes from word `e` of the row's [generator](super::RowRng); a normal number comes from that word and
//! its neighbour. So these numbers too are functions of their place: the same in any piece of the rows, on any number of
//! threads, and at any width of vectors.

use std::marker::PhantomData;
use std::ops::Range;

use super::row_rng::philox;
use super::{Stream, unlearned};
use crate::kernels::real::single::{ln, minus_ln_uniform, turn, uniform};
use crate::tensor::parts::{Parts, share};
use crate::tensor::simd::{Kernel, vectorised};
use crate::tensor::{Event, Flat, Param};

/// The distribution of noise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standard {
    /// Uniform strictly between 0 and 1.
    Uniform,
    /// Exponential(1).
    Exponential,
    /// Logistic(0, 1): the difference of two standard Gumbels.
    Logistic,
    /// Gumbel(0, 1).
    Gumbel,
    /// Normal(0, 1), by the transformation of Box and Muller (1958). No number is beyond 6.8.
    Normal,
}

impl Stream {
    /// `per_row` numbers for each of `rows` rows.
    ///
    /// ```
    /// use elbow::family::{Key, Place, Standard, Stream};
    ///
    /// let stream = Stream::new(Key::new(0, 0), "z", Place::default());
    /// let numbers = stream.numbers(Standard::Normal, 3, 7);
    /// // A row's numbers are the same however many rows and elements are drawn.
    /// assert_eq!(numbers[..5], stream.numbers(Standard::Normal, 1, 5));
    /// ```
    pub fn numbers(&self, standard: Standard, rows: usize, per_row: usize) -> Vec<f32> {
        let mut numbers = vec![0.0; rows * per_row];
        let parts = Parts::new(rows, per_row, 1);
        let pieces = numbers.chunks_mut((parts.each() * per_row).max(1));
        let jobs = pieces.zip(parts.ranges());
        share(jobs, |(mut left, rows): (&mut [f32], Range<usize>)| {
            self.draw_rows(standard, per_row, rows, |drawn| {
                let (own, rest) = std::mem::take(&mut left).split_at_mut(drawn.len());
                own.copy_from_slice(drawn);
                left = rest;
            });
        });
        numbers
    }

    /// The same for every element of `rows` events.
    pub fn standard<E: Event>(&self, standard: Standard, rows: usize) -> Param<E> {
        unlearned(self.standard_flat(standard, rows, E::ELEMENTS))
    }

    fn standard_flat(&self, standard: Standard, rows: usize, per_row: usize) -> Flat {
        let parts = Parts::new(rows, per_row, 1);
        let each = parts.each() * per_row;
        Flat::written(rows * per_row, each, parts.ranges(), |_, rows, places| {
            self.draw_rows(standard, per_row, rows, |drawn| places.push(drawn));
        })
    }

    /// The numbers of these rows, piece by piece in their order.
    fn draw_rows(
        &self,
        standard: Standard,
        per_row: usize,
        rows: Range<usize>,
        mut out: impl FnMut(&[f32]),
    ) {
        let mut group = Group::new(self, standard);
        for row in rows {
            group.push(self.counter(row), per_row, &mut out);
        }
        group.flush(&mut out);
    }
}

/// Words of one block of the generator.
const WORDS: usize = 4;
/// Blocks that are computed at a time.
const BLOCKS: usize = 32;

/// The counters of blocks.
type Counters = [[u32; WORDS]; BLOCKS];
/// The numbers of blocks, one block after another.
type Numbers = [[f32; WORDS]; BLOCKS];

/// Pieces of rows on their way through the generator.
struct Group {
    key: [u32; 2],
    draw: fn([u32; 2], &Counters, &mut Numbers),
    counters: Counters,
    /// Blocks whose counters are known.
    used: usize,
    /// Memory for their draws.
    numbers: Numbers,
    /// The first block of each piece, and how many numbers it has.
    pieces: Vec<(usize, usize)>,
}

impl Group {
    fn new(stream: &Stream, standard: Standard) -> Self {
        Self {
            key: stream.key,
            draw: match standard {
                Standard::Uniform => draw::<EachUniform>,
                Standard::Exponential => draw::<EachExponential>,
                Standard::Logistic => draw::<EachLogistic>,
                Standard::Gumbel => draw::<EachGumbel>,
                Standard::Normal => draw::<Pairs>,
            },
            counters: [[0; WORDS]; BLOCKS],
            used: 0,
            numbers: [[0.0; WORDS]; BLOCKS],
            pieces: Vec::with_capacity(BLOCKS),
        }
    }

    /// Adds a row, piece by piece as groups become full.
    fn push(
        &mut self,
        [mut block, copy, data_row, particle]: [u32; WORDS],
        per_row: usize,
        out: &mut impl FnMut(&[f32]),
    ) {
        let mut left = per_row;
        while left > 0 {
            let blocks = left.div_ceil(WORDS).min(BLOCKS - self.used);
            let numbers = left.min(blocks * WORDS);
            left -= numbers;
            for own in &mut self.counters[self.used..][..blocks] {
                *own = [block, copy, data_row, particle];
                block = block.wrapping_add(1);
            }
            self.pieces.push((self.used, numbers));
            self.used += blocks;
            if self.used == BLOCKS {
                self.flush(out);
            }
        }
    }

    fn flush(&mut self, out: &mut impl FnMut(&[f32])) {
        if self.pieces.is_empty() {
            return;
        }
        (self.draw)(self.key, &self.counters, &mut self.numbers);
        for (block, numbers) in self.pieces.drain(..) {
            out(&self.numbers[block..].as_flattened()[..numbers]);
        }
        self.used = 0;
    }
}

fn draw<K: Kind>(key: [u32; 2], counters: &Counters, numbers: &mut Numbers) {
    vectorised(Draw::<K> {
        key,
        counters,
        numbers,
        kind: PhantomData,
    });
}

struct Draw<'a, K> {
    key: [u32; 2],
    counters: &'a Counters,
    numbers: &'a mut Numbers,
    kind: PhantomData<K>,
}

impl<K: Kind> Kernel for Draw<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        // Two loops, since products have 64 bits and numbers 32, and each loop uses its own width of vectors.
        let mut words = [[0; BLOCKS]; WORDS];
        for i in 0..BLOCKS {
            let block = philox(self.counters[i], self.key);
            for (words, word) in words.iter_mut().zip(block) {
                words[i] = word;
            }
        }
        let [first, second, third, fourth] = &words;
        for i in 0..BLOCKS {
            let (one, two) = K::pair(first[i], second[i]);
            let (three, four) = K::pair(third[i], fourth[i]);
            self.numbers[i] = [one, two, three, four];
        }
    }
}

/// Turns two words into two numbers.
trait Kind {
    fn pair(even: u32, odd: u32) -> (f32, f32);
}

struct Pairs;

impl Kind for Pairs {
    /// A direction and a distance from the middle.
    #[inline(always)]
    fn pair(even: u32, odd: u32) -> (f32, f32) {
        let distance = (2.0 * minus_ln_uniform(even)).sqrt();
        let (sin, cos) = turn(odd);
        (distance * cos, distance * sin)
    }
}

macro_rules! each {
    ($($kind:ident: $number:expr;)*) => {$(
        struct $kind;

        impl Kind for $kind {
            #[inline(always)]
            fn pair(even: u32, odd: u32) -> (f32, f32) {
                ($number(even), $number(odd))
            }
        }
    )*};
}

each! {
    EachUniform: uniform;
    EachExponential: minus_ln_uniform;
    EachLogistic: logistic;
    EachGumbel: gumbel;
}

/// `ln(u/(1 − u))`, from a ratio that has all its digits in both tails.
#[inline(always)]
fn logistic(word: u32) -> f32 {
    ln((word as f32 + 0.5) / (!word as f32 + 0.5))
}

/// `−ln(−ln u)`
#[inline(always)]
fn gumbel(word: u32) -> f32 {
    -ln(minus_ln_uniform(word))
}
