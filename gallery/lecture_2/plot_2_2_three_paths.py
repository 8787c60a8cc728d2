"""
Three paths on the same curve
=============================

The same start and three step sizes. Follow the numbers: the first path creeps down one wall, the second leaps
across both wells and back, the third has left before it can be drawn.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import QUARTIC, gradient_descent, minimize
from ravine.plotting import BLUE, GREEN, GRID, VERMILION, label

start, last_logged = -2.5, 39
runs = {
    eta: minimize(QUARTIC, start, gradient_descent(eta), max_updates=last_logged, eps_grad=None)
    for eta in (0.01, 0.1, 0.5)
}
first_leap, first_leap_value = float(runs[0.5].iterates[1]), float(runs[0.5].values[1])
landings = runs[0.1].iterates[:3].tolist()
small_end, medium_end = runs[0.01].x, runs[0.1].x

fig, axes = plt.subplots(3, 1, figsize=(5.8, 5.9), sharex=True)
x = np.linspace(-2.8, 2.8, 601)
for ax, (eta, run), color in zip(axes, runs.items(), (BLUE, GREEN, VERMILION), strict=True):
    ax.plot(x, QUARTIC.value(x), color=GRID, linewidth=3, zorder=1)
    shown = np.abs(run.iterates) < 2.8
    ax.plot(run.iterates[shown], run.values[shown], "o-", color=color, linewidth=1.2, markersize=5)
    ax.set(title=rf"$\eta = {eta:g}$", ylabel="$f(x)$", ylim=(-1.5, 24), xlim=(-2.8, 2.8))
for k in range(4):
    label(axes[0], f"{k}", (runs[0.01].iterates[k], runs[0.01].values[k]), (11, 4))
for k, offset in zip(range(4), ((11, 4), (11, 4), (10, 12), (-10, 12)), strict=True):
    label(axes[1], f"{k}", (runs[0.1].iterates[k], runs[0.1].values[k]), offset)
axes[2].annotate(
    "",
    (2.8, run.values[0]),
    (start, run.values[0]),
    arrowprops={"arrowstyle": "->", "color": VERMILION, "linewidth": 2},
)
label(axes[2], "0", (start, run.values[0]), (0, -13))
label(
    axes[2],
    rf"$k=1$: $x = {first_leap:g}$, $f \approx {first_leap_value:,.0f}$",
    (2.7, 18.5),
    ha="right",
)
axes[2].set(xlabel="$x$")
alt = (
    f"Step size 0.01 creeps down the left wall to {small_end:.4f}. Step size 0.1 leaps from {landings[0]:g} "
    f"to {landings[1]:g}, to {landings[2]:.3f}, and settles at {medium_end:.4f}. Step size 0.5 leaves the "
    f"panel at once, to {first_leap:g}."
)

# %%
# In one panel the third run would set the scale, and the other two would be a dot each.
