"""Discrete latents that are summed out: eight bits, and M2 with labels and without."""
import itertools
import math

import torch
import torch.nn.functional as F

import data
import weights
from torch_parts import affine, bernoulli, bernoulli_kl, hidden, layers, normal, normal_kl


def states(p, x, every_state):
    """The decoder runs once a state, and all likelihoods are one matrix product."""
    logits = affine(p["logits"], hidden(p["encoder"], x))
    q = torch.exp(logits @ every_state.T - F.softplus(logits).sum(-1, keepdim=True))
    out = affine(p["pixels"], hidden(p["decoder"], every_state))
    log_likelihood = x @ out.T - F.softplus(out).sum(-1)
    return (bernoulli_kl(logits).sum() - (q * log_likelihood).sum()) / len(x)


def given_class(p, x, y):
    """−ELBO of each row, given its class and without the class's own terms."""
    h = torch.tanh(affine(p["style_of_x"], x) + affine(p["style_of_y"], y))
    loc, log_scale = affine(p["style"], h).chunk(2, -1)
    z = normal(loc, log_scale)
    logits = affine(p["pixels"], torch.tanh(affine(p["of_y"], y) + affine(p["of_z"], z)))
    return normal_kl(loc, log_scale) - bernoulli(logits, x)


def semi(p, unlabelled, labelled, y, each_class):
    """The two batches are tensors of their own, as they are in training: no work on one serves the other."""
    classes = affine(p["class_"], hidden(p["class_hidden"], unlabelled))
    log_q = torch.log_softmax(classes, -1).T
    by_class = given_class(p, unlabelled, each_class) + log_q + math.log(10)
    without = (log_q.exp() * by_class).sum()
    return without / len(unlabelled) + given_class(p, labelled, y).mean() + math.log(10)


def program(kind, rows, how):
    x = torch.tensor(data.bits(rows))
    if kind == "states":
        every_state = torch.tensor(list(itertools.product([0.0, 1.0], repeat=8)))
        return states, layers(weights.layers(weights.EIGHT)), (x, every_state)
    y = torch.tensor(data.one_hot(rows, 10))
    return semi, layers(weights.layers(weights.M2)), (x, x.clone(), y, torch.eye(10)[:, None])
