//! Two halves of an operation at once.
//!
//! Each thread that computes gets a pool of its own, of which it is itself the first worker: a half that
//! nobody has taken by the time the other is done, it does itself. The helper stays awake for a little while
//! after each piece of work, because waking it takes longer than most operations of a training step.

use std::cell::OnceCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread::Thread;
use std::time::{Duration, Instant};

use rayon::{ThreadPool, ThreadPoolBuilder, Yield};

use super::subnormal::Control;

/// How long the helper looks for more work before it sleeps: the longest stretch of a training step that
/// one thread does alone.
const AWAKE: Duration = Duration::from_micros(300);

thread_local! {
    static HELPED: OnceCell<Option<Helped>> = const { OnceCell::new() };
}

/// Runs both, at once where there is a second core.
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

/// Says so when the second half is done, also when it panics.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Stays awake until the second half is done, or does it where nobody has taken it. rayon would give the core away and
/// be woken again, which takes as long as the half.
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
    // Kept for its threads.
    _pool: ThreadPool,
    helper: Thread,
    watch: Arc<Watch>,
}

/// What the helper is told.
#[derive(Default)]
struct Watch {
    awake: AtomicBool,
    dismissed: AtomicBool,
}

impl Helped {
    /// `None` on one core, or where this thread belongs to a pool already.
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
        // Waits for the helper: what its start allocates is there before anyone counts.
        let helper = receive.recv().ok()?;
        // This thread's own copy of the job, which does nothing: while it waits, the pool would outlive the thread.
        while matches!(rayon::yield_local(), Some(Yield::Executed)) {}
        Some(Self {
            _pool: pool,
            helper,
            watch,
        })
    }

    /// Sets the helper looking for work, if it is not.
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
    /// The helper's work: one job for its whole life, so that rousing it allocates nothing.
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

/// The threads that one asked for with rayon's variable, or the cores that this process may use.
fn threads() -> usize {
    let asked = std::env::var("RAYON_NUM_THREADS").ok();
    match asked.and_then(|asked| asked.parse().ok()) {
        Some(threads) if threads > 0 => threads,
        _ => std::thread::available_parallelism().map_or(1, usize::from),
    }
}
