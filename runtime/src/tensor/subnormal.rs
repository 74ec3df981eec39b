//! Subnormal numbers count as zero while a step is computed.
//!
//! A processor takes a hundred times as long for an operation on one, and there are many if weights are nearly zero or units
//! are saturated. So while this crate computes an objective or its gradients, its threads round results between zero and 10⁻³⁸
//! to zero and read such numbers as zero. Afterwards they treat such numbers as before.

use std::marker::PhantomData;

/// How a thread treats subnormal numbers, among other things.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Control(u64);

/// Restores a thread's old treatment when it goes out of scope.
pub(crate) struct Restore {
    before: Control,
    // It belongs to its thread.
    _thread: PhantomData<*const ()>,
}

/// Makes this thread treat subnormal numbers as zero.
pub(crate) fn flushed() -> Restore {
    Control(Control::current().0 | FLUSH).entered()
}

/// The least number that this thread treats as positive.
pub(crate) fn least_positive() -> f32 {
    if Control::current().0 & FLUSH == 0 {
        f32::from_bits(1)
    } else {
        f32::MIN_POSITIVE
    }
}

impl Control {
    /// This thread's treatment.
    pub(crate) fn current() -> Self {
        Self(read())
    }

    /// Gives this thread that treatment.
    pub(crate) fn entered(self) -> Restore {
        let before = Self::current();
        if before != self {
            write(self.0);
        }
        Restore {
            before,
            _thread: PhantomData,
        }
    }
}

impl Drop for Restore {
    fn drop(&mut self) {
        if Control::current() != self.before {
            write(self.before.0);
        }
    }
}

/// Results are flushed to zero, and operands are.
#[cfg(target_arch = "x86_64")]
const FLUSH: u64 = 1 << 15 | 1 << 6;
#[cfg(target_arch = "aarch64")]
const FLUSH: u64 = 1 << 24;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const FLUSH: u64 = 0;

#[cfg(target_arch = "x86_64")]
fn read() -> u64 {
    let mut control = 0_u32;
    // SAFETY: it writes the register to the four bytes of `control`.
    unsafe { std::arch::asm!("stmxcsr [{}]", in(reg) &mut control, options(nostack)) };
    // The lower bits tell of exceptions in the past.
    u64::from(control & !0x3f)
}

#[cfg(target_arch = "x86_64")]
fn write(control: u64) {
    let control = control as u32;
    // SAFETY: the bits were read from the register, but for those that flush. They change no result but subnormal ones, and the
    // guard puts them back.
    unsafe { std::arch::asm!("ldmxcsr [{}]", in(reg) &control, options(nostack, readonly)) };
}

#[cfg(target_arch = "aarch64")]
fn read() -> u64 {
    let control: u64;
    // SAFETY: it reads a register.
    unsafe { std::arch::asm!("mrs {}, fpcr", out(reg) control, options(nostack, nomem)) };
    control
}

#[cfg(target_arch = "aarch64")]
fn write(control: u64) {
    // SAFETY: the bits were read from the register, but for the one that flushes. It changes no result but subnormal ones, and
    // the guard puts it back.
    unsafe { std::arch::asm!("msr fpcr, {}", in(reg) control, options(nostack)) };
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn read() -> u64 {
    0
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn write(_: u64) {}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;
    use crate::tensor::parallel::join;

    fn halved() -> f32 {
        black_box(f32::MIN_POSITIVE) * black_box(0.5)
    }

    #[test]
    fn both_threads_flush_and_then_do_what_they_did() {
        assert!(halved() > 0.0);
        {
            let _flushed = flushed();
            let (mut first, mut second) = (1.0, 1.0);
            join(|| first = halved(), || second = halved());
            assert_eq!((first, second), (0.0, 0.0));
            let _nested = flushed();
        }
        assert!(halved() > 0.0);
        let (mut first, mut second) = (0.0, 0.0);
        join(|| first = halved(), || second = halved());
        assert!(first > 0.0 && second > 0.0);
    }
}
