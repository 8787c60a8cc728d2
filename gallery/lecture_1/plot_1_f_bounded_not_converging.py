"""
Bounded, and not converging
===========================

The last points of long runs from a start near 1, over the step size. Look at how one limit becomes two, then
four, then a cloud, which ends at 1.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap

from ravine import DOUBLE_WELL
from ravine.plotting import BLUE, INK, label

start, forget, keep = 1.1, 2000, 600
step_sizes = np.arange(420, 1021) / 1000
w = np.full_like(step_sizes, start)
orbit = np.empty((keep, step_sizes.size))
with np.errstate(over="ignore", invalid="ignore"):
    for k in range(forget + keep):
        w = w - step_sizes * DOUBLE_WELL.slope(w)
        orbit[max(k - forget, 0)] = w
bounded = np.isfinite(orbit).all(axis=0)
last_bounded, first_escape = float(step_sizes[bounded][-1]), float(step_sizes[~bounded][0])
both_wells_from = float(step_sizes[bounded & (orbit.min(axis=0) < 0)][0])
cycles = {f"{eta:g}": np.unique(orbit[:, step_sizes == eta].round(8)) for eta in (0.51, 0.62, 0.7)}
cycle_low, cycle_high = cycles["0.51"].tolist()
four_cycle = cycles["0.62"].tolist()
points_at_07 = len(cycles["0.7"])  # as many as were kept: no visible period

fig, ax = plt.subplots(figsize=(5.8, 3.9))
edges = np.linspace(-1.5, 1.5, 251)
visits = np.array([np.histogram(points, edges)[0] for points in orbit.T]).T
shades = ListedColormap(["none", *(f"{BLUE}{opacity:02x}" for opacity in range(110, 256))])
extent = (0.4195, 1.0205, -1.5, 1.5)
picture = {"origin": "lower", "extent": extent, "aspect": "auto", "interpolation": "none"}
ax.imshow(np.minimum(visits * 8, 146), cmap=shades, **picture)
for boundary in (0.5, last_bounded):
    ax.axvline(boundary, linestyle=":", color=INK, linewidth=1.5)
for text, at, offset in (
    ("one\npoint", (0.46, 1), (0, -60)),
    ("two", (0.56, 0.82), (0, -78)),
    ("four", (0.633, 0.69), (-3, -76)),
    ("no visible\nperiod", (0.7, 0.47), (-8, -92)),
):
    label(ax, text, at, offset, leader=True)
label(ax, "both wells", (both_wells_from, -1.2), (-8, 0), ha="right")
label(ax, "escapes", (last_bounded, 0), (6, 0), ha="left")
ax.set(xlabel=r"step size $\eta$", ylabel="$w_k$ for large $k$", xlim=(0.42, 1.02))
ax.set_title("Between 1/2 and 1 nothing settles")
alt = (
    f"One line at w = 1 up to step size 0.5 splits into two branches, {cycle_low:.4f} and {cycle_high:.4f} "
    f"at 0.51, then into four, then into a cloud that spreads, from {both_wells_from:g} on into negative w, "
    f"until step size {last_bounded:.2f} and stops."
)

# %%
# The minimizers attract only below one half. Above one the runs leave.
