//! What rustc says in the macro's words where types do not fit: its cases are in `ui/types`.

use quote::ToTokens;
use syn::{ConstParam, Expr, Ident, Lit, ext::IdentExt};

use super::shown;
use crate::ast::Dims;

/// A message of rustc's: a sentence, what stands at the underlined token, and help.
pub(crate) struct Unfit {
    pub message: String,
    pub label: String,
    pub note: String,
}

/// The last layer of a network that a site's distribution is computed by, where it gives another number than the site's.
pub(crate) struct LastLayer<'a> {
    pub network: &'a Ident,
    pub layer: &'a Ident,
    /// The number of the layer's inputs, if it is written as a number.
    pub takes: Option<&'a str>,
    pub gives: &'a str,
    /// The number of the site's elements; none of a site without axes.
    pub wanted: Option<&'a str>,
}

/// The network gives another number than the site has.
pub(crate) fn another_width(site: &Ident, last: LastLayer) -> Unfit {
    let site = site.unraw();
    let LastLayer {
        network,
        layer,
        takes,
        gives,
        wanted,
    } = last;
    let (has, instead) = match wanted {
        Some(wanted) => (
            format!("has {wanted}"),
            format!(
                "`{layer}<{}, {wanted}>` at the end of `{network}`",
                takes.unwrap_or("…")
            ),
        ),
        None => (
            "has no axes and is a single one".to_owned(),
            format!("`{site}: [{gives}]` where the generative model declares it"),
        ),
    };
    Unfit {
        message: format!("`{network}` gives {gives} numbers, but `{site}` {has}"),
        label: format!("gives {gives} numbers"),
        note: format!("help: write {instead}"),
    }
}

/// The distribution is none over the site's events.
pub(crate) fn another_event(site: &Ident, shape: &str) -> Unfit {
    let site = site.unraw();
    if shape == "[]" {
        return Unfit {
            message: format!(
                "`{site}` has no axes and is a single number, but this distribution has axes"
            ),
            label: "no distribution of single numbers".to_owned(),
            note: format!(
                "help: write its shape where the generative model samples it: `{site}: [1]` for the one number of a network, `{site}: [4]` for four"
            ),
        };
    }
    let axes = shape.trim_matches(['[', ']']);
    let rank = axes.split(", ").count();
    Unfit {
        message: format!("`{site}` has the shape `{shape}`, but this distribution has another"),
        label: format!("no distribution over events of shape `{shape}`"),
        note: format!(
            "help: give its parameters the shape `{shape}`: `ToEvent<Rank{rank}<{axes}>>` at the end of a network shapes its output so. A class that a network reads is a `OneHotCategorical`; a `Categorical` is a number, a site without axes"
        ),
    }
}

/// A program is given what is no batch of an argument's events.
pub(crate) fn another_batch(program: &Ident, argument: &Ident, dims: Option<&Dims>) -> Unfit {
    let (program, argument, shape) = (program.unraw(), argument.unraw(), shape(dims));
    let axes: Vec<&str> = shape.trim_matches(['[', ']']).split(", ").collect();
    let rows = match axes.as_slice() {
        [""] => "one number a row".to_owned(),
        [width] if width.starts_with(|digit: char| digit.is_ascii_digit()) => {
            format!("{width} numbers a row")
        }
        [width] => format!("`{width}` numbers a row"),
        _ => format!("rows of shape `{shape}`"),
    };
    let axes: String = match axes.as_slice() {
        [""] => String::new(),
        [width] => format!("Const<{width}>,"),
        axes => {
            let axes: Vec<String> = axes.iter().map(|axis| format!("Const<{axis}>")).collect();
            axes.join(", ")
        }
    };
    Unfit {
        message: format!("`{program}` takes `{argument}` as a batch with {rows}, and this is none"),
        label: format!("no batch with {rows}"),
        note: format!(
            "help: write `let {argument}: Batch<({axes})> = batch(numbers)?;`, with all rows one after another in `numbers`, and give `&{argument}`"
        ),
    }
}

/// `[2, N]` as it was written; braces would stand for a type.
pub(crate) fn shape(dims: Option<&Dims>) -> String {
    let axes = dims.iter().flat_map(|dims| &dims.axes);
    let axes: Vec<String> = axes
        .map(|axis| axis.to_token_stream().to_string())
        .collect();
    format!("[{}]", axes.join(", ")).replace(['{', '}'], "")
}

/// The estimator is none for the family of the site.
pub(crate) fn another_family(site: &Ident, estimator: &Expr, distribution: &Expr) -> Unfit {
    let estimator = match estimator {
        Expr::Struct(fields) => shown(&fields.path.to_token_stream()),
        Expr::Call(call) => shown(&call.func.to_token_stream()),
        estimator => shown(&estimator.to_token_stream()),
    };
    let family = match distribution {
        Expr::Call(call) => constructed(&call.func),
        _ => None,
    };
    let family = family.unwrap_or_else(|| format!("the distribution of `{}`", site.unraw()));
    Unfit {
        message: format!("`{estimator}` cannot estimate gradients through {family}"),
        label: "no estimator for this family".to_owned(),
        note: "help: leave `via` out for the automatic choice; `Pathwise` is for continuous families, `Relaxed`, `ReinMax` and `Enumerate` for `Bernoulli` and `OneHotCategorical`, `DisArm` for `Bernoulli`, `Rloo` for any".to_owned(),
    }
}

/// An estimator that has fields is called.
pub(crate) fn nameless_setting(estimator: &Ident, setting: &Lit) -> Unfit {
    let number = setting.to_token_stream();
    let name = match setting {
        Lit::Int(_) => "samples",
        _ => "temperature",
    };
    Unfit {
        message: format!("`{estimator}` is no function: its settings have names"),
        label: "no function".to_owned(),
        note: format!("help: write the name, such as `{estimator} {{ {name}: {number} }}`"),
    }
}

/// `Normal` of `Normal::new`.
fn constructed(function: &Expr) -> Option<String> {
    let Expr::Path(path) = function else {
        return None;
    };
    let segments = &path.path.segments;
    let family = segments.iter().rev().nth(1)?;
    Some(format!("`{}`", family.ident))
}

/// `sizes` are those of the struct's parameters that are whole numbers.
pub(crate) fn unknown_size(module: &Ident, sizes: &[&Ident], parameters: &[ConstParam]) -> Unfit {
    let module = module.unraw();
    let sizes: Vec<String> = sizes.iter().map(|size| format!("`{size}`")).collect();
    let example = |parameter: &ConstParam| match parameter.ty.to_token_stream().to_string().as_str()
    {
        "bool" => "true",
        "char" => "'a'",
        _ => "4",
    };
    let examples: Vec<&str> = parameters.iter().map(example).collect();
    let (noun, verb) = if sizes.len() == 1 {
        ("size", "is not")
    } else {
        ("sizes", "are not all")
    };
    Unfit {
        message: format!(
            "the {noun} {} of `{module}` {verb} known here",
            sizes.join(" and ")
        ),
        label: format!("nothing says which `{module}` is built"),
        note: format!("help: write `{module}::<{}>::new(0)`", examples.join(", ")),
    }
}
