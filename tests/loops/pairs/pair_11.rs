//! Pair 11, ragged. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<1>, Random>,
        f1: Linear<1, 2>,
        f2: Linear<2, 2>,
        f3: Linear<2, 1>,
        f4: Linear<1, 2>,
        f5: Linear<2, 3>,
        f6: Linear<1, 3>,
        f7: Linear<1, 1>,
        f8: Parameter<Rank1<2>, Random>,
        f9: Linear<2, 2>,
        f10: Linear<2, 1>,
        f11: Linear<2, 2>,
        f12: Linear<2, 2>,
        f13: Linear<1, 2>,
        f14: Linear<2, 2>,
    }
    generative p(length: 0..=2, u: [2, 2]) {
        let mut a = f0;
        for t in 0..length {
            let a_of_0 = f1(a.clone()) + f2(u[t]);
            sample z[t]: [1] ~ Normal::new(f3(a_of_0.clone()), 0.7);
            let a_of_1 = f1(z[t]) + f2(a_of_0.clone()) + f4(a.clone()) + f2(u[t]);
            sample x[t] ~ Categorical::logits((f5(a_of_1.clone()) + f5(a_of_0.clone()) + f6(a.clone()) + f6(z[t])).tanh());
            a = (f3(a_of_0.clone()) + f3(u[t]) + column(x[t]) + f7(z[t])).tanh();
        }
    }
    inference q(x, u, length) {
        let hu = f2(u);
        let mut a = f8.tanh();
        let mut b = f2(total(u));
        for t in (0..length).rev() {
            let a_of_0 = f9(total(u)) + hu[t] + f1(column(x[t]));
            sample z[t] ~ Normal::new((f10(a_of_0.clone()) + f3(b.clone()) + f3(a.clone()) + f3(total(u)) + f3(hu[t]) + f3(u[t])).tanh(), 0.7);
            a = f11(a_of_0.clone()) + b.clone() + f12(hu[t]) + u[t] + f13(z[t]) + f8;
            b = f2(b.clone()) + total(u) + f14(hu[t]) + u[t] + f1(column(x[t])) + f1(z[t]);
        }
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<1>, Random>,
        f1: Linear<1, 2>,
        f2: Linear<2, 2>,
        f3: Linear<2, 1>,
        f4: Linear<1, 2>,
        f5: Linear<2, 3>,
        f6: Linear<1, 3>,
        f7: Linear<1, 1>,
        f8: Parameter<Rank1<2>, Random>,
        f9: Linear<2, 2>,
        f10: Linear<2, 1>,
        f11: Linear<2, 2>,
        f12: Linear<2, 2>,
        f13: Linear<1, 2>,
        f14: Linear<2, 2>,
    }
    generative p(u·0: [2], u·1: [2]) {
        let a_v1 = f0;
        let a_of_0_v1 = f2(u·0) + f1(a_v1.clone());
        sample z·0: [1] ~ Normal::new(f3(a_of_0_v1.clone()), 0.7);
        let a_of_1_v1 = f1(z·0) + f2(a_of_0_v1.clone()) + f2(u·0) + f4(a_v1.clone());
        sample x·0 ~ Categorical::logits((f5(a_of_1_v1.clone()) + f5(a_of_0_v1.clone()) + f6(z·0) + f6(a_v1.clone())).tanh());
        let a_v2 = (f3(a_of_0_v1.clone()) + f3(u·0) + column(x·0) + f7(z·0)).tanh();
        let a_of_0_v2 = f1(a_v2.clone()) + f2(u·1);
        sample z·1: [1] ~ Normal::new(f3(a_of_0_v2.clone()), 0.7);
        let a_of_1_v2 = f1(z·1) + f2(a_of_0_v2.clone()) + f4(a_v2.clone()) + f2(u·1);
        sample x·1 ~ Categorical::logits((f5(a_of_1_v2.clone()) + f5(a_of_0_v2.clone()) + f6(a_v2.clone()) + f6(z·1)).tanh());
        let a_v3 = (f3(a_of_0_v2.clone()) + f3(u·1) + column(x·1) + f7(z·1)).tanh();
    }
    inference q(x·0, x·1, u·0, u·1) {
        let hu_0 = f2(u·0);
        let hu_1 = f2(u·1);
        let a_v1 = f8.tanh();
        let b_v1 = f2(u·0 * 1.0 + u·1 * 2.0);
        let a_of_0_v1 = f9(u·0 * 1.0 + u·1 * 2.0) + hu_1 + f1(column(x·1));
        sample z·1 ~ Normal::new((f10(a_of_0_v1.clone()) + f3(b_v1.clone()) + f3(u·0 * 1.0 + u·1 * 2.0) + f3(hu_1) + f3(u·1) + f3(a_v1.clone())).tanh(), 0.7);
        let a_v2 = f11(a_of_0_v1.clone()) + b_v1.clone() + f12(hu_1) + u·1 + f13(z·1) + f8;
        let b_v2 = f2(b_v1.clone()) + (u·0 * 1.0 + u·1 * 2.0) + f14(hu_1) + u·1 + f1(column(x·1)) + f1(z·1);
        let a_of_0_v2 = f9(u·0 * 1.0 + u·1 * 2.0) + hu_0 + f1(column(x·0));
        sample z·0 ~ Normal::new((f10(a_of_0_v2.clone()) + f3(b_v2.clone()) + f3(a_v2.clone()) + f3(u·0 * 1.0 + u·1 * 2.0) + f3(hu_0) + f3(u·0)).tanh(), 0.7);
        let a_v3 = f11(a_of_0_v2.clone()) + b_v2.clone() + f12(hu_0) + u·0 + f13(z·0) + f8;
        let b_v3 = f2(b_v2.clone()) + (u·0 * 1.0 + u·1 * 2.0) + f14(hu_0) + u·0 + f1(column(x·0)) + f1(z·0);
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(11), Unrolled::new(11));
    let x = data(Kind::Classes, 2, 0);
    let [x_0, x_1]: [Batch<()>; 2] = steps(&x, 1);
    let u = data(Kind::Real, 4, 1);
    let [u_0, u_1]: [Batch<(Const<2>,)>; 2] = steps(&u, 2);
    let own_by = all_by!(looped: f0.value, f1.weight, f1.bias, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.value, f9.weight, f9.bias, f10.weight, f10.bias, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.weight, f14.bias);
    let other_by = all_by!(unrolled: f0.value, f1.weight, f1.bias, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.value, f9.weight, f9.bias, f10.weight, f10.bias, f11.weight, f11.bias,
        f12.weight, f12.bias, f13.weight, f13.bias, f14.weight, f14.bias);
    let ragged = |lengths: &[usize; ROWS], padding: f32, key: Key| {
        let x: Batch<(Const<2>,)> = batch(padded(&x, 2, 1, lengths, padding)).expect("rows");
        let u: Batch<(Const<2>, Const<2>)> = batch(u.clone()).expect("rows");
        let length = counts(lengths);
        looped.q(&x, &u, &length).at(key)
    };
    let length = counts(&[2; ROWS]);
    let x: Batch<(Const<2>,)> = batch(x.clone()).expect("rows");
    let u: Batch<(Const<2>, Const<2>)> = batch(u.clone()).expect("rows");
    let own = |key: Key| looped.q(&x, &u, &length).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1, &u_0, &u_1).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec()], 1);
    let (own_p, other_p) = (looped.p(&length, &u), unrolled.p(&u_0, &u_1));
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec()], 1);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec()], 1);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
    rows_alone::<2, _>(&ragged);
    sums_over_rows::<2, _>(&ragged, &own_by);
    padding_is_not_read::<2, _>(&ragged, &own_by, |drawn| [drawn.z.as_vec()].concat());
}
