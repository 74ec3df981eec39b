//! Did you mean …? The known name that is closest to a misspelt one.

use std::fmt::Display;

/// The candidate nearest to `written`, if it is near enough to be what was meant: at most one edit in three letters.
pub fn nearest<'a, T: Display>(
    written: impl Display,
    candidates: impl IntoIterator<Item = &'a T>,
) -> Option<&'a T> {
    let written = written.to_string();
    candidates
        .into_iter()
        .map(|candidate| (distance(&written, &candidate.to_string()), candidate))
        .filter(|(edits, candidate)| {
            let letters = written
                .chars()
                .count()
                .max(candidate.to_string().chars().count());
            *edits <= letters.div_ceil(3) && *edits < letters
        })
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// The edit distance with swaps of neighbours (optimal string alignment): `lable` is one slip away from `label`.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn counts_edits() {
        assert_eq!(distance("z", "z"), 0);
        assert_eq!(distance("bb", "b"), 1);
        assert_eq!(distance("lable", "label"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn suggests_only_what_is_near() {
        let sites = ["z", "label", "pixels"];
        assert_eq!(nearest("lable", &sites), Some(&"label"));
        assert_eq!(nearest("zz", &sites), Some(&"z"));
        assert_eq!(nearest("w", &sites), None);
        assert_eq!(nearest("temperature", &sites), None);
    }
}
