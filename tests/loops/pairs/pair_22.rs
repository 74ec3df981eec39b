//! Pair 22. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<2>, Random>,
        f1: Linear<2, 1>,
        f2: Linear<1, 2>,
        f3: Linear<2, 2>,
        f4: Linear<2, 1>,
        f5: Linear<1, 1>,
        f6: Parameter<Rank1<2>, Random>,
        f7: Linear<1, 2>,
        f8: Parameter<Rank1<1>, Random>,
        f9: Linear<1, 1>,
        f10: Linear<2, 2>,
        f11: Linear<1, 2>,
    }
    generative p {
        global sample w: [2] ~ Normal::new(f0, 0.7);
        for t in 0..2 {
            sample z[t]: [2] ~ Bernoulli::logits(f0);
            sample y[t]: [1] ~ Gamma::new((f1(w).tanh() * 0.3).exp(), 1.5);
            let a_of_2 = f2(y[t]) + f3(w);
            sample x[t]: [1] ~ Bernoulli::logits(f5(y[t]) + f1(z[t]) + f4(w));
        }
    }
    inference q(x) {
        sample w ~ Normal::new(f6, (f0.tanh() * 0.3).exp());
        for t in (0..2).rev() {
            let a_of_0 = f7(x[t]).tanh();
            sample z[t] ~ Bernoulli::logits(a_of_0.clone());
        }
        let mut c = f8.tanh();
        let mut d = f0;
        for t in 0..2 {
            let c_of_0 = f2(c.clone()) + f2(x[t]);
            sample y[t] ~ Gamma::new(((f1(c_of_0.clone()) + f1(d.clone()) + f9(c.clone()) + f1(w)).tanh() * 0.3).exp(), 1.5) via Rloo;
            c = f1(c_of_0.clone()) + c.clone() + f1(concat(x[t], y[t]));
            d = (f3(c_of_0.clone()) + f3(d.clone()) + f2(c.clone()) + f2(x[t]) + f11(y[t]) + f10(w)).tanh();
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
        f4: Linear<2, 1>,
        f5: Linear<1, 1>,
        f6: Parameter<Rank1<2>, Random>,
        f7: Linear<1, 2>,
        f8: Parameter<Rank1<1>, Random>,
        f9: Linear<1, 1>,
        f10: Linear<2, 2>,
        f11: Linear<1, 2>,
    }
    generative p {
        global sample w: [2] ~ Normal::new(f0, 0.7);
        sample z·0: [2] ~ Bernoulli::logits(f0);
        sample y·0: [1] ~ Gamma::new((f1(w).tanh() * 0.3).exp(), 1.5);
        let a_of_2_v1 = f2(y·0) + f3(w);
        sample x·0: [1] ~ Bernoulli::logits(f5(y·0) + f1(z·0) + f4(w));
        sample z·1: [2] ~ Bernoulli::logits(f0);
        sample y·1: [1] ~ Gamma::new((f1(w).tanh() * 0.3).exp(), 1.5);
        let a_of_2_v2 = f2(y·1) + f3(w);
        sample x·1: [1] ~ Bernoulli::logits(f5(y·1) + f1(z·1) + f4(w));
    }
    inference q(x·0, x·1) {
        sample w ~ Normal::new(f6, (f0.tanh() * 0.3).exp());
        let a_of_0_v1 = f7(x·1).tanh();
        sample z·1 ~ Bernoulli::logits(a_of_0_v1.clone());
        let a_of_0_v2 = f7(x·0).tanh();
        sample z·0 ~ Bernoulli::logits(a_of_0_v2.clone());
        let c_v1 = f8.tanh();
        let d_v1 = f0;
        let c_of_0_v1 = f2(x·0) + f2(c_v1.clone());
        sample y·0 ~ Gamma::new(((f1(c_of_0_v1.clone()) + f1(d_v1.clone()) + f9(c_v1.clone()) + f1(w)).tanh() * 0.3).exp(), 1.5) via Rloo;
        let c_v2 = f1(c_of_0_v1.clone()) + f1(concat(x·0, y·0)) + c_v1.clone();
        let d_v2 = (f3(c_of_0_v1.clone()) + f2(c_v2.clone()) + f2(x·0) + f11(y·0) + f3(d_v1.clone()) + f10(w)).tanh();
        let c_of_0_v2 = f2(c_v2.clone()) + f2(x·1);
        sample y·1 ~ Gamma::new(((f1(c_of_0_v2.clone()) + f1(d_v2.clone()) + f9(c_v2.clone()) + f1(w)).tanh() * 0.3).exp(), 1.5) via Rloo;
        let c_v3 = f1(c_of_0_v2.clone()) + c_v2.clone() + f1(concat(x·1, y·1));
        let d_v3 = (f3(c_of_0_v2.clone()) + f3(d_v2.clone()) + f2(c_v3.clone()) + f2(x·1) + f11(y·1) + f10(w)).tanh();
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(22), Unrolled::new(22));
    let x = data(Kind::Bits, 2, 0);
    let [x_0, x_1]: [Batch<(Const<1>,)>; 2] = steps(&x, 1);
    let own_by = all_by!(looped: f0.value, f1.weight, f1.bias, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.value, f7.weight, f7.bias, f8.value, f9.weight, f9.bias, f10.weight, f10.bias, f11.weight, f11.bias);
    let other_by = all_by!(unrolled: f0.value, f1.weight, f1.bias, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.value, f7.weight, f7.bias, f8.value, f9.weight, f9.bias, f10.weight, f10.bias, f11.weight, f11.bias);
    let x: Batch<(Const<2>, Const<1>)> = batch(x.clone()).expect("rows");
    let own = |key: Key| looped.q(&x).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("w", &drawn.w.as_vec(), &[expected.w.as_vec()], 2);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec()], 2);
    same_marginals("z", own(KEY).marginal(LoopedQ::Z), [other(KEY).marginal(UnrolledQ::Z·0), other(KEY).marginal(UnrolledQ::Z·1)], 2);
    same_steps("y", &drawn.y.as_vec(), &[expected.y·0.as_vec(), expected.y·1.as_vec()], 1);
    let (own_p, other_p) = (looped.p(), unrolled.p());
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("w", &drawn.w.as_vec(), &[expected.w.as_vec()], 2);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec()], 2);
    same_steps("y", &drawn.y.as_vec(), &[expected.y·0.as_vec(), expected.y·1.as_vec()], 1);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec()], 1);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
}
