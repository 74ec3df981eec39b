"""W1's networks around continuous families. NumPyro's von Mises has no gradient by the concentration."""
import jax.numpy as jnp
import numpyro.distributions as dist
from jax.nn import softplus
from numpyro import plate, sample
from numpyro.infer import TraceMeanField_ELBO

import data
import weights
from jax_parts import affine, hidden
from numpyro_runner import learned


def program(kind, rows, how):
    family = dict(gamma=dist.Gamma, beta=dist.Beta, dirichlet=dist.Dirichlet)[kind]
    if kind == "dirichlet":
        heads, prior = "a", dist.Dirichlet(jnp.ones(50))
        layers = weights.layers(weights.ONE_HEAD)
    else:
        heads, prior = "ab", family(2.0, 2.0).expand([50]).to_event(1)
        layers = weights.layers(weights.TWO_HEADS)

    def model(x):
        p = learned("decoder", {name: layers[name] for name in ("decoder", "pixels")})
        with plate("rows", rows):
            z = sample("z", prior)
            logits = affine(p["pixels"], hidden(p["decoder"], z))
            sample("x", dist.Bernoulli(logits=logits).to_event(1), obs=x)

    def guide(x):
        p = learned("encoder", {name: layers[name] for name in ("encoder", *heads)})
        h = hidden(p["encoder"], x)
        q = family(*(softplus(affine(p[head], h)) for head in heads))
        with plate("rows", rows):
            sample("z", q if kind == "dirichlet" else q.to_event(1))

    return model, guide, TraceMeanField_ELBO(), rows, (data.bits(rows),)
