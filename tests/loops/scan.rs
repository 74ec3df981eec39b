//! Networks that make the next state of the one before: such a recurrence runs apart, and all else of the loop at once. It is the same as
//! one step after another, which a loop does where anything else reads the state first.

use elbow::dfdx::tensor::HasErr;
use elbow::family::{Key, Start, parameters};
use elbow::prelude::*;

use crate::support::{assert_same, by, loss, numbers};

model! {
    /// Letters one after another, by a cell with one state.
    pub struct Gated {
        seen: Embedding<5, 3>, code: Linear<4, 2>, first: Linear<2, 4>, writer: GruCell<5, 4>, letter: Linear<4, 5>,
        begin: Parameter<Rank1<3>, Random>,
    }
    generative p(length: 0..=4) {
        sample z: [2] ~ Bernoulli::probs(0.5);
        let (mut state, mut previous) = (first(z), begin);
        for t in 0..length {
            state = writer(concat(previous, z), state);
            sample x[t] ~ Categorical::logits(letter(state.clone()));
            previous = seen(x[t]);
        }
        sample y: [4] ~ Normal::new(state, 1.0);
    }
    inference q(x, y, length) {
        sample z ~ Bernoulli::logits(code(y)) via Rloo { samples: 3 };
    }
}

model! {
    /// The same, where the cell reads something made of the state.
    pub struct GatedInTurn {
        seen: Embedding<5, 3>, code: Linear<4, 2>, first: Linear<2, 4>, writer: GruCell<5, 4>, letter: Linear<4, 5>,
        begin: Parameter<Rank1<3>, Random>,
    }
    generative p(length: 0..=4) {
        sample z: [2] ~ Bernoulli::probs(0.5);
        let (mut state, mut previous) = (first(z), begin);
        for t in 0..length {
            state = writer(concat(previous, z), 1.0 * state.clone());
            sample x[t] ~ Categorical::logits(letter(state.clone()));
            previous = seen(x[t]);
        }
        sample y: [4] ~ Normal::new(state, 1.0);
    }
    inference q(x, y, length) {
        sample z ~ Bernoulli::logits(code(y)) via Rloo { samples: 3 };
    }
}

model! {
    /// Letters by a cell with a state and a memory, before which another network has a state of its own.
    pub struct Remembered {
        seen: Embedding<5, 3>, code: Linear<4, 2>, first: Linear<2, 4>, mixer: GruCell<3, 3>, writer: LstmCell<5, 4>,
        letter: Linear<4, 5>, begin: Parameter<Rank1<3>, Random>,
    }
    generative p(length: 0..=4) {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        let mut mixed = begin;
        let mut state = (first(z), first(z).tanh());
        let mut previous = begin;
        for t in 0..length {
            mixed = mixer(previous, mixed);
            state = writer(concat(mixed.clone(), z), state);
            let (h, _) = state.clone();
            sample x[t] ~ Categorical::logits(letter(h));
            previous = seen(x[t]);
        }
        let (h, c) = state;
        sample y: [4] ~ Normal::new(h + c, 1.0);
    }
    inference q(x, y, length) {
        sample z ~ Normal::new(code(y), 0.6);
    }
}

model! {
    /// The same, where both read something made of their state.
    pub struct RememberedInTurn {
        seen: Embedding<5, 3>, code: Linear<4, 2>, first: Linear<2, 4>, mixer: GruCell<3, 3>, writer: LstmCell<5, 4>,
        letter: Linear<4, 5>, begin: Parameter<Rank1<3>, Random>,
    }
    generative p(length: 0..=4) {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        let mut mixed = begin;
        let mut state = (first(z), first(z).tanh());
        let mut previous = begin;
        for t in 0..length {
            mixed = mixer(previous, 1.0 * mixed.clone());
            let (h, c) = state;
            state = writer(concat(mixed.clone(), z), (h, 1.0 * c));
            let (h, _) = state.clone();
            sample x[t] ~ Categorical::logits(letter(h));
            previous = seen(x[t]);
        }
        let (h, c) = state;
        sample y: [4] ~ Normal::new(h + c, 1.0);
    }
    inference q(x, y, length) {
        sample z ~ Normal::new(code(y), 0.6);
    }
}

/// A cell of one's own: what it keeps of its state fades.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fading<const N: usize>;

parameters! {
    /// The cell with the part that it keeps.
    pub struct BuiltFading<const N: usize> of Fading {
        /// The part.
        kept: Rank1<N> = Start::Ones,
    }
}

type Pair<const N: usize> = (Var<(usize, Const<N>)>, Var<(usize, Const<N>)>);

impl<const N: usize> Module<Pair<N>> for BuiltFading<N, f32, Device> {
    type Output = Var<(usize, Const<N>)>;
    type Error = <Device as HasErr>::Err;

    fn try_forward(&self, (x, before): Pair<N>) -> Result<Self::Output, Self::Error> {
        Ok((x + before * Var::from(&self.kept)).tanh())
    }
}

