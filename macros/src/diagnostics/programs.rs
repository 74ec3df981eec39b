//! Mistakes in the programs' headers and in their number.

use proc_macro2::Span;
use syn::{Error, Ident};

use super::{did_you_mean, message};

pub fn no_generative(module: &Ident) -> Error {
    message(
        module.span(),
        format!("`{module}` has no generative model"),
        "write `generative p { sample x ~ …; }` after the struct",
    )
}

pub fn two_generatives(second: &Ident) -> Error {
    message(
        second.span(),
        format!("`{second}` is a second generative model, and a `model!` block has one"),
        "merge them, or write a `model!` block of its own",
    )
}

pub fn no_inference(module: &Ident) -> Error {
    message(
        module.span(),
        format!("`{module}` has no inference model, so nothing of it is observed"),
        "write `inference q(x) { … }`: its arguments are what is observed, and it samples the rest",
    )
}

pub fn two_programs_of_one_name(second: &Ident) -> Error {
    message(
        second.span(),
        format!("there are two programs named `{second}`"),
        "rename one of them: each becomes a method",
    )
}

pub fn reserved_name(name: &Ident) -> Error {
    message(
        name.span(),
        format!("a program cannot be named `{name}`: the struct has a method of that name"),
        "rename it, for example `p` or `q`",
    )
}

pub fn type_name_clash(name: &Ident, generated: &Ident) -> Error {
    message(
        name.span(),
        format!("the program `{name}` would generate a second type named `{generated}`"),
        "rename it",
    )
}

pub fn unknown_item(at: Span, suggestion: Option<&Ident>) -> Error {
    message(
        at,
        "after the struct come one `generative` model and the `inference` models",
        did_you_mean(
            suggestion,
            "write `generative p { … }` or `inference q(x) { … }`",
        ),
    )
}

pub fn malformed_program(keyword: &Ident) -> Error {
    message(
        keyword.span(),
        format!("this `{keyword}` lacks a name or a body"),
        format!(
            "write `{keyword} name {{ … }}`, with arguments in parentheses after the name if it has any"
        ),
    )
}

pub fn malformed_argument(at: Span) -> Error {
    message(
        at,
        "an argument is a name, and in the generative model its event shape",
        "write `u: [4]` in `generative`, or `u` in `inference`",
    )
}

pub fn argument_twice(name: &Ident) -> Error {
    message(
        name.span(),
        format!("`{name}` is an argument already"),
        "leave one of them out",
    )
}

pub fn unknown_argument(name: &Ident, generative: &Ident, suggestion: Option<&Ident>) -> Error {
    message(
        name.span(),
        format!(
            "`{name}` is neither a site nor a covariate of the generative model `{generative}`"
        ),
        did_you_mean(
            suggestion,
            format!("add `sample {name} ~ …;` to `{generative}`, or leave the argument out"),
        ),
    )
}

pub fn missing_covariate(inference: &Ident, covariate: &Ident) -> Error {
    message(
        inference.span(),
        format!("the inference model `{inference}` is not given the covariate `{covariate}`"),
        format!("add `{covariate}` to its arguments: covariates are always given"),
    )
}

pub fn missing_latent(inference: &Ident, site: &Ident) -> Error {
    message(
        inference.span(),
        format!(
            "the site `{site}` is neither given to the inference model `{inference}` nor sampled in it"
        ),
        format!(
            "write `sample {site} ~ …;` in its body, or `{site}` among its arguments if it is observed"
        ),
    )
}

pub fn dims_differ(at: Span, name: &Ident, declared: &str) -> Error {
    message(
        at,
        format!("`{name}` is declared {declared} in the generative model"),
        "leave the event shape out here: it is declared once, in the generative model",
    )
}
