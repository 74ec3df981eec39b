//! Where a thread's tensors come from.
//!
//! Large ones are taken from dfdx's cache of freed memory, and go back to it: otherwise a training step gives pages
//! back to the system and gets them again, zeroed, which takes as long as all its small operations. Small ones
//! are cheaper to allocate than to look up.

use std::cell::Cell;
use std::mem::{self, ManuallyDrop, MaybeUninit};
use std::sync::atomic::{AtomicUsize, Ordering};

use dfdx::dtypes::{SafeZeros, Unit};
use dfdx::shapes::Shape;
use dfdx::tensor::{Cache, Storage, Tensor, TensorFromVec, ZerosTensor};

use crate::Device;
use crate::error::Error;
use crate::kernels::as_mut_slice;
use crate::kernels::parts::{Parts, share};
use crate::kernels::scratch;

thread_local! {
    static MEMORY: Memory = Memory::new();
    /// The elements of the largest tensor so far.
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

struct Memory {
    small: Device,
    large: Device,
    recordings: Cell<u64>,
}

/// Elements of a large tensor: 32 KiB of them.
const LARGE: usize = 1 << 13;

/// After so many recordings the cache is emptied, so that what no step needs any more, such as the memory of an
/// evaluation, is given back.
const RECORDINGS: u64 = 500;

impl Memory {
    fn new() -> Self {
        let large = Device::default();
        large.enable_cache();
        Self {
            small: Device::default(),
            large,
            recordings: Cell::new(0),
        }
    }

    fn device(&self, elements: usize) -> &Device {
        LARGEST.with(|largest| largest.set(largest.get().max(elements)));
        if elements < LARGE {
            &self.small
        } else {
            &self.large
        }
    }
}

impl Drop for Memory {
    /// dfdx does not free what its cache holds; and tensors that outlive the thread have to free themselves.
    fn drop(&mut self) {
        self.large.disable_cache();
    }
}

/// Numbers for which there is always room, so that nobody is asked.
const LITTLE: usize = 1 << 24;

/// Tensors of a site's size that are there at once: a draw, its noise, its coordinates and its density's arguments.
const AT_ONCE: usize = 4;

/// Checks that there is room for events of `elements` numbers at a site of this many rows: somebody may have asked for
/// more than there is memory, and an allocation that fails ends the process.
///
/// # Errors
/// Where the system would not give the memory.
pub(crate) fn check_room(site: &'static str, rows: usize, elements: usize) -> Result<(), Error> {
    let numbers = rows.checked_mul(elements);
    if numbers.is_some_and(|numbers| numbers <= LITTLE) {
        return Ok(());
    }
    let all = numbers.and_then(|numbers| numbers.checked_mul(AT_ONCE));
    match all.map(|all| Vec::<f32>::new().try_reserve_exact(all)) {
        Some(Ok(())) => Ok(()),
        _ => Err(Error::TooLarge {
            site,
            rows,
            elements,
        }),
    }
}

/// The elements of the largest tensor that is made while this runs.
pub(crate) fn largest(run: impl FnOnce()) -> usize {
    LARGEST.set(0);
    run();
    LARGEST.get()
}

/// Counts the recordings of this thread: after many of them, memory is given back.
pub(crate) fn note_recording() {
    MEMORY.with(|memory| {
        let number = memory.recordings.get() + 1;
        memory.recordings.set(number);
        if number.is_multiple_of(RECORDINGS) {
            memory.large.empty_cache();
            scratch::forget();
        }
    });
}

/// A tensor of these values, which fit its shape.
pub(crate) fn of_values<S: Shape>(values: Vec<f32>, shape: S) -> Tensor<S, f32, Device> {
    if values.len() < LARGE {
        return MEMORY.with(|memory| memory.device(values.len()).tensor_from_vec(values, shape));
    }
    // Memory that was not taken from the cache must not be given to it, or it would grow by every tensor.
    filled(shape, |elements| elements.copy_from_slice(&values))
}

/// A tensor of the given shape whose values `write` writes, in row-major order. They are zeros before.
pub(crate) fn filled<S: Shape>(shape: S, write: impl FnOnce(&mut [f32])) -> Tensor<S, f32, Device> {
    let elements = shape.num_elements();
    let mut tensor = MEMORY.with(|memory| memory.device(elements).zeros_like(&shape));
    if let Some(elements) = as_mut_slice(&mut tensor) {
        write(elements);
    }
    tensor
}

/// A tensor of the given shape whose values are written part by part, each of so many elements, by threads that share the
/// parts. Its memory is written once: dfdx would write zeros to it before. `write` gets the number of a part and one of
/// `others`.
///
/// # Panics
/// When `write` leaves a part unfinished, or there are too few of `others`.
pub(crate) fn written<S: Shape, T: Send>(
    shape: S,
    each: usize,
    others: impl Iterator<Item = T>,
    write: impl Fn(usize, T, &mut Places<'_>) + Sync,
) -> Tensor<S, f32, Device> {
    let elements = shape.num_elements();
    let device = MEMORY.with(|memory| memory.device(elements).clone());
    let mut values = match elements < LARGE {
        true => Vec::with_capacity(elements),
        false => reserved(&device, elements),
    };
    let parts = values.spare_capacity_mut()[..elements].chunks_mut(each.max(1));
    let (count, done) = (parts.len(), AtomicUsize::new(0));
    share(parts.zip(others).enumerate(), |(number, (part, other))| {
        let mut places = Places(part);
        write(number, other, &mut places);
        done.fetch_add(usize::from(places.0.is_empty()), Ordering::Relaxed);
    });
    assert_eq!(done.into_inner(), count, "parts that were written");
    // SAFETY: there is room for `elements` numbers, and all have been written: they consist of the parts, of which each
    // was counted when no place in it was left.
    unsafe { values.set_len(elements) };
    device.tensor_from_vec(values, shape)
}

/// Places for numbers that were not written yet.
pub(crate) struct Places<'a>(&'a mut [MaybeUninit<f32>]);

impl Places<'_> {
    /// How many are left.
    pub(crate) fn left(&self) -> usize {
        self.0.len()
    }

    /// Writes the next.
    ///
    /// # Panics
    /// When there are not as many.
    pub(crate) fn push(&mut self, values: &[f32]) {
        let (next, rest) = mem::take(&mut self.0).split_at_mut(values.len());
        next.write_copy_of_slice(values);
        self.0 = rest;
    }
}

