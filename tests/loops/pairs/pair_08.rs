//! Pair 8. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<1>, Random>,
        f1: Parameter<Rank1<2>, Random>,
        f2: Parameter<Rank1<1>, Random>,
        f3: Linear<1, 2>,
        f4: Linear<2, 1>,
        f5: Linear<2, 1>,
        f6: Linear<2, 2>,
        f7: Linear<2, 1>,
        f8: Parameter<Rank1<1>, Random>,
        f9: Linear<2, 2>,
    }
    generative p {
        for t in 0..3 {
            sample z[t]: [1] ~ Bernoulli::logits(f0.tanh());
            sample y[t]: [2] ~ Bernoulli::logits(f1);
        }
        let mut c = f2;
        let mut d = f0;
        for t in 0..3 {
            sample x[t]: [2] ~ Gamma::new(((f3(d.clone()) + y[t] + f3(z[t]) + f1) * 0.3).exp(), 1.5);
            c = (d.clone() + c.clone() + f4(x[t])).tanh();
            d = f4(y[t]) + z[t] + f5(x[t]);
        }
        sample r: [2] ~ Bernoulli::logits((total(y) + f3(total(z))).tanh());
    }
    inference q(x, r) {
        let hx = f6(x);
        let mut a = f1;
        for t in 0..3 {
            sample z[t] ~ Bernoulli::logits(f4(hx[t]) + f7(x[t]) + f8);
            sample y[t] ~ Bernoulli::logits(f3(z[t]) + hx[t] + f6(x[t])) via ScoreFunction;
            a = (f6(a.clone()) + f9(hx[t]) + r + y[t] + f3(z[t])).tanh();
        }
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<1>, Random>,
        f1: Parameter<Rank1<2>, Random>,
        f2: Parameter<Rank1<1>, Random>,
        f3: Linear<1, 2>,
        f4: Linear<2, 1>,
        f5: Linear<2, 1>,
        f6: Linear<2, 2>,
        f7: Linear<2, 1>,
        f8: Parameter<Rank1<1>, Random>,
        f9: Linear<2, 2>,
    }
    generative p {
        sample z·0: [1] ~ Bernoulli::logits(f0.tanh());
        sample y·0: [2] ~ Bernoulli::logits(f1);
        sample z·1: [1] ~ Bernoulli::logits(f0.tanh());
        sample y·1: [2] ~ Bernoulli::logits(f1);
        sample z·2: [1] ~ Bernoulli::logits(f0.tanh());
        sample y·2: [2] ~ Bernoulli::logits(f1);
        let c_v1 = f2;
        let d_v1 = f0;
        sample x·0: [2] ~ Gamma::new(((y·0 + f3(z·0) + f3(d_v1.clone()) + f1) * 0.3).exp(), 1.5);
        let c_v2 = (f4(x·0) + d_v1.clone() + c_v1.clone()).tanh();
        let d_v2 = f4(y·0) + z·0 + f5(x·0);
        sample x·1: [2] ~ Gamma::new(((f3(d_v2.clone()) + y·1 + f3(z·1) + f1) * 0.3).exp(), 1.5);
        let c_v3 = (d_v2.clone() + c_v2.clone() + f4(x·1)).tanh();
        let d_v3 = f4(y·1) + z·1 + f5(x·1);
        sample x·2: [2] ~ Gamma::new(((f3(d_v3.clone()) + y·2 + f3(z·2) + f1) * 0.3).exp(), 1.5);
        let c_v4 = (d_v3.clone() + c_v3.clone() + f4(x·2)).tanh();
        let d_v4 = f4(y·2) + z·2 + f5(x·2);
        sample r: [2] ~ Bernoulli::logits(((y·0 * 1.0 + y·1 * 2.0 + y·2 * 3.0) + f3(z·0 * 1.0 + z·1 * 2.0 + z·2 * 3.0)).tanh());
    }
    inference q(x·0, x·1, x·2, r) {
        let hx_0 = f6(x·0);
        let hx_1 = f6(x·1);
        let hx_2 = f6(x·2);
        let a_v1 = f1;
        sample z·0 ~ Bernoulli::logits(f4(hx_0) + f7(x·0) + f8);
        sample y·0 ~ Bernoulli::logits(f3(z·0) + hx_0 + f6(x·0)) via ScoreFunction;
        let a_v2 = (f9(hx_0) + r + y·0 + f3(z·0) + f6(a_v1.clone())).tanh();
        sample z·1 ~ Bernoulli::logits(f4(hx_1) + f7(x·1) + f8);
        sample y·1 ~ Bernoulli::logits(f3(z·1) + hx_1 + f6(x·1)) via ScoreFunction;
        let a_v3 = (f6(a_v2.clone()) + f9(hx_1) + r + y·1 + f3(z·1)).tanh();
        sample z·2 ~ Bernoulli::logits(f4(hx_2) + f7(x·2) + f8);
        sample y·2 ~ Bernoulli::logits(f3(z·2) + hx_2 + f6(x·2)) via ScoreFunction;
        let a_v4 = (f6(a_v3.clone()) + f9(hx_2) + r + y·2 + f3(z·2)).tanh();
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(8), Unrolled::new(8));
    let x = data(Kind::Positive, 6, 0);
    let [x_0, x_1, x_2]: [Batch<(Const<2>,)>; 3] = steps(&x, 2);
    let r = data(Kind::Bits, 2, 1);
    let own_by = all_by!(looped: f0.value, f1.value, f2.value, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.value, f9.weight, f9.bias);
    let other_by = all_by!(unrolled: f0.value, f1.value, f2.value, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.value, f9.weight, f9.bias);
    let x: Batch<(Const<3>, Const<2>)> = batch(x.clone()).expect("rows");
    let r: Batch<(Const<2>,)> = batch(r.clone()).expect("rows");
    let own = |key: Key| looped.q(&x, &r).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1, &x_2, &r).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 1);
    same_marginals("z", own(KEY).marginal(LoopedQ::Z), [other(KEY).marginal(UnrolledQ::Z·0), other(KEY).marginal(UnrolledQ::Z·1), other(KEY).marginal(UnrolledQ::Z·2)], 1);
    same_steps("y", &drawn.y.as_vec(), &[expected.y·0.as_vec(), expected.y·1.as_vec(), expected.y·2.as_vec()], 2);
    same_marginals("y", own(KEY).marginal(LoopedQ::Y), [other(KEY).marginal(UnrolledQ::Y·0), other(KEY).marginal(UnrolledQ::Y·1), other(KEY).marginal(UnrolledQ::Y·2)], 2);
    let (own_p, other_p) = (looped.p(), unrolled.p());
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 1);
    same_steps("y", &drawn.y.as_vec(), &[expected.y·0.as_vec(), expected.y·1.as_vec(), expected.y·2.as_vec()], 2);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec(), expected.x·2.as_vec()], 2);
    same_steps("r", &drawn.r.as_vec(), &[expected.r.as_vec()], 2);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
}
