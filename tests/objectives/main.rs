//! Objectives against known answers: closed forms, enumeration and quadrature.

mod bernoulli_divergences;
mod conjugate_normal;
mod controlled_capacity;
mod counter_examples;
mod diagnosis;
mod doubly_reparameterised;
mod free_bits;
mod large_terms;
mod legality;
mod linear_gaussian;
mod mixed_weights;
mod own;
mod probabilistic_pca;
mod probe;
mod relaxed_bit;
mod renyi;
mod sticking_the_landing;
mod two_bits;
mod wake_sleep;
