//! Two threads that share the halves of operations: the one that computes, and its helper.
//!
//! A thread offers the second half to the other, does the first, and takes the second back if the other has not taken it: nobody waits
//! for a half that was not begun. A half may have halves of its own. The helper stays awake for a short time after each piece
//! of work, because waking it takes longer than most operations of a training step. To offer and to take are one exchange
//! of a cache line each.

use std::any::Any;
use std::cell::{OnceCell, UnsafeCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::sync::mpsc::channel;
use std::thread::Thread;
use std::time::{Duration, Instant};

use super::subnormal::Control;

/// How long the helper looks for more work before it sleeps: the longest part of a training step that one thread does alone.
const AWAKE: Duration = Duration::from_micros(300);

/// How often a thread looks before it lets others have the core: some ten microseconds. If the machine is busy, the thread
/// that it waits for may need that core.
const LOOKS: u32 = 1 << 10;

thread_local! {
    static PARTNER: OnceCell<Option<Partner>> = const { OnceCell::new() };
}

/// A half of an operation.
pub(super) type Half<'a> = &'a mut (dyn FnMut() + Send);

/// Runs both halves, at once if there is a second core.
pub(super) fn both(first: Half<'_>, second: Half<'_>) {
    PARTNER.with(|cell| match cell.get_or_init(Partner::start) {
        Some(partner) => partner.both(first, second),
        None => {
            first();
            second();
        }
    });
}

/// One of two threads that exchange work.
struct Partner {
    exchange: Arc<Exchange>,
    /// The other, if this is not the helper itself.
    helper: Option<Thread>,
}

impl Partner {
    /// Starts a helper for this thread. `None` on one core, or if the system has no thread to give.
    fn start() -> Option<Self> {
        if threads() < 2 {
            return None;
        }
        let exchange = Arc::<Exchange>::default();
        let (send, receive) = channel();
        let other = Arc::clone(&exchange);
        let work = move || {
            let own = Arc::clone(&other);
            PARTNER.with(|cell| {
                cell.get_or_init(|| {
                    Some(Self {
                        exchange: own,
                        helper: None,
                    })
                });
            });
            if send.send(std::thread::current()).is_ok() {
                other.keep();
            }
        };
        let builder = std::thread::Builder::new().name("elbow".into());
        builder.spawn(work).ok()?;
        // Waits for the helper, so that its start has allocated before a test counts allocations.
        let helper = Some(receive.recv().ok()?);
        Some(Self { exchange, helper })
    }

    fn both(&self, first: Half<'_>, second: Half<'_>) {
        let job = Job::of(second);
        if !self.exchange.offer(&job) {
            // Both threads have enough to do.
            first();
            return job.run();
        }
        self.rouse();
        let settled = Settle(&self.exchange, &job);
        first();
        drop(settled);
        if !job.is_done() {
            return job.run();
        }
        if let Some(panic) = job.panic() {
            resume_unwind(panic);
        }
    }

    /// Makes the helper look for work, if it does not already.
    fn rouse(&self) {
        if let Some(helper) = &self.helper
            && !self.exchange.is_awake.load(Ordering::Relaxed)
        {
            self.exchange.is_awake.store(true, Ordering::Relaxed);
            helper.unpark();
        }
    }
}

impl Drop for Partner {
    fn drop(&mut self) {
        if let Some(helper) = &self.helper {
            self.exchange.is_dismissed.store(true, Ordering::Relaxed);
            helper.unpark();
        }
    }
}

/// A half that may be done on the other thread.
struct Job<'a> {
    work: UnsafeCell<Half<'a>>,
    /// How the thread that offers it treats subnormal numbers.
    control: Control,
    is_done: AtomicBool,
    panic: UnsafeCell<Option<Box<dyn Any + Send>>>,
}

impl<'a> Job<'a> {
    fn of(work: Half<'a>) -> Self {
        Self {
            work: UnsafeCell::new(work),
            control: Control::current(),
            is_done: AtomicBool::new(false),
            panic: UnsafeCell::new(None),
        }
    }

    /// Does the work on the thread that it belongs to. No other thread may have it.
    fn run(mut self) {
        (self.work.get_mut())();
    }

    fn is_done(&self) -> bool {
        self.is_done.load(Ordering::Acquire)
    }

    /// The panic in which the work ended.
    fn panic(mut self) -> Option<Box<dyn Any + Send>> {
        self.panic.get_mut().take()
    }

    /// Does the work on the other thread.
    ///
    /// # Safety
    /// The job was offered, and this thread alone has taken it.
    unsafe fn run_taken(job: *const Self) {
        // SAFETY: whoever offered it waits until it is done, and neither reads nor writes the rest before.
        unsafe {
            let _restored = (*job).control.entered();
            let work = AssertUnwindSafe(|| (*(*job).work.get())());
            *(*job).panic.get() = catch_unwind(work).err();
            // From here on the job may be gone.
            (*job).is_done.store(true, Ordering::Release);
        }
    }
}

