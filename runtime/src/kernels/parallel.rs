//! Two halves of an operation at once.
//!
//! Each thread that computes gets a pool of its own, of which it is itself the first worker: a half that
//! nobody has taken by the time the other is done, it does itself. The helper stays awake for a little while
//! after each piece of work, because waking it takes longer than most operations of a training step.

use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rayon::{ThreadPool, ThreadPoolBuilder, Yield};

/// How long the helper looks for more work before it sleeps: the longest stretch of a training step that
/// one thread does alone.
const AWAKE: Duration = Duration::from_micros(300);

thread_local! {
    static HELPED: OnceCell<Option<Helped>> = const { OnceCell::new() };
}

/// Runs both, at once where there is a second core.
pub(crate) fn join(first: impl FnOnce() + Send, second: impl FnOnce() + Send) {
    let helped = HELPED.with(|cell| {
        let helped = cell.get_or_init(Helped::new).as_ref();
        helped.inspect(|helped| helped.rouse()).is_some()
    });
    if helped || rayon::current_thread_index().is_some() {
        rayon::join(first, second);
    } else {
        first();
        second();
    }
}

/// A pool of this thread and a helper.
struct Helped {
    pool: ThreadPool,
    awake: Arc<AtomicBool>,
}

impl Helped {
    /// `None` on one core, or where this thread belongs to a pool already.
    fn new() -> Option<Self> {
        if rayon::current_thread_index().is_some() || threads() < 2 {
            return None;
        }
        let builder = ThreadPoolBuilder::new().num_threads(2);
        let pool = builder.use_current_thread().build().ok()?;
        Some(Self {
            pool,
            awake: Arc::default(),
        })
    }

    /// Sets the helper looking for work, if it is not.
    fn rouse(&self) {
        if self.awake.swap(true, Ordering::Relaxed) {
            return;
        }
        let awake = Arc::clone(&self.awake);
        self.pool.spawn(move || {
            // This thread takes the job itself where it waits for the helper: it has better to do.
            if rayon::current_thread_index() != Some(0) {
                look_for_work();
            }
            awake.store(false, Ordering::Relaxed);
        });
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
