"""
Squares below a fitted line
===========================

Twenty points, the line of least squares, and the squares of the residuals drawn as squares. Look at their
total area: no other line has less.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from ravine import least_squares
from ravine.plotting import BLUE, INK, VERMILION

rng = np.random.default_rng(0)
x = np.sort(rng.uniform(0, 10, 20))
y = 1 + 0.5 * x + rng.normal(0, 0.8, 20)
fit = least_squares(np.stack([np.ones(20), x], axis=1), y)
intercept, slope = (float(coefficient) for coefficient in fit.minimizers[0])
area = fit.optimal_value
residuals = y - intercept - slope * x

fig, ax = plt.subplots(figsize=(5.8, 4.3))
for at, residual in zip(x, residuals, strict=True):
    foot = intercept + slope * at
    # a square that grows away from the line it stands on, to the left or to the right
    corner = (at - max(residual, 0), min(foot, foot + residual))
    side = abs(residual)
    ax.add_patch(Rectangle(corner, side, side, facecolor=VERMILION, alpha=0.18, linewidth=0))
    ax.plot([at, at], [foot, foot + residual], color=VERMILION, linewidth=1.6)
ends = np.array([-0.3, 10.3])
ax.plot(ends, intercept + slope * ends, color=BLUE)
ax.plot(x, y, "o", color=INK, markersize=5)
ax.set(aspect="equal", xlabel="$x$", ylabel="$y$", xlim=(-1.1, 10.6), ylim=(0, 8))
alt = (
    "Twenty points around a rising line. A vertical segment joins each point to the line "
    f"y = {intercept:.2f} + {slope:.2f} x, and a square stands on each segment; together the squares have "
    f"the area {area:.2f}."
)

# %%
# Least squares means least area.
