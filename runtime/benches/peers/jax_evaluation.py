"""The log-evidence, the bound, and draws of W1b's model: `jit`, and `chunks` for a part of the rows or samples at a time."""
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.nn import sigmoid

import data
import weights
from jax_parts import affine, bernoulli, bernoulli_kl, hidden

SAMPLES = 1000
CHUNKS = 20


def encode(p, x):
    return affine(p["logits"], hidden(p["encoder"], x))


def decode(p, z):
    return affine(p["pixels"], hidden(p["decoder"], z))


def draw(key, logits, shape):
    return jax.random.bernoulli(key, sigmoid(logits), shape).astype(jnp.float32)


def evidence(given, key, chunks):
    """Minus the mean over rows of log 1/K Σ p(x, z)/q(z | x)."""
    p, x = given
    logits = encode(p, x)

    def log_weights(key):
        z = draw(key, logits, (SAMPLES // chunks, *logits.shape))
        log_prior = -logits.shape[-1] * np.log(2.0)
        return log_prior + bernoulli(decode(p, z), x) - bernoulli(logits, z)

    each = lax.map(log_weights, jax.random.split(key, chunks))
    return np.log(SAMPLES) - jax.nn.logsumexp(each.reshape(SAMPLES, -1), 0).mean()


def evaluate(given, key, chunks):
    """Minus the evidence lower bound, with the divergence in closed form."""
    p, x = given

    def bound(part):
        x, key = part
        logits = encode(p, x)
        z = draw(key, logits, logits.shape)
        return bernoulli_kl(logits) - bernoulli(decode(p, z), x)

    parts = x.reshape(chunks, -1, 784), jax.random.split(key, chunks)
    return lax.map(bound, parts).mean()


def sample(given, key, chunks):
    """Draws of the pixels."""
    p, x = given

    def draws(key):
        first, second = jax.random.split(key)
        z = draw(first, jnp.zeros(200), (len(x) // chunks, 200))
        return draw(second, decode(p, z), (len(x) // chunks, 784))

    return lax.map(draws, jax.random.split(key, chunks)).reshape(-1, 784)


def program(kind, rows, how):
    function = dict(evidence=evidence, evaluate=evaluate, sample=sample)[kind]
    chunks = CHUNKS if how.startswith("chunks") else 1
    given = weights.layers(weights.BITS), data.bits(rows)
    return (lambda given, key: function(given, key, chunks)), None, given
