//! What deserves a warning and not an error. Stable macros cannot warn, so `expand` calls a deprecated function at the span.

use syn::{Error, Ident};

use super::message;

pub fn latent_explains_nothing(latent: &Ident) -> Error {
    message(
        latent.span(),
        format!("no observed site depends on the latent `{latent}`, so its posterior is its prior"),
        format!("read `{latent}` in the distribution of an observed site, or leave it out"),
    )
}

pub fn unread_field(field: &Ident) -> Error {
    message(
        field.span(),
        format!("the field `{field}` is read by no program, so it will not be learned"),
        "use it or leave it out",
    )
}
