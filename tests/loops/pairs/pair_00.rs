//! Pair 0. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<1>, Random>,
        f1: Parameter<Rank1<1>, Random>,
        f2: Parameter<Rank1<2>, Random>,
        f3: Linear<1, 1>,
        f4: Linear<1, 2>,
        f5: Parameter<Rank1<2>, Random>,
        f6: Linear<1, 3>,
        f7: Linear<2, 3>,
        f8: Linear<1, 3>,
        f9: Linear<2, 3>,
        f10: Parameter<Rank1<3>, Random>,
        f11: Linear<2, 1>,
        f12: Linear<3, 1>,
        f13: Linear<1, 2>,
        f14: Linear<1, 2>,
        f15: Linear<1, 2>,
        f16: Linear<2, 2>,
        f17: Linear<2, 1>,
        f18: Linear<2, 1>,
        f19: Linear<1, 1>,
        f20: Linear<2, 1>,
    }
    generative p {
        global sample w: [1] ~ Normal::new(f0, (f1 * 0.3).exp());
        sample s: [2] ~ Normal::new(f2, 0.7);
        let mut a = f3(w).tanh();
        for t in (0..2).rev() {
            let a_of_0 = s;
            sample z[t]: [2] ~ Normal::new((a_of_0.clone() + f4(w) + f5).tanh(), 0.7);
            sample x[t] ~ Categorical::logits((f6(a.clone()) + f7(s) + f9(z[t]) + f8(w) + f10).tanh());
            a = f11(a_of_0.clone()) + f11(s) + f12(concat(column(x[t]), z[t])) + f3(w);
        }
    }
    inference q(x) {
        sample w ~ Normal::new(f0, (f0.tanh() * 0.3).exp());
        sample s ~ Normal::new(f13(w).tanh(), (f4(w) * 0.3).exp());
        let mut a = f11(s);
        for t in (0..2).rev() {
            let a_of_0 = (f4(a.clone()) + f14(column(x[t])) + f15(w) + f2).tanh();
            sample z[t] ~ Normal::new((f16(a_of_0.clone()) + f4(column(x[t])) + f4(w)).tanh(), 0.7);
            a = (f17(a_of_0.clone()) + f18(s) + f19(column(x[t])) + f20(z[t])).tanh();
        }
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<1>, Random>,
        f1: Parameter<Rank1<1>, Random>,
        f2: Parameter<Rank1<2>, Random>,
        f3: Linear<1, 1>,
        f4: Linear<1, 2>,
        f5: Parameter<Rank1<2>, Random>,
        f6: Linear<1, 3>,
        f7: Linear<2, 3>,
        f8: Linear<1, 3>,
        f9: Linear<2, 3>,
        f10: Parameter<Rank1<3>, Random>,
        f11: Linear<2, 1>,
        f12: Linear<3, 1>,
        f13: Linear<1, 2>,
        f14: Linear<1, 2>,
        f15: Linear<1, 2>,
        f16: Linear<2, 2>,
        f17: Linear<2, 1>,
        f18: Linear<2, 1>,
        f19: Linear<1, 1>,
        f20: Linear<2, 1>,
    }
    generative p {
        global sample w: [1] ~ Normal::new(f0, (f1 * 0.3).exp());
        sample s: [2] ~ Normal::new(f2, 0.7);
        let a_v1 = f3(w).tanh();
        let a_of_0_v1 = s;
        sample z·1: [2] ~ Normal::new((a_of_0_v1.clone() + f4(w) + f5).tanh(), 0.7);
        sample x·1 ~ Categorical::logits((f7(s) + f9(z·1) + f6(a_v1.clone()) + f8(w) + f10).tanh());
        let a_v2 = f11(a_of_0_v1.clone()) + f11(s) + f12(concat(column(x·1), z·1)) + f3(w);
        let a_of_0_v2 = s;
        sample z·0: [2] ~ Normal::new((a_of_0_v2.clone() + f4(w) + f5).tanh(), 0.7);
        sample x·0 ~ Categorical::logits((f6(a_v2.clone()) + f7(s) + f9(z·0) + f8(w) + f10).tanh());
        let a_v3 = f11(a_of_0_v2.clone()) + f11(s) + f12(concat(column(x·0), z·0)) + f3(w);
    }
    inference q(x·0, x·1) {
        sample w ~ Normal::new(f0, (f0.tanh() * 0.3).exp());
        sample s ~ Normal::new(f13(w).tanh(), (f4(w) * 0.3).exp());
        let a_v1 = f11(s);
        let a_of_0_v1 = (f4(a_v1.clone()) + f14(column(x·1)) + f15(w) + f2).tanh();
        sample z·1 ~ Normal::new((f16(a_of_0_v1.clone()) + f4(column(x·1)) + f4(w)).tanh(), 0.7);
        let a_v2 = (f17(a_of_0_v1.clone()) + f18(s) + f19(column(x·1)) + f20(z·1)).tanh();
        let a_of_0_v2 = (f4(a_v2.clone()) + f14(column(x·0)) + f15(w) + f2).tanh();
        sample z·0 ~ Normal::new((f16(a_of_0_v2.clone()) + f4(column(x·0)) + f4(w)).tanh(), 0.7);
        let a_v3 = (f17(a_of_0_v2.clone()) + f18(s) + f19(column(x·0)) + f20(z·0)).tanh();
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(0), Unrolled::new(0));
    let x = data(Kind::Classes, 2, 0);
    let [x_0, x_1]: [Batch<()>; 2] = steps(&x, 1);
    let own_by = all_by!(looped: f0.value, f1.value, f2.value, f3.weight, f3.bias, f4.weight, f4.bias, f5.value,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias, f10.value, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.weight, f14.bias, f15.weight, f15.bias, f16.weight, f16.bias, f17.weight, f17.bias,
        f18.weight, f18.bias, f19.weight, f19.bias, f20.weight, f20.bias);
    let other_by = all_by!(unrolled: f0.value, f1.value, f2.value, f3.weight, f3.bias, f4.weight, f4.bias, f5.value,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias, f10.value, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.weight, f14.bias, f15.weight, f15.bias, f16.weight, f16.bias, f17.weight, f17.bias,
        f18.weight, f18.bias, f19.weight, f19.bias, f20.weight, f20.bias);
    let x: Batch<(Const<2>,)> = batch(x.clone()).expect("rows");
    let own = |key: Key| looped.q(&x).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("w", &drawn.w.as_vec(), &[expected.w.as_vec()], 1);
    same_steps("s", &drawn.s.as_vec(), &[expected.s.as_vec()], 2);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec()], 2);
    let (own_p, other_p) = (looped.p(), unrolled.p());
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("w", &drawn.w.as_vec(), &[expected.w.as_vec()], 1);
    same_steps("s", &drawn.s.as_vec(), &[expected.s.as_vec()], 2);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec()], 2);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec()], 1);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
}
