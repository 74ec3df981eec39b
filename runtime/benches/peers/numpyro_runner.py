"""Runs a program in NumPyro: `jit`, `scan` (16 steps a call), as `jax_runner.py` does.

A program is a model, a guide, an objective, and the data that both take. For `evaluation` see the file of that name.
"""
import jax
import jax.numpy as jnp
import numpyro
from jax import lax
from numpyro.infer import SVI

import jax_runner
from jax_runner import RATE, STEPS, prepare


def contender(program, how):
    if len(program) == 3:
        return jax_runner.Evaluation(*program, how)
    return Training(*program, how)


def learned(name, layers):
    """Parameters with these first values."""
    return numpyro.param(name, jax.tree.map(jnp.asarray, layers))


class Training:
    def __init__(self, model, guide, objective, rows, data, how):
        svi = SVI(model, guide, numpyro.optim.Adam(RATE), objective)
        self.data = tuple(map(jnp.asarray, data))
        self.rows, self.looks = rows, 0
        self.steps = STEPS if how.startswith("scan") else 1
        self.state = svi.init(jax.random.key(0), *self.data)
        self.loss = jax.jit(svi.evaluate)

        def steps(state, *data):
            state, values = lax.scan(lambda state, _: svi.update(state, *data), state, None, length=STEPS)
            return state, values[-1]

        call = steps if self.steps > 1 else svi.update
        if how.endswith("sparse"):
            # What knows the counts that are not zero must know them before it compiles.
            self.call = jax.jit(lambda state, *_: call(state, *self.data), donate_argnums=0)
        else:
            self.call = jax.jit(call, donate_argnums=0)

    def run(self, calls):
        for _ in range(calls):
            self.state, value = self.call(self.state, *self.data)
        return float(value) / self.rows

    def look(self):
        self.looks += 1
        state = self.state._replace(rng_key=jax.random.key(self.looks))
        return float(self.loss(state, *self.data)) / self.rows
