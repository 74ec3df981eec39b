//! Two halves of an operation at once.

use std::sync::Mutex;

use super::helper;
use super::subnormal::Control;

/// Runs both, at once if there is a second core.
pub(crate) fn join(first: impl FnOnce() + Send, second: impl FnOnce() + Send) {
    let (mut first, mut second) = (Some(first), Some(second));
    both(
        &mut || first.take().into_iter().for_each(|first| first()),
        &mut || second.take().into_iter().for_each(|second| second()),
    );
}

/// The same for objects, so that what follows is compiled once. In a pool of rayon's, the pool's threads share the halves.
fn both(first: helper::Half<'_>, second: helper::Half<'_>) {
    if rayon::current_thread_index().is_none() {
        return helper::both(first, second);
    }
    let control = Control::current();
    rayon::join(first, || {
        let _restored = control.entered();
        second();
    });
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
