//! Gradients of single draws against the formula written out by hand, and of many against their mean.

use elbow::family::Key;
use elbow::prelude::*;
use elbow_tests::support::programs::{copies, fill, gradient, latents, train};
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::assert_close;

model! {
    /// Two normal latents, one behind each of two observations.
    struct Normals {
        loc: Parameter<Rank1<2>>,
        scale: Parameter<Rank1<2>>,
    }

    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [2] ~ Normal::new(z, 1.0);
    }

    inference q(x) {
        sample z ~ Normal::new(loc, scale);
    }
}

const DATA: [f64; 2] = [-0.5, 2.0];

fn model(seed: u64, loc: [f64; 2], scale: [f64; 2]) -> Normals {
    let mut model = Normals::new(seed);
    fill(&mut model.loc.value, &loc);
    fill(&mut model.scale.value, &scale);
    model
}

/// Pyro's `test_subsample_gradient`: at the prior, ½ and −2 by the means; 2 by both scales together.
#[test]
fn at_the_prior() {
    let model = model(91, [0.0; 2], [1.0; 2]);
    let x = batch(copies(&DATA, 2000)).expect("whole rows");
    let (_, gradients) = train(
        Elbo::default(),
        150,
        || model.q(&x),
        |g| {
            let by_scale: f64 = gradient(g, &model.scale.value).iter().sum();
            [gradient(g, &model.loc.value), vec![by_scale]].concat()
        },
    );
    for (found, exact) in gradients.iter().zip([0.5, -2.0, 2.0]) {
        assert_mean(&format!("{exact}"), found, exact, 0.06);
    }
}

/// Not on average but for each draw: with `z = m + s ε`,
/// `∂loss/∂m = (z − x) + m` and `∂loss/∂s = (z − x) ε + s − 1/s`.
#[test]
fn of_every_single_draw() {
    let (loc, scale) = ([0.4, -0.7], [0.6, 1.3]);
    let model = model(92, loc, scale);
    let x = batch(copies(&DATA, 1)).expect("whole rows");
    for step in 0..50 {
        let program = || elbow::prelude::Inference::at(model.q(&x), Key::new(7, step));
        let z = latents(&program(), Key::new(7, step)).z.as_vec();
        let loss = Elbo::default().loss(&program()).expect("legal");
        let gradients = loss.backward();
        let by_loc = gradient(&gradients, &model.loc.value);
        let by_scale = gradient(&gradients, &model.scale.value);
        for i in 0..2 {
            let z = f64::from(z[i]);
            let epsilon = (z - loc[i]) / scale[i];
            assert_close("by loc", by_loc[i], z - DATA[i] + loc[i], 2e-6, 4.0);
            let exact = (z - DATA[i]) * epsilon + scale[i] - 1.0 / scale[i];
            assert_close("by scale", by_scale[i], exact, 2e-6, 8.0);
        }
    }
}

/// A data set of half the rows, weighed by two, is the whole on average: losses are means over rows.
#[test]
fn a_row_more_or_less_does_not_change_the_scale() {
    let model = model(93, [0.1, 0.2], [0.9, 0.8]);
    for rows in [500, 1000] {
        let x = batch(copies(&DATA, rows)).expect("whole rows");
        let (losses, _) = train(Elbo::default(), 100, || model.q(&x), |_| Vec::new());
        // −E ln p(x|z) + KL, by hand.
        let exact: f64 = [0, 1]
            .map(|i| {
                let (m, s) = ([0.1, 0.2][i], [0.9_f64, 0.8][i]);
                let fit = 0.5 * ((DATA[i] - m).powi(2) + s * s) + 0.918_938_533_204_672_7;
                fit + 0.5 * (s * s + m * m - 1.0) - s.ln()
            })
            .iter()
            .sum();
        assert_mean(&format!("{rows} rows"), &losses, exact, 0.1);
    }
}
