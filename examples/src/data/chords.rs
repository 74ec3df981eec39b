//! Chord progressions of a small program's own, so that an example of music runs with nothing downloaded.

use rand::Rng;
use rand::seq::SliceRandom;

use crate::stream::{Purpose, stream};

/// The notes of a major scale, in semitones over its first.
const SCALE: [usize; 7] = [0, 2, 4, 5, 7, 9, 11];
/// Which degrees follow each degree; one that stands twice follows twice as often.
const FOLLOWING: [&[usize]; 7] = [
    &[3, 4, 5, 1, 3, 4],
    &[4, 4, 6],
    &[5, 3],
    &[4, 0, 1, 4],
    &[0, 0, 5],
    &[1, 3, 4],
    &[0, 2],
];
/// The key of middle C on a piano whose lowest is 0.
const MIDDLE: usize = 39;
/// Around which the lowest voice moves: too low to meet another voice.
const BASS: usize = 18;

/// A piece of 16 to 48 steps of four voices in one of twelve keys: triads, each held for two or four steps, with the root in the bass,
/// and above it three voices that move as little as they can without leaving their range. The last triad is the first degree's.
///
/// The same number gives the same piece.
pub(super) fn progression(number: u64) -> Vec<Vec<usize>> {
    let mut rng = stream(Purpose::Music, 0, (number, 0));
    let tonic = rng.gen_range(0..12);
    let length = 2 * rng.gen_range(8..=24);
    let homes = [MIDDLE, MIDDLE + 5, MIDDLE + 9];
    let (mut degree, mut voices) = (0, homes);
    let mut piece = Vec::new();
    while piece.len() < length {
        let is_last = piece.len() + 4 >= length;
        degree = if is_last { 0 } else { degree };
        let triad = [0, 2, 4].map(|third| (tonic + SCALE[(degree + third) % 7]) % 12);
        for ((voice, home), note) in voices.iter_mut().zip(homes).zip(triad) {
            // Half way home: so no voice is ever more than an octave from it.
            *voice = nearest(usize::midpoint(*voice, home), note);
        }
        let mut chord = vec![nearest(BASS, triad[0])];
        chord.extend(voices);
        chord.sort_unstable();
        let held = if is_last {
            length - piece.len()
        } else {
            *[2, 2, 4].choose(&mut rng).unwrap_or(&2)
        };
        piece.extend(std::iter::repeat_n(chord, held));
        degree = *FOLLOWING[degree].choose(&mut rng).unwrap_or(&0);
    }
    piece
}

/// The key nearest to `from` that is `note` semitones above a C.
fn nearest(from: usize, note: usize) -> usize {
    // The key of each C is 3 over a multiple of 12.
    let keys = (0..7).map(|octave| 3 + 12 * octave + note);
    keys.min_by_key(|key| key.abs_diff(from)).unwrap_or(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_triads_in_one_key_that_end_where_they_began() {
        for number in 0..250 {
            let piece = progression(number);
            assert_eq!(piece, progression(number));
            assert!((16..=48).contains(&piece.len()), "{}", piece.len());
            let class = |key: &usize| key % 12;
            let classes = |chord: &Vec<usize>| {
                let mut classes: Vec<usize> = chord.iter().map(class).collect();
                classes.sort_unstable();
                classes.dedup();
                classes
            };
            assert!(
                piece
                    .iter()
                    .all(|chord| chord.len() == 4 && classes(chord).len() == 3)
            );
            assert!(piece.iter().flatten().all(|key| (12..61).contains(key)));
            let ends = piece.first().zip(piece.last()).expect("steps");
            assert_eq!(classes(ends.0), classes(ends.1));
            let mut all: Vec<usize> = piece.iter().flatten().map(class).collect();
            all.sort_unstable();
            all.dedup();
            assert!(all.len() <= 7, "{all:?} in piece {number}");
        }
    }

    #[test]
    fn the_nearest_key_is_of_its_class() {
        assert_eq!(
            (nearest(39, 0), nearest(39, 11), nearest(41, 7)),
            (39, 38, 46)
        );
    }
}
