//! The model that is trained here, and everything that a run consists of.

use std::collections::BTreeMap;
use std::path::Path;

use elbow::prelude::*;
use elbow::train::{Adam, checkpoint};

model! {
    /// Bits and normals between small networks.
    pub struct Vae<const BITS: usize> {
        pub encoder: (Linear<5, 4>, Tanh, Linear<4, BITS>),
        pub loc: Linear<5, 2>,
        pub log_scale: Parameter<Rank1<2>>,
        pub prior: Parameter<Rank1<BITS>>,
        pub from_bits: Linear<BITS, 5>,
        pub from_normals: Linear<2, 5>,
    }

    generative p {
        sample z: [BITS] ~ Bernoulli::logits(prior);
        sample w: [2] ~ Normal::new(0.0, 1.0);
        sample x: [5] ~ Bernoulli::logits(from_bits(z) + from_normals(w));
    }

    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x));
        sample w ~ Normal::new(loc(x), log_scale.exp());
    }
}

/// Twelve rows of five pixels.
pub fn data() -> Batch<(Const<5>,)> {
    let pixel = |i: usize| f32::from(u8::from(i * i % 7 < 3));
    batch((0..60).map(pixel).collect()).expect("whole rows")
}

/// Every parameter, by its bits.
pub fn parameters<const BITS: usize>(vae: &Vae<BITS>) -> Vec<u32> {
    [
        vae.encoder.0.weight.as_vec(),
        vae.encoder.0.bias.as_vec(),
        vae.encoder.2.weight.as_vec(),
        vae.encoder.2.bias.as_vec(),
        vae.loc.weight.as_vec(),
        vae.loc.bias.as_vec(),
        vae.log_scale.value.as_vec(),
        vae.prior.value.as_vec(),
        vae.from_bits.weight.as_vec(),
        vae.from_bits.bias.as_vec(),
        vae.from_normals.weight.as_vec(),
        vae.from_normals.bias.as_vec(),
    ]
    .concat()
    .into_iter()
    .map(f32::to_bits)
    .collect()
}

/// A run: a model and its optimiser. The noise is the model's.
pub struct Run<const BITS: usize = 3> {
    pub vae: Vae<BITS>,
    pub adam: Adam,
}

impl<const BITS: usize> Run<BITS> {
    pub fn new(seed: u64) -> Self {
        Self {
            vae: Vae::new(seed),
            adam: Adam::scheduled(Schedule::exponential(0.03, 0.01)),
        }
    }

    /// Trains for this many steps and returns the bits of the losses.
    pub fn steps(&mut self, steps: usize) -> Vec<u32> {
        let elbo = Elbo::default()
            .temperature(Schedule::exponential(1.0, 0.02).floor(0.5))
            .kl_weight(Schedule::linear(0.1, 1.0, 30))
            .particles(2);
        let x = data();
        let step = |_| {
            let loss = elbo.loss(&self.vae.q(&x)).expect("legal");
            let value = loss.value().to_bits();
            self.adam
                .descend(&mut self.vae, loss)
                .expect("finite gradients");
            value
        };
        (0..steps).map(step).collect()
    }

    /// All that must be the same if two runs are.
    pub fn state(&self) -> (Vec<u32>, String, elbow::family::Key) {
        (
            parameters(&self.vae),
            format!("{:?}", self.adam),
            self.vae.run_state().key(),
        )
    }

    pub fn save(&self, path: &Path) -> Result<(), elbow::Error> {
        checkpoint::save(path, &self.vae, &self.adam, &notes())
    }

    pub fn load(&mut self, path: &Path) -> Result<BTreeMap<String, String>, elbow::Error> {
        checkpoint::load(path, &mut self.vae, &mut self.adam)
    }
}

pub fn notes() -> BTreeMap<String, String> {
    let notes = [("epoch", "3"), ("remark", "ünïcode, \"quotes\"\nand lines")];
    notes
        .map(|(name, note)| (name.to_owned(), note.to_owned()))
        .into()
}
