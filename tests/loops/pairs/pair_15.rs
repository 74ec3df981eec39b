//! Pair 15, ragged. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<1>, Random>,
        f1: Parameter<Rank1<2>, Random>,
        f2: Linear<2, 2>,
        f3: Linear<1, 2>,
        f4: Linear<2, 1>,
        f5: Linear<3, 2>,
        f6: Linear<1, 1>,
        f7: Parameter<Rank1<2>, Random>,
    }
    generative p(length: 0..=3) {
        global sample w: [1] ~ Normal::new(f0.tanh(), 0.7);
        sample s: [2] ~ Bernoulli::logits(f1.tanh());
        let mut a = f1;
        for t in 0..length {
            sample z[t]: [2] ~ Gamma::new(((f2(s) + f3(w)) * 0.3).exp(), 1.5);
            sample x[t]: [1] ~ Poisson::new(((f4(a.clone()) + f4(s) + f4(z[t]) + w) * 0.3).exp());
            a = f5(concat(x[t], z[t])) + f3(w) + f1;
        }
    }
    inference q(x, length) {
        sample w ~ Normal::new(f0, 0.7);
        let hx = f6(x);
        sample s ~ Bernoulli::logits(f1.tanh());
        for t in (0..length).rev() {
            sample z[t] ~ Gamma::new(((f3(hx[t]) + f7) * 0.3).exp(), 1.5);
        }
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<1>, Random>,
        f1: Parameter<Rank1<2>, Random>,
        f2: Linear<2, 2>,
        f3: Linear<1, 2>,
        f4: Linear<2, 1>,
        f5: Linear<3, 2>,
        f6: Linear<1, 1>,
        f7: Parameter<Rank1<2>, Random>,
    }
    generative p {
        global sample w: [1] ~ Normal::new(f0.tanh(), 0.7);
        sample s: [2] ~ Bernoulli::logits(f1.tanh());
        let a_v1 = f1;
        sample z·0: [2] ~ Gamma::new(((f2(s) + f3(w)) * 0.3).exp(), 1.5);
        sample x·0: [1] ~ Poisson::new(((f4(s) + f4(z·0) + f4(a_v1.clone()) + w) * 0.3).exp());
        let a_v2 = f5(concat(x·0, z·0)) + f3(w) + f1;
        sample z·1: [2] ~ Gamma::new(((f2(s) + f3(w)) * 0.3).exp(), 1.5);
        sample x·1: [1] ~ Poisson::new(((f4(a_v2.clone()) + f4(s) + f4(z·1) + w) * 0.3).exp());
        let a_v3 = f5(concat(x·1, z·1)) + f3(w) + f1;
        sample z·2: [2] ~ Gamma::new(((f2(s) + f3(w)) * 0.3).exp(), 1.5);
        sample x·2: [1] ~ Poisson::new(((f4(a_v3.clone()) + f4(s) + f4(z·2) + w) * 0.3).exp());
        let a_v4 = f5(concat(x·2, z·2)) + f3(w) + f1;
    }
    inference q(x·0, x·1, x·2) {
        sample w ~ Normal::new(f0, 0.7);
        let hx_0 = f6(x·0);
        let hx_1 = f6(x·1);
        let hx_2 = f6(x·2);
        sample s ~ Bernoulli::logits(f1.tanh());
        sample z·2 ~ Gamma::new(((f3(hx_2) + f7) * 0.3).exp(), 1.5);
        sample z·1 ~ Gamma::new(((f3(hx_1) + f7) * 0.3).exp(), 1.5);
        sample z·0 ~ Gamma::new(((f3(hx_0) + f7) * 0.3).exp(), 1.5);
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(15), Unrolled::new(15));
    let x = data(Kind::Counts, 3, 0);
    let [x_0, x_1, x_2]: [Batch<(Const<1>,)>; 3] = steps(&x, 1);
    let own_by = all_by!(looped: f0.value, f1.value, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.value);
    let other_by = all_by!(unrolled: f0.value, f1.value, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.weight, f5.bias,
        f6.weight, f6.bias, f7.value);
    let ragged = |lengths: &[usize; ROWS], padding: f32, key: Key| {
        let x: Batch<(Const<3>, Const<1>)> = batch(padded(&x, 3, 1, lengths, padding)).expect("rows");
        let length = counts(lengths);
        looped.q(&x, &length).at(key)
    };
    let length = counts(&[3; ROWS]);
    let x: Batch<(Const<3>, Const<1>)> = batch(x.clone()).expect("rows");
    let own = |key: Key| looped.q(&x, &length).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1, &x_2).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("w", &drawn.w.as_vec(), &[expected.w.as_vec()], 1);
    same_steps("s", &drawn.s.as_vec(), &[expected.s.as_vec()], 2);
    same_marginals("s", own(KEY).marginal(LoopedQ::S), [other(KEY).marginal(UnrolledQ::S)], 2);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 2);
    let (own_p, other_p) = (looped.p(&length), unrolled.p());
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("w", &drawn.w.as_vec(), &[expected.w.as_vec()], 1);
    same_steps("s", &drawn.s.as_vec(), &[expected.s.as_vec()], 2);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 2);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec(), expected.x·2.as_vec()], 1);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
    rows_alone::<3, _>(&ragged);
    sums_over_rows::<3, _>(&ragged, &own_by);
    padding_is_not_read::<3, _>(&ragged, &own_by, |drawn| [drawn.w.as_vec(), drawn.s.as_vec(), drawn.z.as_vec()].concat());
}
