//! Pair 17, ragged. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<2>, Random>,
        f1: Linear<2, 2>,
        f2: Parameter<Rank1<1>, Random>,
        f3: Linear<1, 2>,
        f4: Linear<1, 2>,
        f5: Parameter<Rank1<2>, Random>,
        f6: Linear<1, 1>,
        f7: Linear<4, 1>,
        f8: Linear<2, 1>,
        f9: Linear<2, 1>,
        f10: Linear<1, 1>,
        f11: Linear<1, 2>,
        f12: Linear<2, 2>,
        f13: Linear<1, 2>,
        f14: Linear<2, 2>,
    }
    generative p(length: 0..=3, u: [3, 1]) {
        global sample w: [2] ~ Normal::new(f0.tanh(), 0.7);
        sample s: [2] ~ Bernoulli::logits(f1(w));
        let mut a = f2;
        let mut b = f2;
        for t in 0..length {
            let a_of_0 = (f3(a.clone()) + f1(s) + f1(w)).tanh();
            sample z[t]: [2] ~ Normal::new((f1(a_of_0.clone()) + f4(b.clone()) + w).tanh(), ((f1(a_of_0.clone()) + f1(w)) * 0.3).exp());
            sample x[t]: [2] ~ Bernoulli::logits((a_of_0.clone() + f3(b.clone()) + f3(a.clone()) + s + z[t] + f1(w) + f5).tanh());
            a = f6(b.clone()) + f6(a.clone()) + f6(u[t]) + f7(concat(s, x[t])) + f8(z[t]);
            b = (f9(a_of_0.clone()) + f6(b.clone()) + a.clone() + u[t] + f8(s) + f8(x[t]) + f8(z[t]) + f2).tanh();
        }
    }
    inference q(x, u, length) {
        sample w ~ Normal::new(f0.tanh(), 0.7);
        let hu = f10(u);
        for t in 0..length {
            sample z[t] ~ Normal::new((f3(total(u)) + f11(hu[t]) + f12(total(x)) + f13(u[t]) + f1(w)).tanh(), 0.7) via ScoreFunction;
        }
        sample s ~ Bernoulli::logits(f14(total(x)) + f1(w));
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<2>, Random>,
        f1: Linear<2, 2>,
        f2: Parameter<Rank1<1>, Random>,
        f3: Linear<1, 2>,
        f4: Linear<1, 2>,
        f5: Parameter<Rank1<2>, Random>,
        f6: Linear<1, 1>,
        f7: Linear<4, 1>,
        f8: Linear<2, 1>,
        f9: Linear<2, 1>,
        f10: Linear<1, 1>,
        f11: Linear<1, 2>,
        f12: Linear<2, 2>,
        f13: Linear<1, 2>,
        f14: Linear<2, 2>,
    }
    generative p(u·0: [1], u·1: [1], u·2: [1]) {
        global sample w: [2] ~ Normal::new(f0.tanh(), 0.7);
        sample s: [2] ~ Bernoulli::logits(f1(w));
        let a_v1 = f2;
        let b_v1 = f2;
        let a_of_0_v1 = (f1(s) + f3(a_v1.clone()) + f1(w)).tanh();
        sample z·0: [2] ~ Normal::new((f1(a_of_0_v1.clone()) + f4(b_v1.clone()) + w).tanh(), ((f1(a_of_0_v1.clone()) + f1(w)) * 0.3).exp());
        sample x·0: [2] ~ Bernoulli::logits((a_of_0_v1.clone() + s + z·0 + f3(b_v1.clone()) + f3(a_v1.clone()) + f1(w) + f5).tanh());
        let a_v2 = f6(u·0) + f7(concat(s, x·0)) + f8(z·0) + f6(b_v1.clone()) + f6(a_v1.clone());
        let b_v2 = (f9(a_of_0_v1.clone()) + a_v2.clone() + u·0 + f8(s) + f8(x·0) + f8(z·0) + f6(b_v1.clone()) + f2).tanh();
        let a_of_0_v2 = (f3(a_v2.clone()) + f1(s) + f1(w)).tanh();
        sample z·1: [2] ~ Normal::new((f1(a_of_0_v2.clone()) + f4(b_v2.clone()) + w).tanh(), ((f1(a_of_0_v2.clone()) + f1(w)) * 0.3).exp());
        sample x·1: [2] ~ Bernoulli::logits((a_of_0_v2.clone() + f3(b_v2.clone()) + f3(a_v2.clone()) + s + z·1 + f1(w) + f5).tanh());
        let a_v3 = f6(b_v2.clone()) + f6(a_v2.clone()) + f6(u·1) + f7(concat(s, x·1)) + f8(z·1);
        let b_v3 = (f9(a_of_0_v2.clone()) + f6(b_v2.clone()) + a_v3.clone() + u·1 + f8(s) + f8(x·1) + f8(z·1) + f2).tanh();
        let a_of_0_v3 = (f3(a_v3.clone()) + f1(s) + f1(w)).tanh();
        sample z·2: [2] ~ Normal::new((f1(a_of_0_v3.clone()) + f4(b_v3.clone()) + w).tanh(), ((f1(a_of_0_v3.clone()) + f1(w)) * 0.3).exp());
        sample x·2: [2] ~ Bernoulli::logits((a_of_0_v3.clone() + f3(b_v3.clone()) + f3(a_v3.clone()) + s + z·2 + f1(w) + f5).tanh());
        let a_v4 = f6(b_v3.clone()) + f6(a_v3.clone()) + f6(u·2) + f7(concat(s, x·2)) + f8(z·2);
        let b_v4 = (f9(a_of_0_v3.clone()) + f6(b_v3.clone()) + a_v4.clone() + u·2 + f8(s) + f8(x·2) + f8(z·2) + f2).tanh();
    }
    inference q(x·0, x·1, x·2, u·0, u·1, u·2) {
        sample w ~ Normal::new(f0.tanh(), 0.7);
        let hu_0 = f10(u·0);
        let hu_1 = f10(u·1);
        let hu_2 = f10(u·2);
        sample z·0 ~ Normal::new((f3(u·0 * 1.0 + u·1 * 2.0 + u·2 * 3.0) + f11(hu_0) + f12(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f13(u·0) + f1(w)).tanh(), 0.7) via ScoreFunction;
        sample z·1 ~ Normal::new((f3(u·0 * 1.0 + u·1 * 2.0 + u·2 * 3.0) + f11(hu_1) + f12(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f13(u·1) + f1(w)).tanh(), 0.7) via ScoreFunction;
        sample z·2 ~ Normal::new((f3(u·0 * 1.0 + u·1 * 2.0 + u·2 * 3.0) + f11(hu_2) + f12(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f13(u·2) + f1(w)).tanh(), 0.7) via ScoreFunction;
        sample s ~ Bernoulli::logits(f14(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f1(w));
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(17), Unrolled::new(17));
    let x = data(Kind::Bits, 6, 0);
    let [x_0, x_1, x_2]: [Batch<(Const<2>,)>; 3] = steps(&x, 2);
    let u = data(Kind::Real, 3, 1);
    let [u_0, u_1, u_2]: [Batch<(Const<1>,)>; 3] = steps(&u, 1);
    let own_by = all_by!(looped: f0.value, f1.weight, f1.bias, f2.value, f3.weight, f3.bias, f4.weight, f4.bias, f5.value,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.weight, f14.bias);
    let other_by = all_by!(unrolled: f0.value, f1.weight, f1.bias, f2.value, f3.weight, f3.bias, f4.weight, f4.bias, f5.value,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.weight, f14.bias);
    let ragged = |lengths: &[usize; ROWS], padding: f32, key: Key| {
        let x: Batch<(Const<3>, Const<2>)> = batch(padded(&x, 3, 2, lengths, padding)).expect("rows");
        let u: Batch<(Const<3>, Const<1>)> = batch(u.clone()).expect("rows");
        let length = counts(lengths);
        looped.q(&x, &u, &length).at(key)
    };
    let length = counts(&[3; ROWS]);
    let x: Batch<(Const<3>, Const<2>)> = batch(x.clone()).expect("rows");
    let u: Batch<(Const<3>, Const<1>)> = batch(u.clone()).expect("rows");
    let own = |key: Key| looped.q(&x, &u, &length).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1, &x_2, &u_0, &u_1, &u_2).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("w", &drawn.w.as_vec(), &[expected.w.as_vec()], 2);
    same_steps("s", &drawn.s.as_vec(), &[expected.s.as_vec()], 2);
    same_marginals("s", own(KEY).marginal(LoopedQ::S), [other(KEY).marginal(UnrolledQ::S)], 2);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 2);
    let (own_p, other_p) = (looped.p(&length, &u), unrolled.p(&u_0, &u_1, &u_2));
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("w", &drawn.w.as_vec(), &[expected.w.as_vec()], 2);
    same_steps("s", &drawn.s.as_vec(), &[expected.s.as_vec()], 2);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 2);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec(), expected.x·2.as_vec()], 2);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
    rows_alone::<3, _>(&ragged);
    padding_is_not_read::<3, _>(&ragged, &own_by, |drawn| [drawn.w.as_vec(), drawn.s.as_vec(), drawn.z.as_vec()].concat());
}
