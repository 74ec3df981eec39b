//! What to write if a value is out of its domain or its support.

use super::{Domain, Fault};

/// What to write for a distribution's parameter.
pub(super) fn on_parameter(fault: &Fault) -> Option<&'static str> {
    let &Fault::Domain {
        parameter,
        value,
        domain,
        is_number,
        ..
    } = fault
    else {
        return None;
    };
    if value.is_nan() {
        return Some(
            "look for a logarithm or a root of a negative number, 0 / 0 or ∞ − ∞ on the way to it",
        );
    }
    let is_infinite = value.is_infinite();
    Some(match (domain, parameter) {
        (Domain::Probability | Domain::OpenUnit, _) if value == 0.0 || value == 1.0 => {
            "write `logits`, which do not round to the rim, or move it inside, `p * 0.998 + 0.001`"
        }
        (Domain::Probability | Domain::OpenUnit, _) if is_number => {
            "write a number between 0 and 1, such as `0.5`"
        }
        (Domain::Probability | Domain::OpenUnit, _) => {
            "end the network in `Sigmoid`, or write `logits` for numbers of any size"
        }
        (Domain::Weight, _) if value < 0.0 && is_number => "write a number of 0 or more",
        (Domain::Weight, _) if value < 0.0 => {
            "end the network in `Softmax`, or write `logits` for numbers of any size"
        }
        (Domain::Weight, _) => OVERFLOWS,
        (Domain::Count, _) if is_infinite => OVERFLOWS,
        (Domain::Count, _) => "write a whole number, such as `10.0`",
        (Domain::Positive, "temperature") => "write a number such as `0.5`",
        (Domain::Positive, "high - low") if !is_infinite => {
            "let `high` be above `low`, such as `low + width.exp()`"
        }
        (Domain::Positive, "the diagonal of factor") if value <= 0.0 => {
            "write `.exp()` of what stands on the diagonal"
        }
        (Domain::Positive, _) if value == 0.0 => {
            "it was rounded to 0: add the least that it may be, such as `+ 1e-4`"
        }
        (Domain::Positive, _) if (0.0..f32::MIN_POSITIVE).contains(&value) => {
            "numbers below 1.2e-38 count as 0: add the least that it may be, such as `+ 1e-4`"
        }
        (Domain::Positive, _) if value < 0.0 && is_number => "write a positive number",
        (Domain::Positive, _) if value < 0.0 => "end the network in `Softplus`, or write `.exp()`",
        (Domain::NotNan, _) => return None,
        (Domain::Positive | Domain::Finite | Domain::BelowInfinity, _) => OVERFLOWS,
    })
}

const OVERFLOWS: &str =
    "look for `.exp()` of more than 88, a division by 0 or a logarithm of 0 on the way to it";

/// The advice for an observation outside its support. For finite values it is the support's advice.
pub(super) fn on_observation(value: f32, advice: Option<&'static str>) -> Option<&'static str> {
    if value.is_finite() {
        advice
    } else if value.is_nan() {
        Some("leave out rows with missing values, or fill them in")
    } else {
        Some("leave out such rows, or scale the data: numbers beyond 3.4e38 are infinite in `f32`")
    }
}
