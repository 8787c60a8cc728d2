"""
The tangent lies below the graph
================================

The parabola and its tangent at 1. Look at the gap: it is zero at one point and positive at all others.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine.convexity import tangent
from ravine.plotting import BLUE, INK, VERMILION, label


def f(x):
    return x**2


touch, read_at = 1.0, 2.0
case = tangent(f, touch, read_at)
gap = -case.excess

fig, ax = plt.subplots()
y = np.linspace(-1, 3, 201)
ax.plot(y, f(y), color=BLUE)
ax.plot(y, f(touch) + 2 * touch * (y - touch), color=VERMILION)
ax.plot([read_at, read_at], [case.left, case.right], "o--", color=INK, linewidth=1.4)
ax.plot(touch, f(touch), "o", color=INK, markersize=8)
label(ax, f"gap {gap:g}", (read_at, case.right), (-8, 4), ha="right")
label(ax, "touches here", (touch, f(touch)), (10, -12), ha="left")
label(ax, "$f(y) = y^2$", (-0.8, 0.64), (6, 12), ha="left")
label(ax, "tangent $2y - 1$", (-0.4, -1.8), (8, -8), ha="left")
ax.set(xlabel="$y$", ylabel="$f$")
alt = (
    f"A parabola and its tangent at 1, which stays below it everywhere else. At {read_at:g} the gap between "
    f"{case.left:g} and {case.right:g} is marked."
)

# %%
# The gap is the square of the distance to the point of contact, here and for every tangent of this parabola.
