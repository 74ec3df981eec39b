//! `let`s, tuples, and variables that are read many times: values and gradients by hand.

use elbow::family::Key;
use elbow::prelude::*;
use elbow_tests::support::programs::{fill, gradient, latents};
use elbow_tests::support::tensors::assert_close;

model! {
    /// Everything is read more than once, a learned tensor and an observation included.
    struct Reused {
        weight: Parameter<Rank0>,
        loc: Parameter<Rank0>,
    }

    generative p {
        sample z ~ Normal::new(0.0, 1.0);
        let square = z * z;
        let (cube, (double, two)) = (square * z, (z + z, 2.0));
        let unused_shadow = square;
        let square = unused_shadow + cube - cube;
        let slope = ambient(weight * weight);
        sample x ~ Normal::new(square + double * two + cube * slope, 1.0);
    }

    inference q(x) {
        let (m, n) = (loc + loc, loc * loc);
        let shifted = x * 0.5 - x * 0.25 - x * 0.25;
        sample z ~ Normal::new(shifted + ambient(m + n), 0.5);
    }
}

/// dfdx adds tensors of one shape; helper functions spread a number over the rows of another.
fn spread(number: Var<()>, rows: usize) -> Var<(usize,)> {
    number.broadcast_like(&(rows,))
}

/// Over the three rows of this test.
fn ambient(number: Var<()>) -> Var<(usize,)> {
    spread(number, 3)
}

#[test]
fn every_reading_counts() {
    let mut model = Reused::new(1);
    let (w, l) = (0.7, 0.3);
    fill(&mut model.weight.value, &[w]);
    fill(&mut model.loc.value, &[l]);
    let data = [0.5, -1.0, 2.0];
    let x: Batch<()> = batch(data.map(|x| x as f32).to_vec()).expect("rows");
    for step in 0..20 {
        let key = Key::new(2, step);
        let program = || model.q(&x).at(key);
        let z = latents(&program(), key).z.as_vec();
        let loss = Elbo::default().loss(&program()).expect("legal");
        let (mut value, mut by_weight, mut by_loc) = (0.0, 0.0, 0.0);
        let m = 2.0 * l + l * l;
        for (z, x) in z.into_iter().zip(data) {
            let z = f64::from(z);
            let miss = z * z + 4.0 * z + z.powi(3) * w * w - x;
            value += 0.5 * miss * miss + 0.918_938_533_204_672_7;
            value += 0.5 * (0.25 + m * m - 1.0) - 0.5_f64.ln();
            by_weight += miss * z.powi(3) * 2.0 * w;
            let by_z = miss * (2.0 * z + 4.0 + 3.0 * z * z * w * w);
            by_loc += (by_z + m) * (2.0 + 2.0 * l);
        }
        let value = value / 3.0;
        assert_close("loss", loss.value().into(), value, 1e-5, value);
        let gradients = loss.backward();
        let found = gradient(&gradients, &model.weight.value)[0];
        assert_close("by weight", found, by_weight / 3.0, 1e-5, by_weight);
        let found = gradient(&gradients, &model.loc.value)[0];
        assert_close("by loc", found, by_loc / 3.0, 1e-5, by_loc);
    }
}

model! {
    /// The variables of a block, of a closure's block and of a tuple, each read several times.
    struct Blocks {
        loc: Parameter<Rank0>,
        square: Square,
    }

    generative p {
        sample z ~ Normal::new(0.0, 1.0);
        let h = {
            let a = square(z);
            let (b, c) = (a * a, z + 1.0);
            let rows = b.shape().0;
            let more = |t: Var<(usize,)>| {
                let d = t * b;
                d + d * c
            };
            assert_eq!(rows, b.shape().0);
            more(a) + a
        };
        sample x ~ Normal::new(h, 1.0);
    }

    inference q(x) { sample z ~ Normal::new(spread(loc, 2), 0.5); }
}

/// The location of the guide, and the data.
const LOC: f64 = 0.3;
const DATA: [f64; 2] = [0.5, -1.0];

/// Compares a loss and its gradient by `loc` with the mean `h` of `x` and its slope by `z`, computed by hand.
fn compare(
    loc: &Tensor<Rank0, f32, Device>,
    run: impl Fn(Key) -> (Vec<f32>, Loss),
    by_hand: impl Fn(f64) -> (f64, f64),
) {
    for step in 0..20 {
        let (z, loss) = run(Key::new(2, step));
        let (mut value, mut by_loc) = (0.0, 0.0);
        for (z, x) in z.into_iter().zip(DATA) {
            let (h, slope) = by_hand(z.into());
            value += 0.5 * (h - x) * (h - x) + 0.918_938_533_204_672_7;
            value += 0.5 * (0.25 + LOC * LOC - 1.0) - 0.5_f64.ln();
            by_loc += (h - x) * slope + LOC;
        }
        assert_close("loss", loss.value().into(), value / 2.0, 1e-5, value);
        let found = gradient(&loss.backward(), loc)[0];
        assert_close("by loc", found, by_loc / 2.0, 1e-5, by_loc);
    }
}

/// With d = z²·z⁴, `h` is d + d(z + 1) + z².
#[test]
fn every_reading_in_a_block_counts() {
    let mut model = Blocks::new(1);
    fill(&mut model.loc.value, &[LOC]);
    let x: Batch<()> = batch(DATA.map(|x| x as f32).to_vec()).expect("rows");
    let run = |key| {
        let program = || model.q(&x).at(key);
        let loss = Elbo::default().loss(&program()).expect("legal");
        (latents(&program(), key).z.as_vec(), loss)
    };
    compare(&model.loc.value, run, |z| {
        let h = z.powi(7) + 2.0 * z.powi(6) + z * z;
        (h, 7.0 * z.powi(6) + 12.0 * z.powi(5) + 2.0 * z)
    });
}

/// An own function of a variable that is given twice.
fn twice(a: Var<(usize,)>, b: Var<(usize,)>) -> Var<(usize,)> {
    &a * b + &a
}

model! {
    /// One draw that is read five times: by a function, by a closure and beside them.
    struct FiveTimes {
        loc: Parameter<Rank0>,
    }

    generative p {
        sample z ~ Normal::new(0.0, 1.0);
        let add = |a: Var<(usize,)>| a + z;
        sample x ~ Normal::new(twice(z, z) + add(z) * z, 1.0);
    }

    inference q(x) { sample z ~ Normal::new(spread(loc, 2), 0.5); }
}

/// The mean is z² + z + 2z².
#[test]
fn five_readings_count() {
    let mut model = FiveTimes::new(1);
    fill(&mut model.loc.value, &[LOC]);
    let x: Batch<()> = batch(DATA.map(|x| x as f32).to_vec()).expect("rows");
    let run = |key| {
        let program = || model.q(&x).at(key);
        let loss = Elbo::default().loss(&program()).expect("legal");
        (latents(&program(), key).z.as_vec(), loss)
    };
    compare(&model.loc.value, run, |z| (3.0 * z * z + z, 6.0 * z + 1.0));
}
