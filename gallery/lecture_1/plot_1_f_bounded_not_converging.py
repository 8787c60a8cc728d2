"""
Bounded, and not converging
===========================

The last points of long runs from w = 1.1, over the step size. Look at how one limit becomes two, then
four, then a cloud, which ends at 1.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import DOUBLE_WELL
from ravine.plotting import INK

start, forget, keep = 1.1, 2000, 200
step_sizes = np.linspace(0.45, 1.02, 571)
w = np.full_like(step_sizes, start)
orbit = []
with np.errstate(over="ignore", invalid="ignore"):
    for k in range(forget + keep):
        w = w - step_sizes * DOUBLE_WELL.slope(w)
        if k >= forget:
            orbit.append(w)
orbit = np.array(orbit)
bounded = np.isfinite(orbit).all(axis=0)
last_bounded = float(step_sizes[bounded][-1])
cycle_low, cycle_high = np.sort(orbit[-2:, np.isclose(step_sizes, 0.51)].ravel())

fig, ax = plt.subplots()
shown = np.broadcast_to(step_sizes, orbit.shape)[:, bounded]
ax.plot(shown.ravel(), orbit[:, bounded].ravel(), ",", alpha=0.4, rasterized=True)
for boundary, meaning in ((0.5, "settles below 1/2"), (1.0, "leaves above 1")):
    ax.axvline(boundary, ymax=0.93, linestyle=":", color=INK, linewidth=1.5)
    ax.text(boundary, 1.6, meaning, ha="center", va="bottom")
ax.set(
    xlabel=r"step size $\eta$",
    ylabel="$w_k$ for large $k$",
    title="Between 1/2 and 1 nothing settles",
    xlim=(0.38, 1.12),
    ylim=(-1.6, 1.8),
)
alt = (
    f"One line at w = 1 up to step size 0.5 splits into two branches, {cycle_low:.4f} and {cycle_high:.4f} "
    f"at 0.51, then into four, then into a cloud that spreads until step size {last_bounded:.2f} and stops."
)

# %%
# The minimizers attract only below one half. Above one the runs leave.
