//! The long short-term memory (Hochreiter and Schmidhuber 1997; Gers et al. 2000), as PyTorch has it.

use super::cell::{Cell, State, StateMut, gates, gates_mut};
use crate::kernels::real::single::{sigmoid, tanh};
use crate::tensor::simd::vectorised_by;

/// `c = f c′ + i g` and `h = o tanh c` with `i`, `f` and `o` the sigmoids of their gates, and `g` the hyperbolic tangent of its own.
pub(crate) struct Lstm;

impl Cell for Lstm {
    fn gates(&self) -> usize {
        4
    }

    fn kept(&self) -> usize {
        5
    }

    fn has_memory(&self) -> bool {
        true
    }

    fn has_own_flows(&self) -> bool {
        false
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
                    .chunks_exact(4 * units)
                    .zip(hidden.chunks_exact(4 * units));
                let memories = before
                    .memory
                    .chunks_exact(units)
                    .zip(after.memory.chunks_exact_mut(units));
                let states = after
                    .state
                    .chunks_exact_mut(units)
                    .zip(after.kept.chunks_exact_mut(5 * units));
                for (((input, hidden), (before, memory)), (state, kept)) in
                    rows.zip(memories).zip(states)
                {
                    let ([ai, af, ag, ao], [bi, bf, bg, bo]) =
                        (gates(input, units), gates(hidden, units));
                    let [i, f, g, o, t] = gates_mut(kept, units);
                    for u in 0..units {
                        let (own_i, own_f) = (sigmoid(ai[u] + bi[u]), sigmoid(af[u] + bf[u]));
                        let (own_g, own_o) = (tanh(ag[u] + bg[u]), sigmoid(ao[u] + bo[u]));
                        let own = own_f * before[u] + own_i * own_g;
                        let own_t = tanh(own);
                        (memory[u], state[u]) = (own, own_o * own_t);
                        (i[u], f[u], g[u], o[u], t[u]) = (own_i, own_f, own_g, own_o, own_t);
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
        [flow, memory_flow]: [&mut [f32]; 2],
        [to_gates, _]: [&mut [f32]; 2],
    ) {
        vectorised_by(
            #[inline(always)]
            || {
                let flows = flow
                    .chunks_exact_mut(units)
                    .zip(memory_flow.chunks_exact_mut(units));
                let rows = kept
                    .chunks_exact(5 * units)
                    .zip(to_gates.chunks_exact_mut(4 * units));
                let before = before.memory.chunks_exact(units);
                for (((flow, memory), (kept, to_gates)), before) in flows.zip(rows).zip(before) {
                    let [i, f, g, o, t] = gates(kept, units);
                    let [to_i, to_f, to_g, to_o] = gates_mut(to_gates, units);
                    for u in 0..units {
                        let up = memory[u] + flow[u] * o[u] * (1.0 - t[u] * t[u]);
                        to_i[u] = up * g[u] * i[u] * (1.0 - i[u]);
                        to_f[u] = up * before[u] * f[u] * (1.0 - f[u]);
                        to_g[u] = up * i[u] * (1.0 - g[u] * g[u]);
                        to_o[u] = flow[u] * t[u] * o[u] * (1.0 - o[u]);
                        (memory[u], flow[u]) = (up * f[u], 0.0);
                    }
                }
            },
        );
    }
}
