//! An allocator that counts.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static LARGE: AtomicUsize = AtomicUsize::new(0);

/// Bytes of an allocation that counts as large: those of tensors, not those of bookkeeping.
const LARGE_BYTES: usize = 32 * 1024;

/// The system's allocator, counted.
struct Counting;

// SAFETY: every call is passed on unchanged to the system's allocator; counting touches only atomics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), SeqCst) + layout.size();
        PEAK.fetch_max(live, SeqCst);
        if layout.size() >= LARGE_BYTES {
            LARGE.fetch_add(1, SeqCst);
        }
        // SAFETY: the caller's contract is the callee's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), SeqCst);
        // SAFETY: the caller's contract is the callee's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes that are alive.
pub fn live() -> usize {
    LIVE.load(SeqCst)
}

/// Bytes that are alive after `f` and were not before. What it returns is gone by then.
///
/// It runs once uncounted, which leaves the cache of tensors' memory as its own last run would.
pub fn kept<T>(f: impl Fn() -> T) -> isize {
    drop(f());
    let before = live();
    drop(f());
    live() as isize - before as isize
}

/// Bytes that `f` has alive at once at most.
pub fn peak<T>(f: impl FnOnce() -> T) -> usize {
    let before = live();
    PEAK.store(before, SeqCst);
    drop(f());
    PEAK.load(SeqCst) - before
}

/// The large allocations of `f`.
pub fn large<T>(f: impl FnOnce() -> T) -> usize {
    let before = LARGE.load(SeqCst);
    drop(f());
    LARGE.load(SeqCst) - before
}
