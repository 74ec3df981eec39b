"""The fixed rows of the workloads, distributed as in `../vae_step/rows.rs`."""
import numpy as np

# Not the seed of the weights.
SEED = 1


def bits(rows, columns=784):
    """Bits, three in ten of which are 1."""
    return (np.random.RandomState(SEED).rand(rows, columns) < 0.3).astype(np.float32)


def counts(rows, columns, is_sparse):
    """Counts with a mean of 3, of which all but one in fifty are zero if they are sparse."""
    random = np.random.RandomState(SEED)
    kept = random.rand(rows, columns) < (0.02 if is_sparse else 1.0)
    return (random.poisson(3.0, (rows, columns)) * kept).astype(np.float32)


def numbers(rows, columns):
    """Numbers between ±1."""
    return np.random.RandomState(SEED).uniform(-1, 1, (rows, columns)).astype(np.float32)


def one_hot(rows, classes):
    """The classes in turn."""
    return np.eye(classes, dtype=np.float32)[np.arange(rows) % classes]


def every_third(rows):
    """1 in every third row, else 0."""
    return (np.arange(rows) % 3 == 0).astype(np.float32)