/// A tensor of the given shape of which every row is this one.
///
/// # Panics
/// When the shape does not consist of such rows.
pub(crate) fn repeated<S: Shape>(shape: S, row: &[f32]) -> Tensor<S, f32, Device> {
    let elements = shape.num_elements();
    let rows = elements / row.len().max(1);
    if elements < LARGE {
        return of_values(row.repeat(rows), shape);
    }
    let each = Parts::new(rows, row.len(), 1).each() * row.len();
    written(shape, each, std::iter::repeat(()), |_, (), places| {
        while places.left() > 0 {
            places.push(row);
        }
    })
}

/// An empty vector with room for so many numbers and no more, in memory of the device's cache.
fn reserved(device: &Device, elements: usize) -> Vec<f32> {
    let mut block =
        Storage::<Unwritten>::try_alloc_len(device, elements).expect("memory for a tensor");
    let mut block_memory = ManuallyDrop::new(mem::take(&mut *block));
    // The cache would keep what is no memory any more.
    mem::forget(block);
    let (start, capacity) = (block_memory.as_mut_ptr(), block_memory.capacity());
    // SAFETY: the memory is that of a vector of as many `Unwritten`, which are as large as an `f32` and lie at the same
    // addresses; that vector is not dropped. The new one has no elements yet, so that nothing is said of what is there.
    unsafe { Vec::from_raw_parts(start.cast(), 0, capacity) }
}

/// A number that was not written, to dfdx a number like others: to fill memory with it is to do nothing.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
struct Unwritten(#[allow(dead_code, reason = "for its size")] MaybeUninit<f32>);

impl Default for Unwritten {
    #[inline(always)]
    fn default() -> Self {
        Self(MaybeUninit::uninit())
    }
}

impl PartialEq for Unwritten {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

impl PartialOrd for Unwritten {
    fn partial_cmp(&self, _: &Self) -> Option<std::cmp::Ordering> {
        None
    }
}

impl SafeZeros for Unwritten {}

impl Unit for Unwritten {
    const ONE: Self = Self(MaybeUninit::new(1.0));
}

#[cfg(test)]
mod tests {
    use dfdx::shapes::Const;

    use super::{LARGE, repeated, written};

    #[test]
    fn every_row_is_the_row() {
        let row = [1.0, 2.0, 3.0];
        // Small, large, and in memory that was used before.
        for rows in [1, 2, LARGE, LARGE, 3 * LARGE + 1] {
            let tensor = repeated((rows, Const::<3>), &row);
            assert_eq!(tensor.as_vec(), row.repeat(rows));
        }
        // Of nothing, which dfdx cannot read.
        let _ = repeated((0, Const::<3>), &row);
        let _ = repeated((4, Const::<0>), &[]);
    }

    #[test]
    #[should_panic(expected = "parts that were written")]
    fn what_is_not_written_is_no_tensor() {
        written((4, Const::<8>), 8, 0..4, |part, _, places| {
            places.push(&[1.0; 8][..8 - usize::from(part == 2)]);
        });
    }

    #[test]
    #[should_panic(expected = "parts that were written")]
    fn nor_is_what_nobody_wrote() {
        written((4, Const::<8>), 8, 0..3, |_, _, places| {
            places.push(&[1.0; 8]);
        });
    }
}
