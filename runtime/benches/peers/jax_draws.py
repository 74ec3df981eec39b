"""W1's networks around continuous families, with JAX's own generators and their implicit gradients.

JAX has no von Mises; TensorFlow Probability has one with a gradient that runs on JAX.
"""
import jax
import jax.numpy as jnp
from jax.scipy.special import betaln, digamma, gammaln

import data
import weights
from jax_parts import affine, bernoulli, hidden, softplus


def gamma(key, a, b):
    """A draw, and the divergence from Gamma(2, 2)."""
    kl = (a - 2) * digamma(a) - gammaln(a) + 2 * (jnp.log(b) - jnp.log(2.0)) + a * (2 - b) / b
    return jax.random.gamma(key, a) / b, kl


def beta(key, a, b):
    """A draw, and the divergence from Beta(2, 2)."""
    kl = betaln(2.0, 2.0) - betaln(a, b) + (4 - a - b) * digamma(a + b)
    return jax.random.beta(key, a, b), kl + (a - 2) * digamma(a) + (b - 2) * digamma(b)


def dirichlet(key, a):
    """A draw, and the divergence from the uniform distribution."""
    total = a.sum(-1, keepdims=True)
    kl = gammaln(total)[..., 0] - gammaln(a).sum(-1) - gammaln(jnp.float32(a.shape[-1]))
    return jax.random.dirichlet(key, a), kl + ((a - 1) * (digamma(a) - digamma(total))).sum(-1)


def von_mises(key, a, b):
    """A draw, and the divergence from VonMises(0, 1)."""
    from tensorflow_probability.substrates.jax import distributions as tfd

    q = tfd.VonMises(a, b)
    return q.sample(seed=key), q.kl_divergence(tfd.VonMises(0.0, 1.0))


def program(kind, rows, how):
    heads = "a" if kind == "dirichlet" else "ab"
    draw = dict(gamma=gamma, beta=beta, dirichlet=dirichlet, von_mises=von_mises)[kind]

    def loss(p, x, key):
        h = hidden(p["encoder"], x)
        z, kl = draw(key, *(softplus(affine(p[head], h)) for head in heads))
        logits = affine(p["pixels"], hidden(p["decoder"], z))
        return (kl.sum() - bernoulli(logits, x).sum()) / rows

    widths = weights.ONE_HEAD if kind == "dirichlet" else weights.TWO_HEADS
    return loss, weights.layers(widths), data.bits(rows)
