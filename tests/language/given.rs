//! Generative models some of whose sites have given values.

use elbow::Error;
use elbow::prelude::*;
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::{assert_close, noise, scattered};

model! {
    /// Three layers, the lowest of which is observed.
    struct Layers { middle: Linear<2, 3>, bottom: Linear<3, 4>, guide: Linear<4, 3>, top: Linear<3, 2> }
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample y: [3] ~ Normal::new(middle(z), 0.5);
        sample x: [4] ~ Bernoulli::logits(bottom(y));
    }
    inference q(x) {
        sample y ~ Normal::new(guide(x), 1.0);
        sample z ~ Normal::new(top(y), 1.0);
    }
}

fn scattered_numbers(count: usize, from: usize) -> Vec<f32> {
    (from..from + count)
        .map(|place| scattered(place) as f32)
        .collect()
}

fn codes() -> Batch<(Const<2>,)> {
    batch(scattered_numbers(6, 5)).expect("three rows")
}

#[test]
fn the_others_are_computed_at_the_means_above_them() -> Result<(), Error> {
    let layers = Layers::new(1);
    let found = layers.p().given(LayersP::Z, &codes()).decode()?;
    assert_eq!(found.z.as_vec(), codes().as_vec());
    let middle = layers.middle.forward(Var::from(&codes()));
    assert_eq!(found.y.as_vec(), middle.as_vec());
    let bottom = layers.bottom.forward(middle).sigmoid();
    assert_eq!(found.x.as_vec(), bottom.as_vec());

    // The likeliest bits.
    let likeliest = layers.p().given(LayersP::Z, &codes()).mode()?;
    assert_eq!(likeliest.y.as_vec(), found.y.as_vec());
    let bits = found
        .x
        .as_vec()
        .into_iter()
        .map(|p| if p > 0.5 { 1.0 } else { 0.0 });
    assert_eq!(likeliest.x.as_vec(), bits.collect::<Vec<f32>>());

    // Below a middle layer of one's own.
    let own: Batch<(Const<3>,)> = batch(scattered_numbers(9, 20))?;
    let given = layers.p().given(LayersP::Z, &codes());
    let found = given.given(LayersP::Y, &own).decode()?;
    let bottom = layers.bottom.forward(Var::from(&own)).sigmoid();
    assert_eq!(found.x.as_vec(), bottom.as_vec());
    Ok(())
}

#[test]
fn draws_below_given_values_have_their_distribution() -> Result<(), Error> {
    let layers = Layers::new(1);
    let rows = 4_000;
    let one = [0.4, -1.3];
    let codes: Batch<(Const<2>,)> = batch(one.repeat(rows))?;
    let given = layers.p().given(LayersP::Z, &codes);
    let drawn = given.sample(&mut noise(3, "given").row(0))?;
    let means = layers.middle.forward(Var::from(&codes)).as_vec();
    let y = drawn.y.as_vec();
    for unit in 0..3 {
        let of = |row: usize| f64::from(y[3 * row + unit] - means[unit]) / 0.5;
        let draws: Vec<f64> = (0..rows).map(of).collect();
        let squares: Vec<f64> = draws.iter().map(|x| x * x).collect();
        assert_mean("a draw", &draws, 0.0, 0.2);
        assert_mean("its square", &squares, 1.0, 0.25);
    }
    let again = given.sample(&mut noise(3, "given").row(0))?;
    assert_eq!((drawn.x.as_vec(), y), (again.x.as_vec(), again.y.as_vec()));
    Ok(())
}

#[test]
fn a_value_below_a_drawn_site_is_an_error() -> Result<(), Error> {
    let layers = Layers::new(1);
    let x: Batch<(Const<4>,)> = batch(vec![1.0; 12])?;
    let middle: Batch<(Const<3>,)> = batch(vec![0.5; 9])?;
    let told = |given: Conditional<LayersP<'_>>| {
        let error = given.decode().expect_err("something is drawn above");
        let drawn = given
            .sample(&mut noise(1, "given").row(0))
            .expect_err("the same");
        assert_eq!(error.to_string(), drawn.to_string());
        error.to_string()
    };
    assert_eq!(
        told(layers.p().given(LayersP::X, &x)),
        "`x` is given in row 0, and `y`, on which it depends, is not: a draw of `y` from the generative model would not know the \
         value of `x`; give `y` too, or draw it by an inference model that reads `x`"
    );
    // Two of three rows of `z` are given.
    let some = Partial::new(&codes(), batch(vec![1, 1, 0, 1, 1, 1])?)?;
    let both = layers.p().given(LayersP::Z, &some);
    assert!(told(both.given(LayersP::Y, &middle)).starts_with("`y` is given in row 1, and `z`,"));
    // A row of `y` without a value needs nothing above it.
    let ends = Partial::new(&middle, batch(vec![1, 1, 1, 0, 0, 0, 1, 0, 0])?)?;
    let both = layers.p().given(LayersP::Z, &some);
    let found = both.given(LayersP::Y, &ends).decode()?;
    assert_eq!(found.z.as_vec()[..2], codes().as_vec()[..2]);
    assert_eq!(found.z.as_vec()[2], 0.0, "the mean of the prior");
    Ok(())
}

