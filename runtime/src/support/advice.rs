//! What to do about data outside a support, by the value.

type Advice = Option<&'static str>;

/// Every finite number is inside.
pub(super) fn none(_: f32) -> Advice {
    None
}

pub(super) fn binary(value: f32) -> Advice {
    Some(if in_unit(value) {
        "round it, or use `ContinuousBernoulli` for grey values"
    } else if value > 1.0 && value <= 255.0 {
        "divide grey values by 255, and round them or use `ContinuousBernoulli`; use `Poisson` or `Binomial` for counts"
    } else {
        "code the two outcomes as 0 and 1"
    })
}

pub(super) fn positive(value: f32) -> Advice {
    if value == 0.0 {
        return Some(
            "add the least that it may be, such as `1e-4`, or use a family that holds 0, such as `Exponential`",
        );
    }
    non_negative(value)
}

pub(super) fn non_negative(_: f32) -> Advice {
    Some("use `Normal` or `Laplace` for numbers of either sign")
}

pub(super) fn unit(value: f32) -> Advice {
    if in_unit(value) {
        return Some("move it inside, `x * 0.998 + 0.001`");
    }
    closed_unit(value)
}

pub(super) fn closed_unit(_: f32) -> Advice {
    Some("scale it there, `(x - least) / (most - least)`; grey values are divided by 255")
}

pub(super) fn count(value: f32) -> Advice {
    Some(if value >= 0.0 {
        "round it, or use `Gamma` for amounts that are not whole"
    } else {
        "use `Normal` for numbers of either sign"
    })
}

pub(super) fn one_hot(value: f32) -> Advice {
    Some(if value > 1.0 {
        "use `Categorical` for the indices of classes"
    } else {
        "write each class as a vector with a 1 at its index, or use `Categorical` for indices"
    })
}

pub(super) fn simplex(value: f32) -> Advice {
    Some(if value == 0.0 {
        "add a small number to every share, and divide each row by its sum"
    } else {
        "divide each row by its sum"
    })
}

pub(super) fn class(value: f32) -> Advice {
    Some(if value.fract() == 0.0 {
        "count classes from 0, and give the family as many as there are"
    } else {
        "use `OneHotCategorical` for classes as vectors"
    })
}

fn in_unit(value: f32) -> bool {
    (0.0..=1.0).contains(&value)
}
