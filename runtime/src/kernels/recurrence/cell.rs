//! A step of a recurrent layer, of all rows that run.

/// A rule for the state after a step. A row of gates holds the numbers of all units for one gate after another.
pub(crate) trait Cell: Sync {
    /// The gates of a unit.
    fn gates(&self) -> usize;

    /// The numbers that the backward pass needs of a unit and a step, besides its state.
    fn kept(&self) -> usize;

    /// Whether a unit has a memory besides its state.
    fn has_memory(&self) -> bool;

    /// Whether the gates get other gradients by the state before than by the input.
    fn has_own_flows(&self) -> bool;

    /// Writes the states after the step, and what is kept. Gates come from the input and from the state before.
    fn forward(&self, units: usize, gates: [&[f32]; 2], before: State<'_>, after: StateMut<'_>);

    /// Turns the gradient by the states after the step into that by the states before it, without the part through the gates. Writes
    /// the gradients by the gates: by the input's part, and by the state's part if the cell has such flows of its own.
    fn backward(
        &self,
        units: usize,
        kept: &[f32],
        before: State<'_>,
        flow: [&mut [f32]; 2],
        to_gates: [&mut [f32]; 2],
    );
}

/// States and memories before a step.
#[derive(Clone, Copy)]
pub(crate) struct State<'a> {
    pub(crate) state: &'a [f32],
    /// Empty without a memory.
    pub(crate) memory: &'a [f32],
}

/// The same after a step, and what the backward pass needs.
pub(crate) struct StateMut<'a> {
    pub(crate) state: &'a mut [f32],
    pub(crate) memory: &'a mut [f32],
    pub(crate) kept: &'a mut [f32],
}

/// The numbers of `N` gates of a row, gate by gate.
#[inline(always)]
pub(super) fn gates<const N: usize>(row: &[f32], units: usize) -> [&[f32]; N] {
    std::array::from_fn(|gate| &row[gate * units..][..units])
}

/// The same for writing.
#[inline(always)]
pub(super) fn gates_mut<const N: usize>(mut row: &mut [f32], units: usize) -> [&mut [f32]; N] {
    std::array::from_fn(|_| {
        let (own, rest) = std::mem::take(&mut row).split_at_mut(units);
        row = rest;
        own
    })
}