#[test]
fn gaps_are_filled_in() -> Result<(), Error> {
    let layers = Layers::new(1);
    let own: Batch<(Const<3>,)> = batch(vec![0.25; 9])?;
    let mask = [1, 0, 1, 0, 0, 0, 1, 1, 1];
    let given = layers.p().given(LayersP::Z, &codes());
    let given = given.given(LayersP::Y, Partial::new(&own, batch(mask.to_vec())?)?);
    let middle = layers.middle.forward(Var::from(&codes())).as_vec();
    let found = given.decode()?;
    let filled: Vec<f32> = (0..9)
        .map(|at| if mask[at] == 1 { 0.25 } else { middle[at] })
        .collect();
    assert_eq!(found.y.as_vec(), filled);
    // What is below reads the values that were filled in.
    let bottom = layers.bottom.forward(Var::from(&found.y)).sigmoid();
    assert_eq!(found.x.as_vec(), bottom.as_vec());

    // Draws are those of the whole site, in the gaps.
    let mut whole = noise(4, "given").row(0);
    let whole = layers
        .p()
        .given(LayersP::Z, &codes())
        .sample(&mut whole)?
        .y
        .as_vec();
    let drawn = given.sample(&mut noise(4, "given").row(0))?.y.as_vec();
    for at in 0..9 {
        assert_eq!(drawn[at], if mask[at] == 1 { 0.25 } else { whole[at] });
    }
    Ok(())
}

model! {
    /// A class, and a global scale.
    struct Classes { names: Linear<3, 2> }
    generative p(u: [2]) {
        global sample scale: [2] ~ LogNormal::new(0.0, 1.0);
        sample y: [3] ~ OneHotCategorical::logits(0.0);
        sample x: [2] ~ Normal::new(names(y) + u, scale);
    }
    inference q(x, u) {
        sample scale ~ LogNormal::new(0.0, 1.0);
        sample y ~ OneHotCategorical::logits(0.0);
    }
}

model! {
    /// Numbers of one scale.
    struct Scaled {}
    generative p {
        global sample scale: [2] ~ LogNormal::new(0.0, 1.0);
        sample x: [2] ~ Normal::new(0.0, scale);
    }
    inference q(x) { sample scale ~ LogNormal::new(0.0, 1.0); }
}

#[test]
fn covariates_and_global_sites_go_with_given_values() -> Result<(), Error> {
    let classes = Classes::new(0);
    let u: Batch<(Const<2>,)> = batch(vec![10.0, 20.0, 30.0, 40.0])?;
    let y: Batch<(Const<3>,)> = batch(vec![1, 0, 0, 0, 0, 1])?;
    let given = classes.p(&u).given(ClassesP::Y, &y);
    let found = given
        .given(ClassesP::SCALE, batch(vec![1e-6; 2])?)
        .sample(&mut noise(1, "given").row(0))?;
    let means = classes.names.forward(Var::from(&y)).as_vec();
    for (at, x) in found.x.as_vec().into_iter().enumerate() {
        assert_close(
            "x",
            f64::from(x),
            f64::from(means[at] + u.as_vec()[at]),
            1e-4,
            1.0,
        );
    }
    assert_eq!(found.scale.as_vec(), [1e-6; 2]);
    // The means of LogNormal(0, 1), one row.
    let found = classes.p(&u).given(ClassesP::Y, &y).decode()?;
    assert_close(
        "scale",
        f64::from(found.scale.as_vec()[0]),
        0.5_f64.exp(),
        1e-6,
        1.0,
    );
    assert_eq!(found.scale.as_vec().len(), 2);

    let scaled = Scaled::new(0);
    let scale: Batch<(Const<2>,)> = batch(vec![2.0; 2])?;
    let given = scaled.p().given(ScaledP::SCALE, &scale);
    let error = given.decode().expect_err("no rows");
    assert!(error.to_string().contains("write `.rows(n)`"));
    let found = given
        .rows(1_000)
        .sample(&mut noise(2, "given").row(0))?
        .x
        .as_vec();
    let squares: Vec<f64> = found.iter().map(|&x| f64::from(x * x) / 4.0).collect();
    assert_mean("a square", &squares, 1.0, 0.4);
    Ok(())
}

