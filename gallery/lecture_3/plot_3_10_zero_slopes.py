"""
What a zero slope means
=======================

A convex curve, a nonconvex one, and a cubic. Look at the horizontal tangents: only on the left does a zero
slope mean "the minimum".
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine.plotting import BLUE, INK, VERMILION, label


def tilted(x):
    return x**4 - x**2 + x / 5


zeros = np.sort(np.roots([4, 0, -2, 1 / 5]).real).tolist()
heights = [tilted(x) for x in zeros]
curvatures = [12 * x**2 - 2 for x in zeros]

fig, axes = plt.subplots(1, 3, figsize=(5.8, 3.1), width_ratios=[1, 1.5, 1])
panels = (
    (axes[0], lambda x: (x - 1) ** 2, (-1, 3), [1.0], 0.8, "convex"),
    (axes[1], tilted, (-1.15, 1.15), zeros, 0.28, "not convex"),
    (axes[2], lambda x: x**3, (-1, 1), [0.0], 0.45, "cubic"),
)
for ax, f, (low, high), flat, width, title in panels:
    x = np.linspace(low, high, 201)
    ax.plot(x, f(x), color=BLUE)
    for at in flat:
        ax.plot([at - width, at + width], [f(at), f(at)], color=VERMILION)
        ax.plot(at, f(at), "o", color=INK, markersize=6, zorder=3)
    ax.set(title=title, xlabel="$x$")
axes[0].set(ylabel="$f(x)$", ylim=(-0.8, 4))
axes[1].set(ylim=(-0.75, 0.8))
label(axes[0], "minimum", (1, 0), (0, -13))
for text, at, offset in (
    ("global\nminimum", 0, (6, -20)),
    ("maximum", 1, (0, 14)),
    ("local\nminimum", 2, (0, -20)),
):
    label(axes[1], text, (zeros[at], heights[at]), offset)
label(axes[2], "neither", (0, 0), (0, 14), ha="right")
alt = (
    "Left, a parabola with one horizontal tangent, at its minimum. Middle, a tilted double well with "
    f"three: at {zeros[0]:.2f} the global minimum, at {zeros[1]:.2f} a local maximum, at {zeros[2]:.2f} a "
    "local minimum. Right, a cubic that is flat at 0 and has no minimum."
).replace("-", "−")

# %%
# A zero slope is always necessary. That it is also sufficient is what convexity adds.
