"""Logistic regression with a normal posterior of each weight."""
import jax.numpy as jnp
import numpyro.distributions as dist
from numpyro import plate, sample
from numpyro.infer import TraceMeanField_ELBO

import data
from numpyro_runner import learned


def program(kind, rows, how):
    def model(u, y):
        w = sample("w", dist.Normal(0.0, 1.0).expand([20]).to_event(1))
        with plate("rows", rows):
            sample("y", dist.Bernoulli(logits=u @ w), obs=y)

    def guide(u, y):
        loc, log_scale = learned("loc", jnp.zeros(20)), learned("log_scale", jnp.zeros(20))
        sample("w", dist.Normal(loc, jnp.exp(log_scale)).to_event(1))

    return model, guide, TraceMeanField_ELBO(), rows, (data.numbers(rows, 20), data.every_third(rows))
