//! Mistakes about sites and other names: who draws what, when, and who may read it.

use proc_macro2::Span;
use syn::{Error, Ident};

use super::{did_you_mean, message};

pub fn site_twice(name: &Ident, program: &Ident) -> Error {
    message(
        name.span(),
        format!("the site `{name}` is sampled twice in `{program}`"),
        "rename one of them, or leave it out",
    )
}

pub fn unknown_site(name: &Ident, generative: &Ident, suggestion: Option<&Ident>) -> Error {
    message(
        name.span(),
        format!("`{name}` is sampled here, but is no site of the generative model `{generative}`"),
        did_you_mean(
            suggestion,
            format!("add `sample {name} ~ …;` to `{generative}`, or leave it out"),
        ),
    )
}

pub fn sampled_observation(name: &Ident, inference: &Ident) -> Error {
    message(
        name.span(),
        format!("`{name}` is observed in `{inference}`, and cannot also be sampled in it"),
        format!("leave this statement out, or take `{name}` off the arguments"),
    )
}

pub fn sampled_covariate(name: &Ident) -> Error {
    message(
        name.span(),
        format!("`{name}` is a covariate: it is given, never sampled"),
        "leave this statement out, or rename the site",
    )
}

/// `names` are the arguments of the generative model `generative` that it samples too.
pub fn sampled_argument(names: &[&Ident], generative: &Ident) -> Error {
    let shown: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let (verb, them) = if names.len() == 1 {
        ("is", "it")
    } else {
        ("are", "them")
    };
    let shown = shown.join(" and ");
    message(
        names[0].span(),
        format!("{shown} {verb} sampled in `{generative}`, and cannot be given to it as well"),
        format!(
            "leave {them} out here: only covariates, which nothing samples, are arguments of a generative model; what is observed is an argument of the inference model"
        ),
    )
}

pub fn read_before_drawn(name: &Ident, program: &Ident) -> Error {
    message(
        name.span(),
        format!("the site `{name}` is read before it is sampled in `{program}`"),
        format!("move `sample {name} ~ …;` above this statement"),
    )
}

pub fn self_dependency(name: &Ident) -> Error {
    message(
        name.span(),
        format!("the site `{name}` depends on itself"),
        format!(
            "leave `{name}` out here: a distribution reads what is sampled above it, arguments and fields"
        ),
    )
}

pub fn mutual_dependency(name: &Ident, reader: &Ident) -> Error {
    message(
        name.span(),
        format!("the sites `{reader}` and `{name}` depend on each other"),
        format!("leave `{name}` out here, or `{reader}` out of what `{name}` depends on"),
    )
}

pub fn site_not_given(name: &Ident, inference: &Ident) -> Error {
    message(
        name.span(),
        format!("`{name}` is read here, but `{inference}` is neither given it nor samples it"),
        format!(
            "add `{name}` to the arguments of `{inference}`, or write `sample {name} ~ …;` above"
        ),
    )
}

pub fn name_of_field(name: &Ident) -> Error {
    message(
        name.span(),
        format!("`{name}` is already a field of the struct"),
        "rename one of them: a body reads both by their names",
    )
}

pub fn let_reuses_site(name: &Ident) -> Error {
    message(
        name.span(),
        format!("this `let` hides `{name}`, a site or covariate of the generative model"),
        "rename the variable",
    )
}

pub fn let_for_sample(name: &Ident) -> Error {
    message(
        name.span(),
        format!("a `let` draws nothing, and `{name}` is a site that is to be sampled here"),
        format!("write `sample {name} ~ …;`, with a distribution on the right"),
    )
}

pub fn let_of_other_program(name: &Ident, owner: &Ident, reader: &Ident) -> Error {
    message(
        name.span(),
        format!("`{name}` is a `let` of `{owner}`, which `{reader}` does not see"),
        format!("write it again here: `let {name} = …;`"),
    )
}

pub fn parameter_called(name: &Ident) -> Error {
    message(
        name.span(),
        format!("the parameter `{name}` is called, but it is a tensor and not a module"),
        format!("write `{name}`, without parentheses"),
    )
}

/// `network` is the argument of the call, where it is a module.
pub fn site_called(name: &Ident, network: Option<&Ident>) -> Error {
    message(
        name.span(),
        format!("`{name}` is called, but it is a tensor and not a module"),
        match network {
            Some(network) => format!("did you mean `{network}({name})`?"),
            None => format!("write `{name}`, or call a field with it"),
        },
    )
}

/// `instead` is what to write, `encoder(…)` or `prior`.
pub fn field_of_self(keyword: &Ident, field: &Ident, instead: &str) -> Error {
    message(
        keyword.span(),
        format!("there is no `self` in a body: the field `{field}` is read by its name alone"),
        format!("write `{instead}`"),
    )
}

pub fn closure_outlives_draw(name: &Ident) -> Error {
    message(
        name.span(),
        format!(
            "the closure `{name}` reads tensors, and another site was sampled since it was made"
        ),
        format!(
            "write `let {name} = …;` again above this statement, or make what it reads an argument"
        ),
    )
}

pub fn via_in_generative(keyword: Span) -> Error {
    message(
        keyword,
        "a generative model has no estimators: `via` belongs to an inference model",
        "leave `via …` out, and write it where the site is sampled in an inference model",
    )
}
