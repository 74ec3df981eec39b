//! Pair 18. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<1>, Random>,
        f1: Linear<1, 1>,
        f2: Linear<2, 1>,
        f3: Parameter<Rank1<1>, Random>,
        f4: Linear<1, 2>,
        f5: Linear<1, 2>,
        f6: Linear<2, 2>,
        f7: Linear<2, 3>,
        f8: Linear<1, 3>,
        f9: Parameter<Rank1<1>, Random>,
        f10: Parameter<Rank1<2>, Random>,
        f11: Linear<1, 1>,
        f12: Linear<1, 1>,
        f13: Linear<2, 2>,
    }
    generative p(u: [3, 2]) {
        let mut a = f0;
        for t in 0..3 {
            sample z[t]: [1] ~ Bernoulli::logits((f1(a.clone()) + f2(u[t]) + f3).tanh());
            let a_of_1 = (f4(z[t]) + f5(a.clone()) + f6(u[t])).tanh();
            sample x[t] ~ Categorical::logits(f7(a_of_1.clone()) + f8(z[t]));
            a = (f1(a.clone()) + column(x[t]) + f1(z[t])).tanh();
        }
    }
    inference q(x, u) {
        let mut a = f9;
        let mut b = f10;
        for t in (0..3).rev() {
            sample z[t] ~ Bernoulli::logits(f1(a.clone()));
            a = f2(b.clone()) + f11(a.clone()) + f2(u[t]) + f12(z[t]) + f0;
            b = b.clone() + f13(u[t]) + f6(concat(column(x[t]), z[t]));
        }
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<1>, Random>,
        f1: Linear<1, 1>,
        f2: Linear<2, 1>,
        f3: Parameter<Rank1<1>, Random>,
        f4: Linear<1, 2>,
        f5: Linear<1, 2>,
        f6: Linear<2, 2>,
        f7: Linear<2, 3>,
        f8: Linear<1, 3>,
        f9: Parameter<Rank1<1>, Random>,
        f10: Parameter<Rank1<2>, Random>,
        f11: Linear<1, 1>,
        f12: Linear<1, 1>,
        f13: Linear<2, 2>,
    }
    generative p(u·0: [2], u·1: [2], u·2: [2]) {
        let a_v1 = f0;
        sample z·0: [1] ~ Bernoulli::logits((f2(u·0) + f1(a_v1.clone()) + f3).tanh());
        let a_of_1_v1 = (f4(z·0) + f6(u·0) + f5(a_v1.clone())).tanh();
        sample x·0 ~ Categorical::logits(f7(a_of_1_v1.clone()) + f8(z·0));
        let a_v2 = (column(x·0) + f1(z·0) + f1(a_v1.clone())).tanh();
        sample z·1: [1] ~ Bernoulli::logits((f1(a_v2.clone()) + f2(u·1) + f3).tanh());
        let a_of_1_v2 = (f4(z·1) + f5(a_v2.clone()) + f6(u·1)).tanh();
        sample x·1 ~ Categorical::logits(f7(a_of_1_v2.clone()) + f8(z·1));
        let a_v3 = (f1(a_v2.clone()) + column(x·1) + f1(z·1)).tanh();
        sample z·2: [1] ~ Bernoulli::logits((f1(a_v3.clone()) + f2(u·2) + f3).tanh());
        let a_of_1_v3 = (f4(z·2) + f5(a_v3.clone()) + f6(u·2)).tanh();
        sample x·2 ~ Categorical::logits(f7(a_of_1_v3.clone()) + f8(z·2));
        let a_v4 = (f1(a_v3.clone()) + column(x·2) + f1(z·2)).tanh();
    }
    inference q(x·0, x·1, x·2, u·0, u·1, u·2) {
        let a_v1 = f9;
        let b_v1 = f10;
        sample z·2 ~ Bernoulli::logits(f1(a_v1.clone()));
        let a_v2 = f2(u·2) + f12(z·2) + f2(b_v1.clone()) + f11(a_v1.clone()) + f0;
        let b_v2 = f13(u·2) + f6(concat(column(x·2), z·2)) + b_v1.clone();
        sample z·1 ~ Bernoulli::logits(f1(a_v2.clone()));
        let a_v3 = f2(b_v2.clone()) + f11(a_v2.clone()) + f2(u·1) + f12(z·1) + f0;
        let b_v3 = b_v2.clone() + f13(u·1) + f6(concat(column(x·1), z·1));
        sample z·0 ~ Bernoulli::logits(f1(a_v3.clone()));
        let a_v4 = f2(b_v3.clone()) + f11(a_v3.clone()) + f2(u·0) + f12(z·0) + f0;
        let b_v4 = b_v3.clone() + f13(u·0) + f6(concat(column(x·0), z·0));
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(18), Unrolled::new(18));
    let x = data(Kind::Classes, 3, 0);
    let [x_0, x_1, x_2]: [Batch<()>; 3] = steps(&x, 1);
    let u = data(Kind::Real, 6, 1);
    let [u_0, u_1, u_2]: [Batch<(Const<2>,)>; 3] = steps(&u, 2);
    let own_by = all_by!(looped: f0.value, f1.weight, f1.bias, f2.weight, f2.bias, f3.value, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.value, f10.value, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.weight, f13.bias);
    let other_by = all_by!(unrolled: f0.value, f1.weight, f1.bias, f2.weight, f2.bias, f3.value, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.value, f10.value, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.weight, f13.bias);
    let x: Batch<(Const<3>,)> = batch(x.clone()).expect("rows");
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
    same_marginals("z", own(KEY).marginal(LoopedQ::Z), [other(KEY).marginal(UnrolledQ::Z·0), other(KEY).marginal(UnrolledQ::Z·1), other(KEY).marginal(UnrolledQ::Z·2)], 1);
    let (own_p, other_p) = (looped.p(&u), unrolled.p(&u_0, &u_1, &u_2));
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 1);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec(), expected.x·2.as_vec()], 1);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
}
