//! Classes: which rows keep their labels, and labels as one-hot vectors.

use rand::seq::SliceRandom;

use crate::Error;
use crate::stream::{Purpose, stream};

/// `count` rows with equally many of each of `classes` classes, chosen by `seed`, in ascending order.
///
/// For semi-supervised learning, which pretends that all other labels are unknown. Equal shares, as
/// in D. P. Kingma et al., *Semi-supervised learning with deep generative models*, NIPS 2014.
///
/// # Errors
///
/// When `count` is not a positive multiple of `classes`, or a class has too few rows.
pub fn balanced(
    labels: &[u8],
    classes: usize,
    count: usize,
    seed: u64,
) -> Result<Vec<usize>, Error> {
    if classes == 0 || count == 0 || !count.is_multiple_of(classes) {
        let expected = format!("a positive multiple of the {classes} classes");
        return Err(Error::shape(
            "the labelled rows",
            expected,
            count.to_string(),
        ));
    }
    let each = count / classes;
    let mut chosen = Vec::with_capacity(count);
    for class in 0..classes {
        let mut rows: Vec<usize> = (0..labels.len())
            .filter(|&row| usize::from(labels[row]) == class)
            .collect();
        if rows.len() < each {
            let expected = format!("{each} of class {class}");
            return Err(Error::shape(
                "the labelled rows",
                expected,
                rows.len().to_string(),
            ));
        }
        rows.shuffle(&mut stream(Purpose::Labels, seed, (class as u64, 0)));
        chosen.extend_from_slice(&rows[..each]);
    }
    chosen.sort_unstable();
    Ok(chosen)
}

/// Labels as vectors of `classes` numbers with a 1 at the label, one after another.
///
/// # Errors
///
/// When a label is not below `classes`.
pub fn one_hot(labels: &[u8], classes: usize) -> Result<Vec<f32>, Error> {
    let mut vectors = vec![0.0; labels.len() * classes];
    for (row, &label) in labels.iter().enumerate() {
        let label = usize::from(label);
        if label >= classes {
            let (expected, found) = (format!("below {classes}"), format!("{label} at row {row}"));
            return Err(Error::shape("the labels", expected, found));
        }
        vectors[row * classes + label] = 1.0;
    }
    Ok(vectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_its_share_by_the_seed() {
        let labels: Vec<u8> = (0..300).map(|row| (row * row % 7 % 3) as u8).collect();
        let chosen = balanced(&labels, 3, 12, 5).unwrap();
        assert!(chosen.is_sorted_by(|a, b| a < b), "{chosen:?}");
        for class in 0..3 {
            let of_class = chosen.iter().filter(|&&row| labels[row] == class);
            assert_eq!(of_class.count(), 4);
        }
        assert_eq!(chosen, balanced(&labels, 3, 12, 5).unwrap());
        assert_ne!(chosen, balanced(&labels, 3, 12, 6).unwrap());
    }

    #[test]
    fn impossible_shares_are_errors() {
        let message = |count| balanced(&[0, 0, 1], 2, count, 0).unwrap_err().to_string();
        let multiple = "expected a positive multiple of the 2 classes, found ";
        assert_eq!(message(3), format!("the labelled rows: {multiple}3"));
        assert_eq!(message(0), format!("the labelled rows: {multiple}0"));
        assert_eq!(
            message(4),
            "the labelled rows: expected 2 of class 1, found 1"
        );
    }

    #[test]
    fn one_hot_vectors_have_a_one_at_the_label() {
        assert_eq!(one_hot(&[2, 0], 3).unwrap(), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
        assert_eq!(
            one_hot(&[0, 3], 3).unwrap_err().to_string(),
            "the labels: expected below 3, found 3 at row 1"
        );
    }
}