model! {
    /// Letters by a cell of one's own, which has no operation for all steps.
    pub struct Faded {
        seen: Embedding<5, 3>, code: Linear<4, 2>, first: Linear<2, 5>, writer: Fading<5>, letter: Linear<5, 5>, last: Linear<5, 4>,
        begin: Parameter<Rank1<3>, Random>,
    }
    generative p(length: 0..=4) {
        sample z: [2] ~ Bernoulli::probs(0.5);
        let (mut state, mut previous) = (first(z), begin);
        for t in 0..length {
            state = writer(concat(previous, z), state);
            sample x[t] ~ Categorical::logits(letter(state.clone()));
            previous = seen(x[t]);
        }
        sample y: [4] ~ Normal::new(last(state), 1.0);
    }
    inference q(x, y, length) {
        sample z ~ Bernoulli::logits(code(y)) via DisArm;
    }
}

model! {
    /// The same, where the cell reads something made of the state.
    pub struct FadedInTurn {
        seen: Embedding<5, 3>, code: Linear<4, 2>, first: Linear<2, 5>, writer: Fading<5>, letter: Linear<5, 5>, last: Linear<5, 4>,
        begin: Parameter<Rank1<3>, Random>,
    }
    generative p(length: 0..=4) {
        sample z: [2] ~ Bernoulli::probs(0.5);
        let (mut state, mut previous) = (first(z), begin);
        for t in 0..length {
            state = writer(concat(previous, z), 1.0 * state.clone());
            sample x[t] ~ Categorical::logits(letter(state.clone()));
            previous = seen(x[t]);
        }
        sample y: [4] ~ Normal::new(last(state), 1.0);
    }
    inference q(x, y, length) {
        sample z ~ Bernoulli::logits(code(y)) via DisArm;
    }
}

type Letters = Batch<(Const<4>,)>;

const LENGTHS: [usize; 6] = [2, 0, 4, 1, 4, 3];

fn data() -> (Letters, Letters, Batch<()>) {
    let letter = |at: usize| ((at * at + 3 * at) % 5) as f32;
    let letters = (0..24).map(|at| match at % 4 < LENGTHS[at / 4] {
        true => letter(at),
        false => f32::NAN,
    });
    let lengths = LENGTHS.map(|length| length as f32).to_vec();
    (
        batch(letters.collect()).expect("rows"),
        batch(numbers(24)).expect("rows"),
        batch(lengths).expect("rows"),
    )
}

/// The loss of a program and its gradients by all that both models of a pair have.
macro_rules! both {
    ($objective:expr, $model:ident, $program:expr, [$($($field:ident).+),*]) => {
        loss(&$objective, &$program, |g| {
            let mut all = [by(g, &$model.seen.weight), by(g, &$model.first.weight), by(g, &$model.first.bias)].concat();
            $(
                all.extend(by(g, &$model.$($field).+));
            )*
            all.extend(by(g, &$model.code.weight));
            all.extend(by(g, &$model.begin.value));
            all
        })
    };
}

macro_rules! pair {
    ($test:ident: $apart:ident, $in_turn:ident, $cells:tt) => {
        #[test]
        fn $test() {
            let (apart, in_turn) = ($apart::new(3), $in_turn::new(3));
            let (x, y, length) = data();
            let whole = batch(vec![4.0; 6]).expect("rows");
            let clean: Letters =
                batch(x.as_vec().into_iter().map(|x| x.max(0.0)).collect()).expect("rows");
            for (x, length) in [(&x, &length), (&clean, &whole)] {
                for objective in [Elbo::default(), Elbo::default().particles(3)] {
                    let key = Key::new(5, 0);
                    let found = both!(objective, apart, apart.q(x, &y, length).at(key), $cells);
                    let expected =
                        both!(objective, in_turn, in_turn.q(x, &y, length).at(key), $cells);
                    assert_same(&[found.0], &[expected.0], "the loss");
                    assert_same(&found.1, &expected.1, "the gradient");
                    let moved = found.1.iter().filter(|g| **g != 0.0).count();
                    assert!(moved > found.1.len() / 2, "{moved} of {}", found.1.len());
                    let found = objective
                        .evaluate(&apart.q(x, &y, length).at(key))
                        .expect("a bound")
                        .rows;
                    let expected = objective
                        .evaluate(&in_turn.q(x, &y, length).at(key))
                        .expect("a bound")
                        .rows;
                    for (found, expected) in found.iter().zip(expected) {
                        assert!((found - expected).abs() < 1e-5, "{found}, not {expected}");
                    }
                }
            }
        }
    };
}

pair!(a_state_apart: Gated, GatedInTurn, [writer.weight_ih, writer.weight_hh, writer.bias_ih, writer.bias_hh]);
pair!(two_recurrences_apart: Remembered, RememberedInTurn,
    [mixer.weight_hh, mixer.bias_hh, writer.weight_ih, writer.weight_hh, writer.bias_ih]);
pair!(a_cell_of_ones_own: Faded, FadedInTurn, [writer.kept]);

/// A letter that is none is an error that names its step, though all steps have run at once.
#[test]
fn an_error_names_its_step() {
    let (x, y, length) = data();
    let mut letters = x.as_vec();
    letters[9] = 9.0;
    let x: Letters = batch(letters).expect("rows");
    let said = |error: Result<Loss, elbow::Error>| error.expect_err("no letter").to_string();
    let found = said(Elbo::default().loss(&Gated::new(3).q(&x, &y, &length)));
    let expected = said(Elbo::default().loss(&GatedInTurn::new(3).q(&x, &y, &length)));
    assert_eq!(found, expected);
    assert!(found.starts_with("`x[1]`"), "{found}");
}
