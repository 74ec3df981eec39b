"""What the programs in PyTorch share. A layer is a matrix of shape (outputs, inputs) and a bias."""
import math

import torch
import torch.nn.functional as F


def layers(arrays):
    """Learned layers with these first values, of shape (inputs, outputs)."""
    learned = lambda array: torch.tensor(array).contiguous().requires_grad_()
    return {name: (learned(weight.T), learned(bias)) for name, (weight, bias) in arrays.items()}


def affine(layer, x):
    return F.linear(x, *layer)


def hidden(layer, x):
    return torch.tanh(affine(layer, x))


def bernoulli(logits, x):
    """The log-likelihood of the bits of each row."""
    likelihood = F.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none")
    return -likelihood.sum(-1)


def bernoulli_kl(logits):
    """KL(Bernoulli(logits) ‖ Bernoulli(½)) of each row."""
    return (torch.sigmoid(logits) * logits - F.softplus(logits) + math.log(2)).sum(-1)


def normal_kl(loc, log_scale):
    """KL(Normal(loc, exp(log_scale)) ‖ Normal(0, 1)) of each row."""
    return 0.5 * (torch.exp(2 * log_scale) + loc**2 - 1 - 2 * log_scale).sum(-1)


def normal(loc, log_scale):
    return loc + torch.exp(log_scale) * torch.randn_like(loc)
