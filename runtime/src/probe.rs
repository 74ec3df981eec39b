//! Measuring gradient estimators on your own model and batch.
//!
//! The probe measures the gradient that an optimiser gets: that of the training loss by the model's tensors. There is one block
//! for each latent site and one for the rest. A site's block contains the tensors that its guide is computed from; a tensor
//! that several guides share is in several blocks. The last block contains the tensors that only the generative model reads.

mod blocks;
mod moments;

use std::fmt;

use crate::error::Error;
use crate::estimator::Scoring;
use crate::noise::Key;
use crate::objective::{Objective, exact_loss};
use crate::program::{Inference, InferenceProgram, Model};
use blocks::{Block, blocks, flat_gradients};
pub use moments::Measured;
use moments::Moments;

/// Gradients by the name of their block.
type Gradients = Vec<(String, Vec<f32>)>;

/// Repeats a training gradient with fresh noise and reports its variance, signal-to-noise ratio and bias, block by block. The
/// model's run stays as it is, so probing does not change training.
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// A coin whose bias is latent.
///     pub struct Coin { guide: Parameter<Rank0>, spread: Parameter<Rank0> }
///     generative p {
///         sample heads ~ Bernoulli::probs(0.5);
///         sample x ~ Normal::new(heads, spread.exp());
///     }
///     inference q(x) { sample heads ~ Bernoulli::logits(guide) via Rloo { samples: 2 }; }
/// }
///
/// let coin = Coin::new(0);
/// let x = batch(vec![0.9, 1.2])?;
/// let objective = Elbo::default();
/// let probe = GradientProbe::new(&objective).repeats(200).measure(&coin, &coin.q(&x))?;
/// println!("{probe}");
/// let heads = &probe.blocks[0];
/// assert_eq!(heads.site, Some("heads"));
/// let bias = heads.squared_bias.as_ref().expect("its states can be listed");
/// assert!(bias.value < 5.0 * bias.standard_error);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GradientProbe<'a, O> {
    objective: &'a O,
    repeats: usize,
}

/// The report of a [`GradientProbe`].
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// The blocks: one for each latent site, in the order of the generative model, and one for the rest.
    pub blocks: Vec<Probed>,
    /// How often the gradient was taken.
    pub repeats: usize,
}

/// The report for one block. The expected squared error is the variance plus the squared bias.
#[derive(Clone, Debug, PartialEq)]
pub struct Probed {
    /// The latent site whose guide is computed from the tensors. None for tensors that only the generative model reads.
    pub site: Option<&'static str>,
    /// The tensors, by the names that dfdx gives them.
    pub tensors: Vec<String>,
    /// The variance of the gradient, summed over the tensors' elements.
    pub variance: Measured,
    /// The norm of the mean gradient divided by the root of the variance. Infinite without variance.
    pub signal_to_noise: Measured,
    /// The squared distance of the mean gradient from the exact one, for which all discrete sites are listed. The estimate is
    /// unbiased, so it may be negative. An error says why it cannot be measured.
    pub squared_bias: Result<Measured, String>,
}

impl<'a, O: Objective> GradientProbe<'a, O> {
    /// Probes the loss of this objective a hundred times.
    pub fn new(objective: &'a O) -> Self {
        Self {
            objective,
            repeats: 100,
        }
    }

    /// Repeats the gradient this often, at least 20 times. Standard errors fall with the square root of this number.
    pub fn repeats(self, repeats: usize) -> Self {
        Self { repeats, ..self }
    }

