//! The matrix products of a step and nothing else: what no program with these layers can be faster than.

use elbow::__macro::kernels::product::{Matrix, Write, multiply};

use crate::Step;
use crate::workload::Workload;

struct Layer {
    inputs: usize,
    outputs: usize,
    by_input: bool,
    weight: Vec<f32>,
    by_weight: Vec<f32>,
}

/// The step of a workload.
pub fn step(workload: Workload) -> Step {
    let rows = workload.rows;
    let mut layers: Vec<Layer> = workload
        .layers()
        .into_iter()
        .map(|(inputs, outputs, by_input)| Layer {
            inputs,
            outputs,
            by_input,
            weight: vec![0.01; inputs * outputs],
            by_weight: vec![0.0; inputs * outputs],
        })
        .collect();
    let widest = workload
        .layers()
        .iter()
        .map(|l| l.0.max(l.1))
        .max()
        .unwrap_or(0);
    let x = vec![0.5_f32; rows * widest];
    let mut out = vec![0.0_f32; rows * widest];
    Box::new(move || {
        for layer in &layers {
            let (i, o) = (layer.inputs, layer.outputs);
            let x = Matrix::rows(&x[..rows * i], rows, i);
            let weight = Matrix::rows(&layer.weight, o, i);
            multiply(&mut out[..rows * o], x, weight.transpose(), Write::Replace);
        }
        for layer in layers.iter_mut().rev() {
            let (i, o) = (layer.inputs, layer.outputs);
            let upstream = Matrix::rows(&x[..rows * o], rows, o);
            let input = Matrix::rows(&x[..rows * i], rows, i);
            multiply(
                &mut layer.by_weight,
                upstream.transpose(),
                input,
                Write::Replace,
            );
            if layer.by_input {
                let weight = Matrix::rows(&layer.weight, o, i);
                multiply(&mut out[..rows * i], upstream, weight, Write::Replace);
            }
        }
        Ok(out[0])
    })
}
