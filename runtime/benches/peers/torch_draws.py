"""W1's networks around continuous families, by `rsample`. PyTorch's von Mises has none."""
import torch
import torch.nn.functional as F
from torch import distributions as dist

import data
import weights
from torch_parts import affine, bernoulli, hidden, layers


def program(kind, rows, how):
    family = dict(gamma=dist.Gamma, beta=dist.Beta, dirichlet=dist.Dirichlet)[kind]
    if kind == "dirichlet":
        heads, prior = "a", dist.Dirichlet(torch.ones(50))
        parameters = layers(weights.layers(weights.ONE_HEAD))
    else:
        heads, prior = "ab", family(torch.tensor(2.0), torch.tensor(2.0))
        parameters = layers(weights.layers(weights.TWO_HEADS))

    def loss(p, x):
        h = hidden(p["encoder"], x)
        q = family(*(F.softplus(affine(p[head], h)) for head in heads))
        logits = affine(p["pixels"], hidden(p["decoder"], q.rsample()))
        return (dist.kl_divergence(q, prior).sum() - bernoulli(logits, x).sum()) / rows

    return loss, parameters, (torch.tensor(data.bits(rows)),)
