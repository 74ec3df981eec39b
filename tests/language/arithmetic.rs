//! Operators that dfdx has not: a number on the left, and a learned tensor with rows.

use elbow::family::Key;
use elbow::prelude::*;
use elbow_tests::support::programs::{Weights, fill, gradient};
use elbow_tests::support::tensors::{noise, scattered};

const SCALE: f32 = 0.5;

fn squared(h: Var<(usize, Const<3>)>) -> Var<(usize, Const<3>)> {
    h.square()
}

model! {
    /// All operators, with numbers and events on either side.
    struct All {
        guide: Linear<3, 2>,
        decoder: Linear<2, 3>,
        a: Parameter<Rank1<3>>,
        b: Parameter<Rank1<3>>,
        c: Parameter<Rank0>,
    }
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        let h = decoder(z);
        let sum = 0.75 + h + a + c;
        let left = (b - (1.0 - h)) * (b * h);
        let right = (h - b) / (4.0 + b.square() + c.square());
        let ratio = 1.0 / (2.0 + squared(h)) + c / (3.0 + SCALE * squared(h)) - a / (5.0 + h.square());
        let k = 1.5;
        sample x: [3] ~ Normal::new(sum * a + k * left - right, 1.0 + ratio.square());
    }
    inference q(x) { sample z ~ Normal::new(2.0 * guide(x), 0.5); }
}

/// `f32` losses of about 10 have errors of about 10⁻⁶: over a step of 0.02, of 10⁻⁴.
const STEP: f64 = 0.02;
const TOLERANCE: f64 = 2e-3;

fn loss(model: &All) -> elbow::prelude::Loss {
    let x: Batch<(Const<3>,)> =
        batch((0..15).map(|at| scattered(at) as f32).collect()).expect("rows");
    let program = model.q(&x).at(Key::new(6, 2));
    Elbo::default().loss(&program).expect("legal")
}

fn assert_tensor<S: elbow::dfdx::shapes::Shape>(
    name: &str,
    model: &mut All,
    tensor: impl Fn(&mut All) -> &mut Weights<S>,
) {
    let found = loss(model).backward();
    let found = gradient(&found, tensor(model));
    let own: Vec<f64> = tensor(model).as_vec().into_iter().map(f64::from).collect();
    assert!(found.iter().any(|g| g.abs() > 1e-3), "{name}");
    for (at, found) in found.into_iter().enumerate() {
        let mut value = |by: f64| {
            let mut moved = own.clone();
            moved[at] += by;
            fill(tensor(model), &moved);
            f64::from(loss(model).value())
        };
        let near = value(STEP) - value(-STEP);
        let far = value(2.0 * STEP) - value(-2.0 * STEP);
        let exact = (8.0 * near - far) / (12.0 * STEP);
        assert!(
            (found - exact).abs() < TOLERANCE * exact.abs().max(1.0),
            "{name}[{at}]: found {found}, by differences {exact}"
        );
    }
    fill(tensor(model), &own);
}

#[test]
fn gradients() {
    let mut model = All::new(3);
    fill(&mut model.a.value, &[0.3, -0.6, 0.9]);
    fill(&mut model.b.value, &[0.7, 0.2, -0.4]);
    fill(&mut model.c.value, &[0.8]);
    let m = &mut model;
    assert_tensor("guide.weight", m, |m| &mut m.guide.weight);
    assert_tensor("decoder.weight", m, |m| &mut m.decoder.weight);
    assert_tensor("decoder.bias", m, |m| &mut m.decoder.bias);
    assert_tensor("a", m, |m| &mut m.a.value);
    assert_tensor("b", m, |m| &mut m.b.value);
    assert_tensor("c", m, |m| &mut m.c.value);
}

