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

/// The same for a closure, marked `#[inline(always)]`.
///
/// The bound says that the closure is called once. A closure that could be called again is called through a function
/// of the compiler's, which is not inlined where the closure is long: its loops would then have the plainest vectors.
#[inline(always)]
pub(crate) fn vectorised_by<T>(closure: impl FnOnce() -> T) -> T {
    vectorised(Closure(closure))
}

struct Closure<F>(F);

impl<T, F: FnOnce() -> T> Kernel for Closure<F> {
    type Output = T;

    #[inline(always)]
    fn run(self) -> T {
        (self.0)()
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
