//! TFP's `test_importance_weighted_objective`: a heavy-tailed guide far from a standard normal, whose divergence closes.
//!
//! Nothing observed depends on the latent, so the negative bound less what is observed is the divergence.

use elbow::prelude::*;
use elbow_tests::support::statistics::Estimate;

const OBSERVED: f64 = 0.918_938_533_204_672_7;

model! {
    /// StudentT(2, 3, 2) toward N(0, 1).
    struct Heavy {}
    generative p {
        sample z ~ Normal::new(0.0, 1.0);
        sample x ~ Normal::new(z * 0.0, 1.0);
    }
    inference q(x) { sample z ~ StudentT::new(2.0, 3.0, 2.0); }
}

#[test]
fn the_bound_closes_with_particles() {
    let heavy = Heavy::new(17);
    let x = batch(vec![0.0; 2000]).expect("rows");
    let divergence = |particles, runs: usize| -> Vec<f64> {
        let objective = ImportanceWeighted::default().particles(particles);
        let own = |_| {
            let loss = objective.loss(&heavy.q(&x)).expect("legal");
            f64::from(loss.value()) - OBSERVED
        };
        (0..runs).map(own).collect()
    };
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (one, ten, hundred) = (divergence(1, 20), divergence(10, 20), divergence(100, 20));
    assert!(
        mean(&one) > mean(&ten) + 1.0,
        "{} {}",
        mean(&one),
        mean(&ten)
    );
    assert!(
        mean(&ten) > mean(&hundred) + 0.1,
        "{} {}",
        mean(&ten),
        mean(&hundred)
    );
    let hundred = Estimate::of(&hundred);
    assert!(0.0 < hundred.mean && hundred.mean < 0.1, "{hundred:?}");
    assert!(hundred.standard_error < 0.005, "no power: {hundred:?}");
}
