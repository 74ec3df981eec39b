"""Logistic regression with a normal posterior of each weight."""
import jax.numpy as jnp

import data
from jax_parts import bernoulli, normal, normal_kl


def loss(p, given, key):
    """All rows share one draw; the divergence counts once for the whole data."""
    u, y = given
    logits = u @ normal(key, p["loc"], p["log_scale"])
    return (normal_kl(p["loc"], p["log_scale"]) - bernoulli(logits, y)) / len(y)


def program(kind, rows, how):
    zeros = dict(loc=jnp.zeros(20), log_scale=jnp.zeros(20))
    return loss, zeros, (data.numbers(rows, 20), data.every_third(rows))
