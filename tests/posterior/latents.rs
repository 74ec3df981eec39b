//! Modes and posteriors of the latents of a model.
//!
//! `model!` warns of latents that nothing observed depends on.
#![allow(unused_must_use)]

use elbow::prelude::*;
use elbow_tests::support::programs::fill;
use elbow_tests::support::tensors::assert_all_close;

model! {
    /// Latents of which one guide reads another, and steps of which each reads the one before.
    struct Chain {
        bits: Linear<2, 3>,
        second: Linear<3, 2>,
        start: Parameter<Rank1<1>>,
    }
    generative p(length: 0..=2) {
        sample b: [3] ~ Bernoulli::probs(0.5);
        sample s: [2] ~ LogNormal::new(0.0, 1.0);
        for t in 0..length {
            sample h[t]: [1] ~ Gamma::new(2.0, 1.0);
        }
        sample x: [2] ~ Normal::new(s, 1.0);
    }
    inference q(x, length) {
        sample b ~ Bernoulli::logits(bits(x));
        sample s ~ LogNormal::new(second(b), 0.5);
        let mut before = start;
        for t in 0..length {
            sample h[t] ~ Gamma::new(before.square() + 2.0, 4.0);
            before = h[t];
        }
    }
}

const BITS: [f32; 6] = [1.0, 0.0, 0.0, 1.0, -1.0, 2.0];
const SECOND: [f32; 6] = [0.4, -0.3, 0.2, 0.1, 0.5, -0.7];

fn chain() -> Chain {
    let mut model = Chain::new(0);
    fill(&mut model.bits.weight, &BITS.map(f64::from));
    fill(&mut model.bits.bias, &[0.1, -0.2, 0.3]);
    fill(&mut model.second.weight, &SECOND.map(f64::from));
    fill(&mut model.second.bias, &[0.0, 0.2]);
    fill(&mut model.start.value, &[0.5]);
    model
}

const X: [f32; 6] = [0.5, -1.0, 2.0, 0.7, -0.4, 0.3];
const LENGTHS: [f32; 3] = [1.0, 0.0, 2.0];

fn logits(row: usize) -> [f64; 3] {
    let x = [X[2 * row], X[2 * row + 1]].map(f64::from);
    let at = |k: usize| f64::from(BITS[2 * k]) * x[0] + f64::from(BITS[2 * k + 1]) * x[1];
    [at(0) + 0.1, at(1) - 0.2, at(2) + 0.3]
}

fn second(bits: [f64; 3]) -> [f64; 2] {
    let at = |k: usize| -> f64 { (0..3).map(|i| f64::from(SECOND[3 * k + i]) * bits[i]).sum() };
    [at(0), at(1) + 0.2]
}

fn data() -> Result<(Batch<(Const<2>,)>, Batch<()>), elbow::Error> {
    Ok((batch(X.to_vec())?, batch(LENGTHS.to_vec())?))
}

fn wide(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().copied().map(f64::from).collect()
}

#[test]
fn each_mode_is_at_the_modes_that_its_guide_reads() -> Result<(), elbow::Error> {
    let (x, length) = data()?;
    let modes = chain().q(&x, &length).mode()?;
    let rows = (0..3).map(|row| logits(row).map(|l| f64::from(u8::from(l > 0.0))));
    let bits: Vec<[f64; 3]> = rows.collect();
    assert_eq!(wide(&modes.b.as_vec()), bits.concat());
    // e^(loc − scale²)
    let second = bits
        .iter()
        .flat_map(|bits| second(*bits).map(|loc| (loc - 0.25).exp()));
    let second: Vec<f64> = second.collect();
    assert_all_close("s", &wide(&modes.s.as_vec()), &second, 1e-5);
    // (a − 1)/4, with a = ½² + 2 and then the square of the step before.
    let first: f64 = (0.25 + 1.0) / 4.0;
    let after = (first * first + 1.0) / 4.0;
    let steps = [first, 0.0, 0.0, 0.0, first, after];
    assert_all_close("h", &wide(&modes.h.as_vec()), &steps, 1e-5);
    Ok(())
}

