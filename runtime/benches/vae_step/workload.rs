//! What is measured: a model, the rows of its batch, and for W1b an estimator.

use std::fmt;
use std::str::FromStr;

/// The models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 784 – tanh 200 – 200 Concrete bits at ½, 200 – tanh 200 – 784; the log-ratio of the relaxed densities.
    W1a,
    /// The same with the closed-form divergence of the bits, by any estimator.
    W1b,
    /// 784 – relu 400 – Normal of 50, 50 – relu 400 – 784; closed-form divergence.
    W2,
    /// 784 – relu 512 – relu 256 – 30 × 10 Gumbel-softmax at ½, 300 – relu 256 – relu 512 – 784; closed-form
    /// divergence of the categories.
    W3,
    /// 64 – tanh 32 – 10 Concrete bits at ½, 10 – tanh 32 – 64; as W1a.
    W4,
    /// Words from 16 Concrete bits at ½: 37 symbols in 64 numbers, a two-way LSTM of 128 and tanh 32 to the bits, and an LSTM of 128 that writes
    /// the letters and the end; closed-form divergence of the bits.
    W5,
    /// A deep Markov model of chorales: states of 32, a gated transition, an emitter of 100 – 100 – 88 notes, and a guide of a recurrent
    /// layer of 128 from the end; closed-form divergences.
    W6,
    /// 28 × 28 – convolution 32 – relu – convolution 64 – relu – Normal of 32, 32 – relu 3136 and transposed convolutions back; all of
    /// 4 × 4 pixels, stride 2 and padding 1; closed-form divergence.
    W8,
    /// M2 without labels: a class of 10 summed out, and a Normal of 10.
    W9,
    /// 784 – tanh 200 – tanh 200 – Normal of 50 and its mirror; importance-weighted with 50 samples.
    W10,
    /// 784 – tanh 200 – 8 bits summed out, 8 – tanh 200 – 784.
    States,
    /// 784 – tanh 200 – 50 draws of this family, 50 – tanh 200 – 784.
    Latent(Family),
    /// Counts – relu 100 – Normal of 20, 20 – relu 100 – counts.
    Counts(Counts),
    /// M2 with labels and without: two programs and one step.
    Semi,
    /// Logistic regression of 20 inputs with global weights.
    Global,
    /// The log-evidence of W1b's model by 1,000 samples a row.
    Evidence,
    /// The ELBO of W1b's model, without gradients.
    Evaluate,
    /// Draws from W1b's model.
    Sample,
}

/// A family that W1's networks are built around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Dirichlet,
    Gamma,
    Beta,
    VonMises,
}

/// A likelihood of counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// 2,000 or 20,000.
    pub columns: usize,
    /// Negative binomial with a learned number of failures a column; or Poisson.
    pub is_overdispersed: bool,
    /// Whether 49 of 50 counts are zero.
    pub is_sparse: bool,
}

/// How W1b draws its bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Estimator {
    #[default]
    Relaxed,
    /// Without `via`: ReinMax.
    Automatic,
    ReinMax,
    StraightThrough,
    StraightThroughGumbel,
    GumbelRao10,
    DisArm,
    Rloo2,
    Rebar,
    Score,
    RunningMean,
}

/// A model at a batch size: `W1a_100`, `W1b_100:reinmax`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    pub kind: Kind,
    pub rows: usize,
    pub estimator: Estimator,
}

/// Workloads that are measured together.
pub fn group(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "layers" => &[
            "W1a_20", "W1a_100", "W1a_1000", "W1b_100", "W2_128", "W3_100", "W4_32",
        ],
        "estimators" => &[
            "W1b_100",
            "W1b_100:automatic",
            "W1b_100:reinmax",
            "W1b_100:straight_through",
            "W1b_100:straight_through_gumbel",
            "W1b_100:gumbel_rao10",
            "W1b_100:disarm",
            "W1b_100:rloo2",
            "W1b_100:rebar",
            "W1b_100:score",
            "W1b_100:running_mean",
        ],
        "states" => &[
            "W5_64",
            "W6_20",
            "W8_64",
            "W9_100",
            "W10_20",
            "states_100",
            "semi_100",
            "global_1000",
        ],
        "families" => &[
            "dirichlet_100",
            "gamma_100",
            "beta_100",
            "von_mises_100",
            "poisson2000_100",
            "poisson2000sparse_100",
            "poisson20000_100",
            "poisson20000sparse_100",
            "negbin2000_100",
            "negbin2000sparse_100",
            "negbin20000_100",
            "negbin20000sparse_100",
        ],
        "evaluation" => &["evidence_20", "evaluate_10000", "sample_10000"],
        _ => return None,
    })
}

impl FromStr for Workload {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let wrong = || format!("there is no workload `{name}`: expected one like W1a_100");
        let (model, estimator) = name.split_once(':').unwrap_or((name, ""));
        let (kind, rows) = model.rsplit_once('_').ok_or_else(wrong)?;
        let kind = match kind {
            "W1a" => Kind::W1a,
            "W1b" => Kind::W1b,
            "W2" => Kind::W2,
            "W3" => Kind::W3,
            "W4" => Kind::W4,
            "W5" => Kind::W5,
            "W6" => Kind::W6,
            "W8" => Kind::W8,
            "W9" => Kind::W9,
            "W10" => Kind::W10,
            "states" => Kind::States,
            "dirichlet" => Kind::Latent(Family::Dirichlet),
            "gamma" => Kind::Latent(Family::Gamma),
            "beta" => Kind::Latent(Family::Beta),
            "von_mises" => Kind::Latent(Family::VonMises),
            "semi" => Kind::Semi,
            "global" => Kind::Global,
            "evidence" => Kind::Evidence,
            "evaluate" => Kind::Evaluate,
            "sample" => Kind::Sample,
            counts => Kind::Counts(counts.parse().map_err(|()| wrong())?),
        };
        let rows = rows.parse().map_err(|_| wrong())?;
        if rows == 0 || !estimator.is_empty() && kind != Kind::W1b {
            return Err(wrong());
        }
        let estimator = match estimator {
            "" => Estimator::default(),
            estimator => estimator.parse()?,
        };
        Ok(Self {
            kind,
            rows,
            estimator,
        })
    }
}

