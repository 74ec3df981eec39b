//! The numbers of a model at some time.

use crate::tensor::parameters::Walked;

/// The numbers of all tensors of a model, in the order of a walk.
#[derive(Debug)]
pub(super) struct Snapshot(Vec<Vec<f32>>);

impl Snapshot {
    pub(super) fn of(model: &dyn Walked) -> Self {
        let mut all = Vec::new();
        model.each_named(&mut |_, tensor| all.push(tensor.values()));
        Self(all)
    }

    pub(super) fn give_to(&self, model: &mut dyn Walked) {
        let mut all = self.0.iter();
        model.each_mut(&mut |mut tensor| {
            if let Some(values) = all.next() {
                tensor.set(values);
            }
        });
    }
}
