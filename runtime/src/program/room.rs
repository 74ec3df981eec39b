//! Whether there is memory for as many rows as are asked for.

use super::{Generative, Handler, Pass, Run};
use crate::error::Error;
use crate::noise::Key;
use crate::tensor::tape::unrecorded;
use crate::tensor::{check_room, largest};

/// Of fewer rows every program has room for its tensors.
const MANY: usize = 1 << 16;

/// What is named where the sites have room by themselves.
const WIDEST: &str = "the widest layer or site";

/// Checks that there is room for the widest tensor of an inference program in each of `rows` rows, particles included, by a look
/// at one.
///
/// # Errors
/// Where the system would not give the memory.
pub(crate) fn check_inference(
    program: &dyn Run,
    handler: Handler,
    key: Key,
    rows: usize,
) -> Result<(), Error> {
    check(rows, || {
        let mut pass = Pass::new(program.sites(), handler, key, 1);
        // What is wrong with the row is told when all are run.
        let _ = program.run_on(0..1, &mut pass);
    })
}

/// The same for draws of a generative program. One with covariates has their rows.
///
/// # Errors
/// Where the system would not give the memory.
pub(crate) fn check_generative<G: Generative>(
    program: &G,
    key: Key,
    rows: usize,
) -> Result<(), Error> {
    if !program.columns().is_empty() {
        return Ok(());
    }
    check(rows, || {
        let _ = program.joint(&mut Pass::new(G::SITES, Handler::sample(), key, 1), None);
    })
}

fn check(rows: usize, look: impl FnOnce()) -> Result<(), Error> {
    if rows < MANY {
        return Ok(());
    }
    let elements = largest(|| unrecorded(look));
    check_room(WIDEST, rows, elements)
}
