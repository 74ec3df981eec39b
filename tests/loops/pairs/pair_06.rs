//! Pair 6. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<2>, Random>,
        f1: Parameter<Rank1<1>, Random>,
        f2: Linear<2, 1>,
        f3: Linear<3, 2>,
        f4: Linear<2, 2>,
        f5: Linear<1, 2>,
        f6: Parameter<Rank1<2>, Random>,
        f7: Linear<1, 1>,
        f8: Linear<2, 1>,
        f9: Linear<3, 1>,
        f10: Linear<4, 2>,
    }
    generative p(u: [2, 2]) {
        let mut a = f0;
        for t in 0..2 {
            sample z[t]: [1] ~ Normal::new(f1.tanh(), ((f2(a.clone()) + f2(u[t])).tanh() * 0.3).exp());
            sample y[t]: [2] ~ Bernoulli::logits(f3(concat(z[t], u[t])));
            a = a.clone() + f4(y[t]) + f5(z[t]) + f0;
        }
        for t in 0..2 {
            sample x[t]: [2] ~ Normal::new(f4(y[t]) + f5(z[t]), (f6 * 0.3).exp());
        }
    }
    inference q(x, u) {
        let hx = f4(x);
        let mut a = f1.tanh();
        for t in 0..2 {
            sample z[t] ~ Normal::new((f7(a.clone()) + f8(total(x)) + f2(hx[t]) + f2(x[t])).tanh(), 0.7) via ScoreFunction;
            a = f7(a.clone()) + f2(hx[t]) + f2(u[t]) + f9(concat(x[t], z[t]));
        }
        for t in 0..2 {
            let c_of_0 = f5(z[t]) + total(x) + f10(concat(u[t], x[t]));
            sample y[t] ~ Bernoulli::logits((f4(total(x)) + f4(hx[t]) + f4(x[t])).tanh());
        }
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<2>, Random>,
        f1: Parameter<Rank1<1>, Random>,
        f2: Linear<2, 1>,
        f3: Linear<3, 2>,
        f4: Linear<2, 2>,
        f5: Linear<1, 2>,
        f6: Parameter<Rank1<2>, Random>,
        f7: Linear<1, 1>,
        f8: Linear<2, 1>,
        f9: Linear<3, 1>,
        f10: Linear<4, 2>,
    }
    generative p(u·0: [2], u·1: [2]) {
        let a_v1 = f0;
        sample z·0: [1] ~ Normal::new(f1.tanh(), ((f2(u·0) + f2(a_v1.clone())).tanh() * 0.3).exp());
        sample y·0: [2] ~ Bernoulli::logits(f3(concat(z·0, u·0)));
        let a_v2 = f4(y·0) + f5(z·0) + a_v1.clone() + f0;
        sample z·1: [1] ~ Normal::new(f1.tanh(), ((f2(a_v2.clone()) + f2(u·1)).tanh() * 0.3).exp());
        sample y·1: [2] ~ Bernoulli::logits(f3(concat(z·1, u·1)));
        let a_v3 = a_v2.clone() + f4(y·1) + f5(z·1) + f0;
        sample x·0: [2] ~ Normal::new(f4(y·0) + f5(z·0), (f6 * 0.3).exp());
        sample x·1: [2] ~ Normal::new(f4(y·1) + f5(z·1), (f6 * 0.3).exp());
    }
    inference q(x·0, x·1, u·0, u·1) {
        let hx_0 = f4(x·0);
        let hx_1 = f4(x·1);
        let a_v1 = f1.tanh();
        sample z·0 ~ Normal::new((f8(x·0 * 1.0 + x·1 * 2.0) + f2(hx_0) + f2(x·0) + f7(a_v1.clone())).tanh(), 0.7) via ScoreFunction;
        let a_v2 = f2(hx_0) + f2(u·0) + f9(concat(x·0, z·0)) + f7(a_v1.clone());
        sample z·1 ~ Normal::new((f7(a_v2.clone()) + f8(x·0 * 1.0 + x·1 * 2.0) + f2(hx_1) + f2(x·1)).tanh(), 0.7) via ScoreFunction;
        let a_v3 = f7(a_v2.clone()) + f2(hx_1) + f2(u·1) + f9(concat(x·1, z·1));
        let c_of_0_v1 = f5(z·0) + (x·0 * 1.0 + x·1 * 2.0) + f10(concat(u·0, x·0));
        sample y·0 ~ Bernoulli::logits((f4(x·0 * 1.0 + x·1 * 2.0) + f4(hx_0) + f4(x·0)).tanh());
        let c_of_0_v2 = f5(z·1) + (x·0 * 1.0 + x·1 * 2.0) + f10(concat(u·1, x·1));
        sample y·1 ~ Bernoulli::logits((f4(x·0 * 1.0 + x·1 * 2.0) + f4(hx_1) + f4(x·1)).tanh());
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(6), Unrolled::new(6));
    let x = data(Kind::Real, 4, 0);
    let [x_0, x_1]: [Batch<(Const<2>,)>; 2] = steps(&x, 2);
    let u = data(Kind::Real, 4, 1);
    let [u_0, u_1]: [Batch<(Const<2>,)>; 2] = steps(&u, 2);
    let own_by = all_by!(looped: f0.value, f1.value, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.value, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias);
    let other_by = all_by!(unrolled: f0.value, f1.value, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.value, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias);
    let x: Batch<(Const<2>, Const<2>)> = batch(x.clone()).expect("rows");
    let u: Batch<(Const<2>, Const<2>)> = batch(u.clone()).expect("rows");
    let own = |key: Key| looped.q(&x, &u).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1, &u_0, &u_1).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec()], 1);
    same_steps("y", &drawn.y.as_vec(), &[expected.y·0.as_vec(), expected.y·1.as_vec()], 2);
    same_marginals("y", own(KEY).marginal(LoopedQ::Y), [other(KEY).marginal(UnrolledQ::Y·0), other(KEY).marginal(UnrolledQ::Y·1)], 2);
    let (own_p, other_p) = (looped.p(&u), unrolled.p(&u_0, &u_1));
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec()], 1);
    same_steps("y", &drawn.y.as_vec(), &[expected.y·0.as_vec(), expected.y·1.as_vec()], 2);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec()], 2);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
}
