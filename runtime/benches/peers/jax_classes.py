"""Discrete latents that are summed out: eight bits, and M2 with labels and without."""
import itertools

import jax
import jax.numpy as jnp
import numpy as np

import data
import weights
from jax_parts import affine, bernoulli, bernoulli_kl, hidden, normal, normal_kl, softplus

STATES = np.array(list(itertools.product([0, 1], repeat=8)), np.float32)


def states(p, x, key):
    """The decoder runs once a state, and all likelihoods are one matrix product."""
    logits = affine(p["logits"], hidden(p["encoder"], x))
    q = jnp.exp(logits @ STATES.T - softplus(logits).sum(-1, keepdims=True))
    out = affine(p["pixels"], hidden(p["decoder"], STATES))
    log_likelihood = x @ out.T - softplus(out).sum(-1)
    return (bernoulli_kl(logits).sum() - (q * log_likelihood).sum()) / len(x)


def classify(p, x):
    return affine(p["class_"], hidden(p["class_hidden"], x))


def style(p, x, y):
    h = jnp.tanh(affine(p["style_of_x"], x) + affine(p["style_of_y"], y))
    return jnp.split(affine(p["style"], h), 2, -1)


def decode(p, y, z):
    return affine(p["pixels"], jnp.tanh(affine(p["of_y"], y) + affine(p["of_z"], z)))


def given_class(p, x, y, key):
    """−ELBO of each row, given its class and without the class's own terms."""
    loc, log_scale = style(p, x, y)
    z = normal(key, loc, log_scale)
    return normal_kl(loc, log_scale) - bernoulli(decode(p, y, z), x)


def semi(p, given, key):
    """The two batches are arrays of their own, as they are in training: no work on one serves the other."""
    unlabelled, labelled, y = given
    first, second = jax.random.split(key)
    log_q = jax.nn.log_softmax(classify(p, unlabelled)).T
    each_class = jnp.eye(10)[:, None]
    by_class = given_class(p, unlabelled, each_class, first) + log_q + jnp.log(10.0)
    without = (jnp.exp(log_q) * by_class).sum()
    return without / len(unlabelled) + given_class(p, labelled, y, second).mean() + jnp.log(10.0)


def program(kind, rows, how):
    x = data.bits(rows)
    if kind == "states":
        return states, weights.layers(weights.EIGHT), x
    return semi, weights.layers(weights.M2), (x, x.copy(), data.one_hot(rows, 10))
