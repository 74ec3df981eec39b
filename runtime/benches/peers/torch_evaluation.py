"""The log-evidence, the bound, and draws of W1b's model; with `_chunks` after the variant, a part of the rows or samples at
a time."""
import math

import torch

import data
import weights
from torch_parts import affine, bernoulli, bernoulli_kl, hidden, layers

SAMPLES = 1000
CHUNKS = 20


def encode(p, x):
    return affine(p["logits"], hidden(p["encoder"], x))


def decode(p, z):
    return affine(p["pixels"], hidden(p["decoder"], z))


def evidence(p, x, chunks):
    """Minus the mean over rows of log 1/K Σ p(x, z)/q(z | x)."""
    logits = encode(p, x)
    log_prior = -logits.shape[-1] * math.log(2)
    each = []
    for _ in range(chunks):
        z = torch.bernoulli(torch.sigmoid(logits).expand(SAMPLES // chunks, *logits.shape))
        log_q = bernoulli(logits.expand_as(z), z)
        each.append(log_prior + bernoulli(decode(p, z), x) - log_q)
    return math.log(SAMPLES) - torch.logsumexp(torch.cat(each), 0).mean()


def evaluate(p, x, chunks):
    """Minus the evidence lower bound, with the divergence in closed form."""
    total = 0.0
    for part in x.chunk(chunks):
        logits = encode(p, part)
        z = torch.bernoulli(torch.sigmoid(logits))
        total = total + (bernoulli_kl(logits) - bernoulli(decode(p, z), part)).sum()
    return total / len(x)


def sample(p, x, chunks):
    """Draws of the pixels."""
    draws = []
    for part in x.chunk(chunks):
        z = torch.bernoulli(torch.full((len(part), 200), 0.5))
        draws.append(torch.bernoulli(torch.sigmoid(decode(p, z))))
    return torch.cat(draws)


def program(kind, rows, how):
    function = dict(evidence=evidence, evaluate=evaluate, sample=sample)[kind]
    chunks = CHUNKS if how.endswith("chunks") else 1
    given = layers(weights.layers(weights.BITS)), torch.tensor(data.bits(rows))
    return (lambda p, x: function(p, x, chunks)), None, given
