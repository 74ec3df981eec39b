"""Runs a program in JAX: `jit`, `scan` (16 steps a call), either with `_rbg` after it for the faster generator.

A program is a loss of parameters, data and a key, the first parameters, and the data. If it has no parameters to learn, the
function itself is the step.
"""
import jax
import jax.numpy as jnp
import optax
from jax import lax

STEPS = 16
RATE = 1e-3


def prepare(how, threads):
    # The driver pins a contender that may use one thread only to one core.
    if "rbg" in how:
        jax.config.update("jax_default_prng_impl", "unsafe_rbg")


def contender(program, how):
    return (Training if program[1] is not None else Evaluation)(*program, how)


class Training:
    def __init__(self, loss, parameters, data, how):
        adam = optax.adam(RATE)
        parameters = jax.tree.map(jnp.asarray, parameters)
        self.data = jax.tree.map(jnp.asarray, data)
        self.state = parameters, adam.init(parameters), jax.random.key(0)
        self.steps = STEPS if how.startswith("scan") else 1
        self.loss, self.looks = jax.jit(loss), 0

        def step(state, data):
            parameters, moments, key = state
            key, own = jax.random.split(key)
            value, gradients = jax.value_and_grad(loss)(parameters, data, own)
            updates, moments = adam.update(gradients, moments, parameters)
            return (optax.apply_updates(parameters, updates), moments, key), value

        def steps(state, data):
            state, values = lax.scan(lambda state, _: step(state, data), state, None, length=STEPS)
            return state, values[-1]

        self.call = jax.jit(steps if self.steps > 1 else step, donate_argnums=0)

    def run(self, calls):
        for _ in range(calls):
            self.state, value = self.call(self.state, self.data)
        return float(value)

    def look(self):
        self.looks += 1
        return float(self.loss(self.state[0], self.data, jax.random.key(self.looks)))


class Evaluation:
    """A function of data and a key; its value is a number, or an array whose mean is taken for the loss by `look`."""

    steps = 1

    def __init__(self, function, _, data, how):
        self.function = jax.jit(function)
        self.data = jax.tree.map(jnp.asarray, data)
        self.key = jax.random.key(0)

    def once(self):
        self.key, own = jax.random.split(self.key)
        return self.function(self.data, own)

    def run(self, calls):
        for _ in range(calls):
            value = jax.block_until_ready(self.once())
        return float(value.ravel()[0])

    def look(self):
        return float(self.once().mean())
