//! Loops over steps: a loop is its unrolled model.

mod unrolled;
