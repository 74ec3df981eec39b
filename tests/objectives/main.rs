//! Objectives against known answers: closed forms, enumeration and quadrature.

mod bernoulli_divergences;
mod conjugate_normal;
mod counter_examples;
mod linear_gaussian;
mod probabilistic_pca;
mod relaxed_bit;
mod two_bits;
