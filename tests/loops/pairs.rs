//! Random models with loops and the same step by step, as `generator` writes them.

#![allow(unused, clippy::all)]

#[rustfmt::skip]
mod pair_00;
#[rustfmt::skip]
mod pair_01;
#[rustfmt::skip]
mod pair_02;
#[rustfmt::skip]
mod pair_03;
#[rustfmt::skip]
mod pair_04;
#[rustfmt::skip]
mod pair_05;
#[rustfmt::skip]
mod pair_06;
#[rustfmt::skip]
mod pair_07;
#[rustfmt::skip]
mod pair_08;
#[rustfmt::skip]
mod pair_09;
#[rustfmt::skip]
mod pair_10;
#[rustfmt::skip]
mod pair_11;
#[rustfmt::skip]
mod pair_12;
#[rustfmt::skip]
mod pair_13;
#[rustfmt::skip]
mod pair_14;
#[rustfmt::skip]
mod pair_15;
#[rustfmt::skip]
mod pair_16;
#[rustfmt::skip]
mod pair_17;
#[rustfmt::skip]
mod pair_18;
#[rustfmt::skip]
mod pair_19;
#[rustfmt::skip]
mod pair_20;
#[rustfmt::skip]
mod pair_21;
#[rustfmt::skip]
mod pair_22;
#[rustfmt::skip]
mod pair_23;
