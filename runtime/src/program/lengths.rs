//! Rows with their own numbers of steps.
//!
//! A pass takes the longest rows first. Then those that run at a step are the first of all, and nothing is computed for the others.
//! Nobody outside sees it: noise and errors go by the rows of the data, and results are put back in their order.

use std::sync::Arc;

use super::Partial;
use super::steps::Steps;
use crate::error::Error;
use crate::tensor::names::{HasShape, Tensor};
use crate::tensor::{Device, Event, Plated, picked, tensor};

/// The numbers of steps of all rows.
#[derive(Clone, Debug)]
pub(super) struct Lengths {
    /// The row of the data at each place of the pass, if they differ.
    order: Option<Arc<[u32]>>,
    /// How many rows run at each step.
    running: Vec<usize>,
}

impl Lengths {
    /// From the numbers of a covariate.
    ///
    /// # Errors
    /// Returns the first that is no number of steps from 0 to `most`. Rows are counted from `first_row`.
    pub fn of(
        name: &'static str,
        lengths: &[f32],
        most: usize,
        first_row: usize,
    ) -> Result<Self, Error> {
        let is_length =
            |&length: &f32| length >= 0.0 && length <= most as f32 && length.fract() == 0.0;
        if let Some(row) = lengths.iter().position(|length| !is_length(length)) {
            return Err(Error::Length {
                name,
                row: first_row + row,
                value: lengths[row],
                most,
            });
        }
        let mut order: Vec<u32> = (0..lengths.len() as u32).collect();
        order.sort_by_key(|&row| std::cmp::Reverse(lengths[row as usize] as usize));
        let runs = |step: usize| lengths.iter().filter(|&&own| own as usize > step).count();
        let is_sorted = order
            .iter()
            .enumerate()
            .all(|(at, &row)| at == row as usize);
        Ok(Self {
            order: (!is_sorted).then(|| order.into()),
            running: (0..most).map(runs).collect(),
        })
    }

    /// How many rows run at a step.
    pub fn running(&self, step: usize) -> usize {
        self.running[step]
    }

    /// The row of the data at each place of the pass, if they differ.
    pub fn order(&self) -> Option<&Arc<[u32]>> {
        self.order.as_ref()
    }

    /// A batch in the order of the pass.
    pub fn sorted<P: Plated>(
        &self,
        batch: &Tensor<P, f32, Device>,
    ) -> Option<Tensor<P, f32, Device>> {
        let order = self.order_of(batch)?;
        Some(picked(batch, order.iter().map(|&row| row as usize)))
    }

    /// A batch in the order of the data, from one in that of the pass.
    pub fn restored<P: Plated>(&self, batch: Tensor<P, f32, Device>) -> Tensor<P, f32, Device> {
        let Some(order) = self.order_of(&batch) else {
            return batch;
        };
        let mut places = vec![0; order.len()];
        for (place, &row) in order.iter().enumerate() {
            places[row as usize] = place;
        }
        picked(&batch, places.into_iter())
    }

    /// The order, if a batch has a row for each row of the data: a global site has none.
    fn order_of<P: Plated>(&self, batch: &Tensor<P, f32, Device>) -> Option<&Arc<[u32]>> {
        let rows = P::Event::rows(batch.shape());
        self.order.as_ref().filter(|order| order.len() == rows)
    }
}

/// Data whose steps a loop samples or reads, with 0 wherever a row has no step: whoever reads all steps at once reads no padding. A number that
/// is no length is reported by the pass.
pub fn without_padding<E: Event, const N: usize>(
    data: Partial<E>,
    _: Steps<N>,
    lengths: &Partial<()>,
) -> Partial<E> {
    let lengths = <(usize,) as Plated>::flat(lengths.values().clone());
    let end = |length: f32| (length as usize).min(N) * (E::ELEMENTS / N.max(1));
    data.each(|batch| {
        let own = E::Plated::flat(batch.clone());
        let rows = own.values().chunks_exact(E::ELEMENTS.max(1));
        let mut rows = rows.zip(lengths.values());
        let is_zero = |(row, length): (&[f32], &f32)| row[end(*length)..].iter().all(|&x| x == 0.0);
        if rows.all(is_zero) {
            return batch.clone();
        }
        let mut values = own.values().to_vec();
        let rows = values.chunks_exact_mut(E::ELEMENTS.max(1));
        rows.zip(lengths.values())
            .for_each(|(row, length)| row[end(*length)..].fill(0.0));
        tensor(values, E::plated(E::rows(batch.shape())))
    })
}
