//! Vector instructions, chosen when the program runs.

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Vectors, vectors};

/// Runs a kernel in a copy compiled for the widest vectors that the machine has.
///
/// Only what is inlined into `kernel` is compiled so: everything in its inner loops must be
/// `#[inline(always)]`.
#[inline(always)]
pub(crate) fn vectorised<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    match vectors() {
        // SAFETY: the processor was asked.
        Vectors::Avx512 => return unsafe { x86::with_avx512(kernel) },
        // SAFETY: the same.
        Vectors::Avx2 => return unsafe { x86::with_avx2(kernel) },
        Vectors::Plain => {}
    }
    kernel.run()
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

/// Number `i` of every array.
#[inline(always)]
pub(crate) fn numbers<T: Copy + Default, const N: usize, const SIZE: usize>(
    arrays: [&[T; SIZE]; N],
    i: usize,
) -> [T; N] {
    let mut numbers = [T::default(); N];
    for k in 0..N {
        numbers[k] = arrays[k][i];
    }
    numbers
}

/// Numbers in `f64`, as many as a loop takes at a time. Beyond the end of a slice stands 1, which every function takes.
#[inline(always)]
pub(crate) fn padded<const N: usize, const SIZE: usize>(slices: [&[f32]; N]) -> [[f64; SIZE]; N] {
    let mut padded = [[1.0; SIZE]; N];
    for (to, from) in padded.iter_mut().zip(slices) {
        let pairs = to.iter_mut().zip(from);
        pairs.for_each(|(to, &x)| *to = x.into());
    }
    padded
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::sync::LazyLock;

    use super::Kernel;

    /// The kinds of vectors for which kernels are compiled: those of the levels x86-64-v4, v3 and v1.
    #[derive(Clone, Copy)]
    pub(crate) enum Vectors {
        Avx512,
        Avx2,
        Plain,
    }

    macro_rules! has_all {
        ($($feature:tt),*) => { $(is_x86_feature_detected!($feature))&&* };
    }

    static VECTORS: LazyLock<Vectors> = LazyLock::new(|| {
        let avx2 = has_all!("avx2", "fma", "bmi1", "bmi2", "lzcnt", "popcnt");
        if avx2 && has_all!("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl") {
            Vectors::Avx512
        } else if avx2 {
            Vectors::Avx2
        } else {
            Vectors::Plain
        }
    });

    /// The widest vectors that the processor has.
    #[inline]
    pub(crate) fn vectors() -> Vectors {
        *VECTORS
    }

    #[target_feature(
        enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512cd,avx512dq,avx512vl"
    )]
    pub(super) fn with_avx512<K: Kernel>(kernel: K) -> K::Output {
        kernel.run()
    }

    #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) fn with_avx2<K: Kernel>(kernel: K) -> K::Output {
        kernel.run()
    }
}
