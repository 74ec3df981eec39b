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

const WIDEST: &str = "`the widest layer or site`";

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
            message.starts_with(&format!("{WIDEST} of {rows} rows of 3 numbers")),
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
        message.starts_with(&format!("{WIDEST} of 429496729500000 rows")),
        "{message}"
    );
    let message = told(Elbo::default().loss(&pixels.q_score(&x)).map(|_| ()));
    // Each row becomes its samples.
    let samples = format!("{WIDEST} of 100000 rows of {} numbers", 3 * 65_536);
    assert!(message.starts_with(&samples), "{message}");
    // More than can be counted is another error.
    assert!(
        Elbo::default()
            .particles(usize::MAX)
            .loss(&pixels.q(&x))
            .is_err()
    );
}

/// A global site is spread over all rows, and a layer or a site after the first may be the widest.
#[test]
fn what_follows_the_first_draw() {
    model! {
        struct Shared { a: Parameter<Rank0> }
        generative p { global sample w ~ Normal::new(0.0, 1.0); sample x ~ Normal::new(w, 1.0); }
        inference q(x) { sample w ~ Normal::new(a, 1.0); }
    }
    model! {
        struct Wide { decoder: Linear<1, 50_000> }
        generative p {
            sample z: [1] ~ Normal::new(0.0, 1.0);
            sample x: [50_000] ~ Normal::new(decoder(z), 1.0);
        }
        inference q(x) { sample z ~ Normal::new(0.0, 1.0); }
    }
    let mut rng = noise(0, "draws").row(0);
    let shared = Shared::new(0);
    for rows in [usize::MAX, (1 << 61) + 1, 1_000_000_000_000] {
        let message = told(shared.p().sample(rows, &mut rng).map(|_| ()));
        assert!(
            message.starts_with(&format!("{WIDEST} of {rows} rows")),
            "{message}"
        );
    }
    let x = batch(vec![0.0; 100_000]).expect("rows");
    let many = Elbo::default().whole_data().particles(1_000_000_000);
    let message = told(many.loss(&shared.q(&x)).map(|_| ()));
    assert!(
        message.starts_with(&format!("{WIDEST} of 100000000000000 rows")),
        "{message}"
    );
    let wide = Wide::new(0);
    let message = told(wide.p().sample(1 << 31, &mut rng).map(|_| ()));
    let expected = format!("{WIDEST} of 2147483648 rows of 50000 numbers");
    assert!(message.starts_with(&expected), "{message}");
    let x = batch::<(usize, Const<50_000>)>(vec![0.0; 50_000]).expect("a row");
    let many = Elbo::default().particles(1 << 31);
    let message = told(many.loss(&wide.q(&x)).map(|_| ()));
    assert!(message.starts_with(&expected), "{message}");
    assert!(wide.p().sample(2, &mut rng).is_ok());
}