/// Where the two threads leave work for each other.
#[derive(Default)]
#[repr(align(128))]
struct Exchange {
    offered: AtomicPtr<Job<'static>>,
    is_awake: AtomicBool,
    is_dismissed: AtomicBool,
}

impl Exchange {
    /// Offers a job, if none lies here. A job that was offered must be settled before it goes.
    fn offer(&self, job: &Job<'_>) -> bool {
        let job = (&raw const *job).cast_mut().cast();
        let (success, failure) = (Ordering::Release, Ordering::Relaxed);
        let offered = &self.offered;
        offered
            .compare_exchange(null_mut(), job, success, failure)
            .is_ok()
    }

    /// Takes a job back, or waits until the other thread has done it. Meanwhile it does what the other offers.
    fn settle(&self, job: &Job<'_>) {
        let own = (&raw const *job).cast_mut().cast();
        if self.take(own) {
            return;
        }
        let mut patience = Patience::default();
        while !job.is_done() {
            if self.help() {
                patience = Patience::default();
            } else {
                patience.wait();
            }
        }
    }

    /// Takes this job, if it still lies here.
    fn take(&self, job: *mut Job<'static>) -> bool {
        let (success, failure) = (Ordering::Acquire, Ordering::Relaxed);
        let offered = &self.offered;
        offered
            .compare_exchange(job, null_mut(), success, failure)
            .is_ok()
    }

    /// Does the job that lies here, if there is one.
    fn help(&self) -> bool {
        let job = self.offered.load(Ordering::Relaxed);
        if job.is_null() || !self.take(job) {
            return false;
        }
        // SAFETY: it lay here, and was taken. A job in the same memory as one that was taken back is an offer too.
        unsafe { Job::run_taken(job) };
        true
    }

    /// The helper's life.
    fn keep(&self) {
        while !self.is_dismissed.load(Ordering::Relaxed) {
            if self.is_awake.load(Ordering::Relaxed) {
                self.look_for_work();
                // Work offered just now is done by the thread that offers it.
                self.is_awake.store(false, Ordering::Relaxed);
            } else {
                std::thread::park();
            }
        }
    }

    fn look_for_work(&self) {
        let mut patience = Patience::default();
        let mut idle_since = None;
        loop {
            if self.help() {
                patience = Patience::default();
                idle_since = None;
            } else if patience.wait() {
                let since = idle_since.get_or_insert_with(Instant::now);
                if since.elapsed() > AWAKE {
                    return;
                }
            }
        }
    }
}

/// Settles a job in any case: also if the first half panics, nobody works with what is gone.
struct Settle<'s, 'a>(&'s Exchange, &'s Job<'a>);

impl Drop for Settle<'_, '_> {
    fn drop(&mut self) {
        self.0.settle(self.1);
    }
}

/// Waits awake, and after many looks lets other threads have the core.
#[derive(Default)]
struct Patience {
    looks: u32,
}

impl Patience {
    /// Waits before the next look. Whether it was long.
    fn wait(&mut self) -> bool {
        if self.looks < LOOKS {
            self.looks += 1;
            std::hint::spin_loop();
            return false;
        }
        std::thread::yield_now();
        true
    }
}

/// The number of threads in rayon's environment variable, or the cores that this process may use.
fn threads() -> usize {
    let asked = std::env::var("RAYON_NUM_THREADS").ok();
    match asked.and_then(|asked| asked.parse().ok()) {
        Some(threads) if threads > 0 => threads,
        _ => std::thread::available_parallelism().map_or(1, usize::from),
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use crate::tensor::parallel::join;

    /// Sums of halves of halves, down to single numbers.
    fn sum(numbers: &[u64]) -> u64 {
        match numbers {
            [] => 0,
            [one] => *one,
            _ => {
                let (start, end) = numbers.split_at(numbers.len() / 2);
                let (mut first, mut second) = (0, 0);
                join(|| first = sum(start), || second = sum(end));
                first + second
            }
        }
    }

    #[test]
    fn every_half_is_done_once_at_any_depth() {
        let numbers: Vec<u64> = (0..1000).collect();
        for _ in 0..300 {
            assert_eq!(sum(&numbers), 499_500);
        }
    }

    #[test]
    fn a_panic_of_either_half_reaches_the_caller() {
        let numbers: Vec<u64> = (0..100).collect();
        for panics in 0..2 {
            for _ in 0..50 {
                let run = || {
                    let mut sums = [0, 0];
                    let [first, second] = &mut sums;
                    join(
                        || {
                            *first = sum(&numbers);
                            assert!(panics != 0, "the first");
                        },
                        || {
                            *second = sum(&numbers);
                            assert!(panics != 1, "the second");
                        },
                    );
                };
                assert!(catch_unwind(run).is_err());
            }
        }
        assert_eq!(sum(&numbers), 4950);
    }

    #[test]
    fn threads_have_helpers_of_their_own() {
        let numbers: Vec<u64> = (0..1000).collect();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..50).for_each(|_| assert_eq!(sum(&numbers), 499_500)));
            }
        });
    }
}
