//! Checks that there is memory for the rows that are asked for.

use super::{Generative, Handler, Pass, Run};
use crate::error::Error;
use crate::noise::Key;
use crate::tensor::tape::unrecorded;
use crate::tensor::{check_room, largest};

/// With fewer rows, every program has room for its tensors.
const MANY: usize = 1 << 16;

/// The name in the error if each site alone has room.
const WIDEST: &str = "the widest layer or site";

/// Checks that there is room for the widest tensor of an inference program in each of `rows` rows, particles included. It runs
/// one row to find that tensor.
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
        // If something is wrong with the row, the run of all rows reports it.
        let _ = program.run_on(0..1, &mut pass);
    })
}

/// The same for draws of a generative program. If it has covariates, their rows are the rows.
///
/// # Errors
/// Where the system would not give the memory.
pub(crate) fn check_generative<G: Generative>(
    program: &G,
    given: &G::Given,
    key: Key,
    rows: usize,
) -> Result<(), Error> {
    check(rows, || {
        let _ = program.joint::<()>(&mut Pass::new(G::SITES, Handler::sample(), key, 1), given);
    })
}

fn check(rows: usize, look: impl FnOnce()) -> Result<(), Error> {
    if rows < MANY {
        return Ok(());
    }
    let elements = largest(|| unrecorded(look));
    check_room(WIDEST, rows, elements)
}
