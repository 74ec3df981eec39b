//! Words from sixteen bits.

use elbow::prelude::*;

use super::{TEMPERATURE, train};
use crate::weights::Weights;
use crate::{Step, rows};

/// The letters of the longest word, and its end.
const LONGEST: usize = rows::LONGEST_WORD;
const SYMBOLS: usize = 37;
/// The symbol before the first letter.
const START: f32 = 1.0;

model! {
    /// A recurrent layer reads a word's letters both ways, and a cell writes them and the word's end.
    pub struct Words {
        embed: Embedding<SYMBOLS, 64>,
        reader: (BiLstm<64, 128>, ToEvent<Rank1<256>>, Linear<256, 32>, Tanh, Linear<32, 16>),
        hidden: (Linear<16, 128>, Tanh),
        memory: Linear<16, 128>,
        writer: LstmCell<64, 128>,
        letter: Linear<128, SYMBOLS>,
    }
    generative p(length: 0..=LONGEST) {
        sample z: [16] ~ Bernoulli::probs(0.5);
        let mut state = (hidden(z), memory(z));
        let mut previous = START;
        for t in 0..length {
            state = writer(embed(previous), state);
            let (h, _) = state;
            sample x[t] ~ Categorical::logits(letter(h));
            previous = x[t];
        }
    }
    inference q(x, length) {
        let letters = length - 1.0;
        sample z ~ Bernoulli::logits(reader(embed(x), letters)) via Relaxed { temperature: TEMPERATURE };
    }
}

/// The step on batches of words in turn.
///
/// # Errors
/// Fails if the words are not there.
pub fn step(rows: usize) -> Result<Step, String> {
    let (mut model, mut weights) = (Words::new(0), Weights::new());
    weights.fill_table(&mut model.embed.weight);
    let reader = &mut model.reader.0;
    weights.fill_lstm(
        &mut reader.weight_ih_l0,
        &mut reader.weight_hh_l0,
        [&mut reader.bias_ih_l0, &mut reader.bias_hh_l0],
    );
    weights.fill_lstm(
        &mut reader.weight_ih_l0_reverse,
        &mut reader.weight_hh_l0_reverse,
        [
            &mut reader.bias_ih_l0_reverse,
            &mut reader.bias_hh_l0_reverse,
        ],
    );
    weights.fill(&mut model.reader.2);
    weights.fill(&mut model.reader.4);
    weights.fill(&mut model.hidden.0);
    weights.fill(&mut model.memory);
    let writer = &mut model.writer;
    weights.fill_lstm(
        &mut writer.weight_ih,
        &mut writer.weight_hh,
        [&mut writer.bias_ih, &mut writer.bias_hh],
    );
    weights.fill(&mut model.letter);
    let mut batches = rows::words(rows)?.into_iter().cycle();
    Ok(train(model, move |model| {
        let (x, length) = batches.next().expect("a cycle");
        Elbo::default().loss(&model.q(&x, &length))
    }))
}
