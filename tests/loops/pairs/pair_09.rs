//! Pair 9, ragged. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<1>, Random>,
        f1: Parameter<Rank1<3>, Random>,
        f2: Linear<1, 2>,
        f3: Linear<3, 2>,
        f4: Linear<1, 1>,
        f5: Linear<5, 1>,
        f6: Linear<2, 1>,
        f7: Parameter<Rank1<2>, Random>,
        f8: Linear<2, 3>,
        f9: Linear<1, 3>,
        f10: Linear<1, 3>,
        f11: Linear<2, 3>,
        f12: Linear<1, 1>,
        f13: Linear<3, 1>,
        f14: Linear<2, 2>,
    }
    generative p(length: 0..=3) {
        sample s: [1] ~ Bernoulli::logits(f0);
        let mut a = f0;
        for t in 0..length {
            sample z[t]: [3] ~ OneHotCategorical::logits(f1);
            sample x[t]: [2] ~ Poisson::new(((f2(a.clone()) + f2(s) + f3(z[t])) * 0.3).exp());
            a = (f4(a.clone()) + f5(concat(x[t], z[t]))).tanh();
        }
    }
    inference q(x, length) {
        let hx = f6(x);
        let mut a = f0.tanh();
        let mut b = f7;
        for t in (0..length).rev() {
            sample z[t] ~ OneHotCategorical::logits((f8(b.clone()) + f9(a.clone()) + f10(hx[t]) + f11(x[t])).tanh()) via Relaxed;
            a = f4(a.clone()) + f12(hx[t]) + f13(z[t]);
            b = b.clone() + f14(x[t]) + f3(z[t]);
        }
        sample s ~ Bernoulli::logits(f0.tanh());
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<1>, Random>,
        f1: Parameter<Rank1<3>, Random>,
        f2: Linear<1, 2>,
        f3: Linear<3, 2>,
        f4: Linear<1, 1>,
        f5: Linear<5, 1>,
        f6: Linear<2, 1>,
        f7: Parameter<Rank1<2>, Random>,
        f8: Linear<2, 3>,
        f9: Linear<1, 3>,
        f10: Linear<1, 3>,
        f11: Linear<2, 3>,
        f12: Linear<1, 1>,
        f13: Linear<3, 1>,
        f14: Linear<2, 2>,
    }
    generative p {
        sample s: [1] ~ Bernoulli::logits(f0);
        let a_v1 = f0;
        sample z·0: [3] ~ OneHotCategorical::logits(f1);
        sample x·0: [2] ~ Poisson::new(((f2(s) + f3(z·0) + f2(a_v1.clone())) * 0.3).exp());
        let a_v2 = (f5(concat(x·0, z·0)) + f4(a_v1.clone())).tanh();
        sample z·1: [3] ~ OneHotCategorical::logits(f1);
        sample x·1: [2] ~ Poisson::new(((f2(a_v2.clone()) + f2(s) + f3(z·1)) * 0.3).exp());
        let a_v3 = (f4(a_v2.clone()) + f5(concat(x·1, z·1))).tanh();
        sample z·2: [3] ~ OneHotCategorical::logits(f1);
        sample x·2: [2] ~ Poisson::new(((f2(a_v3.clone()) + f2(s) + f3(z·2)) * 0.3).exp());
        let a_v4 = (f4(a_v3.clone()) + f5(concat(x·2, z·2))).tanh();
    }
    inference q(x·0, x·1, x·2) {
        let hx_0 = f6(x·0);
        let hx_1 = f6(x·1);
        let hx_2 = f6(x·2);
        let a_v1 = f0.tanh();
        let b_v1 = f7;
        sample z·2 ~ OneHotCategorical::logits((f10(hx_2) + f11(x·2) + f8(b_v1.clone()) + f9(a_v1.clone())).tanh()) via Relaxed;
        let a_v2 = f12(hx_2) + f13(z·2) + f4(a_v1.clone());
        let b_v2 = f14(x·2) + f3(z·2) + b_v1.clone();
        sample z·1 ~ OneHotCategorical::logits((f8(b_v2.clone()) + f9(a_v2.clone()) + f10(hx_1) + f11(x·1)).tanh()) via Relaxed;
        let a_v3 = f4(a_v2.clone()) + f12(hx_1) + f13(z·1);
        let b_v3 = b_v2.clone() + f14(x·1) + f3(z·1);
        sample z·0 ~ OneHotCategorical::logits((f8(b_v3.clone()) + f9(a_v3.clone()) + f10(hx_0) + f11(x·0)).tanh()) via Relaxed;
        let a_v4 = f4(a_v3.clone()) + f12(hx_0) + f13(z·0);
        let b_v4 = b_v3.clone() + f14(x·0) + f3(z·0);
        sample s ~ Bernoulli::logits(f0.tanh());
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(9), Unrolled::new(9));
    let x = data(Kind::Counts, 6, 0);
    let [x_0, x_1, x_2]: [Batch<(Const<2>,)>; 3] = steps(&x, 2);
    let own_by = all_by!(looped: f0.value, f1.value, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.value, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.weight, f14.bias);
    let other_by = all_by!(unrolled: f0.value, f1.value, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.value, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.weight, f14.bias);
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
    same_steps("s", &drawn.s.as_vec(), &[expected.s.as_vec()], 1);
    same_marginals("s", own(KEY).marginal(LoopedQ::S), [other(KEY).marginal(UnrolledQ::S)], 1);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 3);
    same_marginals("z", own(KEY).marginal(LoopedQ::Z), [other(KEY).marginal(UnrolledQ::Z·0), other(KEY).marginal(UnrolledQ::Z·1), other(KEY).marginal(UnrolledQ::Z·2)], 3);
    let (own_p, other_p) = (looped.p(&length), unrolled.p());
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("s", &drawn.s.as_vec(), &[expected.s.as_vec()], 1);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 3);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec(), expected.x·2.as_vec()], 2);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
    rows_alone::<3, _>(&ragged);
    sums_over_rows::<3, _>(&ragged, &own_by);
    padding_is_not_read::<3, _>(&ragged, &own_by, |drawn| [drawn.s.as_vec(), drawn.z.as_vec()].concat());
}
