//! The rules of the language, one a function, each with its rule written above it.

mod activations;
mod arguments;
mod calls;
mod control;
mod foreign;
mod globals;
mod inspections;
mod layers;
mod loops;
mod masks;
mod names;
mod operators;
mod reads;
mod sites;
mod structure;
mod warnings;

pub use warnings::warnings;

use crate::{ast::Model, errors::Errors, graph::Graph};

/// The rules that need no graph.
pub fn model(model: &Model, errors: &mut Errors) {
    structure::fields_are_named_once(model, errors);
    structure::fields_are_modules(model, errors);
    structure::parameters_have_shapes(model, errors);
    structure::parameters_alone_start(model, errors);
    layers::rows_have_at_most_sixteen_layers(model, errors);
    structure::one_generative_model(model, errors);
    structure::some_inference_model(model, errors);
    structure::programs_are_named_once(model, errors);
    structure::reserved_names_are_kept(model, errors);
    structure::generated_types_are_distinct(model, errors);
    arguments::arguments_are_listed_once(model, errors);
    arguments::events_have_at_most_three_axes(model, errors);
    calls::arguments_have_no_names(model, errors);
    calls::families_have_constructors(model, errors);
    calls::families_are_not_reshaped(model, errors);
    sites::generative_models_have_no_estimators(model, errors);
}

/// The rules about who draws and reads what.
pub fn graph(graph: &Graph, errors: &mut Errors) {
    names::fields_are_not_hidden(graph, errors);
    names::sites_are_not_hidden(graph, errors);
    arguments::arguments_are_known(graph, errors);
    arguments::covariates_are_given(graph, errors);
    arguments::event_shapes_agree(graph, errors);
    loops::sites_name_their_step(graph, errors);
    loops::globals_are_in_no_loop(graph, errors);
    loops::carried_variables_start_above(graph, errors);
    loops::ends_are_numbers(graph, errors);
    loops::loops_agree(graph, errors);
    loops::rows_have_one_count(graph, errors);
    loops::steps_are_read_in_loops_of_their_own(graph, errors);
    loops::sequences_are_read_after_their_loop(graph, errors);
    sites::sites_are_sampled_once(graph, errors);
    sites::covariates_are_not_sampled(graph, errors);
    sites::guides_sample_what_is_latent(graph, errors);
    sites::latents_have_a_posterior(graph, errors);
    masks::masks_are_of_inputs(graph, errors);
    reads::sites_are_drawn_before_they_are_read(graph, errors);
    reads::tensors_are_not_called(graph, errors);
    reads::fields_are_read_by_name(graph, errors);
    reads::lets_are_read_in_their_own_program(graph, errors);
    calls::networks_take_no_references(graph, errors);
    foreign::packages_are_not_called(graph, errors);
    operators::powers_are_methods(graph, errors);
    operators::numbers_are_of_one_kind(graph, errors);
    inspections::tensors_are_no_lists(graph, errors);
    control::draws_decide_nothing(graph, errors);
    control::bodies_run_to_their_ends(graph, errors);
    reads::closures_end_at_the_next_draw(graph, errors);
    globals::globals_are_declared_once(graph, errors);
    globals::globals_lead_their_statements(graph, errors);
    globals::globals_are_not_observed(graph, errors);
    globals::global_priors_read_no_rows(graph, errors);
    globals::global_guides_read_no_rows(graph, errors);
}
