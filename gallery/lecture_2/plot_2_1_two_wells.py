"""
Two equal wells
===============

The loss of this lecture, with its start on the wall at the left. Look at how small the wells are against the
wall, and, in the inset, that neither of them is the lower one.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import QUARTIC
from ravine.plotting import BLUE, INK, VERMILION, label

start = -2.5
start_value, start_slope = QUARTIC.value(start), QUARTIC.slope(start)
left, hilltop, right = QUARTIC.stationary_points
hill_height = hilltop.value - left.value

fig, ax = plt.subplots()
inset = ax.inset_axes((0.25, 0.4, 0.5, 0.52))
for axes, reach in ((ax, 2.75), (inset, 1.8)):
    x = np.linspace(-reach, reach, 601)
    axes.plot(x, QUARTIC.value(x), color=BLUE)
    for point in QUARTIC.stationary_points:
        marker = "o" if point.kind == "minimum" else "X"
        axes.plot(point.x, point.value, marker, color=INK, markersize=6, zorder=3)
ax.plot(start, start_value, "o", color=VERMILION, markersize=9, zorder=3)
label(ax, "start", (start, start_value), (10, 0), ha="left")
label(inset, "local maximum", (hilltop.x, hilltop.value), (0, 9))
for point in (left, right):
    label(inset, "minimum", (point.x, point.value), (0, -10))
ax.set(xlabel="$x$", ylabel="$f(x)$", ylim=(-1, 24), title=r"$f(x)=x^4-3x^2+2$")
inset.set(xlim=(-1.8, 1.8), ylim=(-1.1, 2.7))
inset.tick_params(labelsize=9)
alt = (
    f"A steep curve with two equal wells at x = {left.x:.3f} and {right.x:.3f}, both at {left.value:g}, and "
    f"a hill {hill_height:g} above them. The start at x = {start:g} is at {start_value:.1f} on the left wall."
)

# %%
# At the start the slope is so steep that one update decides almost everything that follows.
