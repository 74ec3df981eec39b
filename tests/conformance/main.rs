//! Traps that other systems fall into, and cases of their own tests.

mod closed_form_validity;
mod flip;
mod gaussian_chain;
mod mixed_sites;
mod one_hot_cost;
mod one_hot_prior;
mod particle_gradients;
mod rebar_toy;
mod relaxed_divergence;
mod reversed_dependency;
mod score_function_graphs;
mod three_bits;
mod vimco;
