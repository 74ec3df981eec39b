//! Dropout: while a model trains, and only then.

use elbow::prelude::*;
use elbow_tests::support::tensors::noise;

const WIDTH: usize = 2000;

model! {
    /// Without latents: each element's gradient by the bias says whether it was dropped.
    struct Dropped<const PERCENT: usize> {
        bias: Parameter<Rank1<2000>>,
        drop: Dropout<PERCENT>,
    }
    generative p(u: [2000]) {
        sample x: [2000] ~ Normal::new(drop(bias.broadcast_like(&u) + u), 1.0);
    }
    inference q(x, u) {}
}

type Wide = Batch<(Const<WIDTH>,)>;

fn ones(rows: usize) -> Wide {
    batch(vec![1.0; rows * WIDTH]).expect("rows")
}

/// `∂loss/∂bias` of one row: `−(x − m (b + u)) m = m² − m` for a factor `m` of 0 or 1/(1 − share).
fn factors<const PERCENT: usize>(seed: u64) -> Vec<f32> {
    let model = Dropped::<PERCENT>::new(seed);
    let loss = Elbo::default()
        .loss(&model.q(ones(1), ones(1)))
        .expect("legal");
    let gradients = loss.backward();
    let slopes = gradients.get(&model.bias.value).as_vec();
    slopes
        .into_iter()
        .map(|slope| 0.5 + (0.25 + slope).sqrt())
        .collect()
}

#[test]
fn a_share_of_elements_is_dropped_and_the_others_grow() {
    // A factor of 0 has the slope of 1, which no kept element has.
    let count = |factors: &[f32]| factors.iter().filter(|&&factor| factor == 1.0).count() as f64;
    let found = factors::<60>(1);
    assert!(
        found
            .iter()
            .all(|&factor| factor == 1.0 || (factor - 2.5).abs() < 1e-5)
    );
    // Four standard errors of a binomial: 2000 elements, 0.6.
    let error = (0.6 * 0.4 / WIDTH as f64).sqrt();
    assert!((count(&found) / WIDTH as f64 - 0.6).abs() < 4.0 * error);
    assert_eq!(found, factors::<60>(1));
    assert_ne!(found, factors::<60>(2));
    assert!(factors::<0>(1).iter().all(|&factor| factor == 1.0));
}

#[test]
fn evaluations_and_draws_drop_nothing() -> Result<(), elbow::Error> {
    let model = Dropped::<90>::new(3);
    let program = model.q(ones(2), ones(2));
    let exact = -0.5 * WIDTH as f64 * (2.0 * std::f64::consts::PI).ln();
    let found = Elbo::default().evaluate(&program)?.elbo;
    assert!((found - exact).abs() < 1e-3, "{found} for {exact}");
    let means = program
        .reconstruct(&mut noise(1, "means").row(0))?
        .x
        .as_vec();
    assert!(means.iter().all(|&mean| mean == 1.0));
    Ok(())
}

#[test]
fn rows_and_particles_have_noise_of_their_own() -> Result<(), elbow::Error> {
    let model = Dropped::<50>::new(4);
    let loss = Elbo::default().loss(&model.q(ones(2), ones(2)))?;
    let slopes = loss.backward().get(&model.bias.value).as_vec();
    // A row's slopes are 0 and 2. Two rows of like noise would have no mean of 1.
    for expected in [0.0, 1.0, 2.0_f32] {
        let is_there = |slope: &f32| (slope - expected).abs() < 1e-5;
        assert!(slopes.iter().any(is_there), "{expected}");
    }
    Ok(())
}
