//! W1's networks around continuous families.

use elbow::prelude::*;

use super::train;
use crate::weights::filled;
use crate::workload::Family;
use crate::{Step, rows};

model! {
    /// A Dirichlet.
    pub struct Dirichlets {
        encoder: (Linear<784, 200>, Tanh, Linear<200, 50>, Softplus),
        decoder: (Linear<50, 200>, Tanh, Linear<200, 784>),
    }
    generative p {
        sample z: [50] ~ Dirichlet::new(1.0);
        sample x: [784] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        sample z ~ Dirichlet::new(encoder(x));
    }
}

/// W1's networks with two heads, which give positive numbers.
macro_rules! two_heads {
    ($($name:ident: $family:ident, $prior:expr;)*) => {$(
        model! {
            /// Independent draws of this family.
            pub struct $name {
                encoder: (Linear<784, 200>, Tanh),
                a: (Linear<200, 50>, Softplus),
                b: (Linear<200, 50>, Softplus),
                decoder: (Linear<50, 200>, Tanh, Linear<200, 784>),
            }
            generative p {
                sample z: [50] ~ $prior;
                sample x: [784] ~ Bernoulli::logits(decoder(z));
            }
            inference q(x) {
                let hidden = encoder(x);
                sample z ~ $family::new(a(hidden), b(hidden));
            }
        }
    )*};
}

two_heads! {
    Gammas: Gamma, Gamma::new(2.0, 2.0);
    Betas: Beta, Beta::new(2.0, 2.0);
    Angles: VonMises, VonMises::new(0.0, 1.0);
}

/// The step of this many rows.
pub fn step(rows: usize, family: Family) -> Step {
    let x = rows::bits::<784>(rows);
    let elbo = Elbo::default();
    macro_rules! train {
        ($model:expr) => {
            train($model, move |model| elbo.loss(&model.q(&x)))
        };
    }
    macro_rules! two_heads {
        ($model:ident) => {
            train!(filled!($model::new(0); encoder.0, a.0, b.0, decoder.0, decoder.2))
        };
    }
    match family {
        Family::Dirichlet => {
            train!(filled!(Dirichlets::new(0); encoder.0, encoder.2, decoder.0, decoder.2))
        }
        Family::Gamma => two_heads!(Gammas),
        Family::Beta => two_heads!(Betas),
        Family::VonMises => two_heads!(Angles),
    }
}
