//! Pair 16. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<1>, Random>,
        f1: Linear<1, 2>,
        f2: Linear<1, 2>,
        f3: Linear<2, 2>,
        f4: Linear<1, 1>,
        f5: Linear<2, 1>,
        f6: Linear<2, 1>,
        f7: Parameter<Rank1<2>, Random>,
        f8: Parameter<Rank1<1>, Random>,
        f9: Linear<2, 2>,
        f10: Linear<4, 1>,
    }
    generative p {
        let mut a = f0;
        for t in 0..3 {
            sample z[t]: [2] ~ Gamma::new((f1(a.clone()).tanh() * 0.3).exp(), 1.5);
            sample x[t]: [2] ~ Normal::new(f2(a.clone()) + f3(z[t]), (f1(a.clone()) * 0.3).exp());
            a = f4(a.clone()) + f5(x[t]) + f6(z[t]);
        }
    }
    inference q(x) {
        let mut a = f7;
        let mut b = f8;
        for t in (0..3).rev() {
            sample z[t] ~ Gamma::new(((f1(b.clone()) + f9(total(x)) + f3(x[t])).tanh() * 0.3).exp(), 1.5) via Rloo;
            a = (f3(a.clone()) + f3(total(x)) + x[t] + f3(z[t])).tanh();
            b = (b.clone() + f5(a.clone()) + f10(concat(x[t], z[t]))).tanh();
        }
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<1>, Random>,
        f1: Linear<1, 2>,
        f2: Linear<1, 2>,
        f3: Linear<2, 2>,
        f4: Linear<1, 1>,
        f5: Linear<2, 1>,
        f6: Linear<2, 1>,
        f7: Parameter<Rank1<2>, Random>,
        f8: Parameter<Rank1<1>, Random>,
        f9: Linear<2, 2>,
        f10: Linear<4, 1>,
    }
    generative p {
        let a_v1 = f0;
        sample z·0: [2] ~ Gamma::new((f1(a_v1.clone()).tanh() * 0.3).exp(), 1.5);
        sample x·0: [2] ~ Normal::new(f3(z·0) + f2(a_v1.clone()), (f1(a_v1.clone()) * 0.3).exp());
        let a_v2 = f5(x·0) + f6(z·0) + f4(a_v1.clone());
        sample z·1: [2] ~ Gamma::new((f1(a_v2.clone()).tanh() * 0.3).exp(), 1.5);
        sample x·1: [2] ~ Normal::new(f2(a_v2.clone()) + f3(z·1), (f1(a_v2.clone()) * 0.3).exp());
        let a_v3 = f4(a_v2.clone()) + f5(x·1) + f6(z·1);
        sample z·2: [2] ~ Gamma::new((f1(a_v3.clone()).tanh() * 0.3).exp(), 1.5);
        sample x·2: [2] ~ Normal::new(f2(a_v3.clone()) + f3(z·2), (f1(a_v3.clone()) * 0.3).exp());
        let a_v4 = f4(a_v3.clone()) + f5(x·2) + f6(z·2);
    }
    inference q(x·0, x·1, x·2) {
        let a_v1 = f7;
        let b_v1 = f8;
        sample z·2 ~ Gamma::new(((f9(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f3(x·2) + f1(b_v1.clone())).tanh() * 0.3).exp(), 1.5) via Rloo;
        let a_v2 = (f3(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + x·2 + f3(z·2) + f3(a_v1.clone())).tanh();
        let b_v2 = (f5(a_v2.clone()) + f10(concat(x·2, z·2)) + b_v1.clone()).tanh();
        sample z·1 ~ Gamma::new(((f1(b_v2.clone()) + f9(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f3(x·1)).tanh() * 0.3).exp(), 1.5) via Rloo;
        let a_v3 = (f3(a_v2.clone()) + f3(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + x·1 + f3(z·1)).tanh();
        let b_v3 = (b_v2.clone() + f5(a_v3.clone()) + f10(concat(x·1, z·1))).tanh();
        sample z·0 ~ Gamma::new(((f1(b_v3.clone()) + f9(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f3(x·0)).tanh() * 0.3).exp(), 1.5) via Rloo;
        let a_v4 = (f3(a_v3.clone()) + f3(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + x·0 + f3(z·0)).tanh();
        let b_v4 = (b_v3.clone() + f5(a_v4.clone()) + f10(concat(x·0, z·0))).tanh();
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(16), Unrolled::new(16));
    let x = data(Kind::Real, 6, 0);
    let [x_0, x_1, x_2]: [Batch<(Const<2>,)>; 3] = steps(&x, 2);
    let own_by = all_by!(looped: f0.value, f1.weight, f1.bias, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.value, f8.value, f9.weight, f9.bias, f10.weight, f10.bias);
    let other_by = all_by!(unrolled: f0.value, f1.weight, f1.bias, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.value, f8.value, f9.weight, f9.bias, f10.weight, f10.bias);
    let x: Batch<(Const<3>, Const<2>)> = batch(x.clone()).expect("rows");
    let own = |key: Key| looped.q(&x).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1, &x_2).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 2);
    let (own_p, other_p) = (looped.p(), unrolled.p());
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 2);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec(), expected.x·2.as_vec()], 2);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
}
