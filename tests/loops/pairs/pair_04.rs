//! Pair 4. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Linear<2, 1>,
        f1: Parameter<Rank1<2>, Random>,
        f2: Linear<2, 2>,
        f3: Linear<1, 1>,
        f4: Linear<1, 2>,
        f5: Linear<2, 2>,
        f6: Parameter<Rank1<2>, Random>,
        f7: Linear<4, 2>,
        f8: Linear<1, 2>,
        f9: Parameter<Rank1<2>, Random>,
        f10: Parameter<Rank1<1>, Random>,
        f11: Linear<4, 2>,
        f12: Linear<2, 1>,
        f13: Linear<2, 1>,
        f14: Linear<3, 1>,
    }
    generative p(u: [3, 2]) {
        let uh = f0(u);
        let mut a = f1;
        for t in 0..3 {
            let a_of_0 = f2(a.clone());
            sample z[t]: [2] ~ Normal::new(a.clone(), 0.7);
            sample y[t]: [1] ~ Gamma::new(((f0(z[t]) + f3(uh[t])) * 0.3).exp(), 1.5);
            sample x[t]: [2] ~ Bernoulli::logits((a.clone() + f4(uh[t]) + f4(y[t]) + f5(z[t]) + f6).tanh());
            a = f4(uh[t]) + f7(concat(u[t], x[t])) + f8(y[t]) + f2(z[t]) + f9;
        }
    }
    inference q(x, u) {
        let mut a = f10;
        for t in 0..3 {
            sample z[t] ~ Normal::new((f2(total(x)) + f11(concat(u[t], x[t]))).tanh(), 0.7);
            sample y[t] ~ Gamma::new(((a.clone() + f12(total(x))).tanh() * 0.3).exp(), 1.5);
            a = a.clone() + f0(total(x)) + f13(x[t]) + f14(concat(y[t], z[t]));
        }
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Linear<2, 1>,
        f1: Parameter<Rank1<2>, Random>,
        f2: Linear<2, 2>,
        f3: Linear<1, 1>,
        f4: Linear<1, 2>,
        f5: Linear<2, 2>,
        f6: Parameter<Rank1<2>, Random>,
        f7: Linear<4, 2>,
        f8: Linear<1, 2>,
        f9: Parameter<Rank1<2>, Random>,
        f10: Parameter<Rank1<1>, Random>,
        f11: Linear<4, 2>,
        f12: Linear<2, 1>,
        f13: Linear<2, 1>,
        f14: Linear<3, 1>,
    }
    generative p(u·0: [2], u·1: [2], u·2: [2]) {
        let uh_0 = f0(u·0);
        let uh_1 = f0(u·1);
        let uh_2 = f0(u·2);
        let a_v1 = f1;
        let a_of_0_v1 = f2(a_v1.clone());
        sample z·0: [2] ~ Normal::new(a_v1.clone(), 0.7);
        sample y·0: [1] ~ Gamma::new(((f0(z·0) + f3(uh_0)) * 0.3).exp(), 1.5);
        sample x·0: [2] ~ Bernoulli::logits((f4(uh_0) + f4(y·0) + f5(z·0) + a_v1.clone() + f6).tanh());
        let a_v2 = f4(uh_0) + f7(concat(u·0, x·0)) + f8(y·0) + f2(z·0) + f9;
        let a_of_0_v2 = f2(a_v2.clone());
        sample z·1: [2] ~ Normal::new(a_v2.clone(), 0.7);
        sample y·1: [1] ~ Gamma::new(((f0(z·1) + f3(uh_1)) * 0.3).exp(), 1.5);
        sample x·1: [2] ~ Bernoulli::logits((a_v2.clone() + f4(uh_1) + f4(y·1) + f5(z·1) + f6).tanh());
        let a_v3 = f4(uh_1) + f7(concat(u·1, x·1)) + f8(y·1) + f2(z·1) + f9;
        let a_of_0_v3 = f2(a_v3.clone());
        sample z·2: [2] ~ Normal::new(a_v3.clone(), 0.7);
        sample y·2: [1] ~ Gamma::new(((f0(z·2) + f3(uh_2)) * 0.3).exp(), 1.5);
        sample x·2: [2] ~ Bernoulli::logits((a_v3.clone() + f4(uh_2) + f4(y·2) + f5(z·2) + f6).tanh());
        let a_v4 = f4(uh_2) + f7(concat(u·2, x·2)) + f8(y·2) + f2(z·2) + f9;
    }
    inference q(x·0, x·1, x·2, u·0, u·1, u·2) {
        let a_v1 = f10;
        sample z·0 ~ Normal::new((f2(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f11(concat(u·0, x·0))).tanh(), 0.7);
        sample y·0 ~ Gamma::new(((f12(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + a_v1.clone()).tanh() * 0.3).exp(), 1.5);
        let a_v2 = f0(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f13(x·0) + f14(concat(y·0, z·0)) + a_v1.clone();
        sample z·1 ~ Normal::new((f2(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f11(concat(u·1, x·1))).tanh(), 0.7);
        sample y·1 ~ Gamma::new(((a_v2.clone() + f12(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0)).tanh() * 0.3).exp(), 1.5);
        let a_v3 = a_v2.clone() + f0(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f13(x·1) + f14(concat(y·1, z·1));
        sample z·2 ~ Normal::new((f2(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f11(concat(u·2, x·2))).tanh(), 0.7);
        sample y·2 ~ Gamma::new(((a_v3.clone() + f12(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0)).tanh() * 0.3).exp(), 1.5);
        let a_v4 = a_v3.clone() + f0(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f13(x·2) + f14(concat(y·2, z·2));
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(4), Unrolled::new(4));
    let x = data(Kind::Bits, 6, 0);
    let [x_0, x_1, x_2]: [Batch<(Const<2>,)>; 3] = steps(&x, 2);
    let u = data(Kind::Real, 6, 1);
    let [u_0, u_1, u_2]: [Batch<(Const<2>,)>; 3] = steps(&u, 2);
    let own_by = all_by!(looped: f0.weight, f0.bias, f1.value, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.value, f7.weight, f7.bias, f8.weight, f8.bias, f9.value, f10.value, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.weight, f14.bias);
    let other_by = all_by!(unrolled: f0.weight, f0.bias, f1.value, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.value, f7.weight, f7.bias, f8.weight, f8.bias, f9.value, f10.value, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.weight, f14.bias);
    let x: Batch<(Const<3>, Const<2>)> = batch(x.clone()).expect("rows");
    let u: Batch<(Const<3>, Const<2>)> = batch(u.clone()).expect("rows");
    let own = |key: Key| looped.q(&x, &u).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1, &x_2, &u_0, &u_1, &u_2).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 2);
    same_steps("y", &drawn.y.as_vec(), &[expected.y·0.as_vec(), expected.y·1.as_vec(), expected.y·2.as_vec()], 1);
    let (own_p, other_p) = (looped.p(&u), unrolled.p(&u_0, &u_1, &u_2));
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 2);
    same_steps("y", &drawn.y.as_vec(), &[expected.y·0.as_vec(), expected.y·1.as_vec(), expected.y·2.as_vec()], 1);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec(), expected.x·2.as_vec()], 2);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
}