    /// Measures the gradient by the tensors of `model`, which must be the program's model.
    ///
    /// # Errors
    /// Fails as [`Objective::loss`] does, if the repeats are too few, or if a gradient is not finite.
    pub fn measure(
        &self,
        model: &impl Model,
        mut program: impl InferenceProgram,
    ) -> Result<Probe, Error> {
        let program = program.program();
        if self.repeats < 2 * moments::GROUPS {
            return Err(Error::Setting {
                setting: "the repeats of the probe",
                value: self.repeats as f64,
                expected: "at least 20, to tell their spread",
            });
        }
        let rows = program.rows()?;
        // The noise of programs that no training step reaches.
        let key = program.keys().expected(program.run_state());
        let at = |repeat: usize| {
            let number = u64::MAX / 2 + repeat as u64;
            program.slice(0..rows).at(Key {
                program: number,
                ..key
            })
        };
        let blocks = blocks(model, &at(0))?;
        let mut exact = Exact::new(self.objective, model, &at)?;
        let mut own: Vec<_> = blocks.iter().map(|_| Moments::default()).collect();
        let mut apart: Vec<_> = blocks.iter().map(|_| Moments::default()).collect();
        for repeat in 0..self.repeats {
            let program = at(repeat);
            let gradient = flat_gradients(model, self.objective.loss(&program)?.probed());
            check_finite(&gradient, &program)?;
            let reference = exact.of(self.objective, model, &program)?;
            for ((block, own), apart) in blocks.iter().zip(&mut own).zip(&mut apart) {
                own.add(repeat, block.of(&gradient));
                if let Some(reference) = &reference {
                    let pairs = block.of(&gradient).zip(block.of(reference));
                    apart.add(repeat, pairs.map(|(own, exact)| own - exact));
                }
            }
        }
        let found = blocks.into_iter().zip(own.iter().zip(&apart));
        let blocks = found.map(|(block, (own, apart))| Probed {
            site: block.site,
            variance: own.variance(),
            signal_to_noise: own.signal_to_noise(),
            squared_bias: match &exact {
                Exact::Unknown(why) => Err(why.clone()),
                _ => Ok(apart.squared_mean()),
            },
            tensors: block.names(),
        });
        Ok(Probe {
            blocks: blocks.collect(),
            repeats: self.repeats,
        })
    }
}

/// # Errors
/// Returns the tensors whose gradients are not finite.
fn check_finite<I: Inference>(gradients: &Gradients, program: &I) -> Result<(), Error> {
    let own = gradients.iter();
    let wrong = own.filter(|(_, values)| values.iter().any(|v| !v.is_finite()));
    let parameters: Vec<String> = wrong.map(|(tensor, _)| tensor.clone()).collect();
    if parameters.is_empty() {
        return Ok(());
    }
    Err(Error::NotFiniteGradient {
        step: program.keys().expected(program.run_state()).step,
        parameters,
    })
}

/// The exact gradient, to compare with.
enum Exact {
    /// The same for all noise.
    Known(Gradients),
    /// Exact only in its discrete sites: an estimate for each noise.
    Estimated,
    /// It cannot be computed, for this reason.
    Unknown(String),
}

impl Exact {
    fn new<O: Objective, M: Model, I: Inference>(
        objective: &O,
        model: &M,
        at: &impl Fn(usize) -> I,
    ) -> Result<Self, Error> {
        if !matches!(objective.scoring(), Scoring::Terms { .. }) {
            let why = "summing states out of a weight makes another bound of it";
            return Ok(Self::Unknown(why.into()));
        }
        let gradient = |repeat: usize| -> Result<_, Error> {
            let program = at(repeat);
            let gradient = flat_gradients(model, exact_loss(objective, &program)?.probed());
            check_finite(&gradient, &program)?;
            Ok(gradient)
        };
        match gradient(0) {
            Ok(first) if first == gradient(1)? => Ok(Self::Known(first)),
            Ok(_) => Ok(Self::Estimated),
            Err(error @ (Error::NoListing { .. } | Error::TooManyStates { .. })) => {
                Ok(Self::Unknown(error.to_string()))
            }
            Err(error) => Err(error),
        }
    }

    /// The exact gradient under the noise of a program.
    fn of<O: Objective, M: Model, I: Inference>(
        &mut self,
        objective: &O,
        model: &M,
        program: &I,
    ) -> Result<Option<Gradients>, Error> {
        match self {
            Self::Known(gradient) => Ok(Some(gradient.clone())),
            Self::Estimated => {
                let gradient = flat_gradients(model, exact_loss(objective, program)?.probed());
                check_finite(&gradient, program)?;
                Ok(Some(gradient))
            }
            Self::Unknown(_) => Ok(None),
        }
    }
}

/// A table with a line for each block.
impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<16} {:>24} {:>20} {:>24}",
            "gradient of", "variance", "signal-to-noise", "squared bias"
        )?;
        for block in &self.blocks {
            let name = block.site.unwrap_or("(generative)");
            let (variance, ratio) = (&block.variance, &block.signal_to_noise);
            write!(f, "{name:<16} {variance:>24} {ratio:>20} ")?;
            match &block.squared_bias {
                Ok(bias) => writeln!(f, "{bias:>24}")?,
                Err(why) => writeln!(f, "not measurable: {why}")?,
            }
        }
        write!(f, "{} repeats, ± one standard error", self.repeats)
    }
}

impl Block {
    fn names(self) -> Vec<String> {
        self.tensors
    }
}
