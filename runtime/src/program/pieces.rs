//! Runs in pieces, so that memory is bounded for any number of rows, particles and listed states.

use std::ops::Range;

use super::{Handler, Pass, Run};
use crate::error::Error;
use crate::noise::{Key, Place};
use crate::tensor::subnormal::flushed;
use crate::tensor::tape::unrecorded;

/// At most this many rows are in memory at once, or one particle of one row of data with its states.
const AT_ONCE: usize = 1024;

/// A part of the rows of data and of their particles.
struct Piece {
    rows: Range<usize>,
    particles: Range<usize>,
}

/// Takes a piece's pass, its rows and its share of the particles.
type UsePiece<'a> = dyn FnMut(&Pass, Range<usize>, f64) -> Result<(), Error> + 'a;

/// Runs a program over all its rows with `particles` particles each, in pieces, without recording. Calls `use_piece` with
/// every piece's pass, its rows and its share of the particles.
///
/// # Errors
/// Returns the first site whose data or parameters are wrong, or the error of `use_piece`.
pub(crate) fn for_each_piece(
    program: &dyn Run,
    handler: Handler,
    particles: usize,
    use_piece: &mut UsePiece<'_>,
) -> Result<(), Error> {
    let rows = program.rows()?;
    let key = program.keys().looking(program.run_state());
    let _restored = flushed();
    unrecorded(|| {
        let states = run(program, handler, key, 0..1, 0..1)?
            .outcome()
            .rows()
            .states();
        for piece in pieces(rows, particles, states) {
            let share = piece.particles.len() as f64 / particles as f64;
            let pass = run(program, handler, key, piece.rows.clone(), piece.particles)?;
            use_piece(&pass, piece.rows, share)?;
        }
        Ok(())
    })
}

/// # Errors
/// Fails if there are no draws, or too many to count.
pub(crate) fn check_draws(setting: &'static str, draws: usize) -> Result<(), Error> {
    // Philox counts particles in 32 bits.
    if (1..=u32::MAX as usize).contains(&draws) {
        return Ok(());
    }
    Err(Error::Setting {
        setting,
        value: draws as f64,
        expected: "at least 1, and less than 2³²",
    })
}

fn run(
    program: &dyn Run,
    handler: Handler,
    key: Key,
    rows: Range<usize>,
    particles: Range<usize>,
) -> Result<Pass, Error> {
    let place = Place {
        first_row: rows.start,
        first_particle: particles.start,
        particles: particles.len(),
    };
    let mut pass = Pass::new(program.sites(), handler, key, rows.len()).placed(place);
    program.run_on(rows, &mut pass)?;
    Ok(pass)
}

/// All rows and particles. Every row of data becomes `states` rows for each of its particles.
fn pieces(rows: usize, particles: usize, states: usize) -> impl Iterator<Item = Piece> {
    let room = (AT_ONCE / states).max(1);
    let rows_at_once = (room / particles).max(1);
    let particles_at_once = (room / rows_at_once).clamp(1, particles);
    parts(rows, rows_at_once).flat_map(move |rows| {
        parts(particles, particles_at_once).map(move |particles| Piece {
            rows: rows.clone(),
            particles,
        })
    })
}

fn parts(all: usize, at_once: usize) -> impl Iterator<Item = Range<usize>> {
    (0..all)
        .step_by(at_once)
        .map(move |first| first..all.min(first + at_once))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_everything_once_within_the_bound() {
        for (rows, particles, states) in [
            (1, 1, 1),
            (10_000, 1, 1),
            (7, 5_000, 1),
            (300, 3, 64),
            (3, 100, 1_000),
            (2, 2, 10_000),
        ] {
            let mut seen = vec![0; rows * particles];
            for piece in pieces(rows, particles, states) {
                let size = piece.rows.len() * piece.particles.len();
                assert!(size == 1 || size * states <= AT_ONCE);
                for row in piece.rows {
                    for particle in piece.particles.clone() {
                        seen[row * particles + particle] += 1;
                    }
                }
            }
            assert!(seen.iter().all(|&times| times == 1));
        }
    }
}