#[test]
fn a_posterior_is_at_the_means_that_its_guide_reads() -> Result<(), elbow::Error> {
    let (x, length) = data()?;
    let model = chain();
    let posterior = model.q(&x, &length).posterior()?;
    let codes = model.q(&x, &length).encode()?;
    assert_eq!(posterior.b.mean()?.as_vec(), codes.b.as_vec());
    assert_eq!(posterior.s.mean()?.as_vec(), codes.s.as_vec());
    assert_eq!(posterior.h.mean()?.as_vec(), codes.h.as_vec());

    let probs: Vec<[f64; 3]> = (0..3)
        .map(|row| logits(row).map(|l| 1.0 / (1.0 + (-l).exp())))
        .collect();
    let spread: Vec<f64> = probs
        .concat()
        .iter()
        .map(|p| (p * (1.0 - p)).sqrt())
        .collect();
    assert_all_close(
        "b",
        &wide(&posterior.b.deviation()?.as_vec()),
        &spread,
        1e-5,
    );
    let all: Vec<f64> = (0..3).flat_map(logits).collect();
    assert_eq!(posterior.b.parameters(), ["logits"]);
    assert_all_close(
        "b",
        &wide(&posterior.b.parameter("logits")?.as_vec()),
        &all,
        1e-5,
    );

    let locs: Vec<f64> = probs.iter().flat_map(|probs| second(*probs)).collect();
    let found = wide(&posterior.s.parameter("loc")?.as_vec());
    assert_all_close("loc", &found, &locs, 1e-5);
    assert_eq!(posterior.s.parameter("scale")?.as_vec(), [0.5; 6]);
    let modes: Vec<f64> = locs.iter().map(|loc| (loc - 0.25).exp()).collect();
    assert_all_close("s", &wide(&posterior.s.mode()?.as_vec()), &modes, 1e-5);

    // Steps that do not run are 0, and rows are in the order of the data.
    let first: f64 = 0.25 + 2.0;
    let after = (first / 4.0).powi(2) + 2.0;
    let concentration = posterior.h.parameter("concentration")?;
    assert_eq!(concentration.shape(), [2, 1]);
    let steps = [first, 0.0, 0.0, 0.0, first, after];
    assert_all_close("a", &wide(&concentration.as_vec()), &steps, 1e-5);
    let of = |f: fn(f64) -> f64| steps.map(|a| if a == 0.0 { 0.0 } else { f(a) });
    let spread = of(|a| a.sqrt() / 4.0);
    assert_all_close(
        "h",
        &wide(&posterior.h.deviation()?.as_vec()),
        &spread,
        1e-5,
    );
    let modes = of(|a| (a - 1.0) / 4.0);
    assert_all_close("h", &wide(&posterior.h.mode()?.as_vec()), &modes, 1e-5);
    let typed: Batch<(Const<2>, Const<1>)> = concentration.batch()?;
    assert_eq!(typed.as_vec(), concentration.as_vec());
    let error = concentration.batch::<(usize, Const<2>)>();
    assert_eq!(
        error.expect_err("another shape").to_string(),
        "a row of the parameter `concentration` has the axes [2, 1], not [2]"
    );
    Ok(())
}

#[test]
fn rows_without_any_step() -> Result<(), elbow::Error> {
    let (x, _) = data()?;
    let length = batch(vec![0.0; 3])?;
    let posterior = chain().q(&x, &length).posterior()?;
    assert_eq!(posterior.h.mean()?.as_vec(), [0.0; 6]);
    assert_eq!(posterior.h.mode()?.as_vec(), [0.0; 6]);
    assert!(posterior.h.parameters().is_empty());
    Ok(())
}

model! {
    /// A class that is summed out, a number of one class, and a mean for all rows.
    struct Listed { guide: Linear<1, 3>, spread: Linear<3, 1>, loc: Parameter<Rank1<2>> }
    generative p {
        global sample w: [2] ~ Normal::new(0.0, 1.0);
        sample y: [3] ~ OneHotCategorical::logits(0.0);
        sample k: [1] ~ Categorical::logits(tensor(vec![0.0; 4], (Const::<1>, Const::<4>)));
        sample z: [1] ~ Normal::new(0.0, 1.0);
        sample x: [1] ~ Normal::new(z, 1.0);
    }
    inference q(x) {
        sample w ~ Normal::new(loc, 0.3);
        sample y ~ OneHotCategorical::logits(guide(x));
        sample k ~ Categorical::logits(tensor(vec![0.0, 0.5, 2.0, -1.0], (Const::<1>, Const::<4>)));
        sample z ~ Normal::new(spread(y), 1.0);
    }
    inference of_class(x) {
        sample w ~ Normal::new(loc, 0.3);
        sample y ~ OneHotCategorical::logits(guide(x));
        sample k ~ Categorical::logits(tensor(vec![0.0, 0.5, 2.0, -1.0], (Const::<1>, Const::<4>)));
        let shifted = k + 1.0;
        sample z ~ Normal::new(x, shifted);
    }
}