impl FromStr for Counts {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        let (name, is_sparse) = match name.strip_suffix("sparse") {
            Some(dense) => (dense, true),
            None => (name, false),
        };
        let of = |family| name.strip_prefix(family);
        let (columns, is_overdispersed) = match (of("poisson"), of("negbin")) {
            (Some(columns), _) => (columns, false),
            (None, Some(columns)) => (columns, true),
            (None, None) => return Err(()),
        };
        match columns.parse() {
            Ok(columns @ (2_000 | 20_000)) => Ok(Self {
                columns,
                is_overdispersed,
                is_sparse,
            }),
            _ => Err(()),
        }
    }
}

impl FromStr for Estimator {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Ok(match name {
            "relaxed" => Self::Relaxed,
            "automatic" => Self::Automatic,
            "reinmax" => Self::ReinMax,
            "straight_through" => Self::StraightThrough,
            "straight_through_gumbel" => Self::StraightThroughGumbel,
            "gumbel_rao10" => Self::GumbelRao10,
            "disarm" => Self::DisArm,
            "rloo2" => Self::Rloo2,
            "rebar" => Self::Rebar,
            "score" => Self::Score,
            "running_mean" => Self::RunningMean,
            _ => return Err(format!("there is no estimator `{name}`")),
        })
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of {} rows", self.kind, self.rows)
    }
}

/// A linear layer of a step.
#[derive(Clone, Copy, Debug)]
pub struct Layer {
    pub inputs: usize,
    pub outputs: usize,
    /// The rows that go through it.
    pub rows: usize,
    /// Whether a gradient by the input is wanted.
    pub by_input: bool,
}

impl Workload {
    /// The linear layers of a training step, in the order of the forward pass. None for other steps.
    ///
    /// What reads an enumerated site alone goes through a layer once a state; what reads data alone, once a row.
    pub fn layers(self) -> Vec<Layer> {
        let rows = self.rows;
        let layer = |inputs, outputs, rows| Layer {
            inputs,
            outputs,
            rows,
            by_input: true,
        };
        let of_data = |inputs, outputs| Layer {
            by_input: false,
            ..layer(inputs, outputs, rows)
        };
        let around = |width, hidden, latents, ends: usize, latent_rows| {
            let mut layers = vec![of_data(width, hidden)];
            layers.extend(vec![layer(hidden, latents, rows); ends]);
            layers.push(layer(latents, hidden, latent_rows));
            layers.push(layer(hidden, width, latent_rows));
            layers
        };
        match self.kind {
            Kind::W1a | Kind::W1b => around(784, 200, 200, 1, rows),
            Kind::W2 => around(784, 400, 50, 2, rows),
            Kind::W3 => vec![
                of_data(784, 512),
                layer(512, 256, rows),
                layer(256, 300, rows),
                layer(300, 256, rows),
                layer(256, 512, rows),
                layer(512, 784, rows),
            ],
            Kind::W4 => around(64, 32, 10, 1, rows),
            Kind::W8 => vec![
                Layer {
                    by_input: false,
                    ..layer(16, 32, 196 * rows)
                },
                layer(512, 64, 49 * rows),
                layer(3136, 64, rows),
                layer(32, 3136, rows),
                layer(64, 512, 49 * rows),
                layer(32, 16, 196 * rows),
            ],
            Kind::W9 => vec![
                of_data(784, 128),
                layer(128, 10, rows),
                of_data(784, 128),
                Layer {
                    rows: 10,
                    ..of_data(10, 128)
                },
                layer(128, 20, 10 * rows),
                layer(10, 128, 10 * rows),
                Layer {
                    rows: 10,
                    ..of_data(10, 128)
                },
                layer(128, 784, 10 * rows),
            ],
            Kind::W10 => vec![
                of_data(784, 200),
                layer(200, 200, rows),
                layer(200, 50, rows),
                layer(200, 50, rows),
                layer(50, 200, 50 * rows),
                layer(200, 200, 50 * rows),
                layer(200, 784, 50 * rows),
            ],
            Kind::States => around(784, 200, 8, 1, 256),
            Kind::Latent(Family::Dirichlet) => around(784, 200, 50, 1, rows),
            Kind::Latent(_) => around(784, 200, 50, 2, rows),
            Kind::Counts(Counts { columns, .. }) => around(columns, 100, 20, 2, rows),
            Kind::W5
            | Kind::W6
            | Kind::Semi
            | Kind::Global
            | Kind::Evidence
            | Kind::Evaluate
            | Kind::Sample => Vec::new(),
        }
    }

    /// Floating-point operations of the matrix products of a step.
    pub fn flops(self) -> f64 {
        let layers = self.layers();
        let of = |layer: &Layer| {
            let products = if layer.by_input { 3 } else { 2 };
            (2 * products * layer.rows * layer.inputs * layer.outputs) as f64
        };
        layers.iter().map(of).sum()
    }
}
