//! One thread computes what two do, digit by digit.

use elbow::prelude::*;
use elbow::train::Adam;

model! {
    /// Wide enough for two threads.
    struct Wide {
        encoder: (Linear<96, 128>, Tanh, Linear<128, 64>),
        decoder: (Linear<64, 128>, ReLU, Linear<128, 96>),
    }
    generative p {
        sample z: [64] ~ Bernoulli::probs(0.5);
        sample x: [96] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x)) via Relaxed { temperature: 0.5 };
    }
}

model! {
    /// The same of a batch norm and of steps.
    struct Steps {
        norm: BatchNorm<96>,
        start: Parameter<Rank1<80>>,
        reader: GruCell<96, 80>,
        begin: (Linear<80, 160>, ToEvent<Rank2<2, 80>>),
        writer: LstmCell<80, 80>,
        out: (ToEvent<Rank1<160>>, Linear<160, 96>),
    }
    generative p {
        sample z: [80] ~ Normal::new(0.0, 1.0);
        sample x: [96] ~ Normal::new(out(writer(z, begin(z))), 1.0);
    }
    inference q(x) {
        sample z ~ Normal::new(reader(norm(x), start), 0.5);
    }
}

/// Every loss and every parameter of a few steps.
fn run_steps() -> Vec<u32> {
    const ROWS: usize = 250;
    let mut model = Steps::new(5);
    let numbers = (0..ROWS * 96).map(|i| (i * i % 23) as f32 / 7.0 - 1.5);
    let x: Batch<(Const<96>,)> = batch(numbers.collect()).expect("rows");
    let mut adam = Adam::new(1e-2);
    let mut all = Vec::new();
    for _ in 0..4 {
        let loss = Elbo::default().loss(&model.q(&x)).expect("legal");
        all.push(loss.value());
        adam.descend(&mut model, loss).expect("finite gradients");
    }
    all.extend(model.norm.weight.as_vec());
    all.extend(model.norm.running_var.as_vec());
    all.extend(model.start.value.as_vec());
    all.extend(model.reader.weight_ih.as_vec());
    all.extend(model.reader.weight_hh.as_vec());
    all.extend(model.writer.weight_ih.as_vec());
    all.extend(model.writer.bias_hh.as_vec());
    all.into_iter().map(f32::to_bits).collect()
}

/// Every loss and every parameter of a few steps.
fn run() -> Vec<u32> {
    const ROWS: usize = 150;
    let mut model = Wide::new(5);
    let bits = (0..ROWS * 96).map(|i| f32::from(u8::from(i * i % 11 < 4)));
    let x: Batch<(Const<96>,)> = batch(bits.collect()).expect("rows");
    let mut adam = Adam::new(1e-2);
    let mut all = Vec::new();
    for _ in 0..5 {
        let loss = Elbo::default().loss(&model.q(&x)).expect("legal");
        all.push(loss.value());
        adam.descend(&mut model, loss).expect("finite gradients");
    }
    all.extend(model.encoder.0.weight.as_vec());
    all.extend(model.encoder.2.bias.as_vec());
    all.extend(model.decoder.2.weight.as_vec());
    all.into_iter().map(f32::to_bits).collect()
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let own = (run(), run_steps());
    for threads in [1, 2, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().expect("threads");
        assert!(own.0 == pool.install(run), "{threads} threads");
        assert!(own.1 == pool.install(run_steps), "{threads} threads");
    }
}