model! {
    /// Each operator by itself, each way round, shown by the mean of a site of its own.
    struct Shown { e: Parameter<Rank1<2>>, n: Parameter<Rank0> }
    generative p(u: [2]) {
        sample number: [2] ~ Normal::new((2.0 + u) * (3.0 - u) + 6.0 / u, 1.0);
        sample before: [2] ~ Normal::new((e + u) * (e - u) + e / u + e * u, 1.0);
        sample after: [2] ~ Normal::new((u + e) * (u - e) + u / e + u * e, 1.0);
        sample one: [2] ~ Normal::new((n + u) * (u - n) + n / u + u / n + n * u, 1.0);
        let scale = 0.5;
        let twice = 2 * ROWS;
        sample zero: [2] ~ Normal::new(0.0 / u + scale * u * (twice as f32), 1.0);
    }
    inference q(number, before, after, one, zero, u) {}
}

const ROWS: usize = 3;

#[test]
fn values() {
    let mut model = Shown::new(0);
    fill(&mut model.e.value, &[2.0, -4.0]);
    fill(&mut model.n.value, &[8.0]);
    let u: [f32; 4] = [1.0, 2.0, -4.0, 0.5];
    let u_rows: Batch<(Const<2>,)> = batch(u.to_vec()).expect("rows");
    let zeros: Batch<(Const<2>,)> = batch(vec![0.0; 4]).expect("rows");
    let means = model
        .q(&zeros, &zeros, &zeros, &zeros, &zeros, &u_rows)
        .reconstruct(&mut noise(0, "means").row(0))
        .expect("means");
    let e = [2.0, -4.0, 2.0, -4.0];
    for at in 0..4 {
        let (u, e, n) = (u[at], e[at], 8.0);
        assert_eq!(means.number.as_vec()[at], (2.0 + u) * (3.0 - u) + 6.0 / u);
        assert_eq!(means.before.as_vec()[at], (e + u) * (e - u) + e / u + e * u);
        assert_eq!(means.after.as_vec()[at], (u + e) * (u - e) + u / e + u * e);
        assert_eq!(
            means.one.as_vec()[at],
            (n + u) * (u - n) + n / u + u / n + n * u
        );
        assert_eq!(means.zero.as_vec()[at], 3.0 * u);
    }
}

model! {
    /// Operators on the variables of a block.
    struct InBlocks { decoder: Linear<2, 3>, bias: Parameter<Rank1<3>> }
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        let h = { let t = decoder(z); let s = 2.0; s * t + bias };
        let k = { let b = 2.0 * bias; decoder(z) + b };
        let maybe = Some(decoder(z));
        let u = maybe.unwrap() + bias;
        sample x: [3] ~ Normal::new(h + k + u, 1.0);
    }
    inference q(x) { sample z ~ Normal::new(0.1, 0.5); }
}

model! {
    /// The same by statements.
    struct ByStatements { decoder: Linear<2, 3>, bias: Parameter<Rank1<3>> }
    generative p {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        let t = decoder(z);
        sample x: [3] ~ Normal::new(t * 4.0 + bias * 4.0, 1.0);
    }
    inference q(x) { sample z ~ Normal::new(0.1, 0.5); }
}

#[test]
fn blocks_are_as_statements() {
    let x: Batch<(Const<3>,)> =
        batch((0..15).map(|at| scattered(at) as f32).collect()).expect("rows");
    let key = Key::new(3, 0);
    let (mut blocks, mut statements) = (InBlocks::new(1), ByStatements::new(1));
    for bias in [&mut blocks.bias.value, &mut statements.bias.value] {
        fill(bias, &[0.25, -0.5, 1.0]);
    }
    let own = Elbo::default().loss(&blocks.q(&x).at(key)).expect("legal");
    let same = Elbo::default()
        .loss(&statements.q(&x).at(key))
        .expect("legal");
    assert!((own.value() - same.value()).abs() < 1e-4);
    let (own, same) = (own.backward(), same.backward());
    let own = gradient(&own, &blocks.bias.value);
    let same = gradient(&same, &statements.bias.value);
    for (own, same) in own.into_iter().zip(same) {
        assert!(
            (own - same).abs() < 1e-4 * same.abs().max(1.0),
            "{own} {same}"
        );
    }
}
