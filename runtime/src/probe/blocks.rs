//! The tensors that each guide is computed from.

use crate::tensor::names::Gradients;

use crate::error::Error;
use crate::estimator::Settings;
use crate::program::{Handler, Inference, Model, Pass};
use crate::tensor::parameters::Walked;
use crate::tensor::tape::record;
use crate::tensor::{Device, Rows, mean, weighted, weighted_sum};

/// Some of a model's tensors.
pub(super) struct Block {
    pub(super) site: Option<&'static str>,
    pub(super) tensors: Vec<String>,
}

impl Block {
    /// The gradient by its tensors, one number after another.
    pub(super) fn of<'g>(
        &'g self,
        gradient: &'g [(String, Vec<f32>)],
    ) -> impl Iterator<Item = f64> + 'g {
        let own = gradient
            .iter()
            .filter(|(name, _)| self.tensors.contains(name));
        own.flat_map(|(_, values)| values.iter().copied().map(f64::from))
    }
}

/// The blocks of a program: for each latent site the tensors that its guide's density at a draw depends on, and the rest.
pub(super) fn blocks<M: Model, I: Inference>(model: &M, program: &I) -> Result<Vec<Block>, Error> {
    let mut blocks: Vec<Block> = Vec::new();
    for site in 0.. {
        let mut pass = Pass::new(
            I::SITES,
            Handler::weigh(Settings::default()).keeping_densities(),
            program.keys().expected(program.run_state()),
            program.rows()?,
        );
        let (result, recording) = record(|| {
            program.run(&mut pass)?;
            let mut names: Vec<&'static str> = pass.densities().map(|(name, _)| name).collect();
            names.dedup();
            let density = |rows: &Rows| {
                // Uneven weights, since scores may cancel in a plain sum.
                let uneven = (0..rows.len()).map(|row| 1.0 + (row as f64 * 0.618_034).fract());
                (mean(&weighted(rows, uneven.collect())), 1.0)
            };
            Ok::<_, Error>(names.get(site).map(|&own| {
                let steps = pass.densities().filter(|(name, _)| *name == own);
                let steps = steps.map(|(_, rows)| density(rows)).collect();
                (own, weighted_sum(steps))
            }))
        });
        let Some((name, value)) = result? else { break };
        let gradients = recording.backward(&value);
        let tensors = flat_gradients(model, gradients).into_iter();
        let own = tensors.filter(|(_, values)| values.iter().any(|&v| v != 0.0));
        blocks.push(Block {
            site: Some(name),
            tensors: own.map(|(name, _)| name).collect(),
        });
    }
    let of_guides = |name: &String| blocks.iter().any(|block| block.tensors.contains(name));
    let all = flat_gradients(model, Gradients::leaky()).into_iter();
    let rest: Vec<_> = all
        .map(|(name, _)| name)
        .filter(|name| !of_guides(name))
        .collect();
    if !rest.is_empty() {
        blocks.push(Block {
            site: None,
            tensors: rest,
        });
    }
    Ok(blocks)
}

/// The gradient by every learned tensor, with its name. It is zero if nothing flowed there.
pub(super) fn flat_gradients(
    model: &dyn Walked,
    mut gradients: Gradients<f32, Device>,
) -> Vec<(String, Vec<f32>)> {
    let mut tensors = Vec::new();
    model.each_named(&mut |name, parameter| {
        if parameter.is_learned {
            tensors.push((name, parameter.gradient(&mut gradients).clone()));
        }
    });
    tensors
}
