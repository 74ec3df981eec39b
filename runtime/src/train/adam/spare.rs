//! Gradient buffers from one step to the next.

use crate::tensor::Device;
use crate::tensor::names::{Gradients, UniqueId};

/// Gradient buffers of the parameters of one model.
#[derive(Clone)]
pub(super) struct Spare {
    buffers: Gradients<f32, Device>,
    pub(super) parameters: Vec<UniqueId>,
    /// Whether they hold [nothing](super::NOTHING).
    pub(super) cleared: bool,
}

/// Spare memory is no part of the optimiser's state.
impl std::fmt::Debug for Spare {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Spare")
    }
}

impl Default for Spare {
    fn default() -> Self {
        Self {
            buffers: Gradients::leaky(),
            parameters: Vec::new(),
            cleared: false,
        }
    }
}

impl Spare {
    /// Keeps the buffers of these parameters, and only those.
    pub(super) fn keep(
        &mut self,
        mut buffers: Gradients<f32, Device>,
        parameters: Vec<UniqueId>,
        cleared: bool,
    ) {
        let known = self.parameters.is_empty() || self.parameters == parameters;
        self.parameters = parameters;
        // dfdx never forgets what it was told to retain, so another model needs new buffers.
        if known {
            buffers.retain_leafs(&self.parameters);
            self.buffers = buffers;
        } else {
            self.buffers = Gradients::leaky();
        }
        self.cleared = cleared && known;
    }

    pub(super) fn take(&mut self) -> Gradients<f32, Device> {
        std::mem::replace(&mut self.buffers, Gradients::leaky())
    }
}