#[test]
fn values_that_do_not_fit_are_errors() -> Result<(), Error> {
    let classes = Classes::new(0);
    let u: Batch<(Const<2>,)> = batch(vec![0.0; 4])?;
    let told = |y: Partial<(Const<3>,)>| {
        let given = classes.p(&u).given(ClassesP::Y, y);
        given.decode().expect_err("no such value").to_string()
    };
    let none = batch(vec![0.0, 1.0, 0.0, 0.5, 0.5, 0.0])?;
    assert!(told(Partial::whole(none)).starts_with("`y` is 0.5 in row 1"));
    let y: Batch<(Const<3>,)> = batch(vec![0, 1, 0, 1, 0, 0])?;
    let part = Partial::new(&y, batch(vec![1, 1, 1, 1, 0, 0])?)?;
    assert!(told(part).contains("row 1"));
    let three = batch([0.0, 1.0, 0.0].repeat(3))?;
    assert_eq!(
        told(Partial::whole(three)),
        "`u` has 2 rows but `y` has 3; inputs of one program have the same number of rows"
    );
    Ok(())
}

model! {
    /// A sequence whose steps add up.
    struct Sums<const N: usize = 4> { step: Linear<1, 1> }
    generative p(length: 0..=N) {
        sample z: [1] ~ Normal::new(0.0, 1.0);
        let mut sum = z;
        for t in 0..length {
            sample x[t]: [1] ~ Normal::new(step(sum), 0.25);
            sum = sum + x[t];
        }
    }
    inference q(x, length) { sample z ~ Normal::new(0.0, 1.0); }
}

#[test]
fn a_sequence_goes_on_after_its_first_steps() -> Result<(), Error> {
    let sums = Sums::<4>::new(2);
    let length: Batch<()> = batch(vec![2, 4, 0, 3])?;
    let z: Batch<(Const<1>,)> = batch(vec![0.5, -0.5, 1.0, 2.0])?;
    let x: Batch<(Const<4>, Const<1>)> = batch(scattered_numbers(16, 40))?;
    // Of the rows one, two, no and no steps are given. What is behind a row's end is not read.
    let mask = [1, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 1];
    let some = Partial::new(&x, batch(mask.to_vec())?)?;
    let given = sums.p(&length).given(SumsP::Z, &z).given(SumsP::X, &some);
    let found = given.decode()?.x.as_vec();
    let (weight, bias) = (sums.step.weight.as_vec()[0], sums.step.bias.as_vec()[0]);
    for (row, &end) in [2, 4, 0, 3].iter().enumerate() {
        let mut sum = z.as_vec()[row];
        for t in 0..4 {
            let at = 4 * row + t;
            let exact = match (t < end, mask[at]) {
                (false, _) => 0.0,
                (true, 1) => x.as_vec()[at],
                _ => weight * sum + bias,
            };
            assert_close("x", f64::from(found[at]), f64::from(exact), 1e-6, 1.0);
            sum += exact;
        }
    }
    let drawn = given.sample(&mut noise(5, "given").row(0))?.x.as_vec();
    for at in [0, 4, 5] {
        assert_eq!(drawn[at], x.as_vec()[at]);
    }
    for at in [1, 6, 7, 12] {
        assert!(drawn[at] != found[at] && (drawn[at] - found[at]).abs() < 4.0);
    }

    // The mode of a normal is its mean.
    assert_eq!(given.mode()?.x.as_vec(), found);

    // A step after a gap.
    let late = Partial::new(
        &x,
        batch(vec![1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0])?,
    )?;
    let given = sums.p(&length).given(SumsP::Z, &z).given(SumsP::X, &late);
    let error = given
        .decode()
        .expect_err("a gap before a value")
        .to_string();
    assert!(
        error.starts_with("`x[2]` is given in row 1, and `x[1]`, on which it depends, is not"),
        "{error}"
    );
    let error = sums
        .p(&length)
        .given(SumsP::X, &some)
        .decode()
        .expect_err("no start")
        .to_string();
    assert!(
        error.starts_with("`x[0]` is given in row 1, and `z`,"),
        "{error}"
    );
    Ok(())
}
