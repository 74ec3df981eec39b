//! Habits of Python: its packages, its comments, and what its libraries write as calls.

use proc_macro2::{Span, TokenStream};
use syn::{Error, Ident};

use super::{constructors, message};

/// `torch.exp(h)`: `package` is the name at the beginning, and `instead` what to write.
pub fn package_of_python(package: &Ident, instead: &str) -> Error {
    message(
        package.span(),
        format!("`{package}` is a package of Python, and a model has none"),
        format!("write {instead}"),
    )
}

/// The help for `dist.Normal(0.0, 1.0)`.
pub(crate) fn family_of_package(family: &Ident, arguments: &TokenStream) -> String {
    constructors(family, arguments)
}

/// The help for `torch.exp(h)`: a tensor's function is its method.
pub(crate) fn method_of_package(tensor: &str, method: &str, arguments: &[String]) -> String {
    format!("`{tensor}.{method}({})`", arguments.join(", "))
}

/// The help for a function that no tensor has.
pub(crate) fn no_function_of_package() -> String {
    "a method of a tensor, such as `z.exp()` or `z.sum_last()`: the documentation of `model!` lists all"
        .to_owned()
}

/// `pyro.sample("z", …)`: `name` is the site that it draws, if that is known.
pub fn sample_called(at: Span, name: Option<&Ident>, distribution: &TokenStream) -> Error {
    let name = name.map_or("z".to_owned(), Ident::to_string);
    let distribution = match distribution.is_empty() {
        true => "…".to_owned(),
        false => super::shown(distribution),
    };
    message(
        at,
        "`sample` is no function: a site is drawn by a statement of its own",
        format!(
            "write `sample {name}: [4] ~ {distribution};` in a generative model, with the site's own shape, and `sample {name} ~ {distribution};` in an inference model"
        ),
    )
}

/// `Normal::new(0.0, 1.0).to_event(1)`
pub fn reshaped_family(method: &Ident, site: &Ident) -> Error {
    message(
        method.span(),
        format!("a family has no `{method}`: all axes of a site belong to one event"),
        format!(
            "leave `.{method}(…)` out; the shape is declared with the site, `sample {site}: [2] ~ …;`, and a number is a parameter for all elements"
        ),
    )
}

/// `# like this`
pub fn comment_of_python(at: Span) -> Error {
    message(
        at,
        "`#` begins no comment in Rust",
        "write `// …`, here and wherever else a comment begins with `#`",
    )
}
