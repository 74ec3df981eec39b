//! The look at a guide, against guides whose faults are known.

use elbow::prelude::*;
use elbow_tests::support::tensors::{assert_close, noise};

/// The deviation of the data.
const SPREAD: f64 = 0.5;
/// Var z of the posterior: 1/(1 + 1/SPREAD²).
const POSTERIOR: f64 = 0.2;

model! {
    /// A number seen with noise, and one that is not seen; guides that are the posterior, narrower than it, and the prior.
    struct Numbers {}
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x ~ Normal::new(z.select(0), SPREAD as f32);
    }
    inference exact(x) {
        let loc = stack([x * 0.8, x * 0.0]);
        sample z ~ Normal::new(loc, tensor(vec![0.447_213_6, 1.0], (Const,)));
    }
    inference narrow(x) {
        let loc = stack([x * 0.8, x * 0.0]);
        sample z ~ Normal::new(loc, tensor(vec![0.1, 1.0], (Const,)));
    }
    inference prior(x) { sample z ~ Normal::new(0.0, 1.0); }
}

fn data(rows: usize) -> Batch<()> {
    let drawn = Numbers::new(0)
        .p()
        .sample(rows, &mut noise(7, "data").row(0));
    drawn.expect("rows").x
}

#[test]
fn the_posterior_lacks_nothing() -> Result<(), elbow::Error> {
    let (numbers, x) = (Numbers::new(0), data(1_000));
    let found = Diagnosis::of(numbers.exact(&x), 200)?;
    let gap = found.evidence.log_evidence - found.bound.elbo;
    // The likelihood is taken at a draw: 0.57/√1000 is its error.
    assert!(gap.abs() < 0.09, "{gap}");
    let log_normal = |x: f64| {
        -0.5 * x * x / (1.0 + SPREAD * SPREAD) - 0.5 * (1.0 + SPREAD * SPREAD).ln() - 0.918_938_533
    };
    let exact = x
        .as_vec()
        .iter()
        .map(|&x| log_normal(f64::from(x)))
        .sum::<f64>()
        / 1_000.0;
    assert_close("evidence", found.evidence.log_evidence, exact, 1e-5, 1.0);

    let told = &found.sites[0];
    let squares = x.as_vec().iter().map(|&x| f64::from(x * x)).sum::<f64>() / 1_000.0;
    let kl = 0.5 * (0.64 * squares + POSTERIOR - 1.0 - POSTERIOR.ln());
    assert_close("KL", told.divergence, kl, 1e-5, 1.0);
    // Ten draws for each of a thousand rows.
    assert_close("the seen unit", told.by_unit[0], kl, 0.05, 1.0);
    assert_eq!(told.by_unit[1], 0.0);
    assert_eq!((told.dead(), told.active()), (1, Some(1)));
    let means: f64 = x.as_vec().iter().map(|&x| f64::from(x)).sum::<f64>() / 1_000.0;
    let activity = told.activity.as_ref().expect("means");
    assert_close(
        "activity",
        activity[0],
        0.64 * (squares - means * means),
        1e-5,
        1.0,
    );
    // ½ ln(1 + 1/SPREAD²), of so many rows.
    let information = told.information.expect("a guide of x alone");
    assert_close("information", information, 0.5 * 5.0_f64.ln(), 0.04, 1.0);
    assert_eq!(told.codes, None);
    assert_eq!(found.untrustworthy(), 0.0);
    assert_eq!(
        found.warnings(),
        ["1 of 2 units of `z` are dead: each says less than 0.01 nats about a row"]
    );
    Ok(())
}

#[test]
fn a_narrow_guide_has_heavy_weights() -> Result<(), elbow::Error> {
    let (numbers, x) = (Numbers::new(0), data(100));
    let found = Diagnosis::of(numbers.narrow(&x), 1_000)?;
    assert!(found.untrustworthy() > 0.6, "{:?}", found.k_hats);
    let said = found.warnings().join("\n");
    assert!(said.contains("have a k̂ above 0.7 (up to "), "{said}");
    // The same rows, one by one: noise goes by row.
    let all = found.to_string();
    assert!(all.contains("ELBO") && all.ends_with(&said), "{all}");
    Ok(())
}

