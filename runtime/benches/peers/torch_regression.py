"""Logistic regression with a normal posterior of each weight."""
import torch

import data
from torch_parts import bernoulli, normal, normal_kl


def loss(p, u, y):
    """All rows share one draw; the divergence counts once for the whole data."""
    logits = u @ normal(p["loc"], p["log_scale"])
    return (normal_kl(p["loc"], p["log_scale"]) - bernoulli(logits, y)) / len(y)


def program(kind, rows, how):
    zeros = {name: torch.zeros(20, requires_grad=True) for name in ("loc", "log_scale")}
    return loss, zeros, (torch.tensor(data.numbers(rows, 20)), torch.tensor(data.every_third(rows)))
