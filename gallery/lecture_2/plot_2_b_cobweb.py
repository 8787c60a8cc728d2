"""
A run as a cobweb
=================

The next point over the present one, and a run between that curve and the diagonal. Look at the two leaps at
the beginning, and at how near the first corner is to the edge of the safe square.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import QUARTIC, gradient_descent, minimize
from ravine.plotting import BLUE, INK, VERMILION, label
from ravine.theory import quartic_trapping_radius

start, step_size = -2.5, 0.1
radius = quartic_trapping_radius(step_size)
run = minimize(QUARTIC, start, gradient_descent(step_size), max_updates=12, eps_grad=None)
margin = radius / abs(start) - 1

fig, ax = plt.subplots(figsize=(5.8, 5.2))
x = np.linspace(-radius, radius, 401)
ax.plot(x, x - step_size * QUARTIC.slope(x), color=BLUE)
ax.plot([-radius, radius], [-radius, radius], color=INK, linewidth=1)
ax.plot(
    np.repeat(run.iterates, 2)[:-1],
    np.concatenate([[start], np.repeat(run.iterates[1:], 2)]),
    "-",
    color=VERMILION,
    linewidth=1.6,
)
ax.plot(start, start, "o", color=VERMILION, markersize=8)
label(ax, "start", (start, start), (10, 0), ha="left")
label(ax, r"$x_{k+1}=x_k-\eta f'(x_k)$", (-2.0, 0.5), (0, 0), ha="left")
for point in QUARTIC.stationary_points:
    ax.plot(
        point.x, point.x, "o" if point.kind == "minimum" else "X", color=INK, markersize=6, zorder=4
    )
ax.set(xlabel="$x_k$", ylabel="$x_{k+1}$", aspect="equal", title=rf"$\eta = {step_size:g}$")
alt = (
    f"A cubic curve and the diagonal. From {start:g} the run goes up to {run.iterates[1]:g}, across and down "
    f"to {run.iterates[2]:.3f}, and spirals into the left minimizer. The square that holds it, of side "
    f"{2 * radius:.3f}, is hardly larger than the run."
)

# %%
# Where curve and diagonal meet, a run stands still: at the two minimizers and at the hilltop.
