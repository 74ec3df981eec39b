//! Mistakes within one statement, most of them slips of the pen: the statement is read as it was meant, and the rest goes on.

use proc_macro2::Span;
use syn::{Error, Ident, LitInt};

use super::{did_you_mean, message};

pub fn missing_sample(name: &Ident) -> Error {
    message(
        name.span(),
        format!("the site `{name}` is drawn without `sample`"),
        format!("write `sample {name} ~ …;`"),
    )
}

pub fn equals_for_tilde(at: Span, name: &Ident) -> Error {
    message(
        at,
        format!("the site `{name}` is given its distribution by `=`, which is for `let`"),
        format!("write `sample {name} ~ …;`, or `let {name} = …;` for a value that is not drawn"),
    )
}

/// `h = h + bias;` where nothing is drawn.
pub fn assignment(at: Span, name: &Ident) -> Error {
    message(
        at,
        format!(
            "only a loop assigns to a variable, and `{name}` is given a value by `=` outside of one"
        ),
        format!(
            "write `let {name} = …;`, which also stands in for an earlier `{name}`; or `sample {name} ~ …;` if it is drawn"
        ),
    )
}

pub fn missing_semicolon(after: Span) -> Error {
    message(
        after,
        "this statement does not end with `;`",
        "write `;` after it",
    )
}

pub fn comma_for_semicolon(comma: Span) -> Error {
    message(
        comma,
        "this statement ends with `,`",
        "write `;` in its place",
    )
}

pub fn observe_statement(keyword: &Ident) -> Error {
    message(
        keyword.span(),
        format!(
            "there is no `{keyword}`: what is observed is decided by each inference model's arguments"
        ),
        "write `sample` in the generative model; in an inference model leave this out, and name the site among its arguments",
    )
}

pub fn branch_statement(keyword: &Ident) -> Error {
    message(
        keyword.span(),
        format!("a body has no `{keyword}` around statements: every row has the same sites"),
        "choose a value by arithmetic: `let h = z * a + (1.0 - z) * b;`",
    )
}

/// `with plate(…)` and `plate(…)` are habits of Pyro's.
pub fn plate_statement(keyword: &Ident) -> Error {
    message(
        keyword.span(),
        format!("there is no `{keyword}`: the rows of the data are independent by themselves"),
        "leave it out; independent parts of a row are one site with an axis for them: `sample z: [PARTS] ~ …;`",
    )
}

/// `called` is how it is written: `println!`, or Python's `print`.
pub fn printing(name: &Ident, called: &str) -> Error {
    message(
        name.span(),
        format!("`{called}` is not a statement of a model, which only samples and names values"),
        "leave it out, and look at the draws that `.sample(…)` of a program returns",
    )
}

pub fn keyword_as_name(keyword: &Ident) -> Error {
    message(
        keyword.span(),
        format!("`{keyword}` is a word of Rust's own, and cannot name a site"),
        format!("rename it everywhere, for example `{keyword}_`"),
    )
}

pub fn unknown_statement(at: Span, suggestion: Option<&Ident>) -> Error {
    message(
        at,
        "this is not a statement of a model",
        did_you_mean(
            suggestion,
            "write `sample name: [dims] ~ distribution;` or `let name = value;`",
        ),
    )
}

pub fn nameless_site(keyword: Span) -> Error {
    message(
        keyword,
        "this `sample` does not name a site",
        "write `sample name: [dims] ~ distribution;`",
    )
}

pub fn missing_tilde(name: &Ident) -> Error {
    message(
        name.span(),
        format!("the site `{name}` has no `~` before its distribution"),
        format!("write `sample {name}: [dims] ~ distribution;`"),
    )
}

pub fn malformed_dims(at: Span) -> Error {
    message(
        at,
        "an event shape is a list of sizes in brackets",
        "write `[200]`, `[28, 28]`, or nothing for one number a row",
    )
}

pub fn too_many_axes(at: Span, axes: usize) -> Error {
    message(
        at,
        format!("an event has at most three axes, and this one has {axes}"),
        "merge axes, for example `[28 * 28]`, or split the site in two",
    )
}

/// `meant` is the whole number that is written with the suffix of another type.
pub fn size_of_axis(at: Span, meant: Option<&LitInt>) -> Error {
    let meant = meant.map_or("200", LitInt::base10_digits);
    message(
        at,
        "the size of an axis is a whole number, a `usize`",
        format!("write a plain number such as `{meant}`"),
    )
}

pub fn empty_axis(at: Span) -> Error {
    message(
        at,
        "an axis has at least one element",
        "write how many it has, or no event shape at all for one number a row",
    )
}

pub fn empty_right_hand_side(after: Span) -> Error {
    message(
        after,
        "nothing follows on the right-hand side",
        "write an expression before the `;`",
    )
}

/// `names` are those before the `=`.
pub fn names_without_parentheses(names: &[Ident]) -> Error {
    let shown: Vec<String> = names.iter().map(Ident::to_string).collect();
    message(
        names[0].span(),
        "several names of one `let` stand in parentheses",
        format!("write `let ({}) = …;`", shown.join(", ")),
    )
}

/// `a @ b`, Python's matrix product.
pub fn matmul_operator(at: Span) -> Error {
    message(
        at,
        "Rust has no operator `@`",
        "write `z.matmul(w)`, of a learned `w: Parameter<Rank2<4, 3>>`; a network `Linear<4, 3>` is called, `net(z)`",
    )
}

pub fn empty_estimator(via: Span) -> Error {
    message(
        via,
        "`via` is not followed by an estimator",
        "write one, or leave `via` out for the automatic choice",
    )
}

pub fn unparsable_code(error: &Error) -> Error {
    message(
        error.span(),
        format!("this is not Rust that can be read: {error}"),
        "a distribution, an estimator and the value of a `let` are ordinary Rust expressions",
    )
}

pub fn attribute_on_site(at: Span) -> Error {
    message(
        at,
        "a `sample` statement takes no attribute but docs",
        "leave it out, or put it on the program or on a `let`",
    )
}
