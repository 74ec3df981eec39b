//! The same layers under the importance-weighted bound of two particles.

use elbow::prelude::*;
use elbow_tests::support::programs::{copies, fill};

use super::{Case, Family, ROWS, assert_unbiased, two_layers};

two_layers!(Bernoulli, 2, {
    vimco: Vimco;
    score: ScoreFunction;
    running: ScoreFunction::running_mean(0.9);
}, against {
    vimco_back: Vimco;
});

macro_rules! unbiased {
    ($($test:ident: $guide:ident, $backward:expr;)*) => {$(
        #[test]
        fn $test() {
            let case = Case::new(Family::Bits, $backward);
            let (value, found) = gradients!($guide, ImportanceWeighted::default().particles(2), &case, ROWS);
            let (bound, exact) = case.bound_of_two();
            // Rows differ by about a nat: five standard errors of their mean are 0.016.
            assert!((value - bound).abs() < 0.016, "{value}, exact {bound}");
            assert_unbiased(stringify!($test), &found, &exact);
        }
    )*};
}

unbiased! {
    vimco_is_unbiased: vimco, false;
    vimco_is_unbiased_backward: vimco_back, true;
    the_score_function_is_unbiased: score, false;
    the_running_mean_is_unbiased: running, false;
    the_learned_baseline_is_unbiased: learned, false;
}