#[test]
fn a_guide_that_is_the_prior_has_collapsed() -> Result<(), elbow::Error> {
    let (numbers, x) = (Numbers::new(0), data(50));
    let found = Diagnosis::of(numbers.prior(&x), 100)?;
    let told = &found.sites[0];
    assert_eq!(
        (told.divergence, told.dead(), told.active()),
        (0.0, 2, Some(0))
    );
    assert!(told.has_collapsed() && told.information.expect("a root").abs() < 1e-6);
    assert!(found.warnings()[0].starts_with(
        "`z` has collapsed: its guide is 0.00 nats from the prior, so it says next to nothing about a row; \
         train with `.free_bits(\"z\", 3.0)`"
    ));
    Ok(())
}

model! {
    /// A class of four, of which the guide uses two, and bits of which one is always off.
    struct Codes {}
    generative p {
        sample y: [4] ~ OneHotCategorical::logits(0.0);
        sample b: [2] ~ Bernoulli::probs(0.5);
        sample x ~ Normal::new(y.select(0) + b.select(0), 1.0);
    }
    inference q(x) {
        let zero = x.clone() * 0.0;
        sample y ~ OneHotCategorical::logits(stack([x.clone() * 100.0, x.clone() * -100.0, zero.clone() - 1e4, zero.clone() - 1e4]));
        sample b ~ Bernoulli::logits(stack([zero.clone() + y.select(0) * 0.0, zero - 100.0]));
    }
}

#[test]
fn values_in_use_are_counted() -> Result<(), elbow::Error> {
    let x: Batch<()> = batch([1.0, -1.0].repeat(20))?;
    let found = Diagnosis::of(Codes::new(0).q(&x), 50)?;
    let [y, b] = &found.sites[..] else {
        panic!("two sites")
    };
    assert_close("codes", y.codes.expect("a class"), 2.0, 1e-5, 1.0);
    assert_close(
        "information",
        y.information.expect("a root"),
        2.0_f64.ln(),
        1e-5,
        1.0,
    );
    assert_eq!(y.by_unit.len(), 1);
    assert_close("divergence", y.by_unit[0], 4.0_f64.ln(), 1e-5, 1.0);
    // Of a bit that is tossed both values are in use, of the other one.
    assert_close("codes", b.codes.expect("bits"), 1.5, 1e-5, 1.0);
    assert_eq!((b.information, b.by_unit.len()), (None, 2));
    assert_close("the other", b.by_unit[1], 2.0_f64.ln(), 1e-5, 1.0);
    Ok(())
}

model! {
    /// A chain under a global scale.
    struct Chain<const N: usize = 3> {}
    generative p {
        global sample scale ~ LogNormal::new(0.0, 0.5);
        for t in 0..N {
            sample z[t] ~ Normal::new(0.0, 1.0);
            sample x[t] ~ Normal::new(z[t], scale);
        }
    }
    inference q(x) {
        sample scale ~ LogNormal::new(0.1, 0.5);
        for t in 0..N {
            sample z[t] ~ Normal::new(x[t] * 0.5, 0.7);
        }
    }
}

#[test]
fn steps_and_global_sites_are_looked_at_too() -> Result<(), elbow::Error> {
    let x: Batch<(Const<3>,)> = batch(vec![0.5, -1.0, 2.0, 0.0, 1.0, -0.5])?;
    let found = Diagnosis::of(Chain::<3>::new(0).q(&x), 300)?;
    assert_eq!(found.k_hats.len(), 1);
    for told in &found.sites {
        assert_eq!(
            (&told.activity, told.information, told.codes),
            (&None, None, None)
        );
        let sum: f64 = told.by_unit.iter().sum();
        let rows = if told.site == "scale" { 2.0 } else { 1.0 };
        assert_close(told.site, sum / rows, told.divergence, 0.6, 1.0);
    }
    assert_eq!(found.sites.len(), 2);
    Ok(())
}
