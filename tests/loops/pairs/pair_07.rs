//! Pair 7, ragged. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<1>, Random>,
        f1: Parameter<Rank1<2>, Random>,
        f2: Parameter<Rank1<2>, Random>,
        f3: Linear<4, 3>,
        f4: Linear<1, 1>,
        f5: Linear<4, 1>,
        f6: Linear<2, 2>,
        f7: Linear<2, 2>,
    }
    generative p(length: 0..=3) {
        let mut a = f0;
        for t in 0..length {
            sample z[t]: [2] ~ Bernoulli::logits(f1.tanh());
            sample y[t]: [2] ~ Normal::new(f2.tanh(), 0.7);
            sample x[t] ~ Categorical::logits(f3(concat(y[t], z[t])));
            a = f4(a.clone()) + column(x[t]) + f5(concat(y[t], z[t]));
        }
    }
    inference q(x, length) {
        for t in 0..length {
            sample z[t] ~ Bernoulli::logits(f1.tanh()) via Relaxed;
        }
        let mut c = f1;
        for t in (0..length).rev() {
            sample y[t] ~ Normal::new(f6(c.clone()).tanh(), 0.7) via ScoreFunction;
            c = f6(z[t]) + f7(y[t]);
        }
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<1>, Random>,
        f1: Parameter<Rank1<2>, Random>,
        f2: Parameter<Rank1<2>, Random>,
        f3: Linear<4, 3>,
        f4: Linear<1, 1>,
        f5: Linear<4, 1>,
        f6: Linear<2, 2>,
        f7: Linear<2, 2>,
    }
    generative p {
        let a_v1 = f0;
        sample z·0: [2] ~ Bernoulli::logits(f1.tanh());
        sample y·0: [2] ~ Normal::new(f2.tanh(), 0.7);
        sample x·0 ~ Categorical::logits(f3(concat(y·0, z·0)));
        let a_v2 = column(x·0) + f5(concat(y·0, z·0)) + f4(a_v1.clone());
        sample z·1: [2] ~ Bernoulli::logits(f1.tanh());
        sample y·1: [2] ~ Normal::new(f2.tanh(), 0.7);
        sample x·1 ~ Categorical::logits(f3(concat(y·1, z·1)));
        let a_v3 = f4(a_v2.clone()) + column(x·1) + f5(concat(y·1, z·1));
        sample z·2: [2] ~ Bernoulli::logits(f1.tanh());
        sample y·2: [2] ~ Normal::new(f2.tanh(), 0.7);
        sample x·2 ~ Categorical::logits(f3(concat(y·2, z·2)));
        let a_v4 = f4(a_v3.clone()) + column(x·2) + f5(concat(y·2, z·2));
    }
    inference q(x·0, x·1, x·2) {
        sample z·0 ~ Bernoulli::logits(f1.tanh()) via Relaxed;
        sample z·1 ~ Bernoulli::logits(f1.tanh()) via Relaxed;
        sample z·2 ~ Bernoulli::logits(f1.tanh()) via Relaxed;
        let c_v1 = f1;
        sample y·2 ~ Normal::new(f6(c_v1.clone()).tanh(), 0.7) via ScoreFunction;
        let c_v2 = f6(z·2) + f7(y·2);
        sample y·1 ~ Normal::new(f6(c_v2.clone()).tanh(), 0.7) via ScoreFunction;
        let c_v3 = f6(z·1) + f7(y·1);
        sample y·0 ~ Normal::new(f6(c_v3.clone()).tanh(), 0.7) via ScoreFunction;
        let c_v4 = f6(z·0) + f7(y·0);
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(7), Unrolled::new(7));
    let x = data(Kind::Classes, 3, 0);
    let [x_0, x_1, x_2]: [Batch<()>; 3] = steps(&x, 1);
    let own_by = all_by!(looped: f0.value, f1.value, f2.value, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias);
    let other_by = all_by!(unrolled: f0.value, f1.value, f2.value, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias);
    let ragged = |lengths: &[usize; ROWS], padding: f32, key: Key| {
        let x: Batch<(Const<3>,)> = batch(padded(&x, 3, 1, lengths, padding)).expect("rows");
        let length = counts(lengths);
        looped.q(&x, &length).at(key)
    };
    let length = counts(&[3; ROWS]);
    let x: Batch<(Const<3>,)> = batch(x.clone()).expect("rows");
    let own = |key: Key| looped.q(&x, &length).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1, &x_2).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 2);
    same_marginals("z", own(KEY).marginal(LoopedQ::Z), [other(KEY).marginal(UnrolledQ::Z·0), other(KEY).marginal(UnrolledQ::Z·1), other(KEY).marginal(UnrolledQ::Z·2)], 2);
    same_steps("y", &drawn.y.as_vec(), &[expected.y·0.as_vec(), expected.y·1.as_vec(), expected.y·2.as_vec()], 2);
    let (own_p, other_p) = (looped.p(&length), unrolled.p());
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 2);
    same_steps("y", &drawn.y.as_vec(), &[expected.y·0.as_vec(), expected.y·1.as_vec(), expected.y·2.as_vec()], 2);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec(), expected.x·2.as_vec()], 1);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
    rows_alone::<3, _>(&ragged);
    padding_is_not_read::<3, _>(&ragged, &own_by, |drawn| [drawn.z.as_vec(), drawn.y.as_vec()].concat());
}
