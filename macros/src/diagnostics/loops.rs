//! Mistakes about loops over steps.

use proc_macro2::Span;
use syn::{Error, Ident};

use super::message;

/// `site` is the first site that the loop samples.
pub fn endless_loop(keyword: &Ident, site: Option<&Ident>) -> Error {
    let name = site.map_or("z".to_owned(), Ident::to_string);
    message(
        keyword.span(),
        format!("a body has no `{keyword}`: the number of steps is known before the loop"),
        format!(
            "write `for t in 0..STEPS {{ sample {name}[t] ~ …; }}`, or `0..length` for a count `length: 0..=STEPS` of each row"
        ),
    )
}

pub fn loop_header(keyword: Span) -> Error {
    message(
        keyword,
        "this loop does not name its steps",
        "write `for t in 0..STEPS { … }`",
    )
}

pub fn loop_range(at: Span) -> Error {
    message(
        at,
        "a loop runs over all steps, from 0 to their number",
        "write `0..STEPS`, with a number, a parameter of the struct or a count of each row, or `(0..STEPS).rev()` for the last step first",
    )
}

pub fn nested_loop(keyword: Span) -> Error {
    message(
        keyword,
        "a loop stands inside another loop",
        "give the site an axis for the inner steps, `sample z[t]: [PARTS] ~ …;`, or write one loop after the other",
    )
}

pub fn left_loop(keyword: &Ident) -> Error {
    message(
        keyword.span(),
        format!("a loop runs to its end, and has no `{keyword}`"),
        "give each row its own number of steps: a count `length: 0..=STEPS` in the generative model's arguments, and `for t in 0..length`",
    )
}

/// `sample z[0] ~ …`, `sample z[t - 1] ~ …`
pub fn step_of_site(at: Span, site: &Ident) -> Error {
    message(
        at,
        format!("`{site}` is sampled at the step of its loop, and at no other"),
        format!("write `sample {site}[t] ~ …;` in a loop `for t in 0..STEPS {{ … }}`"),
    )
}

/// A site of a loop without `[t]`.
pub fn site_without_step(name: &Ident, step: &Ident) -> Error {
    message(
        name.span(),
        format!("the loop samples `{name}` at every step, and the step is not said"),
        format!("write `sample {name}[{step}] ~ …;`, or sample it above or below the loop"),
    )
}

/// `z[s]` in a loop over `t`, or outside every loop, where `step` is `None`.
pub fn site_of_other_step(written: &Ident, site: &Ident, step: Option<&Ident>) -> Error {
    match step {
        Some(step) => message(
            written.span(),
            format!("the steps of this loop are `{step}`"),
            format!("write `sample {site}[{step}] ~ …;`"),
        ),
        None => message(
            written.span(),
            format!("no loop over `{written}` surrounds this statement"),
            format!(
                "write `for {written} in 0..STEPS {{ sample {site}[{written}] ~ …; }}`, or leave `[{written}]` out"
            ),
        ),
    }
}

/// `z[t - 1]` or `z[0]` of a loop over `t`.
pub fn other_step_read(at: Span, name: &Ident, step: &Ident) -> Error {
    message(
        at,
        format!("a step reads `{name}` at the same step alone"),
        format!(
            "write `{name}[{step}]`; for an earlier step let the loop carry it: `let mut before = …;` above the loop, and `before = {name}[{step}];` at its end"
        ),
    )
}

/// `z[t]` where no loop over `t` is.
pub fn step_read_outside(at: Span, name: &Ident, step: &Ident) -> Error {
    message(
        at,
        format!("`{step}` is a step of a loop, and this statement stands outside of it"),
        format!(
            "write `{name}` for all steps, or let the loop carry what is wanted of the last one: `let mut last = …;` above it, and `last = {name}[{step}];` in it"
        ),
    )
}

/// All of a sequence, read in the loop that draws it.
pub fn sequence_read_in_its_loop(name: &Ident, step: &Ident) -> Error {
    message(
        name.span(),
        format!("`{name}` is drawn step by step in this loop, and not all of it is there yet"),
        format!("write `{name}[{step}]` for this step's"),
    )
}

pub fn global_in_loop(keyword: &Ident, name: &Ident) -> Error {
    message(
        keyword.span(),
        format!(
            "`{name}` is global, one draw for the whole data set, and a loop samples it at every step"
        ),
        format!("write `global sample {name}: [dims] ~ …;` above the loop"),
    )
}

/// `state = …;` where no `let` has named it.
pub fn assigned_without_let(name: &Ident) -> Error {
    message(
        name.span(),
        format!("no `let` above the loop names `{name}`"),
        format!(
            "write `let mut {name} = …;` above the loop: what stands there is read by the first step"
        ),
    )
}

/// `let state = …;` above a loop that assigns to it.
pub fn assigned_without_mut(name: &Ident) -> Error {
    message(
        name.span(),
        format!("a loop gives `{name}` a new value at every step"),
        format!("write `let mut {name} = …;`"),
    )
}

/// A site of a loop in one model, and of none or another loop in the other. `wanted` is the header of the generative model's
/// loop, if it has one.
pub fn loops_differ(name: &Ident, generative: &Ident, wanted: Option<&str>) -> Error {
    let (sentence, help) = match wanted {
        Some(range) => (
            format!("`{generative}` samples `{name}` step by step, for `t in {range}`"),
            format!(
                "write `for t in {range} {{ sample {name}[t] ~ …; }}`, or `({range}).rev()` for the last step first"
            ),
        ),
        None => (
            format!("`{generative}` samples `{name}` once, and in no loop"),
            format!("write `sample {name} ~ …;` above or below the loop"),
        ),
    };
    message(name.span(), sentence, help)
}

/// `0..length` of a name that is no count, and no parameter of the struct.
pub fn length_not_declared(name: &Ident, generative: &Ident) -> Error {
    message(
        name.span(),
        format!("`{name}` is no number of steps"),
        format!(
            "write a number or a parameter of the struct; or declare it as a count of each row, `generative {generative}({name}: 0..=STEPS)`"
        ),
    )
}

/// `if` on a step number.
pub fn branch_on_step(step: &Ident) -> Error {
    message(
        step.span(),
        format!(
            "a statement cannot branch on the step `{step}`: all steps have the same statements"
        ),
        "write the first step above the loop, or start what the loop carries with the value that the first step reads",
    )
}

/// `z[t]` in a loop over other steps than those that `z` has.
pub fn step_of_other_loop(name: &Ident, own: &str, here: &str) -> Error {
    message(
        name.span(),
        format!("`{name}` has the steps `{own}`, and this loop runs for `{here}`"),
        format!(
            "read it in a loop for `{own}`, or let such a loop carry what is wanted of it: `let mut last = …;`"
        ),
    )
}

/// Loops to two counts of one model.
pub fn two_counts(second: &Ident, first: &Ident) -> Error {
    message(
        second.span(),
        format!("a row has one number of steps, and `{first}` is it in another loop"),
        format!("write `0..{first}`, or a number of steps that all rows have"),
    )
}
