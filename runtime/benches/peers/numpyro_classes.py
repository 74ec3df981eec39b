"""Discrete latents that NumPyro sums out: eight bits, and M2 with labels and without."""
import jax
import jax.numpy as jnp
import numpyro.distributions as dist
from numpyro import plate, sample
from numpyro.infer import TraceEnum_ELBO

import data
import weights
from jax_classes import classify, decode, style
from jax_parts import affine, hidden
from numpyro_runner import learned


# NumPyro writes into these dictionaries: each site needs its own.
def summed_out():
    return dict(enumerate="parallel")


def closed_form():
    return dict(kl="analytic")


def states(rows):
    layers = weights.layers(weights.EIGHT)

    def model(x):
        p = learned("decoder", {name: layers[name] for name in ("decoder", "pixels")})
        with plate("rows", rows):
            bits = [sample(f"z{i}", dist.Bernoulli(0.5), infer=summed_out()) for i in range(8)]
            z = jnp.stack(jnp.broadcast_arrays(*bits), -1).astype(jnp.float32)
            logits = affine(p["pixels"], hidden(p["decoder"], z))
            sample("x", dist.Bernoulli(logits=logits).to_event(1), obs=x)

    def guide(x):
        p = learned("encoder", {name: layers[name] for name in ("encoder", "logits")})
        logits = affine(p["logits"], hidden(p["encoder"], x))
        with plate("rows", rows):
            for i in range(8):
                sample(f"z{i}", dist.Bernoulli(logits=logits[:, i]), infer=summed_out())

    return model, guide, (data.bits(rows),)


def semi(rows):
    layers = weights.layers(weights.M2)
    normals = dist.Normal(0.0, 1.0).expand([10]).to_event(1)

    def parts(*names):
        return learned(names[0], {name: layers[name] for name in names})

    def generate(p, suffix, x, y=None):
        prior = dist.Categorical(jnp.full(10, 0.1))
        if y is None:
            y = jax.nn.one_hot(sample("y" + suffix, prior, infer=summed_out()), 10)
        else:
            sample("y" + suffix, prior, obs=y.argmax(-1))
        z = sample("z" + suffix, normals, infer=closed_form())
        sample("x" + suffix, dist.Bernoulli(logits=decode(p, y, z)).to_event(1), obs=x)

    def model(unlabelled, labelled, y):
        p = parts("of_y", "of_z", "pixels")
        with plate("unlabelled", rows):
            generate(p, "_unlabelled", unlabelled)
        with plate("labelled", rows):
            generate(p, "_labelled", labelled, y)

    def guess(p, suffix, x, y):
        loc, log_scale = style(p, x, y)
        sample("z" + suffix, dist.Normal(loc, jnp.exp(log_scale)).to_event(1), infer=closed_form())

    def guide(unlabelled, labelled, y):
        of_class = parts("class_hidden", "class_")
        of_style = parts("style_of_x", "style_of_y", "style")
        with plate("unlabelled", rows):
            site = sample("y_unlabelled", dist.Categorical(logits=classify(of_class, unlabelled)), infer=summed_out())
            guess(of_style, "_unlabelled", unlabelled, jax.nn.one_hot(site, 10))
        with plate("labelled", rows):
            guess(of_style, "_labelled", labelled, y)

    x = data.bits(rows)
    return model, guide, (x, x.copy(), data.one_hot(rows, 10))


def program(kind, rows, how):
    model, guide, given = dict(states=states, semi=semi)[kind](rows)
    return model, guide, TraceEnum_ELBO(max_plate_nesting=1), rows, given
