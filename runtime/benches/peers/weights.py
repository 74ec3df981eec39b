"""The first weights, the same for every library: uniform between ±1/√fan_in, in this order.

`../vae_step/weights.rs` draws the same numbers. A layer is a matrix of shape (inputs, outputs) and a bias.
"""
import numpy as np

TWO_HEADS = dict(encoder=(784, 200), a=(200, 50), b=(200, 50), decoder=(50, 200), pixels=(200, 784))
ONE_HEAD = dict(encoder=(784, 200), a=(200, 50), decoder=(50, 200), pixels=(200, 784))
# W1b
BITS = dict(encoder=(784, 200), logits=(200, 200), decoder=(200, 200), pixels=(200, 784))
EIGHT = dict(encoder=(784, 200), logits=(200, 8), decoder=(8, 200), pixels=(200, 784))
# `style` is the mean and the logarithm of the scale.
M2 = dict(
    class_hidden=(784, 128),
    class_=(128, 10),
    style_of_x=(784, 128),
    style_of_y=(10, 128),
    style=(128, 20),
    of_y=(10, 128),
    of_z=(10, 128),
    pixels=(128, 784),
)


def of_counts(columns):
    return dict(
        encoder=(columns, 100), loc=(100, 20), log_scale=(100, 20), decoder=(20, 100), out=(100, columns)
    )


def layers(widths):
    """A dictionary of layers."""
    random = np.random.RandomState(0)

    def layer(inputs, outputs):
        bound = inputs**-0.5
        draw = lambda *shape: random.uniform(-bound, bound, shape).astype(np.float32)
        return draw(inputs, outputs), draw(outputs)

    return {name: layer(*shape) for name, shape in widths.items()}
