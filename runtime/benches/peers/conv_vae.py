"""The network of `examples/conv_vae.rs` in PyTorch, with the same images, batch size, steps and optimiser.

    python conv_vae.py DIR [STEPS] [SEED]

DIR holds MNIST's IDX files. Prints the test ELBO in nats, one draw an image.
"""

import gzip
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits


def images(folder, name):
    data = gzip.open(Path(folder) / f"{name}-images.idx3-ubyte.gz").read()
    pixels = np.frombuffer(data, dtype=np.uint8, offset=16).reshape(-1, 1, 28, 28)
    return torch.from_numpy((pixels >= 128).astype(np.float32))


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 32, 4, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 4, 2, 1), nn.ReLU(), nn.Flatten()
        )
        self.loc, self.log_scale = nn.Linear(3136, 32), nn.Linear(3136, 32)
        self.decoder = nn.Sequential(
            nn.Linear(32, 3136),
            nn.ReLU(),
            nn.Unflatten(1, (64, 7, 7)),
            nn.ConvTranspose2d(64, 32, 4, 2, 1),
            nn.ReLU(),
            nn.ConvTranspose2d(32, 1, 4, 2, 1),
        )

    def elbo(self, x):
        h = self.encoder(x)
        loc, log_scale = self.loc(h), self.log_scale(h)
        z = loc + log_scale.exp() * torch.randn_like(loc)
        kl = 0.5 * (loc**2 + (2 * log_scale).exp() - 1) - log_scale
        losses = binary_cross_entropy_with_logits(self.decoder(z), x, reduction="none")
        return -losses.flatten(1).sum(1) - kl.sum(1)


def main(folder, steps=9380, seed=0):
    torch.manual_seed(seed)
    train, test = images(folder, "train"), images(folder, "t10k")
    vae = Vae()
    adam = torch.optim.Adam(vae.parameters(), lr=1e-3)
    order = iter(())
    for _ in range(steps):
        rows = next(order, None)
        if rows is None:
            order = iter(torch.randperm(len(train)).split(64))
            rows = next(order)
        loss = -vae.elbo(train[rows]).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
    with torch.no_grad():
        bounds = torch.cat([vae.elbo(rows) for rows in test.split(1000)])
    print(f"test ELBO {bounds.mean():.2f} nats")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
