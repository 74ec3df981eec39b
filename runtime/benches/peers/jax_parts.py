"""What the programs in JAX and NumPyro share."""
import jax
import jax.numpy as jnp
from jax.nn import sigmoid


def softplus(x):
    """As `jax.nn.softplus`, which also minds infinities and takes longer: the whole log-evidence takes a third more."""
    return jnp.maximum(x, 0) + jnp.log1p(jnp.exp(-jnp.abs(x)))


def affine(layer, x):
    return x @ layer[0] + layer[1]


def hidden(layer, x):
    return jnp.tanh(affine(layer, x))


def bernoulli(logits, x):
    """The log-likelihood of the bits of each row."""
    return (x * logits - softplus(logits)).sum(-1)


def bernoulli_kl(logits):
    """KL(Bernoulli(logits) ‖ Bernoulli(½)) of each row."""
    return (sigmoid(logits) * logits - softplus(logits) + jnp.log(2.0)).sum(-1)


def normal_kl(loc, log_scale):
    """KL(Normal(loc, exp(log_scale)) ‖ Normal(0, 1)) of each row."""
    return 0.5 * (jnp.exp(2 * log_scale) + loc**2 - 1 - 2 * log_scale).sum(-1)


def normal(key, loc, log_scale):
    return loc + jnp.exp(log_scale) * jax.random.normal(key, loc.shape)
