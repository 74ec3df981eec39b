//! Rules about the struct and the number and names of programs.

use std::collections::HashSet;

use crate::{
    ast::{self, Model},
    diagnostics,
    errors::Errors,
    outline,
};

/// No two fields have one name.
pub fn fields_are_named_once(model: &Model, errors: &mut Errors) {
    let mut seen = HashSet::new();
    for field in &model.module.fields {
        if !seen.insert(&field.name) {
            errors.push(diagnostics::field_twice(&field.name));
        }
    }
}

/// Every field is learned, or a layer among what is: a plain value belongs elsewhere.
pub fn fields_are_modules(model: &Model, errors: &mut Errors) {
    for field in &model.module.fields {
        if let Some(plain) = ast::plain(&field.spec) {
            errors.push(diagnostics::plain_field(&field.name, plain));
        }
    }
}

/// A learned tensor is a `Parameter<S>`. `S` is its shape; sizes stand inside the shape.
pub fn parameters_have_shapes(model: &Model, errors: &mut Errors) {
    for field in &model.module.fields {
        if field.is_tensor() {
            errors.push(diagnostics::tensor_field(&field.name, &field.spec));
        }
        let sizes = field.sizes(&model.module);
        if !sizes.is_empty() {
            errors.push(diagnostics::size_of_parameter(&sizes));
        }
    }
}

/// Only a learned tensor starts with what its field says: a layer draws its own numbers.
pub fn parameters_alone_start(model: &Model, errors: &mut Errors) {
    for field in &model.module.fields {
        if let Some(initial) = field.initial.as_ref().filter(|_| !field.is_parameter()) {
            errors.push(diagnostics::start_of_layer(&field.name, initial));
        }
    }
}

/// A block has exactly one generative model.
pub fn one_generative_model(model: &Model, errors: &mut Errors) {
    if model.generatives.is_empty() && !model.incomplete {
        errors.push(diagnostics::no_generative(&model.module.name));
    }
    for second in model.generatives.iter().skip(1) {
        errors.push(diagnostics::two_generatives(&second.name));
    }
}

/// A block has at least one inference model.
pub fn some_inference_model(model: &Model, errors: &mut Errors) {
    if model.inferences.is_empty() && !model.incomplete {
        errors.push(diagnostics::no_inference(&model.module.name));
    }
}

/// No two programs have one name, for each is a method. (A second generative model is reported as such.)
pub fn programs_are_named_once(model: &Model, errors: &mut Errors) {
    let mut seen = HashSet::new();
    for program in model.generatives.iter().take(1).chain(&model.inferences) {
        if !seen.insert(&program.name) {
            errors.push(diagnostics::two_programs_of_one_name(&program.name));
        }
    }
}

/// The struct's own methods keep their names.
pub fn reserved_names_are_kept(model: &Model, errors: &mut Errors) {
    for program in model.generatives.iter().chain(&model.inferences) {
        if ["new", "on"]
            .iter()
            .any(|reserved| program.name == reserved)
        {
            errors.push(diagnostics::reserved_name(&program.name));
        }
    }
}

/// No two programs generate types of one name: `q` and `q_latents` both would have a `VaeQLatents`.
pub fn generated_types_are_distinct(model: &Model, errors: &mut Errors) {
    let mut types = HashSet::from([model.module.name.to_string()]);
    let mut programs = HashSet::new();
    let generative = model
        .generatives
        .iter()
        .take(1)
        .map(|program| (program, &["", "Joint"][..]));
    let inferences = model
        .inferences
        .iter()
        .map(|program| (program, &["", "Latents", "Observed", "Posterior"][..]));
    for (program, suffixes) in generative.chain(inferences) {
        if !programs.insert(&program.name) {
            continue;
        }
        let generated = suffixes
            .iter()
            .map(|suffix| outline::type_name(&model.module, program, suffix));
        let clash = generated
            .filter(|generated| !types.insert(generated.to_string()))
            .last();
        if let Some(clash) = clash {
            errors.push(diagnostics::type_name_clash(&program.name, &clash));
        }
    }
}
