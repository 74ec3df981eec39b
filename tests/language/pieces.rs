//! Rows and particles are worked off in pieces, and no digit depends on how.

use elbow::__macro::program::Handler;
use elbow::family::{Key, Settings};
use elbow::prelude::*;
use elbow_tests::support::programs::{latents, pass};

model! {
    /// Two latents behind an image, one through the other.
    struct Small {
        encoder: (Linear<3, 4>, Tanh, Linear<4, 2>),
        upper: Linear<2, 2>,
        decoder: Linear<2, 3>,
    }
    generative p(u: [1]) {
        sample w: [2] ~ Normal::new(0.0, 1.0);
        sample z: [2] ~ Bernoulli::logits(upper(w));
        sample x: [3] ~ Bernoulli::logits(decoder(z) + decoder(w));
        sample n ~ Normal::new(flat(u), 1.0);
    }
    inference q(x, u, n) {
        sample z ~ Bernoulli::logits(encoder(x));
        sample w ~ Normal::new(upper(z), 0.7);
    }
}

fn flat(u: Var<(usize, Const<1>)>) -> Var<(usize,)> {
    let rows = u.shape().0;
    u.reshape_like(&(rows,))
}

/// Rows of data, all different.
struct Data {
    x: Batch<(Const<3>,)>,
    u: Batch<(Const<1>,)>,
    n: Batch<()>,
}

impl Data {
    fn new(rows: usize) -> Self {
        let number = |i: usize| elbow_tests::support::tensors::scattered(i) as f32;
        let bit = |i: usize| f32::from(u8::from(number(i) > 0.2));
        Self {
            x: batch((0..3 * rows).map(bit).collect()).expect("rows"),
            u: batch((0..rows).map(number).collect()).expect("rows"),
            n: batch((0..rows).map(|i| number(i + 7)).collect()).expect("rows"),
        }
    }
}

const KEY: Key = Key::new(5, 3);

/// A large batch is cut inside; its first rows are those of a small batch.
#[test]
fn a_row_does_not_know_how_many_follow() {
    let model = Small::new(1);
    let few = Data::new(37);
    let program = |data: &Data| model.q(&data.x, &data.u, &data.n).at(KEY);
    for particles in [1, 3, 5000] {
        // At 5000 particles each row is a piece of its own, so a few rows suffice.
        let many = if particles > 100 {
            Data::new(50)
        } else {
            Data::new(9000)
        };
        let elbo = Elbo::default().particles(particles);
        let whole = elbo.evaluate(&program(&many)).expect("legal").rows;
        let part = elbo.evaluate(&program(&few)).expect("legal").rows;
        assert_eq!(whole[..37], part, "{particles} particles");
    }
    for samples in [1, 3, 500, 5000] {
        let many = if samples > 100 {
            Data::new(60)
        } else {
            Data::new(9000)
        };
        let evidence = LogEvidence::samples(samples);
        let whole = evidence.evaluate(&program(&many)).expect("legal").rows;
        let part = evidence.evaluate(&program(&few)).expect("legal").rows;
        assert_eq!(whole.len(), many.n.as_vec().len());
        for (row, (a, b)) in whole.iter().zip(&part).enumerate() {
            // Pieces of particles are added up in another order where the rows are more or fewer.
            assert!(
                (a - b).abs() < 1e-12 * a.abs(),
                "{samples} samples, row {row}: {a}, {b}"
            );
        }
    }
}

/// All rows in one pass, with nothing cut.
#[test]
fn later_pieces_have_the_noise_of_their_rows() {
    let model = Small::new(5);
    let data = Data::new(9000);
    let program = model.q(&data.x, &data.u, &data.n).at(KEY);
    let settings = Settings {
        enumerate_up_to: 0,
        ..Settings::default()
    };
    let at_once = |handler| -> Vec<f64> {
        let mut pass = pass(&program, handler, KEY);
        program.pass::<()>(&mut pass).expect("legal");
        let mut sums = vec![0.0; 9000];
        for term in pass.terms() {
            let sign = if term.is_divergence { -1.0 } else { 1.0 };
            let add = |(sum, own): (&mut f64, &f64)| *sum += sign * own;
            sums.iter_mut().zip(term.rows.exact()).for_each(add);
        }
        sums
    };
    let found = Elbo::default().enumerate_up_to(0).evaluate(&program);
    let found = found.expect("legal");
    assert_eq!(found.rows, at_once(Handler::evaluate(settings)));
    let evidence = LogEvidence::samples(1).enumerate_up_to(0);
    let found = evidence.evaluate(&program).expect("legal");
    for (a, b) in found.rows.iter().zip(at_once(Handler::weigh(settings))) {
        assert!((a - b).abs() < 1e-12 * a.abs(), "{a}, {b}");
    }
}

