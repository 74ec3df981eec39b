//! What deserves a warning and not an error.

use quote::format_ident;
use syn::{Error, Ident, Type};

use super::message;

/// A message, and the thing that it says is not used but should be: stable macros cannot warn, so `expand` has rustc do it,
/// which begins with "unused … that must be used".
pub struct Warning {
    pub unused: Ident,
    pub message: Error,
    /// The condition under which rustc shows the warning; none if it is always shown.
    pub condition: Option<Condition>,
}

/// A layer, and the range of its numbers that deserves the warning.
pub struct Condition {
    pub layer: Type,
    pub range: Range,
}

#[derive(Debug)]
pub enum Range {
    UnitInterval,
    Reals,
}

pub fn latent_explains_nothing(latent: &Ident) -> Warning {
    let message = message(
        latent.span(),
        format!("no observed site depends on the latent `{latent}`, so its posterior is its prior"),
        format!("read `{latent}` in the distribution of an observed site, or leave it out"),
    );
    Warning {
        unused: latent.clone(),
        message,
        condition: None,
    }
}

pub fn unread_field(field: &Ident) -> Warning {
    let message = message(
        field.span(),
        format!("the field `{field}` is read by no program, so it will not be learned"),
        "use it or leave it out",
    );
    Warning {
        unused: field.clone(),
        message,
        condition: None,
    }
}

/// `squashing` is the function's name where it is applied.
pub fn logits_of_squashed(squashing: &Ident, family: &str) -> Warning {
    let message = message(
        squashing.span(),
        format!(
            "`{family}::logits` takes numbers of any size, and `{squashing}` leaves those in [0, 1]"
        ),
        format!("write `{family}::probs(…)`, or leave `{squashing}` out"),
    );
    Warning {
        unused: Ident::new("probs", squashing.span()),
        message,
        condition: None,
    }
}

/// `network` is its name where it is called, and `last` the layer in which it ends, of this name.
pub fn logits_of_network(network: &Ident, last: &Type, name: &Ident, family: &str) -> Warning {
    let message = message(
        network.span(),
        format!(
            "`{family}::logits` takes numbers of any size, and `{network}` ends in `{name}`, which leaves those in [0, 1]"
        ),
        format!("write `{family}::probs(…)`, or leave `{name}` out of `{network}`"),
    );
    Warning {
        unused: format_ident!("probs_of_{network}"),
        message,
        condition: Some(Condition {
            layer: last.clone(),
            range: Range::UnitInterval,
        }),
    }
}

/// `network` is its name where it is called, and `last` the layer in which it ends, of this name.
pub fn probs_of_network(network: &Ident, last: &Type, name: &Ident, family: &str) -> Warning {
    let message = message(
        network.span(),
        format!(
            "`{family}::probs` takes numbers in [0, 1], and `{network}` ends in `{name}`, which gives those of any size"
        ),
        format!("end `{network}` in `Sigmoid`, or write `{family}::logits(…)`"),
    );
    Warning {
        unused: format_ident!("logits_of_{network}"),
        message,
        condition: Some(Condition {
            layer: last.clone(),
            range: Range::Reals,
        }),
    }
}
