//! What is trained: a model and the rows of its batch.

use std::str::FromStr;

use elbow::dfdx::shapes::Const;
use elbow::prelude::{Batch, batch};
use rand::{Rng, SeedableRng, rngs::StdRng};

/// The models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 784 – tanh 200 – 200 Concrete bits at ½, 200 – tanh 200 – 784; the log-ratio of the relaxed densities.
    W1a,
    /// The same with the closed-form divergence of the bits.
    W1b,
    /// 784 – relu 400 – Normal of 50, 50 – relu 400 – 784; closed-form divergence.
    W2,
    /// 784 – relu 512 – relu 256 – 30 × 10 Gumbel-softmax at ½, 300 – relu 256 – relu 512 – 784; closed-form
    /// divergence of the categories.
    W3,
    /// 64 – tanh 32 – 10 Concrete bits at ½, 10 – tanh 32 – 64; as W1a.
    W4,
}

/// A model at a batch size: `W1a_100`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    pub kind: Kind,
    pub rows: usize,
}

impl FromStr for Workload {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let wrong = || format!("there is no workload `{name}`: expected one like W1a_100");
        let (kind, rows) = name.split_once('_').ok_or_else(wrong)?;
        let kind = match kind {
            "W1a" => Kind::W1a,
            "W1b" => Kind::W1b,
            "W2" => Kind::W2,
            "W3" => Kind::W3,
            "W4" => Kind::W4,
            _ => return Err(wrong()),
        };
        let rows = rows.parse().map_err(|_| wrong())?;
        if rows == 0 {
            return Err(wrong());
        }
        Ok(Self { kind, rows })
    }
}

impl Workload {
    /// The linear layers, in the order of the forward pass: inputs, outputs, and whether a gradient by the input is wanted.
    pub fn layers(self) -> Vec<(usize, usize, bool)> {
        match self.kind {
            Kind::W1a | Kind::W1b => vec![
                (784, 200, false),
                (200, 200, true),
                (200, 200, true),
                (200, 784, true),
            ],
            Kind::W2 => vec![
                (784, 400, false),
                (400, 50, true),
                (400, 50, true),
                (50, 400, true),
                (400, 784, true),
            ],
            Kind::W3 => vec![
                (784, 512, false),
                (512, 256, true),
                (256, 300, true),
                (300, 256, true),
                (256, 512, true),
                (512, 784, true),
            ],
            Kind::W4 => vec![
                (64, 32, false),
                (32, 10, true),
                (10, 32, true),
                (32, 64, true),
            ],
        }
    }

    /// Floating-point operations of the matrix products of a step.
    pub fn flops(self) -> f64 {
        let layers = self.layers();
        let of = |&(i, o, by_input): &(usize, usize, bool)| {
            let products = if by_input { 3 } else { 2 };
            (2 * products * self.rows * i * o) as f64
        };
        layers.iter().map(of).sum()
    }
}

/// So many rows of fixed data, three bits in ten of which are 1.
pub fn data<const PIXELS: usize>(rows: usize) -> Batch<(Const<PIXELS>,)> {
    let mut rng = StdRng::seed_from_u64(0);
    let bits = (0..rows * PIXELS).map(|_| f32::from(u8::from(rng.gen_bool(0.3))));
    batch(bits.collect()).expect("whole rows")
}
