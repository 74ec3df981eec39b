//! The faults: which expression becomes what, and which tests must notice.

/// One fault.
pub struct Mutant {
    /// The file where it was last seen, without folder and ending. It decides only if several files have the text.
    pub home: &'static str,
    /// What comes before the expression, if the expression alone occurs more than once in its file.
    pub after: &'static str,
    /// A whole expression, without comments.
    pub original: &'static str,
    /// Another of the same type.
    pub replacement: &'static str,
    /// The fault in words.
    pub what: &'static str,
    /// The tests that must notice, as a filter of their names.
    pub noticed_by: &'static str,
}

macro_rules! mutants {
    ($($home:literal { $($what:literal: $(after $after:literal)? $original:literal => $replacement:literal, $noticed:literal;)* })*) => {
        /// The faults of this file.
        pub const MUTANTS: &[Mutant] = &[$($(Mutant {
            home: $home,
            after: concat!($($after)?),
            original: $original,
            replacement: $replacement,
            what: $what,
            noticed_by: $noticed,
        },)*)*];
    };
}

mod estimators;
mod loops;
mod numbers;
mod programs;

/// All faults.
pub fn all() -> Vec<&'static Mutant> {
    let files = [
        estimators::MUTANTS,
        loops::MUTANTS,
        numbers::MUTANTS,
        programs::MUTANTS,
    ];
    files.into_iter().flatten().collect()
}
