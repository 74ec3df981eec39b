"""Runs a program in PyTorch: `eager`, `compile`; Adam is the fused one.

A program is a loss of parameters and data, the first parameters, and the data. If it has no parameters to learn, the
function itself is the step.
"""
import torch

RATE = 1e-3


def prepare(how, threads):
    # As JAX and elbow do. It must be said before the threads start.
    torch.set_flush_denormal(True)
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    torch.distributions.Distribution.set_default_validate_args(False)


def contender(program, how):
    function, parameters, data = program
    if how.startswith("compile"):
        function = torch.compile(function, dynamic=False)
    if parameters is None:
        return Evaluation(function, data)
    return Training(function, parameters, data)


def tensors(tree):
    """All tensors of nested dictionaries and tuples."""
    if isinstance(tree, torch.Tensor):
        return [tree]
    nested = tree.values() if isinstance(tree, dict) else tree
    return [tensor for part in nested for tensor in tensors(part)]


class Training:
    steps = 1

    def __init__(self, loss, parameters, data):
        self.loss, self.parameters, self.data = loss, parameters, data
        self.adam = torch.optim.Adam(tensors(parameters), RATE, fused=True)

    def run(self, calls):
        for _ in range(calls):
            value = self.loss(self.parameters, *self.data)
            self.adam.zero_grad()
            value.backward()
            self.adam.step()
        return float(value.detach())

    def look(self):
        return float(self.loss(self.parameters, *self.data).detach())


class Evaluation:
    """A function of data; its value is a number, or a tensor whose mean is taken for the loss by `look`."""

    steps = 1

    def __init__(self, function, data):
        self.function, self.data = function, data

    @torch.no_grad()
    def run(self, calls):
        for _ in range(calls):
            value = self.function(*self.data)
        return float(value.flatten()[0])

    @torch.no_grad()
    def look(self):
        return float(self.function(*self.data).mean())
