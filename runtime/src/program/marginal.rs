//! The probabilities of a discrete latent site in the inference model, summed over all sites that it depends on.

use super::{Handler, Inference, LatentSite, check_draws, for_each_piece};
use crate::error::Error;
use crate::tensor::{Batch, Event, tensor};

/// The mean of a site's probabilities over its ancestors. Each ancestor is listed if it can be, and else drawn.
pub(super) fn marginal<I: Inference, E: Event>(
    program: &I,
    site: &LatentSite<I, E>,
    draws: Option<usize>,
) -> Result<Batch<E>, Error> {
    let particles = draws.unwrap_or(1);
    check_draws("the number of draws of the marginal", particles)?;
    let rows = program.rows()?;
    let mut sums = vec![0.0; rows * E::ELEMENTS];
    let handler = Handler::marginal(site.place(), draws.is_some());
    for_each_piece(program, handler, particles, &mut |pass, piece, share| {
        let own = pass.marginal(E::ELEMENTS)?;
        let sums = &mut sums[piece.start * E::ELEMENTS..piece.end * E::ELEMENTS];
        for (sum, own) in sums.iter_mut().zip(own) {
            *sum += share * own;
        }
        Ok(())
    })?;
    let values = sums.into_iter().map(|sum| sum as f32).collect();
    Ok(tensor(values, E::plated(rows)))
}
