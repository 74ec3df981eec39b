//! Pair 19, ragged. The generator writes this file.

use crate::compare::*;
use crate::many::*;

model! {
    /// With its loops.
    pub struct Looped {
        f0: Parameter<Rank1<3>, Random>,
        f1: Linear<3, 1>,
        f2: Linear<4, 1>,
        f3: Linear<3, 2>,
        f4: Parameter<Rank1<2>, Random>,
        f5: Parameter<Rank1<2>, Random>,
        f6: Linear<2, 3>,
        f7: Linear<1, 3>,
        f8: Linear<3, 1>,
        f9: Linear<2, 1>,
        f10: Linear<1, 1>,
    }
    generative p(length: 0..=3) {
        for t in 0..length {
            sample z[t]: [3] ~ OneHotCategorical::logits(f0.tanh());
            sample y[t]: [1] ~ Gamma::new((f1(z[t]) * 0.3).exp(), 1.5);
            sample x[t]: [1] ~ Bernoulli::logits(f2(concat(y[t], z[t])).tanh());
        }
        sample r: [2] ~ Normal::new((f3(total(z)) + f4).tanh(), (f5 * 0.3).exp());
    }
    inference q(x, r, length) {
        for t in 0..length {
            sample z[t] ~ OneHotCategorical::logits(f6(r) + f7(x[t]) + f0);
            sample y[t] ~ Gamma::new(((f8(z[t]) + f9(r) + f10(x[t])) * 0.3).exp(), 1.5) via Rloo;
        }
    }
}

model! {
    /// Step by step.
    pub struct Unrolled {
        f0: Parameter<Rank1<3>, Random>,
        f1: Linear<3, 1>,
        f2: Linear<4, 1>,
        f3: Linear<3, 2>,
        f4: Parameter<Rank1<2>, Random>,
        f5: Parameter<Rank1<2>, Random>,
        f6: Linear<2, 3>,
        f7: Linear<1, 3>,
        f8: Linear<3, 1>,
        f9: Linear<2, 1>,
        f10: Linear<1, 1>,
    }
    generative p {
        sample z·0: [3] ~ OneHotCategorical::logits(f0.tanh());
        sample y·0: [1] ~ Gamma::new((f1(z·0) * 0.3).exp(), 1.5);
        sample x·0: [1] ~ Bernoulli::logits(f2(concat(y·0, z·0)).tanh());
        sample z·1: [3] ~ OneHotCategorical::logits(f0.tanh());
        sample y·1: [1] ~ Gamma::new((f1(z·1) * 0.3).exp(), 1.5);
        sample x·1: [1] ~ Bernoulli::logits(f2(concat(y·1, z·1)).tanh());
        sample z·2: [3] ~ OneHotCategorical::logits(f0.tanh());
        sample y·2: [1] ~ Gamma::new((f1(z·2) * 0.3).exp(), 1.5);
        sample x·2: [1] ~ Bernoulli::logits(f2(concat(y·2, z·2)).tanh());
        sample r: [2] ~ Normal::new((f3(z·0 * 1.0 + z·1 * 2.0 + z·2 * 3.0) + f4).tanh(), (f5 * 0.3).exp());
    }
    inference q(x·0, x·1, x·2, r) {
        sample z·0 ~ OneHotCategorical::logits(f6(r) + f7(x·0) + f0);
        sample y·0 ~ Gamma::new(((f8(z·0) + f9(r) + f10(x·0)) * 0.3).exp(), 1.5) via Rloo;
        sample z·1 ~ OneHotCategorical::logits(f6(r) + f7(x·1) + f0);
        sample y·1 ~ Gamma::new(((f8(z·1) + f9(r) + f10(x·1)) * 0.3).exp(), 1.5) via Rloo;
        sample z·2 ~ OneHotCategorical::logits(f6(r) + f7(x·2) + f0);
        sample y·2 ~ Gamma::new(((f8(z·2) + f9(r) + f10(x·2)) * 0.3).exp(), 1.5) via Rloo;
    }
}

#[test]
fn a_loop_is_its_steps() {
    let (looped, unrolled) = (Looped::new(19), Unrolled::new(19));
    let x = data(Kind::Bits, 3, 0);
    let [x_0, x_1, x_2]: [Batch<(Const<1>,)>; 3] = steps(&x, 1);
    let r = data(Kind::Real, 2, 1);
    let own_by = all_by!(looped: f0.value, f1.weight, f1.bias, f2.weight, f2.bias, f3.weight, f3.bias, f4.value, f5.value,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias);
    let other_by = all_by!(unrolled: f0.value, f1.weight, f1.bias, f2.weight, f2.bias, f3.weight, f3.bias, f4.value, f5.value,
        f6.weight, f6.bias, f7.weight, f7.bias, f8.weight, f8.bias, f9.weight, f9.bias, f10.weight, f10.bias);
    let ragged = |lengths: &[usize; ROWS], padding: f32, key: Key| {
        let x: Batch<(Const<3>, Const<1>)> = batch(padded(&x, 3, 1, lengths, padding)).expect("rows");
        let r: Batch<(Const<2>,)> = batch(r.clone()).expect("rows");
        let length = counts(lengths);
        looped.q(&x, &r, &length).at(key)
    };
    let length = counts(&[3; ROWS]);
    let x: Batch<(Const<3>, Const<1>)> = batch(x.clone()).expect("rows");
    let r: Batch<(Const<2>,)> = batch(r.clone()).expect("rows");
    let own = |key: Key| looped.q(&x, &r, &length).at(key);
    let other = |key: Key| unrolled.q(&x_0, &x_1, &x_2, &r).at(key);
    agree(&own, &own_by, &other, &other_by);
    let own_probe = probed(|of| of.measure(&looped, &own(KEY)));
    let other_probe = probed(|of| of.measure(&unrolled, &other(KEY)));
    same_rest(&own_probe, &other_probe);
    let (drawn, expected) = (own(KEY).sample(&mut rng()), other(KEY).sample(&mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 3);
    same_marginals("z", own(KEY).marginal(LoopedQ::Z), [other(KEY).marginal(UnrolledQ::Z·0), other(KEY).marginal(UnrolledQ::Z·1), other(KEY).marginal(UnrolledQ::Z·2)], 3);
    same_steps("y", &drawn.y.as_vec(), &[expected.y·0.as_vec(), expected.y·1.as_vec(), expected.y·2.as_vec()], 1);
    let (own_p, other_p) = (looped.p(&length), unrolled.p());
    let (drawn, expected) = (own_p.sample(ROWS, &mut rng()), other_p.sample(ROWS, &mut rng()));
    let (drawn, expected) = (drawn.expect("draws"), expected.expect("draws"));
    same_steps("z", &drawn.z.as_vec(), &[expected.z·0.as_vec(), expected.z·1.as_vec(), expected.z·2.as_vec()], 3);
    same_steps("y", &drawn.y.as_vec(), &[expected.y·0.as_vec(), expected.y·1.as_vec(), expected.y·2.as_vec()], 1);
    same_steps("x", &drawn.x.as_vec(), &[expected.x·0.as_vec(), expected.x·1.as_vec(), expected.x·2.as_vec()], 1);
    same_steps("r", &drawn.r.as_vec(), &[expected.r.as_vec()], 2);
    same_rows(own_p.log_joint(&drawn), other_p.log_joint(&expected));
    rows_alone::<3, _>(&ragged);
    padding_is_not_read::<3, _>(&ragged, &own_by, |drawn| [drawn.z.as_vec(), drawn.y.as_vec()].concat());
}
