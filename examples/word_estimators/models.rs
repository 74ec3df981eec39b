//! The model of `word_vae` with a guide for each estimator, and the same without bits.

use elbow::prelude::*;

/// The letters of the longest word, and its end.
pub const LONGEST: usize = 32;

model! {
    /// Words from sixteen bits.
    pub struct Words<const SYMBOLS: usize, const LONGEST: usize> {
        seen: Embedding<SYMBOLS, 64>,
        reader: (BiLstm<64, 128>, ToEvent<Rank1<256>>, Linear<256, 16>),
        first: (Linear<16, 512>, Tanh, ToEvent<Rank2<2, 256>>),
        begin: Parameter<Rank1<64>>,
        written: (Embedding<SYMBOLS, 64>, Dropout<20>),
        writer: LstmCell<80, 256>,
        letter: (ToEvent<Rank1<512>>, Dropout<20>, Linear<512, SYMBOLS>),
        noticed: Embedding<SYMBOLS, 16>,
        baseline: (BiLstm<16, 16>, ToEvent<Rank1<32>>, Linear<32, 1>),
    }

    generative p(length: 0..=LONGEST) {
        sample z: [16] ~ Bernoulli::probs(0.5);
        let (mut state, mut previous) = (first(z), begin);
        for t in 0..length {
            state = writer(concat(previous, z), state);
            sample x[t] ~ Categorical::logits(letter(state));
            previous = written(x[t]);
        }
    }

    inference q(x, length) { sample z ~ Bernoulli::logits(reader(seen(x), length)); }
    inference relaxed(x, length) { sample z ~ Bernoulli::logits(reader(seen(x), length)) via Relaxed; }
    inference straight(x, length) { sample z ~ Bernoulli::logits(reader(seen(x), length)) via StraightThrough; }
    inference rao(x, length) { sample z ~ Bernoulli::logits(reader(seen(x), length)) via GumbelRao; }
    inference rebar(x, length) { sample z ~ Bernoulli::logits(reader(seen(x), length)) via Rebar; }
    inference disarm(x, length) { sample z ~ Bernoulli::logits(reader(seen(x), length)) via DisArm; }
    inference rloo(x, length) { sample z ~ Bernoulli::logits(reader(seen(x), length)) via Rloo; }
    inference local(x, length) { sample z ~ Bernoulli::logits(reader(seen(x), length)) via LocalExpectation; }
    inference score(x, length) { sample z ~ Bernoulli::logits(reader(seen(x), length)) via ScoreFunction; }
    inference learned(x, length) { sample z ~ Bernoulli::logits(reader(seen(x), length)) via ScoreFunction::learned(baseline(noticed(x), length)); }
    inference mean(x, length) { sample z ~ Bernoulli::logits(reader(seen(x), length)) via ScoreFunction::running_mean(0.99); }
}

model! {
    /// Words letter by letter, without bits.
    pub struct Letters<const SYMBOLS: usize, const LONGEST: usize> {
        start: Parameter<Rank2<2, 256>>,
        begin: Parameter<Rank1<64>>,
        written: (Embedding<SYMBOLS, 64>, Dropout<20>),
        writer: LstmCell<64, 256>,
        letter: (ToEvent<Rank1<512>>, Dropout<20>, Linear<512, SYMBOLS>),
    }

    generative p(length: 0..=LONGEST) {
        let (mut state, mut previous) = (start, begin);
        for t in 0..length {
            state = writer(previous, state);
            sample x[t] ~ Categorical::logits(letter(state));
            previous = written(x[t]);
        }
    }

    inference q(x, length) {}
}

/// Words of any length up to the longest.
pub type Model = Words<{ elbow_examples::data::SYMBOLS }, LONGEST>;
/// A training loss.
pub type Step =
    fn(&Elbo, &Model, &Batch<(Const<LONGEST>,)>, &Batch<()>) -> Result<Loss, elbow::Error>;

/// The training loss by each estimator.
pub const ESTIMATORS: [(&str, Step); 11] = [
    ("ReinMax", |elbo, words, x, length| {
        elbo.loss(&words.q(x, length))
    }),
    ("Relaxed", |elbo, words, x, length| {
        elbo.loss(&words.relaxed(x, length))
    }),
    ("StraightThrough", |elbo, words, x, length| {
        elbo.loss(&words.straight(x, length))
    }),
    ("GumbelRao", |elbo, words, x, length| {
        elbo.loss(&words.rao(x, length))
    }),
    ("Rebar", |elbo, words, x, length| {
        elbo.loss(&words.rebar(x, length))
    }),
    ("DisArm", |elbo, words, x, length| {
        elbo.loss(&words.disarm(x, length))
    }),
    ("Rloo", |elbo, words, x, length| {
        elbo.loss(&words.rloo(x, length))
    }),
    ("LocalExpectation", |elbo, words, x, length| {
        elbo.loss(&words.local(x, length))
    }),
    ("ScoreFunction", |elbo, words, x, length| {
        elbo.loss(&words.score(x, length))
    }),
    ("… running mean", |elbo, words, x, length| {
        elbo.loss(&words.mean(x, length))
    }),
    ("… learned baseline", |elbo, words, x, length| {
        elbo.loss(&words.learned(x, length))
    }),
];
