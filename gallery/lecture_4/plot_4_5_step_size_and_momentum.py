"""
Step size and momentum together
===============================

Every pair of a step size and a momentum, in the narrow ravine. Look at the dark diagonal valley, and at the
flat top edge: with a momentum near one the step size hardly matters any more, and the run is slow.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LogNorm

from ravine import heavy_ball, sweep
from ravine.course.landscapes import RAVINE
from ravine.plotting import INK, VERMILION

step_sizes, momenta = np.arange(10, 391, 5) / 2000, np.arange(0, 20) / 20


def settling_times(step_size, momentum):
    runs = sweep(
        RAVINE.objective,
        method=heavy_ball,
        step_size=step_size,
        momentum=momentum,
        start=np.array(RAVINE.start),
        max_updates=2000,
        keep_iterates=True,
    )
    return runs.settling_times(RAVINE.objective)


counts = settling_times(step_sizes, momenta[:, None])
pairs = np.array([(0.04, 0.0), (0.04, 0.7), (0.04, 0.9), (0.094, 0.0), (0.13, 0.43)])
marked = [int(count) for count in settling_times(*pairs.T)]
plain, gentle, usual, plain_best, both_best = marked
plateau = counts[18][np.isfinite(counts[18])]
plateau_low, plateau_high = int(plateau.min()), int(plateau.max())
never = int(np.isnan(counts).sum())

fig, ax = plt.subplots(figsize=(5.8, 4.2))
image = ax.pcolormesh(
    step_sizes, momenta, counts, norm=LogNorm(15, 2000), cmap="viridis", rasterized=True
)
fig.colorbar(image, ax=ax, label="updates until settled")
for (eta, beta), count in zip(pairs, marked, strict=True):
    ax.plot(eta, beta, "o", color=VERMILION, markeredgecolor="white")
    ax.annotate(
        str(count),
        (eta, beta),
        (7, 4),
        textcoords="offset points",
        color="white",
        bbox={"boxstyle": "round,pad=0.15", "facecolor": "black", "linewidth": 0},
    )
ax.plot(0.1 * (1 + momenta), momenta, "--", color=INK, linewidth=1.5)
ax.set(
    title="Fast along a diagonal, never beyond the dashes",
    xlabel=r"step size $\eta$",
    ylabel=r"momentum $\beta$",
    ylim=(-0.025, 0.975),
)
alt = (
    f"A dark diagonal valley of fast pairs, {both_best} updates at its deepest mark; plain descent needs "
    f"{plain} at step size 0.04, momentum 0.7 brings it to {gentle}, momentum 0.9 to {usual}. "
    f"Beyond a slanted limit {never} pairs never settle."
)

# %%
# Momentum moves the limit to the right, from 2/20 without it to 2(1 + β)/20 with it.
