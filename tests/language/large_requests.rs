//! More rows than there is memory for are an error before anything is drawn.

use elbow::prelude::*;
use elbow_tests::support::tensors::noise;

model! {
    /// A normal behind three pixels.
    struct Pixels { decoder: Linear<1, 3>, encoder: Linear<3, 1> }
    generative p {
        sample z: [1] ~ Normal::new(0.0, 1.0);
        sample x: [3] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        sample z ~ Normal::new(encoder(x), 1.0);
    }
    inference q_score(x) {
        sample z ~ Normal::new(encoder(x), 1.0) via Rloo { samples: 65_536 };
    }
}

fn told(result: Result<(), elbow::Error>) -> String {
    result.expect_err("no memory").to_string()
}

#[test]
fn draws_of_the_model() {
    let pixels = Pixels::new(0);
    let mut rng = noise(0, "draws").row(0);
    for rows in [
        usize::MAX,
        (1 << 61) + 1,
        1 << 62,
        usize::MAX / 4,
        1_000_000_000_000,
    ] {
        let message = told(pixels.p().sample(rows, &mut rng).map(|_| ()));
        assert!(
            message.starts_with(&format!("`z` of {rows} rows of 1 number")),
            "{message}"
        );
        assert!(message.contains("ask for fewer rows"), "{message}");
    }
    assert!(pixels.p().sample(3, &mut rng).is_ok());
}

#[test]
fn particles_and_samples() {
    let pixels = Pixels::new(0);
    let x: Batch<(Const<3>,)> = batch(vec![1.0; 3 * 100_000]).expect("rows");
    let many = Elbo::default().particles(u32::MAX as usize);
    let message = told(many.loss(&pixels.q(&x)).map(|_| ()));
    assert!(
        message.starts_with("`z` of 429496729500000 rows"),
        "{message}"
    );
    let message = told(Elbo::default().loss(&pixels.q_score(&x)).map(|_| ()));
    assert!(message.starts_with("`z` of 6553600000 rows"), "{message}");
    // More than can be counted is another error.
    assert!(
        Elbo::default()
            .particles(usize::MAX)
            .loss(&pixels.q(&x))
            .is_err()
    );
}
