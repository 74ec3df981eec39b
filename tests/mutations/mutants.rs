//! The faults: which expression of which file becomes what, and which tests must notice.

/// One fault.
pub struct Mutant {
    /// The file, from the root of the workspace.
    pub file: &'static str,
    /// What comes before the expression, where its text alone stands there more than once.
    pub after: &'static str,
    /// A whole expression.
    pub original: &'static str,
    /// Another of the same type.
    pub replacement: &'static str,
    /// The fault in words.
    pub what: &'static str,
    /// The tests that must notice, as a filter of their names.
    pub noticed_by: &'static str,
}

macro_rules! mutants {
    ($($file:literal { $($what:literal: $(after $after:literal)? $original:literal => $replacement:literal, $noticed:literal;)* })*) => {
        /// All of them.
        pub const MUTANTS: &[Mutant] = &[$($(Mutant {
            file: $file,
            after: concat!($($after)?),
            original: $original,
            replacement: $replacement,
            what: $what,
            noticed_by: $noticed,
        },)*)*];
    };
}

mutants! {
    "runtime/src/estimator.rs" {
        "a closed divergence without its gradient":
            "closed.closed_form(q, p)" => "closed.closed_form(&q.detach(), p)", "continuous::a_normal";
        "the log-ratio without the guide's gradient":
            "q.log_prob_of(draw)" => "q.detach().log_prob_of(draw)", "hierarchy::bits::rloo_is_unbiased_backward";
        "the log-ratio turned around":
            "difference(&q.log_prob_of(draw), &p.log_prob_of(draw))"
                => "difference(&p.log_prob_of(draw), &q.log_prob_of(draw))", "reversed_dependency";
    }
    "runtime/src/estimator/automatic.rs" {
        "one state fewer is listed":
            "states <= settings.enumerate_up_to" => "states < settings.enumerate_up_to", "automatic::";
        "joint states are not multiplied":
            "own.checked_mul(settings.enumerated)" => "Some(own)", "automatic::";
        "ReinMax under the importance-weighted bound":
            "Choice::Vimco(Vimco)" => "Choice::ReinMax(ReinMax)", "automatic::";
        "a biased choice for the unbiased profile":
            "Choice::Rloo(Rloo::default())" => "Choice::ReinMax(ReinMax)", "automatic::";
        "a temperature of its own":
            "Relaxed {\n                temperature: settings.temperature,\n            }"
                => "Relaxed { temperature: 1.0 }", "automatic::";
    }
    "runtime/src/estimator/conditional.rs" {
        "the logit's sign for a bit of zero":
            "sign * f64::from(logits[0]) + ln_v" => "f64::from(logits[0]) + ln_v", "toy::";
        "the slope of a bit's noise is one":
            "slope as f32);\n        }\n        Squash" => "1.0);\n        }\n        Squash", "toy::";
    }
}
