//! Random numbers: counter-based streams keyed by seed, step, program, site, row and particle.
//!
//! Every number is a function of its place, not of earlier draws. So the same seed gives the same run. Another site,
//! enumerated or not, does not change the noise of this one. A batch may be cut into pieces of rows or particles without
//! changing a digit. The generator is Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
//! 1, 2, 3", SC 2011).

mod counts;
mod given;
mod layers;
mod row_rng;
mod shuffle;
mod standard;

use std::sync::Arc;

use crate::tensor::tape::note_unlearned;
use crate::tensor::{Event, Flat, Given, Param};

pub(crate) use counts::{binomial, poisson};
pub(crate) use layers::{LayerNoise, refuse, run_together};
pub use layers::{follow, layer_noise, trains};
pub use row_rng::RowRng;
pub(crate) use shuffle::shuffled;
pub use standard::Standard;

/// Names the noise of a program's loss or evaluation: a seed, the training step, and the number of the program in that step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The seed of the run.
    pub seed: u64,
    /// The training step, at which schedules are read too.
    pub step: u64,
    /// The number of losses computed before this one since the step began. Evaluations are counted separately, from 2⁶².
    pub program: u64,
}

impl Key {
    /// The first program of a step.
    pub const fn new(seed: u64, step: u64) -> Self {
        Self {
            seed,
            step,
            program: 0,
        }
    }
}

/// The place of a pass's rows among all rows and particles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The first data row of this piece of the data.
    pub first_row: usize,
    /// The first particle of this piece of the particles.
    pub first_particle: usize,
    /// The particles of each data row.
    pub particles: usize,
}

impl Default for Place {
    /// The whole data, one particle.
    fn default() -> Self {
        Self {
            first_row: 0,
            first_particle: 0,
            particles: 1,
        }
    }
}

/// A multiplication of every particle's rows on the way to a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// How many rows each row became.
    pub times: usize,
    /// Whether they share their noise, as the states of an enumerated site do. The site then does not change the draws of other
    /// sites. Else each row has its own noise.
    pub shared: bool,
    /// How many rows of the data it multiplies, the first of the pass. The others have no such step: theirs are copies, which share
    /// their noise. So a row has the noise that it has alone.
    pub running: usize,
}

/// The noise of one site in one pass.
#[derive(Clone, Debug)]
pub struct Stream {
    key: [u32; 2],
    place: Place,
    /// From the outermost to the innermost.
    axes: Vec<Axis>,
    /// The rows of the pass from one row of the stream to the next.
    stride: usize,
    /// The row of the data at each place, if the pass takes them in another order.
    order: Option<Arc<[u32]>>,
}

impl Stream {
    /// The stream of a site.
    pub fn new(key: Key, site: &str, place: Place) -> Self {
        let mut hash = mix(key.seed ^ 0x9E37_79B9_7F4A_7C15);
        hash = mix(hash ^ key.step);
        hash = mix(hash ^ key.program);
        for byte in site.bytes() {
            hash = mix(hash ^ u64::from(byte));
        }
        Self {
            key: [hash as u32, (hash >> 32) as u32],
            place,
            axes: Vec::new(),
            stride: 1,
            order: None,
        }
    }

    /// The noise of the first row of each block of this many rows.
    pub(crate) fn of_blocks(&self, rows: usize) -> Self {
        Self {
            stride: rows,
            ..self.clone()
        }
    }

    /// The same noise after each particle has become several rows.
    pub fn within(self, axes: impl IntoIterator<Item = Axis>) -> Self {
        Self {
            axes: axes.into_iter().collect(),
            ..self
        }
    }

    /// The same noise for rows in another order.
    pub(crate) fn in_order(self, order: Arc<[u32]>) -> Self {
        let order = Some(order);
        Self { order, ..self }
    }

    /// A separate stream for another purpose at the same site.
    pub fn part(&self, purpose: &str) -> Self {
        /// No name contains it, so the site `zb` differs from the part `b` of `z`.
        const SEPARATOR: u64 = 0xFF;
        let own = u64::from(self.key[0]) | u64::from(self.key[1]) << 32;
        let bytes = purpose.bytes().map(u64::from);
        let hash = bytes.fold(mix(own ^ SEPARATOR), |hash, byte| mix(hash ^ byte));
        Self {
            key: [hash as u32, (hash >> 32) as u32],
            ..self.clone()
        }
    }

    /// A generator for one row of the pass.
    pub fn row(&self, row: usize) -> RowRng {
        RowRng::new(self.key, self.counter(row))
    }

