//! Every sentence that the macro can say, one function a message, named after the mistake.
//!
//! A message is one lower-case sentence in the user's words, names in back-ticks, then `help:` with what to write, at the
//! smallest token that has to change. Each function has a compile-fail test of the same name.

mod expressions;
mod foreign;
mod globals;
mod layers;
mod loops;
mod masks;
mod names;
mod programs;
mod statements;
mod structs;
mod types;
mod warnings;

pub use expressions::*;
pub use foreign::*;
pub use globals::*;
pub use layers::*;
pub use loops::*;
pub use masks::*;
pub use names::*;
pub use programs::*;
pub use statements::*;
pub use structs::*;
pub(crate) use types::*;
pub use warnings::*;

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use syn::{Error, Ident};

/// A sentence and its help.
fn message(at: Span, sentence: impl Display, help: impl Display) -> Error {
    Error::new(at, format!("{sentence}\nhelp: {help}"))
}

/// "did you mean `z`?" where a name is near, else the plain advice.
fn did_you_mean(suggestion: Option<&Ident>, otherwise: impl Display) -> String {
    match suggestion {
        Some(name) => format!("did you mean `{name}`?"),
        None => otherwise.to_string(),
    }
}

/// Tokens without the spaces that Rust puts between them.
pub(crate) fn shown(tokens: &TokenStream) -> String {
    let text = tokens.to_string();
    let closed = [
        (" ,", ","),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" (", "("),
        (" :: ", "::"),
    ];
    closed
        .iter()
        .fold(text, |text, (spaced, plain)| text.replace(spaced, plain))
}
