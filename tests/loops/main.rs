//! Loops over steps: a loop is its unrolled model, and a ragged row is the row alone.

mod estimators;
mod families;
mod gaps;
mod ragged;
mod support;
