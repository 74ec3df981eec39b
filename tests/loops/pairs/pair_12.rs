//! Pair 12. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<1>, Random>,
        f1: Linear<1, 2>,
        f2: Linear<2, 1>,
        f3: Linear<2, 2>,
        f4: Linear<1, 1>,
        f5: Linear<2, 2>,
        f6: Linear<1, 2>,
        f7: Linear<1, 2>,
        f8: Linear<2, 1>,
        f9: Linear<1, 2>,
    }
    generative p(u: [2, 1]) {
        sample s: [1] ~ Bernoulli::logits(f0.tanh());
        for t in 0..2 {
            let a_of_0 = f1(u[t]) + f1(s);
            sample z[t]: [1] ~ Gamma::new(((f2(a_of_0.clone()) + u[t] + f0) * 0.3).exp(), 1.5);
            sample x[t]: [2] ~ Gamma::new(((f3(a_of_0.clone()) + f1(s) + f1(z[t])) * 0.3).exp(), 1.5);
        }
    }
    inference q(x, u) {
        let hu = f4(u);
        let mut a = (f1(total(u)) + total(x)).tanh();
        for t in (0..2).rev() {
            let a_of_0 = f5(a.clone()) + f6(total(u)) + total(x) + f7(u[t]) + f3(x[t]);
            sample z[t] ~ Gamma::new(((f2(a_of_0.clone()) + f8(a.clone()) + f4(u[t]) + f2(x[t])).tanh() * 0.3).exp(), 1.5);
            a = (f3(a.clone()) + f1(hu[t]) + f9(u[t]) + f1(z[t])).tanh();
        }
        sample s ~ Bernoulli::logits((f4(total(z)) + f4(total(u))).tanh());
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<1>, Random>,
        f1: Linear<1, 2>,
        f2: Linear<2, 1>,
        f3: Linear<2, 2>,
        f4: Linear<1, 1>,
        f5: Linear<2, 2>,
        f6: Linear<1, 2>,
        f7: Linear<1, 2>,
        f8: Linear<2, 1>,
        f9: Linear<1, 2>,
    }
    generative p(u·0: [1], u·1: [1]) {
        sample s: [1] ~ Bernoulli::logits(f0.tanh());
        let a_of_0_v1 = f1(u·0) + f1(s);
        sample z·0: [1] ~ Gamma::new(((f2(a_of_0_v1.clone()) + u·0 + f0) * 0.3).exp(), 1.5);
        sample x·0: [2] ~ Gamma::new(((f3(a_of_0_v1.clone()) + f1(s) + f1(z·0)) * 0.3).exp(), 1.5);
        let a_of_0_v2 = f1(u·1) + f1(s);
        sample z·1: [1] ~ Gamma::new(((f2(a_of_0_v2.clone()) + u·1 + f0) * 0.3).exp(), 1.5);
        sample x·1: [2] ~ Gamma::new(((f3(a_of_0_v2.clone()) + f1(s) + f1(z·1)) * 0.3).exp(), 1.5);
    }
    inference q(x·0, x·1, u·0, u·1) {
        let hu_0 = f4(u·0);
        let hu_1 = f4(u·1);
        let a_v1 = (f1(u·0 * 1.0 + u·1 * 2.0) + (x·0 * 1.0 + x·1 * 2.0)).tanh();
        let a_of_0_v1 = f5(a_v1.clone()) + f6(u·0 * 1.0 + u·1 * 2.0) + (x·0 * 1.0 + x·1 * 2.0) + f7(u·1) + f3(x·1);
        sample z·1 ~ Gamma::new(((f2(a_of_0_v1.clone()) + f8(a_v1.clone()) + f4(u·1) + f2(x·1)).tanh() * 0.3).exp(), 1.5);
        let a_v2 = (f3(a_v1.clone()) + f1(hu_1) + f9(u·1) + f1(z·1)).tanh();
        let a_of_0_v2 = f5(a_v2.clone()) + f6(u·0 * 1.0 + u·1 * 2.0) + (x·0 * 1.0 + x·1 * 2.0) + f7(u·0) + f3(x·0);
        sample z·0 ~ Gamma::new(((f2(a_of_0_v2.clone()) + f8(a_v2.clone()) + f4(u·0) + f2(x·0)).tanh() * 0.3).exp(), 1.5);
        let a_v3 = (f3(a_v2.clone()) + f1(hu_0) + f9(u·0) + f1(z·0)).tanh();
        sample s ~ Bernoulli::logits((f4(z·0 * 1.0 + z·1 * 2.0) + f4(u·0 * 1.0 + u·1 * 2.0)).tanh());
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(12), Unrolled::new(12));
    let x = data(Kind::Positive, 4, 0);
    let [x_0, x_1]: [Batch<(Const<2>,)>; 2] = steps(&x, 2);
    let u = data(Kind::Real, 2, 1);
    let [u_0, u_1]: [Batch<(Const<1>,)>; 2] = steps(&u, 1);
    let own_by = all_by!(looped: f0.value, f1.weight, f1.bias, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias);
    let other_by = all_by!(unrolled: f0.value, f1.weight, f1.bias, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias);
    let x: Batch<(Const<2>, Const<2>)> = batch(x.clone()).expect("rows");
    let u: Batch<(Const<2>, Const<1>)> = batch(u.clone()).expect("rows");
    let own = |key: Key| looped.q(&x, &u).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1, &u_0, &u_1).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("s", &drawn.s.as_vec(), &[expected.s.as_vec()], 1);
    same_marginals("s", own(KEY).marginal(LoopedQ::S), [other(KEY).marginal(UnrolledQ::S)], 1);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec()], 1);
    let (own_p, other_p) = (looped.p(&u), unrolled.p(&u_0, &u_1));
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("s", &drawn.s.as_vec(), &[expected.s.as_vec()], 1);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec()], 1);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec()], 2);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
}