    /// The start of a row's counter.
    fn counter(&self, row: usize) -> [u32; 4] {
        let row = row * self.stride;
        let all: usize = self.axes.iter().map(|axis| axis.times).product();
        // The row before any multiplication.
        let single = row / all;
        let place = single / self.place.particles;
        let (mut outer, mut copy, mut copies) = (row, 0, 1);
        for axis in self.axes.iter().rev() {
            if !axis.shared && place < axis.running {
                copy += outer % axis.times * copies;
                copies *= axis.times;
            }
            outer /= axis.times;
        }
        let row = self
            .order
            .as_ref()
            .map_or(place, |order| order[place] as usize);
        let data_row = self.place.first_row + row;
        let particle = self.place.first_particle + single % self.place.particles;
        // The first copy of a particle has the noise of the particle itself.
        [0, copy as u32, data_row as u32, particle as u32]
    }

    /// `per_row` numbers for each of `rows` rows, each row from its own generator.
    pub fn fill(
        &self,
        rows: usize,
        per_row: usize,
        mut draw: impl FnMut(&mut RowRng) -> f32,
    ) -> Vec<f32> {
        let mut values = Vec::with_capacity(rows * per_row);
        for row in 0..rows {
            let mut rng = self.row(row);
            values.extend((0..per_row).map(|_| draw(&mut rng)));
        }
        values
    }
}

impl Stream {
    /// Noise of any other kind for every element of `rows` events.
    pub fn plate<E: Event>(&self, rows: usize, draw: impl FnMut(&mut RowRng) -> f32) -> Param<E> {
        unlearned(Flat::of(self.fill(rows, E::ELEMENTS, draw)))
    }
}

/// Numbers whose gradient is not wanted.
fn unlearned<E: Event>(numbers: Flat) -> Param<E> {
    note_unlearned(&numbers);
    Param::of(Given::Rows(numbers))
}

/// A bijection of 64 bits in which every bit of the input moves every bit of the output (the
/// finaliser of SplitMix64, Steele, Lea and Flood, OOPSLA 2014).
fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use rand::RngCore;

    use super::*;

    #[test]
    fn pieces_of_rows_and_particles_give_the_same_numbers() {
        let key = Key::new(3, 7);
        let particles = 4;
        let whole = Stream::new(
            key,
            "z",
            Place {
                particles,
                ..Place::default()
            },
        );
        let piece = Stream::new(
            key,
            "z",
            Place {
                first_row: 2,
                first_particle: 1,
                particles: 2,
            },
        );
        // Data row 2, particle 1 is row 9 of the whole and row 0 of the piece.
        assert_eq!(whole.row(9).next_u64(), piece.row(0).next_u64());
        // Data row 3, particle 2 is row 14 of the whole and row 3 of the piece.
        assert_eq!(whole.row(14).next_u64(), piece.row(3).next_u64());
    }

    #[test]
    fn listed_states_share_their_noise_and_draws_have_their_own() {
        let place = Place {
            particles: 2,
            ..Place::default()
        };
        let plain = Stream::new(Key::new(3, 7), "z", place);
        let (listed, drawn) = (true, false);
        let axes = [(3, listed), (2, drawn)].map(|(times, shared)| Axis {
            times,
            shared,
            running: usize::MAX,
        });
        let under = plain.clone().within(axes);
        for row in 0..2 * 2 * 3 * 2 {
            let (particle, copy) = (row / 6, row % 2);
            let same = plain.row(particle).next_u64() == under.row(row).next_u64();
            assert_eq!(same, copy == 0, "row {row}");
            // The copy has the same noise for every state.
            let of_first_state = under.row(particle * 6 + copy);
            assert_eq!(of_first_state.counter, under.row(row).counter);
        }
    }

    #[test]
    fn copies_of_rows_that_have_no_such_step_share_their_noise() {
        let plain = Stream::new(Key::new(3, 7), "z", Place::default());
        let axis = |times, running| Axis {
            times,
            shared: false,
            running,
        };
        let (alone, among) = (
            plain.clone().within([axis(2, 2)]),
            plain.within([axis(3, 1), axis(2, 2)]),
        );
        for draw in 0..2 {
            let own = alone.row(2 + draw).next_u64();
            let copies = (0..3).map(|copy| among.row(6 + copy * 2 + draw).next_u64());
            assert!(copies.into_iter().all(|copy| copy == own));
            let running = (0..3).map(|copy| among.row(copy * 2 + draw).next_u64());
            let running: std::collections::BTreeSet<_> = running.collect();
            assert_eq!(running.len(), 3, "draws of the row that runs");
        }
    }

    #[test]
    fn sites_programs_steps_and_seeds_have_noise_of_their_own() {
        let first = |seed, step, program, site| {
            let key = Key {
                seed,
                step,
                program,
            };
            Stream::new(key, site, Place::default()).row(0).next_u64()
        };
        let all = [
            first(0, 0, 0, "z"),
            first(0, 0, 0, "y"),
            first(0, 0, 1, "z"),
            first(0, 1, 0, "z"),
            first(1, 0, 0, "z"),
        ];
        for (i, a) in all.iter().enumerate() {
            assert!(all[i + 1..].iter().all(|b| a != b));
        }
    }
}
