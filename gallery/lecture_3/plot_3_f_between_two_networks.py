"""
Between a network and its twin
==============================

The loss of a small network on the way from its weights to the same weights with two hidden units swapped.
Look at the ends, where the loss is zero, and at what is between them.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch

from ravine.plotting import BLUE, INK, VERMILION, label

generator = torch.Generator().manual_seed(0)  # the network of section 16
shapes = ((4, 3), (4,), (4, 4), (4,), (1, 4), (1,), (20, 3))
*weights, inputs = (torch.randn(*s, generator=generator, dtype=torch.float64) for s in shapes)


def network(weights):
    w1, b1, w2, b2, w3, b3 = weights
    hidden = torch.sigmoid(torch.sigmoid(inputs @ w1.T + b1) @ w2.T + b2)
    return torch.sigmoid(hidden @ w3.T + b3)[:, 0]


def loss(weights):
    return float(((network(weights) - labels) ** 2).mean())


labels = network(weights)  # its own outputs, so that the loss is zero here
order = [1, 0, 2, 3]
w1, b1, w2, *rest = weights
swapped = [w1[order], b1[order], w2[:, order], *rest]
way = np.linspace(0, 1, 101)
losses = np.array(
    [loss([(1 - t) * a + t * b for a, b in zip(weights, swapped, strict=True)]) for t in way]
).round(14)  # the ends are zero to rounding
half_way = float(losses[50])

fig, ax = plt.subplots()
ax.plot(way, 1e4 * losses, color=BLUE)
ax.plot([0, 1], [0, 0], "o-", color=VERMILION)
ax.plot([0.5, 0.5], [0, 1e4 * half_way], "o--", color=INK, linewidth=1.4)
label(ax, "chord", (0.25, 0), (0, 9))
ax.set(ylabel="loss, times 10,000", xticks=[0, 0.5, 1], ylim=(-0.25, None))
ax.set_xticklabels(["the weights", "half-way", "swapped"])
alt = (
    f"A curve that is zero at both ends and {half_way:.2e} half-way, above the chord, which is zero all the "
    "way."
)

# %%
# Every pair of units gives such a pair of points, so the loss of a network is hardly ever convex.
