//! Noise of the usual kinds, many numbers at a time.
//!
//! Element `e` of a row is made of word `e` of the row's [generator](super::RowRng), a normal number of
//! that word and its neighbour. So these too are functions of their place alone: the same in any piece of the rows, on any
//! number of threads, and at any width of vectors.

use std::marker::PhantomData;

use super::{Stream, philox};
use crate::kernels::parts::{Parts, share};
use crate::kernels::real::single::{ln, minus_ln_uniform, turn, uniform};
use crate::kernels::simd::{Kernel, vectorised};

/// What noise is distributed as.
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
    /// So many numbers for each of so many rows.
    ///
    /// ```
    /// use elbow::noise::{Key, Place, Standard, Stream};
    ///
    /// let stream = Stream::new(Key::new(0, 0), "z", Place::default());
    /// let numbers = stream.numbers(Standard::Normal, 3, 7);
    /// // A row's numbers are the same however many rows and elements are drawn.
    /// assert_eq!(numbers[..5], stream.numbers(Standard::Normal, 1, 5));
    /// ```
    pub fn numbers(&self, standard: Standard, rows: usize, per_row: usize) -> Vec<f32> {
        let mut numbers = vec![0.0; rows * per_row];
        self.write(standard, per_row, &mut numbers);
        numbers
    }

    /// The same over what stands there.
    pub(super) fn write(&self, standard: Standard, per_row: usize, numbers: &mut [f32]) {
        if per_row == 0 {
            return;
        }
        let rows = numbers.len() / per_row;
        let each = Parts::new(rows, per_row, 1).each();
        let jobs = numbers.chunks_mut(each * per_row).enumerate();
        share(jobs, |(part, numbers): (usize, &mut [f32])| {
            let mut group = Group::new(self, standard);
            for (row, numbers) in numbers.chunks_mut(per_row).enumerate() {
                let [_, copy, data_row, particle] = self.counter(part * each + row);
                for (block, to) in numbers.chunks_mut(WORDS).enumerate() {
                    group.push([block as u32, copy, data_row, particle], to);
                }
            }
            group.flush();
        });
    }
}

/// Words of one block of the generator.
const WORDS: usize = 4;
/// Blocks that are computed at a time.
const BLOCKS: usize = 64;

/// Blocks of any rows on their way through the generator, word by word side by side.
struct Group<'a> {
    key: [u32; 2],
    standard: Standard,
    counters: [[u32; BLOCKS]; WORDS],
    /// Where the numbers of each block go.
    to: Vec<&'a mut [f32]>,
}

impl<'a> Group<'a> {
    fn new(stream: &Stream, standard: Standard) -> Self {
        Self {
            key: stream.key,
            standard,
            counters: [[0; BLOCKS]; WORDS],
            to: Vec::with_capacity(BLOCKS),
        }
    }

    fn push(&mut self, counter: [u32; WORDS], to: &'a mut [f32]) {
        for (own, word) in self.counters.iter_mut().zip(counter) {
            own[self.to.len()] = word;
        }
        self.to.push(to);
        if self.to.len() == BLOCKS {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let mut numbers = [[0.0; BLOCKS]; WORDS];
        let (key, counters) = (self.key, &self.counters);
        match self.standard {
            Standard::Uniform => draw::<EachUniform>(key, counters, &mut numbers),
            Standard::Exponential => draw::<EachExponential>(key, counters, &mut numbers),
            Standard::Logistic => draw::<EachLogistic>(key, counters, &mut numbers),
            Standard::Gumbel => draw::<EachGumbel>(key, counters, &mut numbers),
            Standard::Normal => draw::<Pairs>(key, counters, &mut numbers),
        }
        for (block, to) in self.to.drain(..).enumerate() {
            let own = numbers.each_ref().map(|numbers| numbers[block]);
            to.copy_from_slice(&own[..to.len()]);
        }
    }
}

/// Blocks side by side: the first number or word of each, the second, and so on.
type Columns<T> = [[T; BLOCKS]; WORDS];

fn draw<K: Kind>(key: [u32; 2], counters: &Columns<u32>, numbers: &mut Columns<f32>) {
    vectorised(Draw::<K> {
        key,
        counters,
        numbers,
        kind: PhantomData,
    });
}

struct Draw<'a, K> {
    key: [u32; 2],
    counters: &'a Columns<u32>,
    numbers: &'a mut Columns<f32>,
    kind: PhantomData<K>,
}

impl<K: Kind> Kernel for Draw<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let mut words = [[0; BLOCKS]; WORDS];
        let [first, second, third, fourth] = self.counters;
        for i in 0..BLOCKS {
            let block = philox([first[i], second[i], third[i], fourth[i]], self.key);
            for (words, word) in words.iter_mut().zip(block) {
                words[i] = word;
            }
        }
        for pair in 0..WORDS / 2 {
            let (even, odd) = (&words[2 * pair], &words[2 * pair + 1]);
            let mut numbers = [[0.0; BLOCKS]; 2];
            for i in 0..BLOCKS {
                let (first, second) = K::pair(even[i], odd[i]);
                numbers[0][i] = first;
                numbers[1][i] = second;
            }
            self.numbers[2 * pair] = numbers[0];
            self.numbers[2 * pair + 1] = numbers[1];
        }
    }
}

/// How two words become two numbers.
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

/// `ln(u/(1 − u))`, of a ratio that has all its digits in both tails.
#[inline(always)]
fn logistic(word: u32) -> f32 {
    ln((word as f32 + 0.5) / (!word as f32 + 0.5))
}

/// `−ln(−ln u)`
#[inline(always)]
fn gumbel(word: u32) -> f32 {
    -ln(minus_ln_uniform(word))
}
