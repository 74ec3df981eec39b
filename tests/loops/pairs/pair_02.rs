//! Pair 2. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Linear<2, 1>,
        f1: Linear<1, 3>,
        f2: Linear<2, 3>,
        f3: Linear<3, 2>,
        f4: Linear<1, 2>,
        f5: Linear<3, 1>,
        f6: Parameter<Rank1<1>, Random>,
        f7: Linear<3, 3>,
    }
    generative p(u: [3, 2]) {
        let uh = f0(u);
        for t in 0..3 {
            sample z[t]: [3] ~ OneHotCategorical::logits((f1(uh[t]) + f2(u[t])).tanh());
            let a_of_1 = f3(z[t]) + f4(uh[t]);
            sample x[t]: [2] ~ Normal::new(f4(uh[t]) + f3(z[t]), 0.7);
        }
        sample r: [1] ~ Bernoulli::logits((f5(total(z)) + f6).tanh());
    }
    inference q(x, r, u) {
        for t in (0..3).rev() {
            sample z[t] ~ OneHotCategorical::logits(f2(u[t]) + f7(concat(r, x[t]))) via Rloo;
        }
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Linear<2, 1>,
        f1: Linear<1, 3>,
        f2: Linear<2, 3>,
        f3: Linear<3, 2>,
        f4: Linear<1, 2>,
        f5: Linear<3, 1>,
        f6: Parameter<Rank1<1>, Random>,
        f7: Linear<3, 3>,
    }
    generative p(u·0: [2], u·1: [2], u·2: [2]) {
        let uh_0 = f0(u·0);
        let uh_1 = f0(u·1);
        let uh_2 = f0(u·2);
        sample z·0: [3] ~ OneHotCategorical::logits((f1(uh_0) + f2(u·0)).tanh());
        let a_of_1_v1 = f3(z·0) + f4(uh_0);
        sample x·0: [2] ~ Normal::new(f4(uh_0) + f3(z·0), 0.7);
        sample z·1: [3] ~ OneHotCategorical::logits((f1(uh_1) + f2(u·1)).tanh());
        let a_of_1_v2 = f3(z·1) + f4(uh_1);
        sample x·1: [2] ~ Normal::new(f4(uh_1) + f3(z·1), 0.7);
        sample z·2: [3] ~ OneHotCategorical::logits((f1(uh_2) + f2(u·2)).tanh());
        let a_of_1_v3 = f3(z·2) + f4(uh_2);
        sample x·2: [2] ~ Normal::new(f4(uh_2) + f3(z·2), 0.7);
        sample r: [1] ~ Bernoulli::logits((f5(z·0 * 1.0 + z·1 * 2.0 + z·2 * 3.0) + f6).tanh());
    }
    inference q(x·0, x·1, x·2, r, u·0, u·1, u·2) {
        sample z·2 ~ OneHotCategorical::logits(f2(u·2) + f7(concat(r, x·2))) via Rloo;
        sample z·1 ~ OneHotCategorical::logits(f2(u·1) + f7(concat(r, x·1))) via Rloo;
        sample z·0 ~ OneHotCategorical::logits(f2(u·0) + f7(concat(r, x·0))) via Rloo;
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(2), Unrolled::new(2));
    let x = data(Kind::Real, 6, 0);
    let [x_0, x_1, x_2]: [Batch<(Const<2>,)>; 3] = steps(&x, 2);
    let r = data(Kind::Bits, 1, 1);
    let u = data(Kind::Real, 6, 2);
    let [u_0, u_1, u_2]: [Batch<(Const<2>,)>; 3] = steps(&u, 2);
    let own_by = all_by!(looped: f0.weight, f0.bias, f1.weight, f1.bias, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.value, f7.weight, f7.bias);
    let other_by = all_by!(unrolled: f0.weight, f0.bias, f1.weight, f1.bias, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.value, f7.weight, f7.bias);
    let x: Batch<(Const<3>, Const<2>)> = batch(x.clone()).expect("rows");
    let r: Batch<(Const<1>,)> = batch(r.clone()).expect("rows");
    let u: Batch<(Const<3>, Const<2>)> = batch(u.clone()).expect("rows");
    let own = |key: Key| looped.q(&x, &r, &u).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1, &x_2, &r, &u_0, &u_1, &u_2).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 3);
    same_marginals("z", own(KEY).marginal(LoopedQ::Z), [other(KEY).marginal(UnrolledQ::Z·0), other(KEY).marginal(UnrolledQ::Z·1), other(KEY).marginal(UnrolledQ::Z·2)], 3);
    let (own_p, other_p) = (looped.p(&u), unrolled.p(&u_0, &u_1, &u_2));
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 3);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec(), expected.x·2.as_vec()], 2);
    same_steps("r", &drawn.r.as_vec(), &[expected.r.as_vec()], 1);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
}
