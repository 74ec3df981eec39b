//! Pair 20. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<1>, Random>,
        f1: Parameter<Rank1<1>, Random>,
        f2: Linear<1, 1>,
        f3: Parameter<Rank1<2>, Random>,
        f4: Linear<2, 1>,
        f5: Linear<1, 1>,
        f6: Linear<1, 2>,
        f7: Linear<2, 2>,
        f8: Linear<2, 1>,
        f9: Linear<1, 1>,
        f10: Linear<1, 2>,
        f11: Linear<2, 2>,
        f12: Linear<3, 2>,
        f13: Linear<1, 3>,
        f14: Parameter<Rank1<1>, Random>,
        f15: Linear<1, 2>,
        f16: Linear<1, 1>,
        f17: Linear<1, 1>,
        f18: Linear<1, 2>,
        f19: Linear<1, 2>,
        f20: Parameter<Rank1<2>, Random>,
    }
    generative p(u: [2, 2]) {
        global sample w: [1] ~ Normal::new(f0, (f1.tanh() * 0.3).exp());
        let mut a = f2(w);
        let mut b = f3.tanh();
        for t in (0..2).rev() {
            sample z[t]: [1] ~ Bernoulli::logits((f4(b.clone()) + f5(a.clone()) + f4(u[t])).tanh());
            let a_of_1 = f6(z[t]) + f7(b.clone()) + f6(w) + f3;
            sample y[t]: [1] ~ Bernoulli::logits((f4(a_of_1.clone()) + f2(z[t]) + f4(b.clone()) + f4(u[t]) + w).tanh());
            a = f8(a_of_1.clone()) + f4(b.clone()) + f9(y[t]) + f2(z[t]);
            b = f10(a.clone()) + f11(u[t]) + f6(y[t]) + f6(z[t]) + f6(w);
        }
        let mut c = f0;
        for t in 0..2 {
            let c_of_0 = f12(concat(z[t], u[t])) + f3;
            sample x[t] ~ Categorical::logits(f13(y[t]) + f13(z[t]) + f13(w));
            c = c.clone() + f4(concat(z[t], column(x[t])));
        }
    }
    inference q(x, u) {
        sample w ~ Normal::new(f14, 0.7);
        let mut a = f3;
        let mut b = f15(w).tanh();
        for t in (0..2).rev() {
            sample z[t] ~ Bernoulli::logits(f4(b.clone()) + f16(column(x[t])) + f17(w)) via ScoreFunction;
            sample y[t] ~ Bernoulli::logits((f2(z[t]) + f4(b.clone()) + f2(column(x[t])) + f0).tanh()) via Enumerate;
            a = f7(b.clone()) + f7(a.clone()) + f18(column(x[t])) + f19(y[t]) + f6(z[t]) + f6(w) + f20;
            b = (b.clone() + f7(concat(y[t], z[t])) + f6(w)).tanh();
        }
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<1>, Random>,
        f1: Parameter<Rank1<1>, Random>,
        f2: Linear<1, 1>,
        f3: Parameter<Rank1<2>, Random>,
        f4: Linear<2, 1>,
        f5: Linear<1, 1>,
        f6: Linear<1, 2>,
        f7: Linear<2, 2>,
        f8: Linear<2, 1>,
        f9: Linear<1, 1>,
        f10: Linear<1, 2>,
        f11: Linear<2, 2>,
        f12: Linear<3, 2>,
        f13: Linear<1, 3>,
        f14: Parameter<Rank1<1>, Random>,
        f15: Linear<1, 2>,
        f16: Linear<1, 1>,
        f17: Linear<1, 1>,
        f18: Linear<1, 2>,
        f19: Linear<1, 2>,
        f20: Parameter<Rank1<2>, Random>,
    }
    generative p(u·0: [2], u·1: [2]) {
        global sample w: [1] ~ Normal::new(f0, (f1.tanh() * 0.3).exp());
        let a_v1 = f2(w);
        let b_v1 = f3.tanh();
        sample z·1: [1] ~ Bernoulli::logits((f4(u·1) + f4(b_v1.clone()) + f5(a_v1.clone())).tanh());
        let a_of_1_v1 = f6(z·1) + f7(b_v1.clone()) + f6(w) + f3;
        sample y·1: [1] ~ Bernoulli::logits((f4(a_of_1_v1.clone()) + f2(z·1) + f4(u·1) + f4(b_v1.clone()) + w).tanh());
        let a_v2 = f8(a_of_1_v1.clone()) + f9(y·1) + f2(z·1) + f4(b_v1.clone());
        let b_v2 = f10(a_v2.clone()) + f11(u·1) + f6(y·1) + f6(z·1) + f6(w);
        sample z·0: [1] ~ Bernoulli::logits((f4(b_v2.clone()) + f5(a_v2.clone()) + f4(u·0)).tanh());
        let a_of_1_v2 = f6(z·0) + f7(b_v2.clone()) + f6(w) + f3;
        sample y·0: [1] ~ Bernoulli::logits((f4(a_of_1_v2.clone()) + f2(z·0) + f4(b_v2.clone()) + f4(u·0) + w).tanh());
        let a_v3 = f8(a_of_1_v2.clone()) + f4(b_v2.clone()) + f9(y·0) + f2(z·0);
        let b_v3 = f10(a_v3.clone()) + f11(u·0) + f6(y·0) + f6(z·0) + f6(w);
        let c_v1 = f0;
        let c_of_0_v1 = f12(concat(z·0, u·0)) + f3;
        sample x·0 ~ Categorical::logits(f13(y·0) + f13(z·0) + f13(w));
        let c_v2 = f4(concat(z·0, column(x·0))) + c_v1.clone();
        let c_of_0_v2 = f12(concat(z·1, u·1)) + f3;
        sample x·1 ~ Categorical::logits(f13(y·1) + f13(z·1) + f13(w));
        let c_v3 = c_v2.clone() + f4(concat(z·1, column(x·1)));
    }
    inference q(x·0, x·1, u·0, u·1) {
        sample w ~ Normal::new(f14, 0.7);
        let a_v1 = f3;
        let b_v1 = f15(w).tanh();
        sample z·1 ~ Bernoulli::logits(f16(column(x·1)) + f4(b_v1.clone()) + f17(w)) via ScoreFunction;
        sample y·1 ~ Bernoulli::logits((f2(z·1) + f2(column(x·1)) + f4(b_v1.clone()) + f0).tanh()) via Enumerate;
        let a_v2 = f18(column(x·1)) + f19(y·1) + f6(z·1) + f7(b_v1.clone()) + f7(a_v1.clone()) + f6(w) + f20;
        let b_v2 = (f7(concat(y·1, z·1)) + b_v1.clone() + f6(w)).tanh();
        sample z·0 ~ Bernoulli::logits(f4(b_v2.clone()) + f16(column(x·0)) + f17(w)) via ScoreFunction;
        sample y·0 ~ Bernoulli::logits((f2(z·0) + f4(b_v2.clone()) + f2(column(x·0)) + f0).tanh()) via Enumerate;
        let a_v3 = f7(b_v2.clone()) + f7(a_v2.clone()) + f18(column(x·0)) + f19(y·0) + f6(z·0) + f6(w) + f20;
        let b_v3 = (b_v2.clone() + f7(concat(y·0, z·0)) + f6(w)).tanh();
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(20), Unrolled::new(20));
    let x = data(Kind::Classes, 2, 0);
    let [x_0, x_1]: [Batch<()>; 2] = steps(&x, 1);
    let u = data(Kind::Real, 4, 1);
    let [u_0, u_1]: [Batch<(Const<2>,)>; 2] = steps(&u, 2);
    let own_by = all_by!(looped: f0.value, f1.value, f2.weight, f2.bias, f3.value, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.value, f15.weight, f15.bias, f16.weight, f16.bias, f17.weight, f17.bias,
        f18.weight, f18.bias, f19.weight, f19.bias, f20.value);
    let other_by = all_by!(unrolled: f0.value, f1.value, f2.weight, f2.bias, f3.value, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.value, f15.weight, f15.bias, f16.weight, f16.bias, f17.weight, f17.bias,
        f18.weight, f18.bias, f19.weight, f19.bias, f20.value);
    let x: Batch<(Const<2>,)> = batch(x.clone()).expect("rows");
    let u: Batch<(Const<2>, Const<2>)> = batch(u.clone()).expect("rows");
    let own = |key: Key| looped.q(&x, &u).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1, &u_0, &u_1).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("w", &drawn.w.as_vec(), &[expected.w.as_vec()], 1);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec()], 1);
    same_marginals("z", own(KEY).marginal(LoopedQ::Z), [other(KEY).marginal(UnrolledQ::Z·0), other(KEY).marginal(UnrolledQ::Z·1)], 1);
    same_steps("y", &drawn.y.as_vec(), &[expected.y·0.as_vec(), expected.y·1.as_vec()], 1);
    same_marginals("y", own(KEY).marginal(LoopedQ::Y), [other(KEY).marginal(UnrolledQ::Y·0), other(KEY).marginal(UnrolledQ::Y·1)], 1);
    let (own_p, other_p) = (looped.p(&u), unrolled.p(&u_0, &u_1));
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("w", &drawn.w.as_vec(), &[expected.w.as_vec()], 1);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec()], 1);
    same_steps("y", &drawn.y.as_vec(), &[expected.y·0.as_vec(), expected.y·1.as_vec()], 1);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec()], 1);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
}
