//! What to write where a value is out of its domain or its support.

use super::Fault;
use crate::support::{
    Binary, ClosedUnitInterval, Counts, Domain, NonNegative, OneHot, Positive, Simplex, Support,
    UnitInterval,
};

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
        (Domain::Positive, _) if value < 0.0 && is_number => "write a positive number",
        (Domain::Positive, _) if value < 0.0 => "end the network in `Softplus`, or write `.exp()`",
        (Domain::NotNan, _) => return None,
        (Domain::Positive | Domain::Finite | Domain::BelowInfinity, _) => OVERFLOWS,
    })
}

const OVERFLOWS: &str =
    "look for `.exp()` of more than 88, a division by 0 or a logarithm of 0 on the way to it";

/// What to do about an observation, by the family's support in words.
pub(super) fn on_observation(expected: &str, value: f32) -> Option<&'static str> {
    if !value.is_finite() {
        return Some("leave out rows with missing values, or fill them in");
    }
    let in_unit = (0.0..=1.0).contains(&value);
    Some(match expected {
        BINARY if in_unit => "round it, or use `ContinuousBernoulli` for grey values",
        BINARY if value > 1.0 && value <= 255.0 => {
            "divide grey values by 255, and round them or use `ContinuousBernoulli`; use `Poisson` or `Binomial` for counts"
        }
        BINARY => "code the two outcomes as 0 and 1",
        POSITIVE if value == 0.0 => {
            "add the least that it may be, such as `1e-4`, or use a family that holds 0, such as `Exponential`"
        }
        POSITIVE | NON_NEGATIVE => "use `Normal` or `Laplace` for numbers of either sign",
        UNIT if in_unit => "move it inside, `x * 0.998 + 0.001`",
        UNIT | CLOSED_UNIT => {
            "scale it there, `(x - least) / (most - least)`; grey values are divided by 255"
        }
        COUNTS if value >= 0.0 => "round it, or use `Gamma` for amounts that are not whole",
        COUNTS => "use `Normal` for numbers of either sign",
        ONE_HOT if value > 1.0 => "use `Categorical` for the indices of classes",
        ONE_HOT => {
            "write each class as a vector with a 1 at its index, or use `Categorical` for indices"
        }
        SIMPLEX if value == 0.0 => {
            "add a small number to every share, and divide each row by its sum"
        }
        SIMPLEX => "divide each row by its sum",
        classes if classes.starts_with("one of its classes") => {
            if value.fract() == 0.0 {
                "count classes from 0, and give the family as many as there are"
            } else {
                "use `OneHotCategorical` for classes as vectors"
            }
        }
        // A real number, an interval or a circle holds every finite number; what other families want, their words say.
        _ => return None,
    })
}

const BINARY: &str = Binary::DESCRIPTION;
const POSITIVE: &str = Positive::DESCRIPTION;
const NON_NEGATIVE: &str = NonNegative::DESCRIPTION;
const UNIT: &str = UnitInterval::DESCRIPTION;
const CLOSED_UNIT: &str = ClosedUnitInterval::DESCRIPTION;
const COUNTS: &str = Counts::DESCRIPTION;
const ONE_HOT: &str = OneHot::DESCRIPTION;
const SIMPLEX: &str = Simplex::DESCRIPTION;
