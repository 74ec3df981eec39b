//! Did you mean …? The known name that is closest to a misspelt one.

use std::fmt::Display;

/// The candidate nearest to `written`, if it is near enough to be what was meant.
pub fn nearest<'a, T: Display>(
    written: impl Display,
    candidates: impl IntoIterator<Item = &'a T>,
) -> Option<&'a T> {
    let written = written.to_string();
    candidates
        .into_iter()
        .filter_map(|candidate| Some((edits(&written, &candidate.to_string())?, candidate)))
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// Whether `written` is near enough to `meant` to be a slip of it.
pub fn is_near(written: impl Display, meant: impl Display) -> bool {
    edits(&written.to_string(), &meant.to_string()).is_some()
}

/// Whether rustc may suggest `meant` for `written`: of one letter it suggests any other.
pub fn rustc_may_suggest(meant: impl Display, written: impl Display) -> bool {
    let (written, meant) = (written.to_string(), meant.to_string());
    distance(&written, &meant) <= most(&written, &meant)
}

/// The distance of what is near: something of it must be left.
fn edits(written: &str, meant: &str) -> Option<usize> {
    let edits = distance(written, meant);
    (edits <= most(written, meant) && edits < letters(written, meant)).then_some(edits)
}

/// At most one edit in three letters.
fn most(written: &str, meant: &str) -> usize {
    letters(written, meant).div_ceil(3)
}

fn letters(written: &str, meant: &str) -> usize {
    written.chars().count().max(meant.chars().count())
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
    use super::{distance, is_near, nearest, rustc_may_suggest};

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
        assert!(is_near("lable", "label") && rustc_may_suggest("label", "lable"));
        assert!(!is_near("w", "z") && rustc_may_suggest("z", "w"));
        assert!(!rustc_may_suggest("pixels", "label"));
    }
}
