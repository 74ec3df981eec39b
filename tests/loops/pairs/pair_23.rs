//! Pair 23, ragged. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<1>, Random>,
        f1: Linear<1, 2>,
        f2: Linear<2, 1>,
        f3: Linear<1, 1>,
        f4: Linear<2, 1>,
        f5: Parameter<Rank1<2>, Random>,
        f6: Linear<2, 2>,
    }
    generative p(length: 0..=2) {
        sample s: [1] ~ Bernoulli::logits(f0);
        for t in 0..length {
            let a_of_0 = f1(s);
            sample z[t]: [2] ~ Normal::new(f1(s).tanh(), ((a_of_0.clone() + f1(s)).tanh() * 0.3).exp());
            sample x[t]: [1] ~ Gamma::new(((f2(a_of_0.clone()) + f3(s) + f4(z[t])) * 0.3).exp(), 1.5);
        }
    }
    inference q(x, length) {
        let mut a = f5;
        for t in 0..length {
            sample z[t] ~ Normal::new(a.clone() + f1(x[t]), 0.7) via ScoreFunction;
            a = f6(a.clone()) + z[t];
        }
        sample s ~ Bernoulli::logits(f0);
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<1>, Random>,
        f1: Linear<1, 2>,
        f2: Linear<2, 1>,
        f3: Linear<1, 1>,
        f4: Linear<2, 1>,
        f5: Parameter<Rank1<2>, Random>,
        f6: Linear<2, 2>,
    }
    generative p {
        sample s: [1] ~ Bernoulli::logits(f0);
        let a_of_0_v1 = f1(s);
        sample z·0: [2] ~ Normal::new(f1(s).tanh(), ((a_of_0_v1.clone() + f1(s)).tanh() * 0.3).exp());
        sample x·0: [1] ~ Gamma::new(((f2(a_of_0_v1.clone()) + f3(s) + f4(z·0)) * 0.3).exp(), 1.5);
        let a_of_0_v2 = f1(s);
        sample z·1: [2] ~ Normal::new(f1(s).tanh(), ((a_of_0_v2.clone() + f1(s)).tanh() * 0.3).exp());
        sample x·1: [1] ~ Gamma::new(((f2(a_of_0_v2.clone()) + f3(s) + f4(z·1)) * 0.3).exp(), 1.5);
    }
    inference q(x·0, x·1) {
        let a_v1 = f5;
        sample z·0 ~ Normal::new(f1(x·0) + a_v1.clone(), 0.7) via ScoreFunction;
        let a_v2 = z·0 + f6(a_v1.clone());
        sample z·1 ~ Normal::new(a_v2.clone() + f1(x·1), 0.7) via ScoreFunction;
        let a_v3 = f6(a_v2.clone()) + z·1;
        sample s ~ Bernoulli::logits(f0);
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(23), Unrolled::new(23));
    let x = data(Kind::Positive, 2, 0);
    let [x_0, x_1]: [Batch<(Const<1>,)>; 2] = steps(&x, 1);
    let own_by = all_by!(looped: f0.value, f1.weight, f1.bias, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.value,
        f6.weight, f6.bias);
    let other_by = all_by!(unrolled: f0.value, f1.weight, f1.bias, f2.weight, f2.bias, f3.weight, f3.bias, f4.weight, f4.bias, f5.value,
        f6.weight, f6.bias);
    let ragged = |lengths: &[usize; ROWS], padding: f32, key: Key| {
        let x: Batch<(Const<2>, Const<1>)> = batch(padded(&x, 2, 1, lengths, padding)).expect("rows");
        let length = counts(lengths);
        looped.q(&x, &length).at(key)
    };
    let length = counts(&[2; ROWS]);
    let x: Batch<(Const<2>, Const<1>)> = batch(x.clone()).expect("rows");
    let own = |key: Key| looped.q(&x, &length).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("s", &drawn.s.as_vec(), &[expected.s.as_vec()], 1);
    same_marginals("s", own(KEY).marginal(LoopedQ::S), [other(KEY).marginal(UnrolledQ::S)], 1);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec()], 2);
    let (own_p, other_p) = (looped.p(&length), unrolled.p());
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("s", &drawn.s.as_vec(), &[expected.s.as_vec()], 1);
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec()], 2);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec()], 1);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
    rows_alone::<2, _>(&ragged);
    padding_is_not_read::<2, _>(&ragged, &own_by, |drawn| [drawn.s.as_vec(), drawn.z.as_vec()].concat());
}
