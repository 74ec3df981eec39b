//! Pair 21, ragged. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<2>, Random>,
        f1: Parameter<Rank1<2>, Random>,
        f2: Linear<2, 2>,
        f3: Linear<2, 1>,
        f4: Linear<1, 1>,
        f5: Linear<1, 2>,
        f6: Linear<2, 2>,
        f7: Linear<3, 1>,
        f8: Linear<1, 2>,
        f9: Linear<2, 2>,
        f10: Linear<2, 2>,
        f11: Parameter<Rank1<1>, Random>,
        f12: Linear<2, 1>,
        f13: Linear<1, 2>,
        f14: Linear<2, 2>,
    }
    generative p(length: 0..=3, u: [3, 1]) {
        sample s: [2] ~ Bernoulli::logits(f0);
        let mut a = f1;
        let mut b = f2(s).tanh();
        for t in 0..length {
            sample z[t]: [1] ~ Gamma::new(((f3(b.clone()) + f4(u[t])).tanh() * 0.3).exp(), 1.5);
            sample y[t]: [1] ~ Bernoulli::logits(f3(b.clone()) + f3(s));
            let a_of_2 = (f5(z[t]) + f6(b.clone()) + a.clone() + f2(s)).tanh();
            sample x[t]: [1] ~ Bernoulli::logits((f3(a_of_2.clone()) + f7(concat(s, y[t])) + z[t]).tanh());
            a = (f2(a.clone()) + f8(x[t]) + f2(concat(y[t], z[t]))).tanh();
            b = f9(a_of_2.clone()) + f2(a.clone()) + f2(s) + f10(concat(x[t], y[t])) + f5(z[t]);
        }
        sample r: [2] ~ Bernoulli::logits(f5(total(y)) + f5(total(z)));
    }
    inference q(x, r, u, length) {
        for t in (0..length).rev() {
            sample z[t] ~ Gamma::new(((total(x) + f4(u[t]) + f3(r) + f4(x[t])) * 0.3).exp(), 1.5) via ScoreFunction;
        }
        let mut c = f11;
        for t in 0..length {
            sample y[t] ~ Bernoulli::logits((f4(c.clone()) + z[t] + f4(total(x)) + f12(r) + x[t]).tanh());
            c = (f3(concat(z[t], x[t])) + f4(y[t])).tanh();
        }
        sample s ~ Bernoulli::logits(f13(total(y)) + f5(total(z)) + f14(r));
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<2>, Random>,
        f1: Parameter<Rank1<2>, Random>,
        f2: Linear<2, 2>,
        f3: Linear<2, 1>,
        f4: Linear<1, 1>,
        f5: Linear<1, 2>,
        f6: Linear<2, 2>,
        f7: Linear<3, 1>,
        f8: Linear<1, 2>,
        f9: Linear<2, 2>,
        f10: Linear<2, 2>,
        f11: Parameter<Rank1<1>, Random>,
        f12: Linear<2, 1>,
        f13: Linear<1, 2>,
        f14: Linear<2, 2>,
    }
    generative p(u·0: [1], u·1: [1], u·2: [1]) {
        sample s: [2] ~ Bernoulli::logits(f0);
        let a_v1 = f1;
        let b_v1 = f2(s).tanh();
        sample z·0: [1] ~ Gamma::new(((f3(b_v1.clone()) + f4(u·0)).tanh() * 0.3).exp(), 1.5);
        sample y·0: [1] ~ Bernoulli::logits(f3(b_v1.clone()) + f3(s));
        let a_of_2_v1 = (f5(z·0) + f6(b_v1.clone()) + f2(s) + a_v1.clone()).tanh();
        sample x·0: [1] ~ Bernoulli::logits((f3(a_of_2_v1.clone()) + f7(concat(s, y·0)) + z·0).tanh());
        let a_v2 = (f8(x·0) + f2(concat(y·0, z·0)) + f2(a_v1.clone())).tanh();
        let b_v2 = f9(a_of_2_v1.clone()) + f2(a_v2.clone()) + f2(s) + f10(concat(x·0, y·0)) + f5(z·0);
        sample z·1: [1] ~ Gamma::new(((f3(b_v2.clone()) + f4(u·1)).tanh() * 0.3).exp(), 1.5);
        sample y·1: [1] ~ Bernoulli::logits(f3(b_v2.clone()) + f3(s));
        let a_of_2_v2 = (f5(z·1) + f6(b_v2.clone()) + a_v2.clone() + f2(s)).tanh();
        sample x·1: [1] ~ Bernoulli::logits((f3(a_of_2_v2.clone()) + f7(concat(s, y·1)) + z·1).tanh());
        let a_v3 = (f2(a_v2.clone()) + f8(x·1) + f2(concat(y·1, z·1))).tanh();
        let b_v3 = f9(a_of_2_v2.clone()) + f2(a_v3.clone()) + f2(s) + f10(concat(x·1, y·1)) + f5(z·1);
        sample z·2: [1] ~ Gamma::new(((f3(b_v3.clone()) + f4(u·2)).tanh() * 0.3).exp(), 1.5);
        sample y·2: [1] ~ Bernoulli::logits(f3(b_v3.clone()) + f3(s));
        let a_of_2_v3 = (f5(z·2) + f6(b_v3.clone()) + a_v3.clone() + f2(s)).tanh();
        sample x·2: [1] ~ Bernoulli::logits((f3(a_of_2_v3.clone()) + f7(concat(s, y·2)) + z·2).tanh());
        let a_v4 = (f2(a_v3.clone()) + f8(x·2) + f2(concat(y·2, z·2))).tanh();
        let b_v4 = f9(a_of_2_v3.clone()) + f2(a_v4.clone()) + f2(s) + f10(concat(x·2, y·2)) + f5(z·2);
        sample r: [2] ~ Bernoulli::logits(f5(y·0 * 1.0 + y·1 * 2.0 + y·2 * 3.0) + f5(z·0 * 1.0 + z·1 * 2.0 + z·2 * 3.0));
    }
    inference q(x·0, x·1, x·2, r, u·0, u·1, u·2) {
        sample z·2 ~ Gamma::new((((x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f4(u·2) + f3(r) + f4(x·2)) * 0.3).exp(), 1.5) via ScoreFunction;
        sample z·1 ~ Gamma::new((((x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f4(u·1) + f3(r) + f4(x·1)) * 0.3).exp(), 1.5) via ScoreFunction;
        sample z·0 ~ Gamma::new((((x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f4(u·0) + f3(r) + f4(x·0)) * 0.3).exp(), 1.5) via ScoreFunction;
        let c_v1 = f11;
        sample y·0 ~ Bernoulli::logits((z·0 + f4(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f12(r) + x·0 + f4(c_v1.clone())).tanh());
        let c_v2 = (f3(concat(z·0, x·0)) + f4(y·0)).tanh();
        sample y·1 ~ Bernoulli::logits((f4(c_v2.clone()) + z·1 + f4(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f12(r) + x·1).tanh());
        let c_v3 = (f3(concat(z·1, x·1)) + f4(y·1)).tanh();
        sample y·2 ~ Bernoulli::logits((f4(c_v3.clone()) + z·2 + f4(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f12(r) + x·2).tanh());
        let c_v4 = (f3(concat(z·2, x·2)) + f4(y·2)).tanh();
        sample s ~ Bernoulli::logits(f13(y·0 * 1.0 + y·1 * 2.0 + y·2 * 3.0) + f5(z·0 * 1.0 + z·1 * 2.0 + z·2 * 3.0) + f14(r));
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(21), Unrolled::new(21));
    let x = data(Kind::Bits, 3, 0);
    let [x_0, x_1, x_2]: [Batch<(Const<1>,)>; 3] = steps(&x, 1);
    let r = data(Kind::Bits, 2, 1);
    let u = data(Kind::Real, 3, 2);
    let [u_0, u_1, u_2]: [Batch<(Const<1>,)>; 3] = steps(&u, 1);
    let own_by = all_by!(looped: f0.value, f1.value, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias, f11.value,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.weight, f14.bias);
    let other_by = all_by!(unrolled: f0.value, f1.value, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias, f11.value,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.weight, f14.bias);
    let ragged = |lengths: &[usize; ROWS], padding: f32, key: Key| {
        let x: Batch<(Const<3>, Const<1>)> = batch(padded(&x, 3, 1, lengths, padding)).expect("rows");
        let r: Batch<(Const<2>,)> = batch(r.clone()).expect("rows");
        let u: Batch<(Const<3>, Const<1>)> = batch(u.clone()).expect("rows");
        let length = counts(lengths);
        looped.q(&x, &r, &u, &length).at(key)
    };
    let length = counts(&[3; ROWS]);
    let x: Batch<(Const<3>, Const<1>)> = batch(x.clone()).expect("rows");
    let r: Batch<(Const<2>,)> = batch(r.clone()).expect("rows");
    let u: Batch<(Const<3>, Const<1>)> = batch(u.clone()).expect("rows");
    let own = |key: Key| looped.q(&x, &r, &u, &length).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1, &x_2, &r, &u_0, &u_1, &u_2).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("s", &drawn.s.as_vec(), &[expected.s.as_vec()], 2);
    same_marginals("s", own(KEY).marginal(LoopedQ::S), [other(KEY).marginal(UnrolledQ::S)], 2);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 1);
    same_steps("y", &drawn.y.as_vec(), &[expected.y·0.as_vec(), expected.y·1.as_vec(), expected.y·2.as_vec()], 1);
    same_marginals("y", own(KEY).marginal(LoopedQ::Y), [other(KEY).marginal(UnrolledQ::Y·0), other(KEY).marginal(UnrolledQ::Y·1), other(KEY).marginal(UnrolledQ::Y·2)], 1);
    let (own_p, other_p) = (looped.p(&length, &u), unrolled.p(&u_0, &u_1, &u_2));
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("s", &drawn.s.as_vec(), &[expected.s.as_vec()], 2);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 1);
    same_steps("y", &drawn.y.as_vec(), &[expected.y·0.as_vec(), expected.y·1.as_vec(), expected.y·2.as_vec()], 1);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec(), expected.x·2.as_vec()], 1);
    same_steps("r", &drawn.r.as_vec(), &[expected.r.as_vec()], 2);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
    rows_alone::<3, _>(&ragged);
    padding_is_not_read::<3, _>(&ragged, &own_by, |drawn| [drawn.s.as_vec(), drawn.z.as_vec(), drawn.y.as_vec()].concat());
}
