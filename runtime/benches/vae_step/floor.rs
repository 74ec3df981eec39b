//! The matrix products of a step and nothing else: what no program with these layers can be faster than.

use elbow::__macro::kernels::product::{Matrix, Write, multiply};

use crate::Step;
use crate::workload::{Layer, Workload};

struct Weights {
    layer: Layer,
    weight: Vec<f32>,
    by_weight: Vec<f32>,
}

/// The step of a workload. None if it is not a training step of layers.
pub fn step(workload: Workload) -> Option<Step> {
    let layers = workload.layers();
    let most = |of: fn(&Layer) -> usize| layers.iter().map(of).max();
    let (widest, rows) = (most(|l| l.inputs.max(l.outputs))?, most(|l| l.rows)?);
    let x = vec![0.5_f32; rows * widest];
    let mut out = vec![0.0_f32; rows * widest];
    let mut all: Vec<Weights> = layers
        .into_iter()
        .map(|layer| Weights {
            layer,
            weight: vec![0.01; layer.inputs * layer.outputs],
            by_weight: vec![0.0; layer.inputs * layer.outputs],
        })
        .collect();
    Some(Box::new(move || {
        for Weights { layer, weight, .. } in &all {
            let (rows, i, o) = (layer.rows, layer.inputs, layer.outputs);
            let x = Matrix::rows(&x[..rows * i], rows, i);
            let weight = Matrix::rows(weight, o, i);
            multiply(&mut out[..rows * o], x, weight.transpose(), Write::Replace);
        }
        for Weights {
            layer,
            weight,
            by_weight,
        } in all.iter_mut().rev()
        {
            let (rows, i, o) = (layer.rows, layer.inputs, layer.outputs);
            let upstream = Matrix::rows(&x[..rows * o], rows, o);
            let input = Matrix::rows(&x[..rows * i], rows, i);
            multiply(by_weight, upstream.transpose(), input, Write::Replace);
            if layer.by_input {
                let weight = Matrix::rows(weight, o, i);
                multiply(&mut out[..rows * i], upstream, weight, Write::Replace);
            }
        }
        Ok(out[0])
    }))
}
