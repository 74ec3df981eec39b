//! Mistakes within the ordinary Rust of a distribution or a `let`.

use proc_macro2::{Span, TokenStream};
use syn::{Error, Ident, LitInt};

use super::{message, shown};

/// `has_axes` says whether each row has a list of numbers.
pub fn branch_on_draw(name: &Ident, has_axes: bool) -> Error {
    message(
        name.span(),
        format!(
            "a body cannot branch on a draw: `{name}` is a tensor, and each of its rows would go another way"
        ),
        choose_by_arithmetic(name, has_axes),
    )
}

pub fn compared_draw(name: &Ident, has_axes: bool) -> Error {
    message(
        name.span(),
        format!(
            "a draw cannot be compared: `{name}` is a tensor, and each of its rows would give another answer"
        ),
        choose_by_arithmetic(name, has_axes),
    )
}

fn choose_by_arithmetic(name: &Ident, has_axes: bool) -> String {
    let bits = format!("`{name} * a + (1.0 - {name}) * b`");
    let other = match has_axes {
        true => format!(
            "if `{name}` is made of bits, and `{name}.select(0) * a + {name}.select(1) * b` if it is one-hot; a network may read any other `{name}`"
        ),
        false => format!(
            "if `{name}` is 0 or 1, and with `(10.0 * {name}).sigmoid()` in its place if it is any number"
        ),
    };
    format!("choose by arithmetic: {bits} {other}")
}

/// `tensor` is what is indexed, if it is a variable, and `instead` what to write.
pub fn indexed_tensor(at: Span, tensor: Option<&Ident>, instead: &str) -> Error {
    message(
        at,
        format!("{} is a tensor, and no list with an index", subject(tensor)),
        format!("write `{instead}`, which picks along the last axis in every row"),
    )
}

/// The help for what takes a tensor apart.
pub(crate) const SEVERAL_ENDS: &str = "`SplitInto<(Linear<…>, Linear<…>)>` at the end of the network, and `let (loc, scale) = encoder(x);`";

/// A method of another library's tensors: `tensor` is what it is called on, if that is a variable.
pub fn method_of_tensor(method: &Ident, tensor: Option<&Ident>, instead: &str) -> Error {
    message(
        method.span(),
        format!("{} is a tensor, and has no `{method}`", subject(tensor)),
        format!("write {instead}"),
    )
}

fn subject(tensor: Option<&Ident>) -> String {
    tensor.map_or("this".to_owned(), |tensor| format!("`{tensor}`"))
}

/// `a ** 2`, Python's power.
pub fn power_operator(at: Span, exponent: &str) -> Error {
    let function = if exponent.contains('.') {
        "powf"
    } else {
        "powi"
    };
    message(
        at,
        "Rust has no operator `**`",
        format!("write `.{function}({exponent})` behind what is raised to it"),
    )
}

/// `1.0 / 2`: `number` is the one without a point.
pub fn whole_number(number: &LitInt) -> Error {
    message(
        number.span(),
        format!("`{number}` is a whole number, and Rust computes with no number of another kind"),
        format!("write `{}.0`", number.base10_digits()),
    )
}

/// `z.sum(1)`: `tensor` is what is summed, if it is a variable.
pub fn axis_of_method(method: &Ident, tensor: Option<&Ident>) -> Error {
    let receiver = tensor.map_or("…".to_owned(), Ident::to_string);
    message(
        method.span(),
        format!("`{method}` takes no axis"),
        match method.to_string().as_str() {
            "sum" | "mean" => format!(
                "write `{receiver}.{method}_last()` along the last axis, or `{receiver}.{method}()` over all elements and rows"
            ),
            _ => format!("write `{receiver}.{method}()`: it goes along the last axis"),
        },
    )
}

/// `arguments` are what stands in the parentheses.
pub fn family_called(family: &Ident, arguments: &TokenStream) -> Error {
    let constructors = constructors(family, arguments);
    message(
        family.span(),
        format!("`{family}` is a family, and is made by one of its constructors"),
        format!(
            "write {constructors}; a tuple struct of your own stands in parentheses, `({family}(…))`"
        ),
    )
}

/// The constructors of a family by these arguments.
pub(super) fn constructors(family: &Ident, arguments: &TokenStream) -> String {
    let arguments = shown(arguments);
    // Two parameters are a family's of numbers; one may be the logits or the probabilities of bits and classes.
    match arguments.contains(',') {
        true => format!("`{family}::new({arguments})`"),
        false => format!(
            "`{family}::logits({arguments})` or `{family}::probs({arguments})` of bits and classes, and `{family}::new({arguments})` of numbers"
        ),
    }
}

pub fn return_in_body(at: Span) -> Error {
    message(
        at,
        "a body is no function of yours: nothing can `return` from it",
        "leave this statement out: a program's `.sample(…)` returns all sites. Within a closure `return` is allowed",
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
        "write the values alone, in the order of the function: `Normal::new(0.0, 1.0)`, `Bernoulli::logits(decoder(z))`",
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
