//! Mistakes within the ordinary Rust of a distribution or a `let`.

use proc_macro2::Span;
use syn::{Error, Ident};

use super::message;

pub fn branch_on_draw(name: &Ident) -> Error {
    message(
        name.span(),
        format!(
            "a body cannot branch on a draw: `{name}` is a tensor, and each of its rows would go another way"
        ),
        format!("choose by arithmetic: `{name} * a + (1.0 - {name}) * b`"),
    )
}

pub fn compared_draw(name: &Ident) -> Error {
    message(
        name.span(),
        format!(
            "a draw cannot be compared: `{name}` is a tensor, and each of its rows would give another answer"
        ),
        format!(
            "choose by arithmetic: `{name} * a + (1.0 - {name}) * b` if `{name}` is 0 or 1, and with `(10.0 * {name}).sigmoid()` in its place if it is any number"
        ),
    )
}

pub fn return_in_body(at: Span) -> Error {
    message(
        at,
        "a body is no function of yours: nothing can `return` from it",
        "write the value itself; within a closure `return` is allowed",
    )
}

pub fn question_mark_in_body(at: Span) -> Error {
    message(
        at,
        "a body is no function of yours: `?` has nowhere to return to",
        "compute the value before the block, where `?` can return; within a closure it is allowed",
    )
}

/// `variable` is what is borrowed.
pub fn borrowed_argument(at: Span, network: &Ident, variable: &str) -> Error {
    message(
        at,
        format!("`{network}` takes a tensor, and not a reference to one"),
        format!("write `{network}({variable})`: a variable may be read any number of times"),
    )
}

/// `obs = x` is a habit of Pyro's, `loc = 0.0` one of Python's.
pub fn named_argument(name: &Ident) -> Error {
    if ["obs", "observed"].iter().any(|habit| name == habit) {
        return observed_by_name(name);
    }
    message(
        name.span(),
        format!("`{name}` is given by its name, and Rust knows arguments by their places"),
        format!("leave `{name} =` out: `Normal::new(0.0, 1.0)`"),
    )
}

pub fn observed_by_name(name: &Ident) -> Error {
    message(
        name.span(),
        format!(
            "there is no `{name} = …`: what is observed is decided by each inference model's arguments"
        ),
        "leave it out, and name the site among the arguments: `inference q(x) { … }`",
    )
}
