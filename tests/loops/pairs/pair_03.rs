//! Pair 3, ragged. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<2>, Random>,
        f1: Parameter<Rank1<1>, Random>,
        f2: Linear<1, 1>,
        f3: Linear<2, 1>,
        f4: Linear<2, 2>,
        f5: Linear<1, 2>,
        f6: Linear<3, 1>,
        f7: Parameter<Rank1<1>, Random>,
        f8: Linear<1, 1>,
        f9: Linear<2, 1>,
        f10: Linear<2, 1>,
    }
    generative p(length: 0..=2) {
        global sample w: [2] ~ Normal::new(f0, 0.7);
        let mut a = f1;
        let mut b = f1.tanh();
        for t in (0..length).rev() {
            sample z[t]: [1] ~ Bernoulli::logits(f2(a.clone()) + f3(w));
            sample x[t]: [2] ~ Gamma::new(((f5(z[t]) + f4(w)) * 0.3).exp(), 1.5);
            a = (a.clone() + f6(concat(x[t], z[t])) + f3(w) + f7).tanh();
            b = (f8(b.clone()) + a.clone() + f9(x[t]) + z[t] + f3(w)).tanh();
        }
    }
    inference q(x, length) {
        sample w ~ Normal::new(f0.tanh(), 0.7);
        for t in (0..length).rev() {
            sample z[t] ~ Bernoulli::logits(f3(x[t]) + f10(w)) via Enumerate;
        }
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<2>, Random>,
        f1: Parameter<Rank1<1>, Random>,
        f2: Linear<1, 1>,
        f3: Linear<2, 1>,
        f4: Linear<2, 2>,
        f5: Linear<1, 2>,
        f6: Linear<3, 1>,
        f7: Parameter<Rank1<1>, Random>,
        f8: Linear<1, 1>,
        f9: Linear<2, 1>,
        f10: Linear<2, 1>,
    }
    generative p {
        global sample w: [2] ~ Normal::new(f0, 0.7);
        let a_v1 = f1;
        let b_v1 = f1.tanh();
        sample z·1: [1] ~ Bernoulli::logits(f2(a_v1.clone()) + f3(w));
        sample x·1: [2] ~ Gamma::new(((f5(z·1) + f4(w)) * 0.3).exp(), 1.5);
        let a_v2 = (f6(concat(x·1, z·1)) + a_v1.clone() + f3(w) + f7).tanh();
        let b_v2 = (a_v2.clone() + f9(x·1) + z·1 + f8(b_v1.clone()) + f3(w)).tanh();
        sample z·0: [1] ~ Bernoulli::logits(f2(a_v2.clone()) + f3(w));
        sample x·0: [2] ~ Gamma::new(((f5(z·0) + f4(w)) * 0.3).exp(), 1.5);
        let a_v3 = (a_v2.clone() + f6(concat(x·0, z·0)) + f3(w) + f7).tanh();
        let b_v3 = (f8(b_v2.clone()) + a_v3.clone() + f9(x·0) + z·0 + f3(w)).tanh();
    }
    inference q(x·0, x·1) {
        sample w ~ Normal::new(f0.tanh(), 0.7);
        sample z·1 ~ Bernoulli::logits(f3(x·1) + f10(w)) via Enumerate;
        sample z·0 ~ Bernoulli::logits(f3(x·0) + f10(w)) via Enumerate;
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(3), Unrolled::new(3));
    let x = data(Kind::Positive, 4, 0);
    let [x_0, x_1]: [Batch<(Const<2>,)>; 2] = steps(&x, 2);
    let own_by = all_by!(looped: f0.value, f1.value, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.value, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias);
    let other_by = all_by!(unrolled: f0.value, f1.value, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.value, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias);
    let ragged = |lengths: &[usize; ROWS], padding: f32, key: Key| {
        let x: Batch<(Const<2>, Const<2>)> = batch(padded(&x, 2, 2, lengths, padding)).expect("rows");
        let length = counts(lengths);
        looped.q(&x, &length).at(key)
    };
    let length = counts(&[2; ROWS]);
    let x: Batch<(Const<2>, Const<2>)> = batch(x.clone()).expect("rows");
    let own = |key: Key| looped.q(&x, &length).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("w", &drawn.w.as_vec(), &[expected.w.as_vec()], 2);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec()], 1);
    same_marginals("z", own(KEY).marginal(LoopedQ::Z), [other(KEY).marginal(UnrolledQ::Z·0), other(KEY).marginal(UnrolledQ::Z·1)], 1);
    let (own_p, other_p) = (looped.p(&length), unrolled.p());
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("w", &drawn.w.as_vec(), &[expected.w.as_vec()], 2);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec()], 1);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec()], 2);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
    rows_alone::<2, _>(&ragged);
    sums_over_rows::<2, _>(&ragged, &own_by);
    padding_is_not_read::<2, _>(&ragged, &own_by, |drawn| [drawn.w.as_vec(), drawn.z.as_vec()].concat());
}
