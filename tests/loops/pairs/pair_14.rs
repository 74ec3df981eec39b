//! Pair 14. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<2>, Random>,
        f1: Linear<2, 1>,
        f2: Linear<1, 2>,
        f3: Linear<2, 2>,
        f4: Parameter<Rank1<2>, Random>,
        f5: Linear<2, 1>,
        f6: Linear<2, 1>,
        f7: Linear<1, 1>,
        f8: Linear<3, 2>,
        f9: Linear<2, 2>,
        f10: Linear<2, 1>,
        f11: Parameter<Rank1<1>, Random>,
        f12: Linear<1, 1>,
        f13: Linear<2, 1>,
        f14: Linear<2, 1>,
        f15: Linear<2, 1>,
        f16: Parameter<Rank1<2>, Random>,
        f17: Linear<1, 2>,
        f18: Linear<1, 1>,
        f19: Linear<1, 2>,
        f20: Linear<1, 2>,
    }
    generative p(u: [3, 2]) {
        let mut a = f0;
        for t in 0..3 {
            sample z[t]: [1] ~ Normal::new((f1(a.clone()) + f1(u[t])).tanh(), 0.7);
            let a_of_1 = (f2(z[t]) + f3(a.clone()) + f4).tanh();
            sample y[t]: [1] ~ Bernoulli::logits((f5(a_of_1.clone()) + z[t] + f1(a.clone()) + f1(u[t])).tanh());
            sample x[t]: [1] ~ Poisson::new(((f6(a_of_1.clone()) + f1(a.clone()) + f7(y[t]) + z[t]) * 0.3).exp());
            a = (f3(a_of_1.clone()) + f3(a.clone()) + f8(concat(u[t], x[t])) + f9(concat(y[t], z[t]))).tanh();
        }
    }
    inference q(x, u) {
        let hu = f10(u);
        let mut a = f11;
        for t in (0..3).rev() {
            sample z[t] ~ Normal::new((f12(a.clone()) + f1(total(u)) + hu[t]).tanh(), ((f7(a.clone()) + f7(hu[t]) + f13(u[t]) + x[t]) * 0.3).exp());
            a = (f7(a.clone()) + f14(total(u)) + f15(u[t]) + f7(z[t])).tanh();
        }
        let mut c = f16;
        for t in 0..3 {
            let c_of_0 = f2(z[t]) + total(u) + f17(hu[t]) + f2(x[t]);
            sample y[t] ~ Bernoulli::logits(f1(c_of_0.clone()) + f1(c.clone()) + f18(z[t]) + f1(total(u)) + f7(x[t]) + f11) via Enumerate;
            c = f19(hu[t]) + u[t] + f20(y[t]);
        }
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<2>, Random>,
        f1: Linear<2, 1>,
        f2: Linear<1, 2>,
        f3: Linear<2, 2>,
        f4: Parameter<Rank1<2>, Random>,
        f5: Linear<2, 1>,
        f6: Linear<2, 1>,
        f7: Linear<1, 1>,
        f8: Linear<3, 2>,
        f9: Linear<2, 2>,
        f10: Linear<2, 1>,
        f11: Parameter<Rank1<1>, Random>,
        f12: Linear<1, 1>,
        f13: Linear<2, 1>,
        f14: Linear<2, 1>,
        f15: Linear<2, 1>,
        f16: Parameter<Rank1<2>, Random>,
        f17: Linear<1, 2>,
        f18: Linear<1, 1>,
        f19: Linear<1, 2>,
        f20: Linear<1, 2>,
    }
    generative p(u·0: [2], u·1: [2], u·2: [2]) {
        let a_v1 = f0;
        sample z·0: [1] ~ Normal::new((f1(u·0) + f1(a_v1.clone())).tanh(), 0.7);
        let a_of_1_v1 = (f2(z·0) + f3(a_v1.clone()) + f4).tanh();
        sample y·0: [1] ~ Bernoulli::logits((f5(a_of_1_v1.clone()) + z·0 + f1(u·0) + f1(a_v1.clone())).tanh());
        sample x·0: [1] ~ Poisson::new(((f6(a_of_1_v1.clone()) + f7(y·0) + z·0 + f1(a_v1.clone())) * 0.3).exp());
        let a_v2 = (f3(a_of_1_v1.clone()) + f8(concat(u·0, x·0)) + f9(concat(y·0, z·0)) + f3(a_v1.clone())).tanh();
        sample z·1: [1] ~ Normal::new((f1(a_v2.clone()) + f1(u·1)).tanh(), 0.7);
        let a_of_1_v2 = (f2(z·1) + f3(a_v2.clone()) + f4).tanh();
        sample y·1: [1] ~ Bernoulli::logits((f5(a_of_1_v2.clone()) + z·1 + f1(a_v2.clone()) + f1(u·1)).tanh());
        sample x·1: [1] ~ Poisson::new(((f6(a_of_1_v2.clone()) + f1(a_v2.clone()) + f7(y·1) + z·1) * 0.3).exp());
        let a_v3 = (f3(a_of_1_v2.clone()) + f3(a_v2.clone()) + f8(concat(u·1, x·1)) + f9(concat(y·1, z·1))).tanh();
        sample z·2: [1] ~ Normal::new((f1(a_v3.clone()) + f1(u·2)).tanh(), 0.7);
        let a_of_1_v3 = (f2(z·2) + f3(a_v3.clone()) + f4).tanh();
        sample y·2: [1] ~ Bernoulli::logits((f5(a_of_1_v3.clone()) + z·2 + f1(a_v3.clone()) + f1(u·2)).tanh());
        sample x·2: [1] ~ Poisson::new(((f6(a_of_1_v3.clone()) + f1(a_v3.clone()) + f7(y·2) + z·2) * 0.3).exp());
        let a_v4 = (f3(a_of_1_v3.clone()) + f3(a_v3.clone()) + f8(concat(u·2, x·2)) + f9(concat(y·2, z·2))).tanh();
    }
    inference q(x·0, x·1, x·2, u·0, u·1, u·2) {
        let hu_0 = f10(u·0);
        let hu_1 = f10(u·1);
        let hu_2 = f10(u·2);
        let a_v1 = f11;
        sample z·2 ~ Normal::new((f1(u·0 * 1.0 + u·1 * 2.0 + u·2 * 3.0) + hu_2 + f12(a_v1.clone())).tanh(), ((f7(hu_2) + f13(u·2) + x·2 + f7(a_v1.clone())) * 0.3).exp());
        let a_v2 = (f14(u·0 * 1.0 + u·1 * 2.0 + u·2 * 3.0) + f15(u·2) + f7(z·2) + f7(a_v1.clone())).tanh();
        sample z·1 ~ Normal::new((f12(a_v2.clone()) + f1(u·0 * 1.0 + u·1 * 2.0 + u·2 * 3.0) + hu_1).tanh(), ((f7(a_v2.clone()) + f7(hu_1) + f13(u·1) + x·1) * 0.3).exp());
        let a_v3 = (f7(a_v2.clone()) + f14(u·0 * 1.0 + u·1 * 2.0 + u·2 * 3.0) + f15(u·1) + f7(z·1)).tanh();
        sample z·0 ~ Normal::new((f12(a_v3.clone()) + f1(u·0 * 1.0 + u·1 * 2.0 + u·2 * 3.0) + hu_0).tanh(), ((f7(a_v3.clone()) + f7(hu_0) + f13(u·0) + x·0) * 0.3).exp());
        let a_v4 = (f7(a_v3.clone()) + f14(u·0 * 1.0 + u·1 * 2.0 + u·2 * 3.0) + f15(u·0) + f7(z·0)).tanh();
        let c_v1 = f16;
        let c_of_0_v1 = f2(z·0) + (u·0 * 1.0 + u·1 * 2.0 + u·2 * 3.0) + f17(hu_0) + f2(x·0);
        sample y·0 ~ Bernoulli::logits(f1(c_of_0_v1.clone()) + f18(z·0) + f1(u·0 * 1.0 + u·1 * 2.0 + u·2 * 3.0) + f7(x·0) + f1(c_v1.clone()) + f11) via Enumerate;
        let c_v2 = f19(hu_0) + u·0 + f20(y·0);
        let c_of_0_v2 = f2(z·1) + (u·0 * 1.0 + u·1 * 2.0 + u·2 * 3.0) + f17(hu_1) + f2(x·1);
        sample y·1 ~ Bernoulli::logits(f1(c_of_0_v2.clone()) + f1(c_v2.clone()) + f18(z·1) + f1(u·0 * 1.0 + u·1 * 2.0 + u·2 * 3.0) + f7(x·1) + f11) via Enumerate;
        let c_v3 = f19(hu_1) + u·1 + f20(y·1);
        let c_of_0_v3 = f2(z·2) + (u·0 * 1.0 + u·1 * 2.0 + u·2 * 3.0) + f17(hu_2) + f2(x·2);
        sample y·2 ~ Bernoulli::logits(f1(c_of_0_v3.clone()) + f1(c_v3.clone()) + f18(z·2) + f1(u·0 * 1.0 + u·1 * 2.0 + u·2 * 3.0) + f7(x·2) + f11) via Enumerate;
        let c_v4 = f19(hu_2) + u·2 + f20(y·2);
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(14), Unrolled::new(14));
    let x = data(Kind::Counts, 3, 0);
    let [x_0, x_1, x_2]: [Batch<(Const<1>,)>; 3] = steps(&x, 1);
    let u = data(Kind::Real, 6, 1);
    let [u_0, u_1, u_2]: [Batch<(Const<2>,)>; 3] = steps(&u, 2);
    let own_by = all_by!(looped: f0.value, f1.weight, f1.bias, f2.weight, f2.bias, f3.weight, f3.bias, f4.value, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias, f11.value,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.weight, f14.bias, f15.weight, f15.bias, f16.value, f17.weight, f17.bias,
        f18.weight, f18.bias, f19.weight, f19.bias, f20.weight, f20.bias);
    let other_by = all_by!(unrolled: f0.value, f1.weight, f1.bias, f2.weight, f2.bias, f3.weight, f3.bias, f4.value, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias, f11.value,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.weight, f14.bias, f15.weight, f15.bias, f16.value, f17.weight, f17.bias,
        f18.weight, f18.bias, f19.weight, f19.bias, f20.weight, f20.bias);
    let x: Batch<(Const<3>, Const<1>)> = batch(x.clone()).expect("rows");
    let u: Batch<(Const<3>, Const<2>)> = batch(u.clone()).expect("rows");
    let own = |key: Key| looped.q(&x, &u).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1, &x_2, &u_0, &u_1, &u_2).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 1);
    same_steps("y", &drawn.y.as_vec(), &[expected.y·0.as_vec(), expected.y·1.as_vec(), expected.y·2.as_vec()], 1);
    same_marginals("y", own(KEY).marginal(LoopedQ::Y), [other(KEY).marginal(UnrolledQ::Y·0), other(KEY).marginal(UnrolledQ::Y·1), other(KEY).marginal(UnrolledQ::Y·2)], 1);
    let (own_p, other_p) = (looped.p(&u), unrolled.p(&u_0, &u_1, &u_2));
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 1);
    same_steps("y", &drawn.y.as_vec(), &[expected.y·0.as_vec(), expected.y·1.as_vec(), expected.y·2.as_vec()], 1);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec(), expected.x·2.as_vec()], 1);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
}
