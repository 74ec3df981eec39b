//! Vector instructions, chosen when the program runs.

use std::sync::LazyLock;

use pulp::Arch;

static ARCH: LazyLock<Arch> = LazyLock::new(Arch::new);

/// Runs a kernel in a copy compiled for the widest vectors that the machine has.
///
/// Only what is inlined into `kernel` is compiled so: everything in its inner loops must be
/// `#[inline(always)]`.
#[inline(always)]
pub(crate) fn vectorised<K: Kernel>(kernel: K) -> K::Output {
    ARCH.dispatch(Dispatched(kernel))
}

/// What is compiled once for each kind of vectors.
pub(crate) trait Kernel {
    type Output;

    /// The loops, `#[inline(always)]`.
    fn run(self) -> Self::Output;
}

/// A closure, marked `#[inline(always)]`.
impl<T, F: FnOnce() -> T> Kernel for F {
    type Output = T;

    #[inline(always)]
    fn run(self) -> T {
        self()
    }
}

struct Dispatched<K>(K);

impl<K: Kernel> pulp::WithSimd for Dispatched<K> {
    type Output = K::Output;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> K::Output {
        self.0.run()
    }
}
