//! Categories over categories.

use elbow::prelude::*;
use elbow_tests::support::programs::{copies, fill};
use elbow_tests::support::tensors::assert_close;

use super::{
    Case, Family, ROWS, assert_biased, assert_same_mean, assert_unbiased, reference, two_layers,
};

two_layers!(OneHotCategorical, 3, {
    enumerated: Enumerate;
    rloo: Rloo { samples: 2 };
    score: ScoreFunction;
    running: ScoreFunction::running_mean(0.9);
    rebar: Rebar { temperature: 0.5, scale: 0.6 };
    through: StraightThrough;
    gumbel: StraightThroughGumbel { temperature: 0.7 };
    rao: GumbelRao { temperature: 0.7, draws: 5 };
    reinmax: ReinMax;
    relaxed: Relaxed { temperature: 0.7 };
}, against {
    enumerated_back: Enumerate;
    rloo_back: Rloo { samples: 3 };
    score_back: ScoreFunction;
    running_back: ScoreFunction::running_mean(0.9);
    rebar_back: Rebar { temperature: 0.5, scale: 0.6 };
});

fn forward() -> Case {
    Case::new(Family::Categories, false)
}

fn backward() -> Case {
    Case::new(Family::Categories, true)
}

#[test]
fn enumeration_is_the_reference() {
    for (case, (value, found)) in [
        (
            forward(),
            gradients!(enumerated, Elbo::default(), &forward(), 1),
        ),
        (
            backward(),
            gradients!(enumerated_back, Elbo::default(), &backward(), 1),
        ),
    ] {
        let (bound, exact) = case.bound();
        assert_close("bound", value, bound, 2e-6, 1.0);
        for (found, exact) in found.iter().zip(exact) {
            assert_close("gradient", found[0], exact, 2e-6, 1.0);
        }
    }
}

macro_rules! unbiased {
    ($($test:ident: $guide:ident, $case:expr, $particles:expr;)*) => {$(
        #[test]
        fn $test() {
            let case = $case;
            let objective = Elbo::default().particles($particles);
            let (_, found) = gradients!($guide, objective, &case, ROWS / $particles);
            assert_unbiased(stringify!($test), &found, &case.bound().1);
        }
    )*};
}

unbiased! {
    rloo_is_unbiased: rloo, forward(), 1;
    rloo_is_unbiased_with_particles: rloo, forward(), 2;
    rloo_is_unbiased_backward: rloo_back, backward(), 1;
    the_score_function_is_unbiased: score, forward(), 1;
    the_score_function_is_unbiased_with_particles: score, forward(), 2;
    the_score_function_is_unbiased_backward: score_back, backward(), 1;
    the_running_mean_is_unbiased: running, forward(), 1;
    the_running_mean_is_unbiased_with_particles: running, forward(), 2;
    the_running_mean_is_unbiased_backward: running_back, backward(), 1;
    the_learned_baseline_is_unbiased: learned, forward(), 1;
    the_learned_baseline_is_unbiased_with_particles: learned, forward(), 2;
    the_learned_baseline_is_unbiased_backward: learned_back, backward(), 1;
    rebar_is_unbiased: rebar, forward(), 1;
    rebar_is_unbiased_with_particles: rebar, forward(), 2;
    rebar_is_unbiased_backward: rebar_back, backward(), 1;
}

/// Backward the divergences are sampled: their weight is on the cost too.
#[test]
fn divergences_have_their_weight() {
    let (case, elbo) = (backward(), Elbo::default().kl_weight(0.25));
    let (_, exact) = case.weighted_bound(0.25);
    let (_, rloo) = gradients!(rloo_back, elbo, &case, ROWS);
    assert_unbiased("weighted, leave-one-out", &rloo, &exact);
    let (_, rebar) = gradients!(rebar_back, elbo, &case, ROWS);
    assert_unbiased("weighted, REBAR", &rebar, &exact);
}

#[test]
fn straight_through_estimators_have_their_own_means() {
    let case = forward();
    for particles in [1, 2] {
        let elbo = Elbo::default().particles(particles);
        let rows = ROWS / particles;
        let (_, through) = gradients!(through, elbo, &case, rows);
        let mean = case.straight_through_mean(reference::straight_through);
        assert_unbiased("straight-through, by its own mean", &through, &mean);
        let (_, reinmax) = gradients!(reinmax, elbo, &case, rows);
        let mean = case.straight_through_mean(reference::reinmax);
        assert_unbiased("ReinMax, by its own mean", &reinmax, &mean);
    }
}

#[test]
fn biased_estimators_show_it() {
    let case = forward();
    let (_, exact) = case.bound();
    let (_, through) = gradients!(through, Elbo::default(), &case, ROWS);
    assert_biased("straight-through", &through, &exact, 0.02);
    let (_, reinmax) = gradients!(reinmax, Elbo::default(), &case, ROWS);
    assert_biased("ReinMax", &reinmax, &exact, 0.002);
    let (_, gumbel) = gradients!(gumbel, Elbo::default(), &case, ROWS);
    assert_biased("straight-through Gumbel", &gumbel, &exact, 0.02);
    let (_, relaxed) = gradients!(relaxed, Elbo::default(), &case, ROWS);
    assert_biased("relaxed", &relaxed, &exact, 0.02);
    assert_biased("relaxed, unlike Gumbel", &relaxed, &means(&gumbel), 0.002);
}

/// Averaging the noise out changes the variance only.
#[test]
fn gumbel_rao_has_the_mean_of_straight_through_gumbel() {
    let case = forward();
    let (_, gumbel) = gradients!(gumbel, Elbo::default(), &case, ROWS);
    let (_, rao) = gradients!(rao, Elbo::default(), &case, ROWS);
    assert_same_mean("Gumbel-Rao", &rao, &gumbel);
}

fn means(gradients: &super::Gradients) -> Vec<f64> {
    let mean = |own: &Vec<f64>| own.iter().sum::<f64>() / own.len() as f64;
    gradients.iter().map(mean).collect()
}
