//! The gated recurrent unit (Cho et al. 2014), as PyTorch has it.

use super::cell::{Cell, State, StateMut, gates, gates_mut};
use crate::kernels::real::single::{sigmoid, tanh};
use crate::tensor::simd::vectorised_by;

/// `h = n + z (h′ − n)` with `r = σ(a_r + b_r)`, `z = σ(a_z + b_z)` and `n = tanh(a_n + r b_n)`; `a` comes from the input and `b`
/// from the state before, `h′`.
pub(crate) struct Gru;

impl Cell for Gru {
    fn gates(&self) -> usize {
        3
    }

    fn kept(&self) -> usize {
        4
    }

    fn has_memory(&self) -> bool {
        false
    }

    fn has_own_flows(&self) -> bool {
        true
    }

    fn forward(
        &self,
        units: usize,
        [input, hidden]: [&[f32]; 2],
        before: State<'_>,
        after: StateMut<'_>,
    ) {
        vectorised_by(
            #[inline(always)]
            || {
                let rows = input
                    .chunks_exact(3 * units)
                    .zip(hidden.chunks_exact(3 * units));
                let states = before
                    .state
                    .chunks_exact(units)
                    .zip(after.state.chunks_exact_mut(units));
                let kept = after.kept.chunks_exact_mut(4 * units);
                for (((input, hidden), (before, after)), kept) in rows.zip(states).zip(kept) {
                    let ([ar, az, an], [br, bz, bn]) = (gates(input, units), gates(hidden, units));
                    let [r, z, n, b] = gates_mut(kept, units);
                    for i in 0..units {
                        let (own_r, own_z) = (sigmoid(ar[i] + br[i]), sigmoid(az[i] + bz[i]));
                        let own_n = tanh(an[i] + own_r * bn[i]);
                        after[i] = own_n + own_z * (before[i] - own_n);
                        (r[i], z[i], n[i], b[i]) = (own_r, own_z, own_n, bn[i]);
                    }
                }
            },
        );
    }

    fn backward(
        &self,
        units: usize,
        kept: &[f32],
        before: State<'_>,
        [flow, _]: [&mut [f32]; 2],
        [to_input, to_hidden]: [&mut [f32]; 2],
    ) {
        vectorised_by(
            #[inline(always)]
            || {
                let flows = to_input
                    .chunks_exact_mut(3 * units)
                    .zip(to_hidden.chunks_exact_mut(3 * units));
                let states = before
                    .state
                    .chunks_exact(units)
                    .zip(flow.chunks_exact_mut(units));
                let kept = kept.chunks_exact(4 * units);
                for (((to_input, to_hidden), (before, flow)), kept) in flows.zip(states).zip(kept) {
                    let [r, z, n, b] = gates(kept, units);
                    let [ar, az, an] = gates_mut(to_input, units);
                    let [br, bz, bn] = gates_mut(to_hidden, units);
                    for i in 0..units {
                        let up = flow[i];
                        let to_z = up * (before[i] - n[i]) * z[i] * (1.0 - z[i]);
                        let to_n = up * (1.0 - z[i]) * (1.0 - n[i] * n[i]);
                        let to_r = to_n * b[i] * r[i] * (1.0 - r[i]);
                        (ar[i], az[i], an[i]) = (to_r, to_z, to_n);
                        (br[i], bz[i], bn[i]) = (to_r, to_z, to_n * r[i]);
                        flow[i] = up * z[i];
                    }
                }
            },
        );
    }
}
