//! Pair 1, ragged. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<2>, Random>,
        f1: Linear<2, 1>,
        f2: Linear<2, 2>,
        f3: Parameter<Rank1<1>, Random>,
        f4: Linear<1, 2>,
        f5: Linear<1, 2>,
        f6: Linear<2, 2>,
        f7: Parameter<Rank1<1>, Random>,
        f8: Linear<2, 2>,
        f9: Parameter<Rank1<2>, Random>,
        f10: Linear<3, 2>,
        f11: Linear<1, 2>,
        f12: Linear<1, 2>,
    }
    generative p(length: 0..=3, u: [3, 2]) {
        global sample w: [2] ~ Normal::new(f0, 0.7);
        sample s: [1] ~ Bernoulli::logits(f1(w));
        let uh = f2(u);
        let mut a = f0;
        for t in 0..length {
            sample z[t]: [1] ~ Bernoulli::logits(f1(a.clone()) + f1(uh[t]) + f3);
            sample x[t]: [2] ~ Bernoulli::logits((f2(a.clone()) + f2(uh[t]) + f4(s) + f5(z[t]) + w).tanh());
            a = f2(a.clone()) + f2(uh[t]) + f6(u[t]) + f2(x[t]) + f4(z[t]) + w;
        }
    }
    inference q(x, u, length) {
        sample w ~ Normal::new(f0.tanh(), 0.7);
        sample s ~ Bernoulli::logits(f7.tanh());
        let mut a = f4(s) + f8(w) + f9;
        let mut b = w + f0;
        for t in (0..length).rev() {
            sample z[t] ~ Bernoulli::logits(f1(a.clone()) + f1(u[t]) + f1(x[t]));
            a = f2(b.clone()) + a.clone() + f10(concat(s, u[t])) + x[t] + f11(z[t]) + w;
            b = f2(a.clone()) + f10(concat(s, x[t])) + f12(z[t]) + f2(w) + f0;
        }
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<2>, Random>,
        f1: Linear<2, 1>,
        f2: Linear<2, 2>,
        f3: Parameter<Rank1<1>, Random>,
        f4: Linear<1, 2>,
        f5: Linear<1, 2>,
        f6: Linear<2, 2>,
        f7: Parameter<Rank1<1>, Random>,
        f8: Linear<2, 2>,
        f9: Parameter<Rank1<2>, Random>,
        f10: Linear<3, 2>,
        f11: Linear<1, 2>,
        f12: Linear<1, 2>,
    }
    generative p(u·0: [2], u·1: [2], u·2: [2]) {
        global sample w: [2] ~ Normal::new(f0, 0.7);
        sample s: [1] ~ Bernoulli::logits(f1(w));
        let uh_0 = f2(u·0);
        let uh_1 = f2(u·1);
        let uh_2 = f2(u·2);
        let a_v1 = f0;
        sample z·0: [1] ~ Bernoulli::logits(f1(uh_0) + f1(a_v1.clone()) + f3);
        sample x·0: [2] ~ Bernoulli::logits((f2(uh_0) + f4(s) + f5(z·0) + f2(a_v1.clone()) + w).tanh());
        let a_v2 = f2(uh_0) + f6(u·0) + f2(x·0) + f4(z·0) + f2(a_v1.clone()) + w;
        sample z·1: [1] ~ Bernoulli::logits(f1(a_v2.clone()) + f1(uh_1) + f3);
        sample x·1: [2] ~ Bernoulli::logits((f2(a_v2.clone()) + f2(uh_1) + f4(s) + f5(z·1) + w).tanh());
        let a_v3 = f2(a_v2.clone()) + f2(uh_1) + f6(u·1) + f2(x·1) + f4(z·1) + w;
        sample z·2: [1] ~ Bernoulli::logits(f1(a_v3.clone()) + f1(uh_2) + f3);
        sample x·2: [2] ~ Bernoulli::logits((f2(a_v3.clone()) + f2(uh_2) + f4(s) + f5(z·2) + w).tanh());
        let a_v4 = f2(a_v3.clone()) + f2(uh_2) + f6(u·2) + f2(x·2) + f4(z·2) + w;
    }
    inference q(x·0, x·1, x·2, u·0, u·1, u·2) {
        sample w ~ Normal::new(f0.tanh(), 0.7);
        sample s ~ Bernoulli::logits(f7.tanh());
        let a_v1 = f4(s) + f8(w) + f9;
        let b_v1 = w + f0;
        sample z·2 ~ Bernoulli::logits(f1(a_v1.clone()) + f1(u·2) + f1(x·2));
        let a_v2 = a_v1.clone() + f10(concat(s, u·2)) + x·2 + f11(z·2) + f2(b_v1.clone()) + w;
        let b_v2 = f2(a_v2.clone()) + f10(concat(s, x·2)) + f12(z·2) + f2(w) + f0;
        sample z·1 ~ Bernoulli::logits(f1(a_v2.clone()) + f1(u·1) + f1(x·1));
        let a_v3 = f2(b_v2.clone()) + a_v2.clone() + f10(concat(s, u·1)) + x·1 + f11(z·1) + w;
        let b_v3 = f2(a_v3.clone()) + f10(concat(s, x·1)) + f12(z·1) + f2(w) + f0;
        sample z·0 ~ Bernoulli::logits(f1(a_v3.clone()) + f1(u·0) + f1(x·0));
        let a_v4 = f2(b_v3.clone()) + a_v3.clone() + f10(concat(s, u·0)) + x·0 + f11(z·0) + w;
        let b_v4 = f2(a_v4.clone()) + f10(concat(s, x·0)) + f12(z·0) + f2(w) + f0;
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(1), Unrolled::new(1));
    let x = data(Kind::Bits, 6, 0);
    let [x_0, x_1, x_2]: [Batch<(Const<2>,)>; 3] = steps(&x, 2);
    let u = data(Kind::Real, 6, 1);
    let [u_0, u_1, u_2]: [Batch<(Const<2>,)>; 3] = steps(&u, 2);
    let own_by = all_by!(looped: f0.value, f1.weight, f1.bias, f2.weight, f2.bias, f3.value, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.value, f8.weight, f8.bias, f9.value, f10.weight, f10.bias, f11.weight, f11.bias,
        f12.weight, f12.bias);
    let other_by = all_by!(unrolled: f0.value, f1.weight, f1.bias, f2.weight, f2.bias, f3.value, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.value, f8.weight, f8.bias, f9.value, f10.weight, f10.bias, f11.weight, f11.bias,
        f12.weight, f12.bias);
    let ragged = |lengths: &[usize; ROWS], padding: f32, key: Key| {
        let x: Batch<(Const<3>, Const<2>)> = batch(padded(&x, 3, 2, lengths, padding)).expect("rows");
        let u: Batch<(Const<3>, Const<2>)> = batch(u.clone()).expect("rows");
        let length = counts(lengths);
        looped.q(&x, &u, &length).at(key)
    };
    let length = counts(&[3; ROWS]);
    let x: Batch<(Const<3>, Const<2>)> = batch(x.clone()).expect("rows");
    let u: Batch<(Const<3>, Const<2>)> = batch(u.clone()).expect("rows");
    let own = |key: Key| looped.q(&x, &u, &length).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1, &x_2, &u_0, &u_1, &u_2).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("w", &drawn.w.as_vec(), &[expected.w.as_vec()], 2);
    same_steps("s", &drawn.s.as_vec(), &[expected.s.as_vec()], 1);
    same_marginals("s", own(KEY).marginal(LoopedQ::S), [other(KEY).marginal(UnrolledQ::S)], 1);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 1);
    same_marginals("z", own(KEY).marginal(LoopedQ::Z), [other(KEY).marginal(UnrolledQ::Z·0), other(KEY).marginal(UnrolledQ::Z·1), other(KEY).marginal(UnrolledQ::Z·2)], 1);
    let (own_p, other_p) = (looped.p(&length, &u), unrolled.p(&u_0, &u_1, &u_2));
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("w", &drawn.w.as_vec(), &[expected.w.as_vec()], 2);
    same_steps("s", &drawn.s.as_vec(), &[expected.s.as_vec()], 1);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 1);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec(), expected.x·2.as_vec()], 2);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
    rows_alone::<3, _>(&ragged);
    sums_over_rows::<3, _>(&ragged, &own_by);
    padding_is_not_read::<3, _>(&ragged, &own_by, |drawn| [drawn.w.as_vec(), drawn.s.as_vec(), drawn.z.as_vec()].concat());
}
