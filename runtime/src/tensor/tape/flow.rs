//! Gradients of intermediate values while they flow back.
//!
//! The first operation that writes a gradient makes it, and need not add. Its memory is free again when the operation that made
//! the value has read it. The gradients of values that no operation of this crate made, such as parameters and data, are
//! dfdx's.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use dfdx::shapes::Shape;
use dfdx::tensor::{Tensor, UniqueId};

use super::identity_of;
use crate::tensor::Device;
use crate::tensor::scratch::Scratch;

thread_local! {
    /// Memory for the slots of the next pass.
    static IDLE: Cell<Option<Slots>> = const { Cell::new(None) };
}

/// The gradients of one backward pass that have not been read yet.
pub(crate) struct Flow {
    slots: Slots,
    written: Written,
}

type Slots = HashMap<u64, Scratch, Identities>;

/// The initial capacity: the parameters of a model with a few layers.
const PARAMETERS: usize = 28;

/// The gradients of dfdx that hold something. All others are memory to write over.
#[derive(Debug, Default)]
pub(crate) struct Written {
    all: bool,
    leaves: HashSet<UniqueId, Identities>,
}

impl Written {
    /// All buffers hold old numbers.
    pub(crate) fn nothing() -> Self {
        Self {
            all: false,
            leaves: HashSet::with_capacity_and_hasher(PARAMETERS, Identities::default()),
        }
    }

    /// Every buffer holds a gradient, or zeros.
    pub(crate) fn whatever_is_there() -> Self {
        Self {
            all: true,
            leaves: HashSet::default(),
        }
    }

    /// Whether it is known which buffers hold a gradient. Else each may hold one.
    pub(crate) fn is_known(&self) -> bool {
        !self.all
    }

    /// Whether the buffer of this tensor holds a gradient.
    pub(crate) fn contains<S: Shape>(&self, tensor: &Tensor<S, f32, Device>) -> bool {
        self.all || self.leaves.contains(&identity_of(tensor))
    }
}

impl Flow {
    pub(super) fn new(written: Written) -> Self {
        Self {
            slots: IDLE.take().unwrap_or_default(),
            written,
        }
    }

    /// Whether the buffer of a leaf must be written over. Afterwards it counts as written.
    pub(crate) fn writes_over(&mut self, leaf: UniqueId) -> bool {
        !self.written.all && self.written.leaves.insert(leaf)
    }

    /// Takes a gradient out, if one has been written.
    pub(crate) fn take(&mut self, value: u64) -> Option<Scratch> {
        self.slots.remove(&value)
    }

    /// A gradient, if one has been written.
    pub(crate) fn peek(&mut self, value: u64) -> Option<&mut [f32]> {
        self.slots.get_mut(&value).map(|values| &mut **values)
    }

    /// The gradient of a value, or zeros if nothing has been written.
    pub(crate) fn buffer(&mut self, value: u64, elements: usize) -> &mut [f32] {
        let slot = self.slots.entry(value);
        slot.or_insert_with(|| Scratch::zeros(elements))
    }

    /// Adds a gradient to the one that was written since it was [taken](Self::take) out.
    pub(crate) fn put(&mut self, value: u64, gradient: Scratch) {
        match self.slots.get_mut(&value) {
            Some(slot) => {
                let pairs = slot.iter_mut().zip(gradient.iter());
                pairs.for_each(|(sum, part)| *sum += part);
            }
            None => {
                self.slots.insert(value, gradient);
            }
        }
    }

    /// The gradients of dfdx that hold something at the end.
    pub(super) fn end(self) -> Written {
        let Self { mut slots, written } = self;
        // Gradients that no operation read.
        slots.clear();
        IDLE.set(Some(slots));
        written
    }
}

/// Hashes identities, which are consecutive numbers.
type Identities = BuildHasherDefault<Spread>;

#[derive(Default)]
pub(crate) struct Spread(u64);

impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_usize(usize::from(byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        // Multiplies by the golden ratio, so that the upper bits, which tables use, differ as well.
        self.0 = (self.0 ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
