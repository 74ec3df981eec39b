//! Gradients of intermediate values while they flow back.
//!
//! dfdx makes each of them anew, zeroed, before anything is added to it, and keeps it until all have flowed. Here a gradient
//! is made by the first operation that writes it, which need not add, and its memory is free again
//! when the operation has read it that made the value. The gradients of what no operation made, parameters and data, are dfdx's.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use dfdx::shapes::Shape;
use dfdx::tensor::{Gradients, HasErr, Tensor, UniqueId};

use super::identity;
use crate::Device;
use crate::kernels::scratch::Scratch;

thread_local! {
    static FLOW: Cell<Option<Box<Flow>>> = const { Cell::new(None) };
    /// Memory for the slots of the next pass.
    static IDLE: Cell<Option<Slots>> = const { Cell::new(None) };
}

/// The gradients of one backward pass that are on their way.
pub(crate) struct Flow {
    /// The intermediate values, in order.
    made: Vec<UniqueId>,
    slots: Slots,
    /// Whether dfdx's operations take part, to whom slots are handed over.
    mixed: bool,
    written: Written,
}

type Slots = HashMap<UniqueId, Slot, Identities>;

/// The gradient of one value.
struct Slot {
    values: Scratch,
    /// Moves it to where dfdx keeps gradients, if that may be asked for.
    home: Option<Home>,
}

type Home =
    Box<dyn FnOnce(Scratch, &mut Gradients<f32, Device>) -> Result<(), <Device as HasErr>::Err>>;

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
    pub(crate) fn contains<S: Shape, T>(&self, tensor: &Tensor<S, f32, Device, T>) -> bool {
        self.all || self.leaves.contains(&identity(tensor))
    }
}

impl Flow {
    pub(super) fn new(mut made: Vec<UniqueId>, mixed: bool, written: Written) -> Self {
        made.sort_unstable();
        Self {
            made,
            mixed,
            slots: IDLE.take().unwrap_or_default(),
            written,
        }
    }

    /// The gradient that the pass starts from.
    pub(super) fn seed<T>(
        &mut self,
        value: &Tensor<(), f32, Device, T>,
        weight: f32,
        gradients: &mut Gradients<f32, Device>,
    ) {
        let identity = identity(value);
        if self.has(identity) {
            self.buffer(identity, value, 1)[0] = weight;
            return;
        }
        let is_new = self.writes_over(identity);
        let buffer = gradients
            .get_or_alloc_mut(value)
            .expect("memory for a gradient");
        buffer[0] = weight + if is_new { 0.0 } else { buffer[0] };
    }

    /// Whether this is an intermediate value.
    pub(crate) fn has(&self, tensor: UniqueId) -> bool {
        self.made.binary_search(&tensor).is_ok()
    }

    /// Whether the buffer of a leaf is to be written over, which is then taken for done.
    pub(crate) fn writes_over(&mut self, leaf: UniqueId) -> bool {
        !self.written.all && self.written.leaves.insert(leaf)
    }

    /// Takes a gradient out, if one has been written.
    pub(crate) fn take(&mut self, value: UniqueId) -> Option<Scratch> {
        self.slots.remove(&value).map(|slot| slot.values)
    }

    /// A gradient, if one has been written.
    pub(crate) fn peek(&mut self, value: UniqueId) -> Option<&mut [f32]> {
        self.slots.get_mut(&value).map(|slot| &mut *slot.values)
    }

    /// The gradient of a value; zeros where nothing has been written.
    pub(crate) fn buffer<S: Shape, T>(
        &mut self,
        identity: UniqueId,
        value: &Tensor<S, f32, Device, T>,
        elements: usize,
    ) -> &mut [f32] {
        let mixed = self.mixed;
        let slot = self.slots.entry(identity).or_insert_with(|| {
            let mut values = Scratch::new(elements);
            values.fill(0.0);
            Slot::new(value, values, mixed)
        });
        &mut slot.values
    }

    /// Adds a gradient to what has been written since it was [taken](Self::take) out.
    pub(crate) fn put<S: Shape, T>(
        &mut self,
        identity: UniqueId,
        value: &Tensor<S, f32, Device, T>,
        gradient: Scratch,
    ) {
        match self.slots.get_mut(&identity) {
            Some(slot) => {
                let pairs = slot.values.iter_mut().zip(gradient.iter());
                pairs.for_each(|(sum, part)| *sum += part);
            }
            None => {
                let slot = Slot::new(value, gradient, self.mixed);
                self.slots.insert(identity, slot);
            }
        }
    }
}

impl Slot {
    fn new<S: Shape, T>(value: &Tensor<S, f32, Device, T>, values: Scratch, mixed: bool) -> Self {
        let home = mixed.then(|| -> Home {
            let value = value.ghost();
            Box::new(move |mut gradient: Scratch, gradients| {
                // dfdx's memory goes where this came from, or one of the two would grow by every step.
                gradient.swap(gradients.get_or_alloc_mut(&value)?);
                Ok(())
            })
        });
        Self { values, home }
    }
}

/// Makes this the flow of the backward pass on this thread, until what is returned ends it.
pub(super) fn start(flow: Flow) -> Running {
    FLOW.set(Some(Box::new(flow)));
    Running
}

pub(super) struct Running;

impl Running {
    /// What dfdx's gradients hold now.
    pub(super) fn end(self) -> Written {
        match FLOW.take() {
            Some(flow) => {
                let Flow {
                    mut slots, written, ..
                } = *flow;
                // What nothing asked for.
                slots.clear();
                IDLE.set(Some(slots));
                written
            }
            None => Written::whatever_is_there(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        FLOW.take();
    }
}

/// Ends the flow: what is on its way goes on among dfdx's gradients.
pub(super) fn hand_over(
    gradients: &mut Gradients<f32, Device>,
) -> Result<(), <Device as HasErr>::Err> {
    let flow = FLOW.take();
    for (_, slot) in flow.into_iter().flat_map(|flow| flow.slots) {
        if let Some(home) = slot.home {
            home(slot.values, gradients)?;
        }
    }
    Ok(())
}

/// The flow of this thread's backward pass, to be [put back](put_back).
pub(crate) fn take() -> Option<Box<Flow>> {
    FLOW.take()
}

/// Undoes [`take`].
pub(crate) fn put_back(flow: Option<Box<Flow>>) {
    FLOW.set(flow);
}

/// Hashes dfdx's identities, which are numbers in a row.
type Identities = BuildHasherDefault<Spread>;

#[derive(Default)]
pub(crate) struct Spread(u64);

impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_usize(usize::from(byte));
        }
    }

    fn write_usize(&mut self, number: usize) {
        // By the golden ratio: the upper bits, which tables look at, differ as well.
        self.0 = (self.0 ^ number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
