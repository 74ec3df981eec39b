//! The state that a model keeps from one program to the next.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::estimator::Mixed;
use crate::noise::Key;

/// The state of a run: its seed, its step, the losses computed in that step, and the running means that
/// estimators keep. A model holds one; a checkpoint saves it.
///
/// The loss of every program takes the next key. The step ends when the gradients of a loss are computed, for any optimiser.
/// So all losses that are added before one descent belong to one step. Evaluations take keys of another kind, so they do not
/// change a run.
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// A normal with a normal mean.
///     pub struct Pair { loc: Parameter<Rank0> }
///     generative p { sample z ~ Normal::new(0.0, 1.0); sample x ~ Normal::new(z, 1.0); }
///     inference q(x) { sample z ~ Normal::new(loc, 1.0); }
/// }
///
/// let pair = Pair::new(7);
/// let x = batch(vec![1.0; 4])?;
/// let loss = Elbo::default().loss(&pair.q(&x))?;
/// Elbo::default().evaluate(&pair.q(&x))?;
/// let key = pair.run_state().key();
/// assert_eq!((key.step, key.program), (0, 1));
/// let gradients = loss.backward();
/// let key = pair.run_state().key();
/// assert_eq!((key.step, key.program), (1, 0));
/// # let _ = gradients;
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Debug)]
pub struct RunState {
    inner: Handle,
}

/// The number of a step's first evaluation. No step computes this many losses.
const LOOKING: u64 = 1 << 62;

/// A share in a run's state, for values that outlive the borrow of its model.
#[derive(Clone, Debug)]
struct Handle(Arc<Mutex<Inner>>);

#[derive(Clone, Debug)]
struct Inner {
    key: Key,
    /// The number of evaluations since the step began.
    looks: u64,
    means: BTreeMap<String, f64>,
}

impl RunState {
    /// A new run.
    pub fn new(seed: u64) -> Self {
        let inner = Inner {
            key: Key::new(seed, 0),
            looks: 0,
            means: BTreeMap::new(),
        };
        Self {
            inner: Handle(Arc::new(Mutex::new(inner))),
        }
    }

    /// The key of this loss; the next call gets the next loss's.
    pub fn next_key(&self) -> Key {
        let mut inner = self.inner.lock();
        let key = inner.key;
        inner.key.program += 1;
        key
    }

    /// The key of this evaluation. The keys of losses do not move.
    pub(crate) fn next_looking_key(&self) -> Key {
        let mut inner = self.inner.lock();
        let program = LOOKING + inner.looks;
        inner.looks += 1;
        Key {
            program,
            ..inner.key
        }
    }

    /// The key that [`next_key`](Self::next_key) will give.
    pub fn key(&self) -> Key {
        self.inner.lock().key
    }

    /// Goes on from this key.
    pub fn set_key(&self, key: Key) {
        let mut inner = self.inner.lock();
        inner.key = key;
        inner.looks = 0;
    }

    /// The number of evaluations since the step began.
    pub(crate) fn looks(&self) -> u64 {
        self.inner.lock().looks
    }

    /// Goes on as if this many evaluations had been made.
    pub(crate) fn set_looks(&self, looks: u64) {
        self.inner.lock().looks = looks;
    }

    /// The running means that estimators keep, by the name of the site.
    pub fn means(&self) -> BTreeMap<String, f64> {
        self.inner.lock().means.clone()
    }

    /// Goes on with these running means.
    pub fn set_means(&self, means: BTreeMap<String, f64>) {
        self.inner.lock().means = means;
    }

    fn handle(&self) -> Handle {
        self.inner.clone()
    }
}

impl Default for RunState {
    fn default() -> Self {
        Self::new(0)
    }
}

/// A separate run that goes on from the same point.
impl Clone for RunState {
    fn clone(&self) -> Self {
        let inner = self.inner.lock().clone();
        Self {
            inner: Handle(Arc::new(Mutex::new(inner))),
        }
    }
}

impl Handle {
    /// No code can panic while it holds the lock, so the state is whole even if it is poisoned.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The change that a loss makes to a run when its gradients are computed.
#[derive(Debug)]
pub(crate) struct Step {
    run: Handle,
    /// The values for the running means, by site.
    mixed: Vec<(&'static str, Mixed)>,
}

impl Step {
    pub(crate) fn new(run: &RunState, mixed: Vec<(&'static str, Mixed)>) -> Self {
        Self {
            run: run.handle(),
            mixed,
        }
    }

    /// Adds another loss's part of the same step, or gives it back if it belongs to another run.
    pub(crate) fn join(&mut self, other: Self) -> Option<Self> {
        if !self.run.is_of(&other.run) {
            return Some(other);
        }
        self.mixed.extend(other.mixed);
        None
    }

    /// Ends the step.
    pub(crate) fn end(&self) {
        let mut inner = self.run.lock();
        inner.key = Key::new(inner.key.seed, inner.key.step + 1);
        inner.looks = 0;
        for (site, mixed) in &self.mixed {
            let mean = inner.means.get(*site).copied();
            inner
                .means
                .insert((*site).to_owned(), mixed.applied_to(mean));
        }
    }
}
