//! Pair 10. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<2>, Random>,
        f1: Parameter<Rank1<1>, Random>,
        f2: Linear<1, 3>,
        f3: Linear<1, 3>,
        f4: Linear<2, 3>,
        f5: Linear<1, 1>,
        f6: Linear<1, 1>,
        f7: Linear<2, 1>,
        f8: Linear<3, 1>,
        f9: Linear<2, 2>,
        f10: Parameter<Rank1<1>, Random>,
        f11: Linear<1, 1>,
        f12: Linear<1, 2>,
        f13: Linear<2, 1>,
        f14: Linear<3, 1>,
        f15: Parameter<Rank1<2>, Random>,
        f16: Parameter<Rank1<1>, Random>,
        f17: Linear<1, 3>,
        f18: Linear<1, 3>,
        f19: Linear<1, 1>,
    }
    generative p(u: [3, 1]) {
        global sample w: [2] ~ Normal::new(f0, 0.7);
        let mut a = f1;
        for t in 0..3 {
            sample z[t]: [3] ~ OneHotCategorical::logits(f2(a.clone()) + f3(u[t]) + f4(w));
            a = f5(a.clone()) + f6(u[t]) + f8(z[t]) + f7(w);
        }
        let mut c = f9(w).tanh();
        let mut d = f10;
        for t in 0..3 {
            sample x[t]: [1] ~ Normal::new((f11(d.clone()) + f8(z[t]) + f7(w)).tanh(), 0.7);
            c = (f12(d.clone()) + f12(x[t]) + f0).tanh();
            d = f13(c.clone()) + f14(z[t]) + x[t] + f7(w);
        }
    }
    inference q(x, u) {
        sample w ~ Normal::new(f15, 0.7);
        let hx = f5(x);
        let mut a = f16;
        for t in (0..3).rev() {
            sample z[t] ~ OneHotCategorical::logits((f2(a.clone()) + f2(total(u)) + f17(total(x)) + f18(hx[t])).tanh()) via ScoreFunction;
            a = f5(a.clone()) + f19(total(x)) + f5(x[t]) + f8(z[t]) + f7(w);
        }
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<2>, Random>,
        f1: Parameter<Rank1<1>, Random>,
        f2: Linear<1, 3>,
        f3: Linear<1, 3>,
        f4: Linear<2, 3>,
        f5: Linear<1, 1>,
        f6: Linear<1, 1>,
        f7: Linear<2, 1>,
        f8: Linear<3, 1>,
        f9: Linear<2, 2>,
        f10: Parameter<Rank1<1>, Random>,
        f11: Linear<1, 1>,
        f12: Linear<1, 2>,
        f13: Linear<2, 1>,
        f14: Linear<3, 1>,
        f15: Parameter<Rank1<2>, Random>,
        f16: Parameter<Rank1<1>, Random>,
        f17: Linear<1, 3>,
        f18: Linear<1, 3>,
        f19: Linear<1, 1>,
    }
    generative p(u·0: [1], u·1: [1], u·2: [1]) {
        global sample w: [2] ~ Normal::new(f0, 0.7);
        let a_v1 = f1;
        sample z·0: [3] ~ OneHotCategorical::logits(f3(u·0) + f2(a_v1.clone()) + f4(w));
        let a_v2 = f6(u·0) + f8(z·0) + f5(a_v1.clone()) + f7(w);
        sample z·1: [3] ~ OneHotCategorical::logits(f2(a_v2.clone()) + f3(u·1) + f4(w));
        let a_v3 = f5(a_v2.clone()) + f6(u·1) + f8(z·1) + f7(w);
        sample z·2: [3] ~ OneHotCategorical::logits(f2(a_v3.clone()) + f3(u·2) + f4(w));
        let a_v4 = f5(a_v3.clone()) + f6(u·2) + f8(z·2) + f7(w);
        let c_v1 = f9(w).tanh();
        let d_v1 = f10;
        sample x·0: [1] ~ Normal::new((f8(z·0) + f11(d_v1.clone()) + f7(w)).tanh(), 0.7);
        let c_v2 = (f12(x·0) + f12(d_v1.clone()) + f0).tanh();
        let d_v2 = f13(c_v2.clone()) + f14(z·0) + x·0 + f7(w);
        sample x·1: [1] ~ Normal::new((f11(d_v2.clone()) + f8(z·1) + f7(w)).tanh(), 0.7);
        let c_v3 = (f12(d_v2.clone()) + f12(x·1) + f0).tanh();
        let d_v3 = f13(c_v3.clone()) + f14(z·1) + x·1 + f7(w);
        sample x·2: [1] ~ Normal::new((f11(d_v3.clone()) + f8(z·2) + f7(w)).tanh(), 0.7);
        let c_v4 = (f12(d_v3.clone()) + f12(x·2) + f0).tanh();
        let d_v4 = f13(c_v4.clone()) + f14(z·2) + x·2 + f7(w);
    }
    inference q(x·0, x·1, x·2, u·0, u·1, u·2) {
        sample w ~ Normal::new(f15, 0.7);
        let hx_0 = f5(x·0);
        let hx_1 = f5(x·1);
        let hx_2 = f5(x·2);
        let a_v1 = f16;
        sample z·2 ~ OneHotCategorical::logits((f2(u·0 * 1.0 + u·1 * 2.0 + u·2 * 3.0) + f17(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f18(hx_2) + f2(a_v1.clone())).tanh()) via ScoreFunction;
        let a_v2 = f19(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f5(x·2) + f8(z·2) + f5(a_v1.clone()) + f7(w);
        sample z·1 ~ OneHotCategorical::logits((f2(a_v2.clone()) + f2(u·0 * 1.0 + u·1 * 2.0 + u·2 * 3.0) + f17(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f18(hx_1)).tanh()) via ScoreFunction;
        let a_v3 = f5(a_v2.clone()) + f19(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f5(x·1) + f8(z·1) + f7(w);
        sample z·0 ~ OneHotCategorical::logits((f2(a_v3.clone()) + f2(u·0 * 1.0 + u·1 * 2.0 + u·2 * 3.0) + f17(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f18(hx_0)).tanh()) via ScoreFunction;
        let a_v4 = f5(a_v3.clone()) + f19(x·0 * 1.0 + x·1 * 2.0 + x·2 * 3.0) + f5(x·0) + f8(z·0) + f7(w);
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(10), Unrolled::new(10));
    let x = data(Kind::Real, 3, 0);
    let [x_0, x_1, x_2]: [Batch<(Const<1>,)>; 3] = steps(&x, 1);
    let u = data(Kind::Real, 3, 1);
    let [u_0, u_1, u_2]: [Batch<(Const<1>,)>; 3] = steps(&u, 1);
    let own_by = all_by!(looped: f0.value, f1.value, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias, f10.value, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.weight, f14.bias, f15.value, f16.value, f17.weight, f17.bias,
        f18.weight, f18.bias, f19.weight, f19.bias);
    let other_by = all_by!(unrolled: f0.value, f1.value, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias, f10.value, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.weight, f14.bias, f15.value, f16.value, f17.weight, f17.bias,
        f18.weight, f18.bias, f19.weight, f19.bias);
    let x: Batch<(Const<3>, Const<1>)> = batch(x.clone()).expect("rows");
    let u: Batch<(Const<3>, Const<1>)> = batch(u.clone()).expect("rows");
    let own = |key: Key| looped.q(&x, &u).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1, &x_2, &u_0, &u_1, &u_2).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("w", &drawn.w.as_vec(), &[expected.w.as_vec()], 2);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 3);
    same_marginals("z", own(KEY).marginal(LoopedQ::Z), [other(KEY).marginal(UnrolledQ::Z·0), other(KEY).marginal(UnrolledQ::Z·1), other(KEY).marginal(UnrolledQ::Z·2)], 3);
    let (own_p, other_p) = (looped.p(&u), unrolled.p(&u_0, &u_1, &u_2));
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("w", &drawn.w.as_vec(), &[expected.w.as_vec()], 2);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 3);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec(), expected.x·2.as_vec()], 1);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
}
