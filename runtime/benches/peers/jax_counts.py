"""Likelihoods of many counts.

The log-masses are those of NumPyro; with `_direct` after the variant they are written by hand, from the log-rate or the
log-odds, and ln Γ(x + 1) is computed before training.
"""
import jax.numpy as jnp
import numpyro.distributions as dist
from jax.nn import relu
from jax.scipy.special import gammaln

import data
import weights
from jax_parts import affine, normal, normal_kl, softplus


def parse(kind):
    """The columns, and whether the counts are overdispersed and sparse."""
    columns = int(kind.removesuffix("sparse").removeprefix("poisson").removeprefix("negbin"))
    return columns, kind.startswith("negbin"), kind.endswith("sparse")


def log_mass(p, out, x):
    if "log_failures" in p:
        return dist.NegativeBinomialLogits(jnp.exp(p["log_failures"]), out).log_prob(x)
    return dist.Poisson(jnp.exp(out)).log_prob(x)


def direct_log_mass(p, out, x):
    """Without −ln Γ(x + 1)."""
    if "log_failures" in p:
        r = jnp.exp(p["log_failures"])
        return x * out - (x + r) * softplus(out) + gammaln(x + r) - gammaln(r)
    return x * out - jnp.exp(out)


def program(kind, rows, how):
    columns, is_overdispersed, is_sparse = parse(kind)
    x = data.counts(rows, columns, is_sparse)
    p = weights.layers(weights.of_counts(columns))
    if is_overdispersed:
        p["log_failures"] = jnp.zeros(columns)
    is_direct = how.endswith("direct")
    log_factorials = gammaln(x + 1).sum() if is_direct else 0.0

    def loss(p, given, key):
        x, log_factorials = given
        h = relu(affine(p["encoder"], x * (20 / columns)))
        loc, log_scale = affine(p["loc"], h), affine(p["log_scale"], h)
        out = affine(p["out"], relu(affine(p["decoder"], normal(key, loc, log_scale))))
        of = direct_log_mass if is_direct else log_mass
        return (normal_kl(loc, log_scale).sum() - of(p, out, x).sum() + log_factorials) / rows

    return loss, p, (x, log_factorials)
