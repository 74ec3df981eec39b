//! Pair 5, ragged. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<2>, Random>,
        f1: Linear<2, 1>,
        f2: Parameter<Rank1<1>, Random>,
        f3: Linear<1, 3>,
        f4: Linear<2, 3>,
        f5: Linear<2, 2>,
        f6: Linear<1, 2>,
        f7: Linear<3, 2>,
        f8: Linear<1, 1>,
        f9: Linear<3, 1>,
        f10: Linear<1, 3>,
        f11: Linear<1, 3>,
        f12: Linear<1, 3>,
        f13: Parameter<Rank1<3>, Random>,
        f14: Linear<3, 1>,
        f15: Linear<3, 1>,
        f16: Linear<2, 1>,
    }
    generative p(length: 0..=3, u: [3, 1]) {
        global sample w: [2] ~ Normal::new(f0, (f0 * 0.3).exp());
        sample s: [1] ~ Normal::new(f1(w), (f2.tanh() * 0.3).exp());
        for t in (0..length).rev() {
            sample z[t]: [3] ~ OneHotCategorical::logits((f3(s) + f4(w)).tanh());
            let a_of_1 = f5(concat(u[t], s)).tanh();
            sample x[t]: [2] ~ Bernoulli::logits((a_of_1.clone() + f6(s) + f7(z[t]) + f5(w) + f0).tanh());
        }
        sample r: [1] ~ Bernoulli::logits(f8(s) + f9(total(z)));
    }
    inference q(x, r, u, length) {
        sample w ~ Normal::new(f0, 0.7);
        let hx = f1(x);
        let hu = f8(u);
        let mut a = f2;
        for t in 0..length {
            sample z[t] ~ OneHotCategorical::logits(f10(a.clone()) + f11(hu[t]) + f3(hx[t]) + f12(u[t]) + f4(w) + f13);
            a = (f8(a.clone()) + f8(u[t]) + r + f1(x[t]) + f14(z[t]) + f1(w)).tanh();
        }
        sample s ~ Normal::new(f15(total(z)) + f8(r) + f16(w), 0.7);
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<2>, Random>,
        f1: Linear<2, 1>,
        f2: Parameter<Rank1<1>, Random>,
        f3: Linear<1, 3>,
        f4: Linear<2, 3>,
        f5: Linear<2, 2>,
        f6: Linear<1, 2>,
        f7: Linear<3, 2>,
        f8: Linear<1, 1>,
        f9: Linear<3, 1>,
        f10: Linear<1, 3>,
        f11: Linear<1, 3>,
        f12: Linear<1, 3>,
        f13: Parameter<Rank1<3>, Random>,
        f14: Linear<3, 1>,
        f15: Linear<3, 1>,
        f16: Linear<2, 1>,
    }
    generative p(u·0: [1], u·1: [1], u·2: [1]) {
        global sample w: [2] ~ Normal::new(f0, (f0 * 0.3).exp());
        sample s: [1] ~ Normal::new(f1(w), (f2.tanh() * 0.3).exp());
        sample z·2: [3] ~ OneHotCategorical::logits((f3(s) + f4(w)).tanh());
        let a_of_1_v1 = f5(concat(u·2, s)).tanh();
        sample x·2: [2] ~ Bernoulli::logits((a_of_1_v1.clone() + f6(s) + f7(z·2) + f5(w) + f0).tanh());
        sample z·1: [3] ~ OneHotCategorical::logits((f3(s) + f4(w)).tanh());
        let a_of_1_v2 = f5(concat(u·1, s)).tanh();
        sample x·1: [2] ~ Bernoulli::logits((a_of_1_v2.clone() + f6(s) + f7(z·1) + f5(w) + f0).tanh());
        sample z·0: [3] ~ OneHotCategorical::logits((f3(s) + f4(w)).tanh());
        let a_of_1_v3 = f5(concat(u·0, s)).tanh();
        sample x·0: [2] ~ Bernoulli::logits((a_of_1_v3.clone() + f6(s) + f7(z·0) + f5(w) + f0).tanh());
        sample r: [1] ~ Bernoulli::logits(f8(s) + f9(z·0 * 1.0 + z·1 * 2.0 + z·2 * 3.0));
    }
    inference q(x·0, x·1, x·2, r, u·0, u·1, u·2) {
        sample w ~ Normal::new(f0, 0.7);
        let hx_0 = f1(x·0);
        let hx_1 = f1(x·1);
        let hx_2 = f1(x·2);
        let hu_0 = f8(u·0);
        let hu_1 = f8(u·1);
        let hu_2 = f8(u·2);
        let a_v1 = f2;
        sample z·0 ~ OneHotCategorical::logits(f11(hu_0) + f3(hx_0) + f12(u·0) + f10(a_v1.clone()) + f4(w) + f13);
        let a_v2 = (f8(u·0) + r + f1(x·0) + f14(z·0) + f8(a_v1.clone()) + f1(w)).tanh();
        sample z·1 ~ OneHotCategorical::logits(f10(a_v2.clone()) + f11(hu_1) + f3(hx_1) + f12(u·1) + f4(w) + f13);
        let a_v3 = (f8(a_v2.clone()) + f8(u·1) + r + f1(x·1) + f14(z·1) + f1(w)).tanh();
        sample z·2 ~ OneHotCategorical::logits(f10(a_v3.clone()) + f11(hu_2) + f3(hx_2) + f12(u·2) + f4(w) + f13);
        let a_v4 = (f8(a_v3.clone()) + f8(u·2) + r + f1(x·2) + f14(z·2) + f1(w)).tanh();
        sample s ~ Normal::new(f15(z·0 * 1.0 + z·1 * 2.0 + z·2 * 3.0) + f8(r) + f16(w), 0.7);
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(5), Unrolled::new(5));
    let x = data(Kind::Bits, 6, 0);
    let [x_0, x_1, x_2]: [Batch<(Const<2>,)>; 3] = steps(&x, 2);
    let r = data(Kind::Bits, 1, 1);
    let u = data(Kind::Real, 3, 2);
    let [u_0, u_1, u_2]: [Batch<(Const<1>,)>; 3] = steps(&u, 1);
    let own_by = all_by!(looped: f0.value, f1.weight, f1.bias, f2.value, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.value, f14.weight, f14.bias, f15.weight, f15.bias, f16.weight, f16.bias);
    let other_by = all_by!(unrolled: f0.value, f1.weight, f1.bias, f2.value, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.value, f14.weight, f14.bias, f15.weight, f15.bias, f16.weight, f16.bias);
    let ragged = |lengths: &[usize; ROWS], padding: f32, key: Key| {
        let x: Batch<(Const<3>, Const<2>)> = batch(padded(&x, 3, 2, lengths, padding)).expect("rows");
        let r: Batch<(Const<1>,)> = batch(r.clone()).expect("rows");
        let u: Batch<(Const<3>, Const<1>)> = batch(u.clone()).expect("rows");
        let length = counts(lengths);
        looped.q(&x, &r, &u, &length).at(key)
    };
    let length = counts(&[3; ROWS]);
    let x: Batch<(Const<3>, Const<2>)> = batch(x.clone()).expect("rows");
    let r: Batch<(Const<1>,)> = batch(r.clone()).expect("rows");
    let u: Batch<(Const<3>, Const<1>)> = batch(u.clone()).expect("rows");
    let own = |key: Key| looped.q(&x, &r, &u, &length).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1, &x_2, &r, &u_0, &u_1, &u_2).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("w", &drawn.w.as_vec(), &[expected.w.as_vec()], 2);
    same_steps("s", &drawn.s.as_vec(), &[expected.s.as_vec()], 1);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 3);
    same_marginals("z", own(KEY).marginal(LoopedQ::Z), [other(KEY).marginal(UnrolledQ::Z·0), other(KEY).marginal(UnrolledQ::Z·1), other(KEY).marginal(UnrolledQ::Z·2)], 3);
    let (own_p, other_p) = (looped.p(&length, &u), unrolled.p(&u_0, &u_1, &u_2));
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("w", &drawn.w.as_vec(), &[expected.w.as_vec()], 2);
    same_steps("s", &drawn.s.as_vec(), &[expected.s.as_vec()], 1);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 3);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec(), expected.x·2.as_vec()], 2);
    same_steps("r", &drawn.r.as_vec(), &[expected.r.as_vec()], 1);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
    rows_alone::<3, _>(&ragged);
    sums_over_rows::<3, _>(&ragged, &own_by);
    padding_is_not_read::<3, _>(&ragged, &own_by, |drawn| [drawn.w.as_vec(), drawn.s.as_vec(), drawn.z.as_vec()].concat());
}
