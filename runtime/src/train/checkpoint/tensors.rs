//! The tensors of a checkpoint: taken from a model, read from a file, and given back.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::broken;
use crate::error::Error;
use crate::tensor::parameters::Walked;

/// A tensor of a model: its name, its shape and its bytes.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    pub(super) bytes: Vec<u8>,
}

impl Entry {
    pub(super) fn new(name: String, shape: Vec<usize>, values: &[f32]) -> Self {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Self { name, shape, bytes }
    }

    pub(super) fn values(&self) -> Vec<f32> {
        numbers(&self.bytes)
    }

    pub(super) fn view(&self) -> Result<TensorView<'_>, safetensors::SafeTensorError> {
        TensorView::new(Dtype::F32, self.shape.clone(), &self.bytes)
    }
}

pub(super) fn read(
    path: &Path,
    file: &SafeTensors<'_>,
    name: &str,
    shape: &[usize],
) -> Result<Vec<f32>, Error> {
    let tensor = file.tensor(name).map_err(|_| {
        broken(
            path,
            format!("has no tensor `{name}`: expected one of shape {shape:?}"),
        )
    })?;
    if tensor.dtype() != Dtype::F32 || tensor.shape() != shape {
        return Err(broken(
            path,
            format!(
                "`{name}` is {:?} of shape {:?}: expected F32 of shape {shape:?}",
                tensor.dtype(),
                tensor.shape()
            ),
        ));
    }
    let values = numbers(tensor.data());
    finite(path, name, &values)?;
    Ok(values)
}

fn numbers(bytes: &[u8]) -> Vec<f32> {
    let (numbers, _) = bytes.as_chunks::<4>();
    numbers.iter().map(|&b| f32::from_le_bytes(b)).collect()
}

pub(super) fn finite(path: &Path, name: &str, values: &[f32]) -> Result<(), Error> {
    all(path, name, values, |v| v.is_finite(), "finite numbers")
}

/// Checks that all numbers fit. `expected` says what fits.
pub(super) fn all(
    path: &Path,
    name: &str,
    values: &[f32],
    fits: impl Fn(&f32) -> bool,
    expected: &str,
) -> Result<(), Error> {
    match values.iter().position(|value| !fits(value)) {
        None => Ok(()),
        Some(at) => {
            let value = values[at];
            let problem = format!("`{name}` is {value} at element {at}: expected {expected}");
            Err(broken(path, problem))
        }
    }
}

/// The parameters of a model, in its order.
pub(super) fn parameters(model: &dyn Walked) -> Vec<Entry> {
    let mut entries = Vec::new();
    model.each_named(&mut |name, parameter| {
        entries.push(Entry::new(name, parameter.sizes(), &parameter.values()));
    });
    entries
}

pub(super) fn set_parameters(model: &mut dyn Walked, values: &BTreeMap<String, Vec<f32>>) {
    let mut names = Vec::new();
    model.each_named(&mut |name, _| names.push(name));
    let mut names = names.iter();
    model.each_mut(&mut |mut parameter| {
        if let Some(values) = names.next().and_then(|name| values.get(name)) {
            parameter.set(values);
        }
    });
}
