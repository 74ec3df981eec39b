//! A loop and the model that is written step by step: the same values and gradients, under every estimator and objective. The noise of
//! step 2 of `z` is that of a site `z·2`.

use elbow::prelude::*;

use crate::support::{assert_same, by, loss, numbers};

/// A looped model of bits and its unrolled one, with an estimator in both.
macro_rules! pair {
    ($module:ident: $($via:tt)*) => {
        mod $module {
            use super::*;

            model! {
                /// Bits, each of which depends on the state that the one before has left.
                pub struct Looped {
                    encode: Linear<4, 2>,
                    step: Linear<2, 2>,
                    start: Parameter<Rank1<2>, Random>,
                    emit: Linear<2, 1>,
                }
                generative p {
                    let mut state = start;
                    for t in 0..3 {
                        sample z[t]: [2] ~ Bernoulli::logits(step(state.clone()));
                        state = (state + z[t]).tanh();
                        sample x[t]: [1] ~ Normal::new(emit(state), 0.5);
                    }
                }
                inference q(x) {
                    let mut before = 0.0 * flat(x.clone());
                    for t in 0..3 {
                        sample z[t] ~ Bernoulli::logits(encode(concat(concat::<_, _, 2>(x[t], x[t]), before))) $($via)*;
                        before = z[t];
                    }
                }
            }

            model! {
                /// The same step by step.
                pub struct Unrolled {
                    encode: Linear<4, 2>,
                    step: Linear<2, 2>,
                    start: Parameter<Rank1<2>, Random>,
                    emit: Linear<2, 1>,
                }
                generative p {
                    sample z·0: [2] ~ Bernoulli::logits(step(start));
                    let a = (z·0 + start).tanh();
                    sample x·0: [1] ~ Normal::new(emit(a), 0.5);
                    sample z·1: [2] ~ Bernoulli::logits(step(a));
                    let b = (a + z·1).tanh();
                    sample x·1: [1] ~ Normal::new(emit(b), 0.5);
                    sample z·2: [2] ~ Bernoulli::logits(step(b));
                    let c = (b + z·2).tanh();
                    sample x·2: [1] ~ Normal::new(emit(c), 0.5);
                }
                inference q(x·0, x·1, x·2) {
                    sample z·0 ~ Bernoulli::logits(encode(concat(concat::<_, _, 2>(x·0, x·0), 0.0 * concat::<_, _, 2>(x·0, x·0)))) $($via)*;
                    sample z·1 ~ Bernoulli::logits(encode(concat(concat::<_, _, 2>(x·1, x·1), z·0))) $($via)*;
                    sample z·2 ~ Bernoulli::logits(encode(concat(concat::<_, _, 2>(x·2, x·2), z·1))) $($via)*;
                }
            }

            #[test]
            fn every_objective_agrees() {
                let (looped, unrolled) = (Looped::new(3), Unrolled::new(3));
                let x = numbers(3 * 5);
                let whole: Batch<(Const<3>, Const<1>)> = batch(x.clone()).expect("rows");
                let step = |t: usize| -> Batch<(Const<1>,)> {
                    batch(x.chunks(3).map(|row| row[t]).collect()).expect("rows")
                };
                let steps = [0, 1, 2].map(step);
                check(&Elbo::default(), &looped, &unrolled, &whole, &steps);
                check(&Elbo::default().particles(2), &looped, &unrolled, &whole, &steps);
                let evaluate = Elbo::default().particles(3);
                let own = evaluate.evaluate(&looped.q(&whole)).expect("a bound");
                let [a, b, c] = &steps;
                let other = evaluate.evaluate(&unrolled.q(a, b, c)).expect("a bound");
                assert!((own.elbo - other.elbo).abs() < 1e-6, "{} and {}", own.elbo, other.elbo);
                assert_eq!(own.sites.len(), 2, "a site has one mean for all of its steps");
                let evidence = LogEvidence::samples(20).evaluate(&looped.q(&whole)).expect("evidence");
                let expected = LogEvidence::samples(20).evaluate(&unrolled.q(a, b, c)).expect("evidence");
                assert!((evidence.log_evidence - expected.log_evidence).abs() < 1e-6);
            }

            fn check(
                objective: &impl Objective,
                looped: &Looped,
                unrolled: &Unrolled,
                x: &Batch<(Const<3>, Const<1>)>,
                [a, b, c]: &[Batch<(Const<1>,)>; 3],
            ) {
                let own = loss(objective, &looped.q(x), |g| {
                    let encode = [by(g, &looped.encode.weight), by(g, &looped.encode.bias)].concat();
                    let step = [by(g, &looped.step.weight), by(g, &looped.step.bias)].concat();
                    let emit = [by(g, &looped.emit.weight), by(g, &looped.start.value)].concat();
                    [encode, step, emit].concat()
                });
                let other = loss(objective, &unrolled.q(a, b, c), |g| {
                    let encode = [by(g, &unrolled.encode.weight), by(g, &unrolled.encode.bias)].concat();
                    let step = [by(g, &unrolled.step.weight), by(g, &unrolled.step.bias)].concat();
                    let emit = [by(g, &unrolled.emit.weight), by(g, &unrolled.start.value)].concat();
                    [encode, step, emit].concat()
                });
                assert_same(&[own.0], &[other.0], "the loss");
                assert_same(&own.1, &other.1, "the gradient");
            }
        }
    };
}

/// Two numbers a row, for the shape of what is carried.
fn flat(x: Var<(usize, Const<3>, Const<1>)>) -> Var<(usize, Const<2>)> {
    let first = x.select(0).select(0);
    stack([first.clone(), first])
}

pair!(automatic:);
pair!(enumerate: via Enumerate);
pair!(reinmax: via ReinMax);
pair!(straight_through: via StraightThrough);
pair!(relaxed: via Relaxed);
pair!(score_function: via ScoreFunction);
pair!(running_mean: via ScoreFunction::running_mean(0.9));
pair!(rloo: via Rloo);
pair!(disarm: via DisArm);
pair!(rebar: via Rebar);
pair!(gumbel_rao: via GumbelRao);
