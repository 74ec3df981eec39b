//! Random streams addressed by what they are for, not by the order in which they are used.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What a stream is for: two purposes never share numbers, even under one seed.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Split = 1,
    Batches = 2,
    Binarise = 3,
    Labels = 4,
    Pictures = 5,
    Music = 6,
}

/// The stream of `purpose` under `seed`, at an address such as (epoch, row).
///
/// The four numbers are the whole key of the cipher, so different addresses give independent
/// streams.
pub(crate) fn stream(purpose: Purpose, seed: u64, address: (u64, u64)) -> ChaCha8Rng {
    let mut key = [0; 32];
    let words = [purpose as u64, seed, address.0, address.1];
    for (bytes, word) in key.chunks_exact_mut(8).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngCore;

    #[test]
    fn every_part_of_the_address_counts() {
        let first = |purpose, seed, address| stream(purpose, seed, address).next_u64();
        let draws = [
            first(Purpose::Batches, 1, (2, 3)),
            first(Purpose::Binarise, 1, (2, 3)),
            first(Purpose::Batches, 9, (2, 3)),
            first(Purpose::Batches, 1, (9, 3)),
            first(Purpose::Batches, 1, (2, 9)),
            first(Purpose::Batches, 2, (1, 3)),
        ];
        for (i, a) in draws.iter().enumerate() {
            assert!(draws[..i].iter().all(|b| a != b), "{draws:?}");
        }
        assert_eq!(draws[0], first(Purpose::Batches, 1, (2, 3)));
    }
}
