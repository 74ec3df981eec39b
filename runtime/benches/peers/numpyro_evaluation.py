"""The log-evidence, the bound, and draws of W1b's model, by NumPyro's own objectives and `Predictive`.

NumPyro has no closed-form divergence of Bernoullis: the bound takes the log-ratio at the draw, whose mean is the same.
"""
import jax.numpy as jnp
import numpyro.distributions as dist
from numpyro import plate, sample
from numpyro.infer import Predictive, RenyiELBO, Trace_ELBO

import data
import weights
from jax_evaluation import SAMPLES, decode, encode


def program(kind, rows, how):
    p, x = weights.layers(weights.BITS), data.bits(rows)

    def model(p, x=None):
        with plate("rows", rows):
            z = sample("z", dist.Bernoulli(0.5).expand([200]).to_event(1)).astype(jnp.float32)
            sample("x", dist.Bernoulli(logits=decode(p, z)).to_event(1), obs=x)

    def guide(p, x):
        with plate("rows", rows):
            sample("z", dist.Bernoulli(logits=encode(p, x)).to_event(1))

    if kind == "sample":
        return lambda p, key: Predictive(model, num_samples=1)(key, p)["x"], None, p
    objective = RenyiELBO(alpha=0, num_particles=SAMPLES) if kind == "evidence" else Trace_ELBO()

    def loss(given, key):
        return objective.loss(key, {}, model, guide, *given) / rows

    return loss, None, (p, x)