#[test]
fn enumerated_and_global_sites() -> Result<(), elbow::Error> {
    let mut model = Listed::new(0);
    fill(&mut model.guide.weight, &[1.0, -1.0, 0.5]);
    fill(&mut model.guide.bias, &[0.0, 0.1, 0.2]);
    fill(&mut model.loc.value, &[0.4, -0.6]);
    let x: Batch<(Const<1>,)> = batch(vec![2.0, -2.0])?;
    let posterior = model.q(&x).posterior()?;
    assert_eq!(
        posterior.y.mean()?.as_vec(),
        model.q(&x).marginal(ListedQ::Y)?.as_vec()
    );
    assert_eq!(posterior.y.mode()?.as_vec(), [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    // One row.
    assert_eq!(posterior.w.mean()?.as_vec(), model.loc.value.as_vec());
    assert_eq!(posterior.w.deviation()?.as_vec(), [0.3; 2]);
    assert_eq!(posterior.w.parameter("scale")?.as_vec(), [0.3; 2]);
    // What there is none of is an error only where it is asked for.
    assert_eq!(posterior.k.mode()?.as_vec(), [2.0; 2]);
    assert_eq!(posterior.k.parameter("logits")?.shape(), [1, 4]);
    let told = |error: elbow::Error| error.to_string();
    assert_eq!(
        posterior.k.mean().map_err(told).expect_err("classes"),
        "`k` has no mean: Categorical has none"
    );
    assert_eq!(
        posterior.k.deviation().map_err(told).expect_err("classes"),
        "`k` has no standard deviation: Categorical has none"
    );
    // But where a guide reads it.
    let error = model.of_class(&x).posterior().map(|_| ());
    assert_eq!(
        error.map_err(told).expect_err("no mean"),
        "`k` has no mean: Categorical has none"
    );
    let modes = model.of_class(&x).mode()?;
    assert_eq!(modes.w.as_vec(), model.loc.value.as_vec());
    assert_eq!(
        (modes.k.as_vec(), modes.z.as_vec()),
        (vec![2.0; 2], vec![2.0, -2.0])
    );
    Ok(())
}

model! {
    /// A guide whose concentrations may be small.
    struct Rim { scale: Parameter<Rank1<2>> }
    generative p {
        sample z: [2] ~ Beta::new(2.0, 2.0);
        sample t: [2] ~ StudentT::new(4.0, 0.0, 1.0);
        sample u: [2] ~ Uniform::new(0.0, 1.0);
        sample x: [2] ~ Normal::new(z, 1.0);
    }
    inference q(x) {
        sample u ~ Uniform::new(0.0, 1.0);
        sample t ~ StudentT::new(x, 0.0, 1.0);
        sample z ~ Beta::new(x, 2.0);
    }
    inference no_mode(x, u, t) {
        sample z ~ Beta::new(x, 2.0);
    }
}

#[test]
fn what_does_not_exist_is_told() -> Result<(), elbow::Error> {
    let model = Rim::new(0);
    let x: Batch<(Const<2>,)> = batch(vec![3.0, 4.0, 5.0, 1.5])?;
    let told = |error: elbow::Error| error.to_string();
    let posterior = model.q(&x).posterior()?;
    assert!(posterior.t.mean().is_ok());
    assert_eq!(
        posterior.t.deviation().map_err(told).expect_err("infinite"),
        "the standard deviation of `t` in row 1, element 1, is infinite or undefined: StudentT spreads too far there; read its parameters instead"
    );
    assert_eq!(
        posterior.u.mode().map_err(told).expect_err("flat"),
        "`u` has no mode: Uniform has none"
    );
    assert_eq!(
        model
            .q(&x)
            .mode()
            .map(|_| ())
            .map_err(told)
            .expect_err("flat"),
        "`u` has no mode: Uniform has none"
    );
    let small: Batch<(Const<2>,)> = batch(vec![3.0, 4.0, 0.5, 1.5])?;
    let none = "`z` has no mode in row 1, element 0: Beta has none at its parameters there; the density is flat, grows toward a rim that is no value, or is greatest beyond 3.4e38";
    let half: Batch<(Const<2>,)> = batch(vec![0.5; 4])?;
    let error = model.no_mode(&small, &half, &half).mode().map(|_| ());
    assert_eq!(error.map_err(told).expect_err("at the rim"), none);
    let posterior = model.q(&small).posterior()?;
    assert_eq!(
        posterior.z.mode().map_err(told).expect_err("at the rim"),
        none
    );
    assert!(posterior.z.mean().is_ok());
    let illegal: Batch<(Const<2>,)> = batch(vec![3.0, 4.0, -0.5, 1.5])?;
    assert!(model.q(&illegal).posterior().is_err());
    Ok(())
}

#[test]
fn a_step_without_a_mode() -> Result<(), elbow::Error> {
    let mut model = Steps::new(0);
    fill(&mut model.start.value, &[2.0, 0.5]);
    let x: Batch<(Const<2>, Const<2>)> = batch(vec![1.0; 8])?;
    let error = model
        .q(&x)
        .posterior()?
        .h
        .mode()
        .map(|_| ())
        .expect_err("no mode");
    assert!(
        error
            .to_string()
            .starts_with("`h` has no mode in row 0, element 3: Gamma has none"),
        "{error}"
    );
    let error = model.q(&x).mode().map(|_| ()).expect_err("no mode");
    assert!(
        error
            .to_string()
            .starts_with("`h[1]` has no mode in row 0, element 1"),
        "{error}"
    );
    Ok(())
}

model! {
    /// Steps, of which the second has another concentration.
    struct Steps { start: Parameter<Rank1<2>> }
    generative p {
        for t in 0..2 {
            sample h[t]: [2] ~ Gamma::new(2.0, 1.0);
            sample x[t]: [2] ~ Normal::new(h[t], 1.0);
        }
    }
    inference q(x) {
        let mut a = start + 1.0;
        for t in 0..2 {
            sample h[t] ~ Gamma::new(a, 4.0);
            a = start;
        }
    }
}
