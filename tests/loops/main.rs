//! Loops over steps: a loop is its unrolled model, and a ragged row is the row alone.

mod compare;
mod estimators;
mod families;
mod gaps;
mod generator;
mod pairs;
mod ragged;
mod support;
