"""
Momentum on the quartic
=======================

The same step size with four amounts of momentum. Look at which of the runs is the first to lie still, and at
which well the last one ends in.
"""

import matplotlib.pyplot as plt

from ravine import QUARTIC, heavy_ball, minimize
from ravine.plotting import BLUE, GREEN, INK, PURPLE, VERMILION, label
from ravine.theory import best_momentum

start, step_size, shown = -2.5, 0.01, 150
best = best_momentum(12.0, step_size)
runs = {
    beta: minimize(QUARTIC, start, heavy_ball(step_size, beta), max_updates=2000, eps_grad=None)
    for beta in (0.0, 0.5, best, 0.9)
}
settled = [run.settled_from(QUARTIC.minimizers, 1e-8) for run in runs.values()]
highest_k = int(runs[0.9].iterates[:60].argmax())
highest_x, highest_f = float(runs[0.9].iterates[highest_k]), float(runs[0.9].values[highest_k])

fig, axes = plt.subplots(2, 2, figsize=(5.8, 4.6), sharex=True, sharey=True)
colors = (BLUE, GREEN, PURPLE, VERMILION)
for ax, (beta, run), color, k in zip(axes.flat, runs.items(), colors, settled, strict=True):
    for point in QUARTIC.minimizers:
        ax.axhline(point, color=INK, linewidth=0.8, linestyle=":")
    ax.plot(run.iterates[: shown + 1], color=color, linewidth=1.8)
    ax.set(title=rf"$\beta = {beta:.3g}$: settles at {k}", ylim=(-2.7, 2.3))
label(axes[1, 1], "the other well", (70, 1.2247), (0, 26))
fig.supxlabel("iteration $k$")
fig.supylabel("$x_k$")
alt = (
    f"Four runs from {start:g}. Without momentum, with 0.5 and with {best:.3f} they go to the left minimizer "
    f"and settle at {settled[0]}, {settled[1]} and {settled[2]}. With 0.9 the run rolls over the hill, "
    f"swings around the right minimizer and settles at {settled[3]}."
)

# %%
# At this step size a little momentum helps, and a lot of it hurts.
