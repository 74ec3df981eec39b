//! Mistakes about global sites.

use syn::{Error, Ident};

use super::message;

pub fn global_in_inference(keyword: &Ident, name: &Ident) -> Error {
    message(
        keyword.span(),
        format!("that `{name}` is global is declared once, in the generative model"),
        format!("write `sample {name} ~ …;` here"),
    )
}

pub fn global_after_sample(keyword: &Ident, name: &Ident) -> Error {
    message(
        keyword.span(),
        "`global` stands before `sample`",
        format!("write `global sample {name} ~ …;`"),
    )
}

pub fn global_observed(name: &Ident) -> Error {
    message(
        name.span(),
        format!(
            "`{name}` is global, one draw for the whole data set, and cannot be observed in rows"
        ),
        format!(
            "write `sample {name} ~ …;` in the body; what is known of all rows is a number or a `Parameter<…>` field"
        ),
    )
}

pub fn global_prior_reads_rows(read: &Ident, site: &Ident) -> Error {
    message(
        read.span(),
        format!(
            "the prior of the global site `{site}` reads `{read}`, which differs from row to row"
        ),
        format!(
            "read numbers, fields and other global sites only; or leave `global` out if each row has its own `{site}`"
        ),
    )
}

pub fn global_guide_reads_rows(read: &Ident, site: &Ident) -> Error {
    message(
        read.span(),
        format!(
            "the posterior of the global site `{site}` reads `{read}`, which differs from row to row"
        ),
        format!(
            "learn its parameters as fields: `loc: Parameter<…>` and `sample {site} ~ Normal::new(loc, …);`"
        ),
    )
}
