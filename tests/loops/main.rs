//! Loops over steps: a loop is its unrolled model, and a ragged row is the row alone.

mod carried;
mod compare;
mod estimators;
mod families;
mod gaps;
mod generator;
mod long;
mod many;
mod oracles;
mod pairs;
mod ragged;
mod scan;
mod support;
