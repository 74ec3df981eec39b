//! The workloads as programs of `model!`.

use elbow::Error;
use elbow::prelude::*;
use elbow::train::Adam;

use crate::Step;
use crate::workload::{Kind, Workload, data};

const TEMPERATURE: f32 = 0.5;
const RATE: f32 = 1e-3;

model! {
    /// Bits between networks of one hidden layer.
    pub struct Bits<const PIXELS: usize, const HIDDEN: usize, const LATENTS: usize> {
        pub encoder: (Linear<PIXELS, HIDDEN>, Tanh, Linear<HIDDEN, LATENTS>),
        pub decoder: (Linear<LATENTS, HIDDEN>, Tanh, Linear<HIDDEN, PIXELS>),
    }
    generative p {
        sample z: [LATENTS] ~ Bernoulli::probs(0.5);
        sample x: [PIXELS] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        sample z ~ Bernoulli::logits(encoder(x)) via Relaxed { temperature: TEMPERATURE };
    }
}

model! {
    /// Normals between networks of one hidden layer.
    pub struct Normals {
        pub encoder: (Linear<784, 400>, ReLU),
        pub loc: Linear<400, 50>,
        pub log_scale: Linear<400, 50>,
        pub decoder: (Linear<50, 400>, ReLU, Linear<400, 784>),
    }
    generative p {
        sample z: [50] ~ Normal::new(0.0, 1.0);
        sample x: [784] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        let hidden = encoder(x);
        sample z ~ Normal::new(loc(hidden), log_scale(hidden).exp());
    }
}

model! {
    /// Categories between networks of two hidden layers.
    pub struct Categories {
        pub encoder: (Linear<784, 512>, ReLU, Linear<512, 256>, ReLU, Linear<256, 300>, ToEvent<Rank2<30, 10>>),
        pub decoder: (ToEvent<Rank1<300>>, Linear<300, 256>, ReLU, Linear<256, 512>, ReLU, Linear<512, 784>),
    }
    generative p {
        sample z: [30, 10] ~ OneHotCategorical::logits(0.0);
        sample x: [784] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        sample z ~ OneHotCategorical::logits(encoder(x)) via Relaxed { temperature: TEMPERATURE };
    }
}

/// The step of a workload.
pub fn step(workload: Workload) -> Step {
    let log_ratio = Elbo::default().relaxed_kl(RelaxedKl::LogRatio {
        prior_temperature: TEMPERATURE,
    });
    match workload.kind {
        Kind::W1a => bits::<784, 200, 200>(workload.rows, log_ratio),
        Kind::W1b => bits::<784, 200, 200>(workload.rows, Elbo::default()),
        Kind::W4 => bits::<64, 32, 10>(workload.rows, log_ratio),
        Kind::W2 => normals(workload.rows),
        Kind::W3 => categories(workload.rows),
    }
}

fn bits<const PIXELS: usize, const HIDDEN: usize, const LATENTS: usize>(
    rows: usize,
    elbo: Elbo,
) -> Step {
    let mut model = Bits::<PIXELS, HIDDEN, LATENTS>::new(0);
    let x = data::<PIXELS>(rows);
    let mut adam = Adam::new(RATE);
    Box::new(move || {
        let loss = elbo.loss(&model.q(&x))?;
        let value = loss.value();
        adam.descend(&mut model, loss)?;
        Ok::<_, Error>(value)
    })
}

fn normals(rows: usize) -> Step {
    let mut model = Normals::new(0);
    let x = data::<784>(rows);
    let mut adam = Adam::new(RATE);
    Box::new(move || {
        let loss = Elbo::default().loss(&model.q(&x))?;
        let value = loss.value();
        adam.descend(&mut model, loss)?;
        Ok::<_, Error>(value)
    })
}

fn categories(rows: usize) -> Step {
    let mut model = Categories::new(0);
    let x = data::<784>(rows);
    let mut adam = Adam::new(RATE);
    Box::new(move || {
        let loss = Elbo::default().loss(&model.q(&x))?;
        let value = loss.value();
        adam.descend(&mut model, loss)?;
        Ok::<_, Error>(value)
    })
}
