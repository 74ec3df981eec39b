//! `explain` says what was chosen at every site.

use elbow::prelude::*;

model! {
    /// Latents of three kinds.
    struct Kinds {
        classify: Linear<2, 4>,
        decoder: Linear<4, 2>,
    }
    generative p {
        sample y: [4] ~ OneHotCategorical::probs(0.25);
        sample b ~ Bernoulli::probs(0.5);
        sample r ~ LogNormal::new(0.0, 1.0);
        sample w: [2] ~ Normal::new(0.0, 1.0);
        sample x: [2] ~ Normal::new(decoder(y) + w, 1.0);
        sample t ~ Normal::new(b * r, 1.0);
    }
    inference q(x, t) {
        sample y ~ OneHotCategorical::logits(classify(x));
        sample b ~ Bernoulli::logits(t) via Relaxed { temperature: 0.25 };
        sample r ~ Exponential::new(1.0);
        sample w ~ Normal::new(x, 1.0);
    }
}

fn inputs() -> (Batch<(Const<2>,)>, Batch<()>) {
    (
        batch(vec![0.0; 6]).expect("rows"),
        batch(vec![0.0; 3]).expect("rows"),
    )
}

#[test]
fn every_site_has_a_line() {
    let model = Kinds::new(1);
    let (x, t) = inputs();
    let explanation = Elbo::default()
        .profile(Profile::Relaxed)
        .temperature(0.75)
        .explain(&model.q(&x, &t));
    let choices = explanation.choices().expect("legal");
    let sites: Vec<_> = choices
        .iter()
        .map(|c| (c.site.as_str(), c.guide, c.prior, c.event.as_str()))
        .collect();
    assert_eq!(
        sites,
        [
            ("y", Some("OneHotCategorical"), "OneHotCategorical", "[4]"),
            ("b", Some("Bernoulli"), "Bernoulli", "scalar"),
            ("r", Some("Exponential"), "LogNormal", "scalar"),
            ("w", Some("Normal"), "Normal", "[2]"),
            ("x", None, "Normal", "[2]"),
            ("t", None, "Normal", "scalar"),
        ]
    );
    let estimator = |site| {
        let choice = choices.iter().find(|c| c.site == site).expect("the site");
        choice.estimator.as_ref().expect("a latent")
    };
    assert_eq!(
        estimator("y").estimator,
        "relaxed to GumbelSoftmax (temperature 0.75)"
    );
    assert_eq!(
        estimator("b").estimator,
        "relaxed to Concrete (temperature 0.25)"
    );
    assert_eq!(estimator("w").estimator, "pathwise");
    assert_eq!(estimator("w").bias, "unbiased");
    assert!(estimator("y").bias.contains("biased for the discrete ELBO"));
    let divergence = |site| {
        let choice = choices.iter().find(|c| c.site == site).expect("the site");
        choice.divergence.as_deref().expect("a latent")
    };
    assert!(
        divergence("y").starts_with("closed-form discrete KL"),
        "{}",
        divergence("y")
    );
    assert!(
        divergence("w").starts_with("closed-form KL"),
        "{}",
        divergence("w")
    );
    assert_eq!(
        divergence("r"),
        "log-ratio at the draw (no closed form for this pair of families)"
    );
    let influences = |site| {
        choices
            .iter()
            .find(|c| c.site == site)
            .expect("the site")
            .influences
            .clone()
    };
    assert_eq!(influences("y"), ["x"]);
    assert_eq!(influences("b"), ["t"]);
    assert_eq!(explanation.to_string().lines().count(), 6);
}

#[test]
fn the_relaxed_log_ratio_is_called_so() {
    let model = Kinds::new(2);
    let (x, t) = inputs();
    let elbo = Elbo::default()
        .profile(Profile::Relaxed)
        .relaxed_kl(RelaxedKl::LogRatio {
            prior_temperature: 0.4,
        });
    let explanation = elbo.explain(&model.q(&x, &t));
    let choices = explanation.choices().expect("legal");
    let divergence = choices[0].divergence.as_deref().expect("a latent");
    assert_eq!(
        divergence,
        "log-ratio of the relaxed densities, prior temperature 0.4 (a bound on the relaxed model's evidence)"
    );
}

#[test]
fn a_program_that_cannot_run_says_why() {
    let model = Kinds::new(3);
    let (x, _) = inputs();
    let short: Batch<()> = batch(vec![0.0; 2]).expect("rows");
    let explanation = model.q(&x, &short).explain();
    assert!(explanation.choices().is_err());
    assert!(
        explanation
            .to_string()
            .contains("`x` has 3 rows but `t` has 2"),
        "{explanation}"
    );
}
