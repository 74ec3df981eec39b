//! Gradients of intermediate values while they flow back.
//!
//! A gradient is made by the first operation that writes it, which need not add, and its memory is free again
//! when the operation has read it that made the value. The gradients of what no operation here made, parameters and data, are
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

/// The gradients of one backward pass that are on their way.
pub(crate) struct Flow {
    slots: Slots,
    written: Written,
}

type Slots = HashMap<u64, Scratch, Identities>;

/// Parameters that there is room for at first: those of a model of a few layers.
const PARAMETERS: usize = 28;

/// Which of dfdx's gradients hold something: all others are memory to write over.
#[derive(Debug, Default)]
pub(crate) struct Written {
    all: bool,
    leaves: HashSet<UniqueId, Identities>,
}

impl Written {
    /// Whatever the buffers hold is old.
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

    /// Whether it is known which buffers hold a gradient; else each may.
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

    /// Whether the buffer of a leaf is to be written over, which is then taken for done.
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

    /// The gradient of a value; zeros where nothing has been written.
    pub(crate) fn buffer(&mut self, value: u64, elements: usize) -> &mut [f32] {
        let slot = self.slots.entry(value);
        slot.or_insert_with(|| Scratch::zeros(elements))
    }

    /// Adds a gradient to what has been written since it was [taken](Self::take) out.
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

    /// What dfdx's gradients hold at the end.
    pub(super) fn end(self) -> Written {
        let Self { mut slots, written } = self;
        // What nothing asked for.
        slots.clear();
        IDLE.set(Some(slots));
        written
    }
}

/// Hashes identities, which are numbers in a row.
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
        // By the golden ratio: the upper bits, which tables look at, differ as well.
        self.0 = (self.0 ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