/// The first row, alone and among others.
#[test]
fn the_first_row_alone() {
    let model = Small::new(2);
    let data = Data::new(20);
    let whole = model.q(&data.x, &data.u, &data.n).at(KEY);
    let alone = whole.slice(0..1);
    let evidence = LogEvidence::samples(40);
    let all = evidence.evaluate(&whole).expect("legal").rows;
    assert_eq!(all[..1], evidence.evaluate(&alone).expect("legal").rows);
    assert_eq!(
        latents(&whole, KEY).w.as_vec()[..2],
        latents(&alone, KEY).w.as_vec()
    );
    // Another row alone is the first of its program, and has the first row's noise: not its own.
    let other = evidence.evaluate(&whole.slice(4..5)).expect("legal").rows;
    assert_ne!(all[4..5], other);
}

/// Equal rows have noise of their own, and so have particles.
#[test]
fn rows_do_not_share_noise() {
    let model = Small::new(3);
    let x: Batch<(Const<3>,)> = batch([1.0, 0.0, 1.0].repeat(100)).expect("rows");
    let u: Batch<(Const<1>,)> = batch(vec![0.0; 100]).expect("rows");
    let n: Batch<()> = batch(vec![0.0; 100]).expect("rows");
    let w = latents(&model.q(&x, &u, &n), KEY).w.as_vec();
    let mut bits: Vec<u32> = w.iter().map(|w| w.to_bits()).collect();
    bits.sort_unstable();
    bits.dedup();
    assert_eq!(bits.len(), 200);
}

/// Slices take the rows of every input.
#[test]
fn slices_are_rows_of_all_inputs() {
    let model = Small::new(4);
    let data = Data::new(10);
    let part = model.q(&data.x, &data.u, &data.n).at(KEY).slice(3..7);
    assert_eq!(part.rows().expect("legal"), 4);
    let by_hand = Data {
        x: batch(data.x.as_vec()[9..21].to_vec()).expect("rows"),
        u: batch(data.u.as_vec()[3..7].to_vec()).expect("rows"),
        n: batch(data.n.as_vec()[3..7].to_vec()).expect("rows"),
    };
    let same = model.q(&by_hand.x, &by_hand.u, &by_hand.n).at(KEY);
    assert_eq!(
        Elbo::default().evaluate(&part).expect("legal"),
        Elbo::default().evaluate(&same).expect("legal")
    );
}

/// Inputs may be permuted or broadcast views: what counts is what they hold.
#[test]
fn inputs_may_be_views() {
    use elbow::dfdx::shapes::{Axes2, Axis};
    use elbow::dfdx::tensor_ops::{BroadcastTo, PermuteTo};
    let model = Small::new(6);
    let data = Data::new(4);
    let bits = data.x.as_vec();
    let turned = (0..12).map(|at| bits[at % 4 * 3 + at / 4]).collect();
    let turned = elbow::prelude::tensor(turned, (Const::<3>, 4_usize));
    let turned: Batch<(Const<3>,)> = turned.permute::<_, Axes2<1, 0>>();
    let one: Tensor<Rank1<1>, f32, Device> = elbow::prelude::tensor(vec![0.25], Rank1::default());
    let spread: Batch<(Const<1>,)> = one.broadcast_like::<_, Axis<0>>(&(4, Const));
    let plain: Batch<(Const<1>,)> = batch(vec![0.25; 4]).expect("rows");
    let views = model.q(&turned, &spread, &data.n).at(KEY);
    let owned = model.q(&data.x, &plain, &data.n).at(KEY);
    assert_eq!(
        Elbo::default().evaluate(&views).expect("legal"),
        Elbo::default().evaluate(&owned).expect("legal")
    );
    assert_eq!(
        Elbo::default().loss(&views).expect("legal").value(),
        Elbo::default().loss(&owned).expect("legal").value()
    );
    assert_eq!(
        LogEvidence::samples(9)
            .evaluate(&views.slice(1..3))
            .expect("legal"),
        LogEvidence::samples(9)
            .evaluate(&owned.slice(1..3))
            .expect("legal")
    );
}
