//! Two halves of an operation at once.
//!
//! Each thread that computes gets its own pool, and is its first worker. If the helper has not taken the second half when the
//! first is done, the thread does it itself. The helper stays awake for a short time after each piece of work, because waking
//! it takes longer than most operations of a training step.

use std::cell::OnceCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread::Thread;
use std::time::{Duration, Instant};

use rayon::{ThreadPool, ThreadPoolBuilder, Yield};

use super::subnormal::Control;

/// How long the helper looks for more work before it sleeps: the longest part of a training step that one thread does alone.
const AWAKE: Duration = Duration::from_micros(300);

thread_local! {
    static HELPED: OnceCell<Option<Helped>> = const { OnceCell::new() };
}

/// Runs both, at once if there is a second core.
pub(crate) fn join(first: impl FnOnce() + Send, second: impl FnOnce() + Send) {
    let (mut first, mut second) = (Some(first), Some(second));
    both(
        &mut || first.take().into_iter().for_each(|first| first()),
        &mut || second.take().into_iter().for_each(|second| second()),
    );
}

/// The same for objects, so that rayon's part is compiled once.
fn both(first: &mut (dyn FnMut() + Send), second: &mut (dyn FnMut() + Send)) {
    let helped = HELPED.with(|cell| {
        let helped = cell.get_or_init(Helped::new).as_ref();
        helped.inspect(|helped| helped.rouse()).is_some()
    });
    if helped || rayon::current_thread_index().is_some() {
        let done = AtomicBool::new(false);
        let control = Control::current();
        rayon::join(
            || {
                first();
                wait_for(&done);
            },
            || {
                let _done = Done(&done);
                let _restored = control.entered();
                second();
            },
        );
    } else {
        first();
        second();
    }
}

/// Runs the first two at once, and the rest on the thread that is done before the other.
pub(crate) fn join_with_rest(
    first: impl FnOnce() + Send,
    second: impl FnOnce() + Send,
    rest: impl FnOnce() + Send,
) {
    let rest = Mutex::new(Some(rest));
    let do_rest = || {
        let rest = rest.lock().ok().and_then(|mut rest| rest.take());
        rest.into_iter().for_each(|rest| rest());
    };
    join(
        || {
            first();
            do_rest();
        },
        || {
            second();
            do_rest();
        },
    );
}

/// Signals that the second half is done, even if it panics.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Stays awake until the second half is done, or does it if the helper has not taken it. rayon would give the core away, and
/// waking up again takes as long as the half.
fn wait_for(done: &AtomicBool) {
    let start = Instant::now();
    while !done.load(Ordering::Acquire) && start.elapsed() < AWAKE {
        if !matches!(rayon::yield_now(), Some(Yield::Executed)) {
            (0..8).for_each(|_| std::hint::spin_loop());
        }
    }
}

/// A pool of this thread and a helper.
struct Helped {
    // Kept so that its threads stay.
    _pool: ThreadPool,
    helper: Thread,
    watch: Arc<Watch>,
}

/// The messages to the helper.
#[derive(Default)]
struct Watch {
    awake: AtomicBool,
    dismissed: AtomicBool,
}

impl Helped {
    /// `None` on one core, or if this thread already belongs to a pool.
    fn new() -> Option<Self> {
        if rayon::current_thread_index().is_some() || threads() < 2 {
            return None;
        }
        let builder = ThreadPoolBuilder::new().num_threads(2);
        let pool = builder.use_current_thread().build().ok()?;
        let watch = Arc::<Watch>::default();
        let (send, receive) = channel();
        let watched = Arc::clone(&watch);
        pool.spawn_broadcast(move |worker| {
            if worker.index() != 0 && send.send(std::thread::current()).is_ok() {
                watched.keep();
            }
        });
        // Waits for the helper, so that its start has allocated before a test counts allocations.
        let helper = receive.recv().ok()?;
        // This thread's own copy of the job does nothing. If it waited, the pool would outlive the thread.
        while matches!(rayon::yield_local(), Some(Yield::Executed)) {}
        Some(Self {
            _pool: pool,
            helper,
            watch,
        })
    }

    /// Makes the helper look for work, if it does not already.
    fn rouse(&self) {
        if !self.watch.awake.swap(true, Ordering::Relaxed) {
            self.helper.unpark();
        }
    }
}

impl Drop for Helped {
    fn drop(&mut self) {
        self.watch.dismissed.store(true, Ordering::Relaxed);
        self.helper.unpark();
    }
}

impl Watch {
    /// The helper's work: one job for its whole life, so that waking it allocates nothing.
    fn keep(&self) {
        while !self.dismissed.load(Ordering::Relaxed) {
            if self.awake.load(Ordering::Relaxed) {
                look_for_work();
                // Work offered just now is done by the thread that offers it.
                self.awake.store(false, Ordering::Relaxed);
            } else {
                std::thread::park();
            }
        }
    }
}

fn look_for_work() {
    let mut last = Instant::now();
    while last.elapsed() < AWAKE {
        match rayon::yield_now() {
            Some(Yield::Executed) => last = Instant::now(),
            _ => std::hint::spin_loop(),
        }
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
