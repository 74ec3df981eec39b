//! Saying things on standard output and standard error.
//!
//! Whoever reads may have gone, and a disk may be full: `println!` would panic, and what was learned would be lost with it.

use std::fmt;
use std::io::{self, Write};

/// Writes a line to standard output, as `println!` does, if somebody reads it.
#[macro_export]
macro_rules! say {
    ($($part:tt)*) => {
        $crate::say::out(format_args!($($part)*))
    };
}

/// Writes a line to standard output, if somebody reads it.
pub fn out(line: fmt::Arguments<'_>) {
    // Nobody is left to be told of a failure.
    let _ = writeln!(io::stdout(), "{line}");
}

/// Writes a line to standard error, if somebody reads it.
pub fn err(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
