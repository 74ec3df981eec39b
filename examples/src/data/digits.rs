//! The embedded digits, so that an example runs with nothing downloaded.

use std::io::Read;

use flate2::read::GzDecoder;
use rand::seq::SliceRandom;

use super::{Images, Split};
use crate::stream::{Purpose, stream};

const CSV: &[u8] = include_bytes!("../../data/digits.csv.gz");
const WHITE: u8 = 16;
const SIDE: usize = 8;
const TRAIN: usize = 1500;

/// 1,797 handwritten digits of 8×8 pixels in 17 grey levels, with labels: 1,500 to train on and 297
/// to test on.
///
/// The file has them by writer; they are shuffled with a fixed seed, so the split is always the
/// same one.
///
/// E. Alpaydin, C. Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine Learning
/// Repository, 1998.
pub fn digits() -> Split {
    let mut rows = parse(CSV).expect("the embedded digits are intact, as a test checks");
    rows.shuffle(&mut stream(Purpose::Split, 0, (0, 0)));
    let (train, test) = rows.split_at(TRAIN);
    Split {
        train: images(train),
        valid: None,
        test: images(test),
    }
}

/// Rows of 64 pixels and a label; none if a field is not a byte.
fn parse(csv: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut text = String::new();
    GzDecoder::new(csv).read_to_string(&mut text).ok()?;
    text.lines()
        .map(|line| line.split(',').map(|field| field.parse().ok()).collect())
        .collect()
}

fn images(rows: &[Vec<u8>]) -> Images {
    let pixels = rows
        .iter()
        .flat_map(|row| &row[..SIDE * SIDE])
        .copied()
        .collect();
    let labels = rows.iter().map(|row| row[SIDE * SIDE]).collect();
    Images::new(pixels, WHITE, SIDE, SIDE)
        .and_then(|images| images.with_labels(labels))
        .expect("the embedded digits are intact, as a test checks")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_is_in_one_part() {
        let Split { train, valid, test } = digits();
        assert_eq!((train.rows(), test.rows()), (1500, 297));
        assert_eq!((train.height(), train.width()), (8, 8));
        assert!(valid.is_none());

        let both = [&train, &test];
        let mut found: Vec<(Vec<u8>, u8)> = both
            .iter()
            .flat_map(|part| {
                (0..part.rows()).map(|row| (levels(part, row), part.labels().unwrap()[row]))
            })
            .collect();
        let mut written: Vec<(Vec<u8>, u8)> = parse(CSV)
            .unwrap()
            .into_iter()
            .map(|row| (row[..64].to_vec(), row[64]))
            .collect();
        found.sort();
        written.sort();
        assert_eq!(found, written);
    }

    #[test]
    fn both_parts_have_all_ten_classes_in_about_equal_shares() {
        let Split { train, test, .. } = digits();
        for (part, least) in [(train, 120), (test, 15)] {
            for class in 0..10 {
                let count = part
                    .labels()
                    .unwrap()
                    .iter()
                    .filter(|&&label| label == class)
                    .count();
                assert!(count >= least, "{count} of class {class}");
            }
        }
    }

    #[test]
    fn the_split_is_always_the_same() {
        assert_eq!(digits().train, digits().train);
    }

    fn levels(images: &Images, row: usize) -> Vec<u8> {
        images
            .grey(&[row])
            .iter()
            .map(|grey| (grey * f32::from(WHITE)) as u8)
            .collect()
    }
}
