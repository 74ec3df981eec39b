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
    let own = run();
    for threads in [1, 2, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let found = pool.build().expect("threads").install(run);
        assert!(own == found, "{threads} threads");
    }
}
