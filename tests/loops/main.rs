//! Loops over steps: a loop is its unrolled model, and a ragged row is the row alone.

mod directions;
mod estimators;
mod gaps;
mod ragged;
mod support;
