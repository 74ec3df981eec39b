//! Mistakes about the masks of data that are observed in part.

use proc_macro2::Span;
use syn::{Error, Ident};

use super::{did_you_mean, message};

/// `input` is a name that could stand there, if the program `program` is given any.
pub fn mask_of_draw(name: &Ident, program: &Ident, input: Option<&Ident>) -> Error {
    message(
        name.span(),
        format!("`{name}` is drawn in `{program}`, and only what is given has a mask"),
        instead(input),
    )
}

pub fn mask_of_unknown(
    name: &Ident,
    program: &Ident,
    suggestion: Option<&Ident>,
    input: Option<&Ident>,
) -> Error {
    message(
        name.span(),
        format!("`{name}` is not given to `{program}`, and only what is given has a mask"),
        did_you_mean(suggestion, instead(input)),
    )
}

pub fn mask_of_expression(at: Span, input: Option<&Ident>) -> Error {
    message(
        at,
        "`observed` takes the name of an input and gives its mask",
        instead(input),
    )
}

fn instead(input: Option<&Ident>) -> String {
    match input {
        Some(input) => format!("write `observed({input})`, or leave it out"),
        None => "leave it out: nothing is given here".into(),
    }
}
