"""Likelihoods of many counts.

The log-masses are those of `torch.distributions`; with `_direct` after the variant they are written by hand, from the
log-rate or the log-odds, and ln Γ(x + 1) is computed before training.
"""
import torch
import torch.nn.functional as F
from torch import distributions as dist

import data
import weights
from torch_parts import affine, layers, normal, normal_kl


def parse(kind):
    """The columns, and whether the counts are overdispersed and sparse."""
    columns = int(kind.removesuffix("sparse").removeprefix("poisson").removeprefix("negbin"))
    return columns, kind.startswith("negbin"), kind.endswith("sparse")


def log_mass(p, out, x):
    if "log_failures" in p:
        return dist.NegativeBinomial(torch.exp(p["log_failures"]), logits=out).log_prob(x)
    return dist.Poisson(torch.exp(out)).log_prob(x)


def direct_log_mass(p, out, x):
    """Without −ln Γ(x + 1)."""
    if "log_failures" in p:
        r = torch.exp(p["log_failures"])
        return x * out - (x + r) * F.softplus(out) + torch.lgamma(x + r) - torch.lgamma(r)
    return x * out - torch.exp(out)


def program(kind, rows, how):
    columns, is_overdispersed, is_sparse = parse(kind)
    x = torch.tensor(data.counts(rows, columns, is_sparse))
    parameters = layers(weights.layers(weights.of_counts(columns)))
    if is_overdispersed:
        parameters["log_failures"] = torch.zeros(columns, requires_grad=True)
    is_direct = how.endswith("direct")
    log_factorials = torch.lgamma(x + 1).sum() if is_direct else torch.tensor(0.0)

    def loss(p, x, log_factorials):
        h = F.relu(affine(p["encoder"], x * (20 / columns)))
        loc, log_scale = affine(p["loc"], h), affine(p["log_scale"], h)
        out = affine(p["out"], F.relu(affine(p["decoder"], normal(loc, log_scale))))
        of = direct_log_mass if is_direct else log_mass
        return (normal_kl(loc, log_scale).sum() - of(p, out, x).sum() + log_factorials) / rows

    return loss, parameters, (x, log_factorials)
