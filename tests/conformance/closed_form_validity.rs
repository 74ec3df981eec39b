//! When the closed-form divergence is valid: one guide chain, models with many graphs.
//!
//! A site's closed form is valid if and only if no parent of it in p descends from it in q. Whatever is
//! chosen, the bound must be the same on average as with every divergence as a log-ratio at the
//! draws, which needs no argument. After NumPyro's `test_analytic_kl`, with continuous parents.

use elbow::prelude::*;
use elbow_tests::support::programs::{bounds, evidence};
use elbow_tests::support::statistics::assert_mean;

/// A model with this prior of three latents, and the guide chain `z1 → z2 → z3`.
macro_rules! graph {
    ($name:ident, $z1:ident $z2:ident $z3:ident $x:ident, { $($prior:tt)* }) => {
        mod $name {
            use elbow::prelude::*;

            model! {
                /// One graph.
                pub struct Graph {}
                generative p {
                    $($prior)*
                    sample $x ~ Normal::new($z1 - $z2 * 0.5 + $z3, 1.0);
                }
                inference q($x) {
                    sample $z1 ~ Normal::new(0.3, 0.8);
                    sample $z2 ~ Normal::new($z1 * 0.7, 0.9);
                    sample $z3 ~ Normal::new($z2 * 0.5 - 0.2, 0.7);
                }
            }
        }
    };
}

graph!(independent, z1 z2 z3 x, {
    sample z1 ~ Normal::new(0.0, 1.0);
    sample z2 ~ Normal::new(0.0, 1.0);
    sample z3 ~ Normal::new(0.0, 1.0);
});
graph!(same_chain, z1 z2 z3 x, {
    sample z1 ~ Normal::new(0.0, 1.0);
    sample z2 ~ Normal::new(z1, 1.0);
    sample z3 ~ Normal::new(z2 * 2.0, 1.0);
});
graph!(fork, z1 z2 z3 x, {
    sample z1 ~ Normal::new(0.0, 1.0);
    sample z2 ~ Normal::new(z1 * 2.0, 1.0);
    sample z3 ~ Normal::new(z1 - 1.0, 1.0);
});
graph!(collider, z1 z2 z3 x, {
    sample z1 ~ Normal::new(0.0, 1.0);
    sample z2 ~ Normal::new(0.0, 1.0);
    sample z3 ~ Normal::new(z1 + z2, 1.0);
});
graph!(reversed_chain, z1 z2 z3 x, {
    sample z3 ~ Normal::new(0.0, 1.0);
    sample z2 ~ Normal::new(z3 * 2.0, 1.0);
    sample z1 ~ Normal::new(z2, 1.0);
});
graph!(last_before_first, z1 z2 z3 x, {
    sample z3 ~ Normal::new(0.0, 1.0);
    sample z1 ~ Normal::new(z3 * 2.0, 1.0);
    sample z2 ~ Normal::new(0.5, 1.0);
});
graph!(second_before_first, z1 z2 z3 x, {
    sample z2 ~ Normal::new(0.0, 1.0);
    sample z1 ~ Normal::new(z2, 1.0);
    sample z3 ~ Normal::new(z2 - z1, 1.0);
});
graph!(reversed_by_lets, z1 z2 z3 x, {
    sample z3 ~ Normal::new(0.0, 1.0);
    let (twice, once) = (z3 + z3, z3 * 1.0);
    let scale = (once * 0.1).exp();
    sample z2 ~ Normal::new(twice, 1.0);
    sample z1 ~ Normal::new(0.2, scale);
});

/// Compares the bound with the mean of the log-weights of the same draws, and looks up what was
/// chosen for `z1`, `z2` and `z3`.
fn assert_graph<I: Inference>(name: &str, program: &I, closed: [bool; 3]) {
    let by_choice = bounds(program);
    let by_ratios = evidence(program, 1);
    let pairs = by_choice.iter().zip(&by_ratios);
    let differences: Vec<f64> = pairs.map(|(a, b)| a - b).collect();
    // A wrong closed form is off by the variance of the parent, a tenth of a nat at the least.
    assert_mean(name, &differences, 0.0, 0.1);
    let explanation = program.explain();
    let choices = explanation.choices().expect("a legal program");
    for (site, closed) in ["z1", "z2", "z3"].iter().zip(closed) {
        let choice = choices.iter().find(|c| c.site == *site).expect("the site");
        let divergence = choice.divergence.as_deref().expect("a latent");
        let found = divergence.starts_with("closed-form");
        assert_eq!(found, closed, "{name}, {site}: {divergence}");
        let refused = divergence.starts_with("log-ratio at the draw (`z");
        assert_eq!(refused, !closed, "{name}, {site}: {divergence}");
    }
}

fn data() -> Batch<()> {
    batch(vec![0.7; 100_000]).expect("whole rows")
}

macro_rules! assert_graphs {
    ($($name:ident: $closed:expr;)*) => {$(
        #[test]
        fn $name() {
            assert_graph(stringify!($name), &super::$name::Graph::new(101).q(&data()), $closed);
        }
    )*};
}

mod graphs {
    use super::{assert_graph, data};

    assert_graphs! {
        independent: [true, true, true];
        same_chain: [true, true, true];
        fork: [true, true, true];
        collider: [true, true, true];
        reversed_chain: [false, false, true];
        last_before_first: [false, true, true];
        second_before_first: [false, true, true];
        reversed_by_lets: [false, false, true];
    }
}
