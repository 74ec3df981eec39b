//! Pair 13, ragged. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<1>, Random>,
        f1: Linear<1, 2>,
        f2: Parameter<Rank1<2>, Random>,
        f3: Linear<2, 1>,
        f4: Parameter<Rank1<1>, Random>,
        f5: Parameter<Rank1<2>, Random>,
        f6: Linear<2, 2>,
        f7: Parameter<Rank1<2>, Random>,
        f8: Linear<2, 2>,
        f9: Linear<1, 2>,
        f10: Linear<2, 2>,
        f11: Linear<1, 1>,
        f12: Linear<4, 1>,
        f13: Linear<2, 2>,
        f14: Parameter<Rank1<2>, Random>,
        f15: Linear<2, 2>,
        f16: Linear<2, 2>,
        f17: Linear<4, 2>,
    }
    generative p(length: 0..=3) {
        let mut a = f0;
        for t in 0..length {
            let a_of_0 = f1(a.clone());
            sample z[t]: [2] ~ Bernoulli::logits(f2.tanh());
            a = f3(a_of_0.clone()) + a.clone() + f3(z[t]) + f4;
        }
        let mut c = f5.tanh();
        let mut d = f0;
        for t in 0..length {
            let c_of_0 = f6(c.clone()) + f7;
            sample x[t]: [2] ~ Bernoulli::logits((f8(c_of_0.clone()) + f9(d.clone()) + f10(z[t])).tanh());
            c = f1(d.clone()) + c.clone() + x[t] + f2;
            d = f3(c_of_0.clone()) + f11(d.clone()) + f3(c.clone()) + f12(concat(z[t], x[t]));
        }
    }
    inference q(x, length) {
        let hx = f13(x);
        let mut a = f3(total(x)) + f0;
        let mut b = total(x) + f14;
        for t in (0..length).rev() {
            sample z[t] ~ Bernoulli::logits(f6(b.clone()) + total(x) + f15(hx[t]) + f6(x[t])) via Enumerate;
            a = (f11(a.clone()) + f3(hx[t]) + f3(z[t])).tanh();
            b = f16(hx[t]) + f17(concat(x[t], z[t]));
        }
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<1>, Random>,
        f1: Linear<1, 2>,
        f2: Parameter<Rank1<2>, Random>,
        f3: Linear<2, 1>,
        f4: Parameter<Rank1<1>, Random>,
        f5: Parameter<Rank1<2>, Random>,
        f6: Linear<2, 2>,
        f7: Parameter<Rank1<2>, Random>,
        f8: Linear<2, 2>,
        f9: Linear<1, 2>,
        f10: Linear<2, 2>,
        f11: Linear<1, 1>,
        f12: Linear<4, 1>,
        f13: Linear<2, 2>,
        f14: Parameter<Rank1<2>, Random>,
        f15: Linear<2, 2>,
        f16: Linear<2, 2>,
        f17: Linear<4, 2>,
    }
    generative p {
        let a_v1 = f0;
        let a_of_0_v1 = f1(a_v1.clone());
        sample z·0: [2] ~ Bernoulli::logits(f2.tanh());
        let a_v2 = f3(z·0) + f3(a_of_0_v1.clone()) + a_v1.clone() + f4;
        let a_of_0_v2 = f1(a_v2.clone());
        sample z·1: [2] ~ Bernoulli::logits(f2.tanh());
        let a_v3 = f3(a_of_0_v2.clone()) + a_v2.clone() + f3(z·1) + f4;
        let a_of_0_v3 = f1(a_v3.clone());
        sample z·2: [2] ~ Bernoulli::logits(f2.tanh());
        let a_v4 = f3(a_of_0_v3.clone()) + a_v3.clone() + f3(z·2) + f4;
        let c_v1 = f5.tanh();
        let d_v1 = f0;
        let c_of_0_v1 = f6(c_v1.clone()) + f7;
        sample x·0: [2] ~ Bernoulli::logits((f10(z·0) + f8(c_of_0_v1.clone()) + f9(d_v1.clone())).tanh());
        let c_v2 = x·0 + f1(d_v1.clone()) + c_v1.clone() + f2;
        let d_v2 = f3(c_v2.clone()) + f12(concat(z·0, x·0)) + f3(c_of_0_v1.clone()) + f11(d_v1.clone());
        let c_of_0_v2 = f6(c_v2.clone()) + f7;
        sample x·1: [2] ~ Bernoulli::logits((f8(c_of_0_v2.clone()) + f9(d_v2.clone()) + f10(z·1)).tanh());
        let c_v3 = f1(d_v2.clone()) + c_v2.clone() + x·1 + f2;
        let d_v3 = f3(c_of_0_v2.clone()) + f11(d_v2.clone()) + f3(c_v3.clone()) + f12(concat(z·1, x·1));
        let c_of_0_v3 = f6(c_v3.clone()) + f7;
        sample x·2: [2] ~ Bernoulli::logits((f8(c_of_0_v3.clone()) + f9(d_v3.clone()) + f10(z·2)).tanh());
        let c_v4 = f1(d_v3.clone()) + c_v3.clone() + x·2 + f2;
        let d_v4 = f3(c_of_0_v3.clone()) + f11(d_v3.clone()) + f3(c_v4.clone()) + f12(concat(z·2, x·2));
    }
    inference q(x·0, x·1, x·2) {
        let hx_0 = f13(x·0);
        let hx_1 = f13(x·1);
        let hx_2 = f13(x·2);
        let a_v1 = f3(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f0;
        let b_v1 = (x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f14;
        sample z·2 ~ Bernoulli::logits(f6(b_v1.clone()) + (x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f15(hx_2) + f6(x·2)) via Enumerate;
        let a_v2 = (f11(a_v1.clone()) + f3(hx_2) + f3(z·2)).tanh();
        let b_v2 = f16(hx_2) + f17(concat(x·2, z·2));
        sample z·1 ~ Bernoulli::logits(f6(b_v2.clone()) + (x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f15(hx_1) + f6(x·1)) via Enumerate;
        let a_v3 = (f11(a_v2.clone()) + f3(hx_1) + f3(z·1)).tanh();
        let b_v3 = f16(hx_1) + f17(concat(x·1, z·1));
        sample z·0 ~ Bernoulli::logits(f6(b_v3.clone()) + (x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f15(hx_0) + f6(x·0)) via Enumerate;
        let a_v4 = (f11(a_v3.clone()) + f3(hx_0) + f3(z·0)).tanh();
        let b_v4 = f16(hx_0) + f17(concat(x·0, z·0));
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(13), Unrolled::new(13));
    let x = data(Kind::Bits, 6, 0);
    let [x_0, x_1, x_2]: [Batch<(Const<2>,)>; 3] = steps(&x, 2);
    let own_by = all_by!(looped: f0.value, f1.weight, f1.bias, f2.value, f3.weight, f3.bias, f4.value, f5.value,
        f6.weight, f6.bias, f7.value, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.value, f15.weight, f15.bias, f16.weight, f16.bias, f17.weight, f17.bias);
    let other_by = all_by!(unrolled: f0.value, f1.weight, f1.bias, f2.value, f3.weight, f3.bias, f4.value, f5.value,
        f6.weight, f6.bias, f7.value, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.value, f15.weight, f15.bias, f16.weight, f16.bias, f17.weight, f17.bias);
    let ragged = |lengths: &[usize; ROWS], padding: f32, key: Key| {
        let x: Batch<(Const<3>, Const<2>)> = batch(padded(&x, 3, 2, lengths, padding)).expect("rows");
        let length = counts(lengths);
        looped.q(&x, &length).at(key)
    };
    let length = counts(&[3; ROWS]);
    let x: Batch<(Const<3>, Const<2>)> = batch(x.clone()).expect("rows");
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
    let (own_p, other_p) = (looped.p(&length), unrolled.p());
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 2);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec(), expected.x·2.as_vec()], 2);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
    rows_alone::<3, _>(&ragged);
    sums_over_rows::<3, _>(&ragged, &own_by);
    padding_is_not_read::<3, _>(&ragged, &own_by, |drawn| [drawn.z.as_vec()].concat());
}
