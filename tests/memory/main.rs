//! Memory in use and allocations, measured by an allocator that counts.

mod counting;
mod stays;
mod steps;

/// One test, so that no other thread allocates while it counts.
#[test]
fn memory() {
    stays::nothing_stays();
    steps::a_step_allocates_nothing_large();
}
