"""Likelihoods of many counts. With `_sparse` after the variant, Poisson's mass is told that most counts are zero."""
import jax.numpy as jnp
import numpyro.distributions as dist
from jax.nn import relu
from numpyro import plate, sample
from numpyro.infer import TraceMeanField_ELBO

import data
import weights
from jax_counts import parse
from jax_parts import affine
from numpyro_runner import learned


def program(kind, rows, how):
    columns, is_overdispersed, is_sparse = parse(kind)
    layers = weights.layers(weights.of_counts(columns))

    def model(x):
        p = learned("decoder", {name: layers[name] for name in ("decoder", "out")})
        if is_overdispersed:
            failures = jnp.exp(learned("log_failures", jnp.zeros(columns)))
        with plate("rows", rows):
            z = sample("z", dist.Normal(0.0, 1.0).expand([20]).to_event(1))
            out = affine(p["out"], relu(affine(p["decoder"], z)))
            if is_overdispersed:
                counts = dist.NegativeBinomialLogits(failures, out)
            else:
                counts = dist.Poisson(jnp.exp(out), is_sparse=how.endswith("sparse"))
            sample("x", counts.to_event(1), obs=x)

    def guide(x):
        p = learned("encoder", {name: layers[name] for name in ("encoder", "loc", "log_scale")})
        h = relu(affine(p["encoder"], x * (20 / columns)))
        loc, log_scale = affine(p["loc"], h), affine(p["log_scale"], h)
        with plate("rows", rows):
            sample("z", dist.Normal(loc, jnp.exp(log_scale)).to_event(1))

    return model, guide, TraceMeanField_ELBO(), rows, (data.counts(rows, columns, is_sparse),)
