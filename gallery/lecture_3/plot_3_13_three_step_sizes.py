r"""
Too small, just right, too large
================================

Gradient descent on the parabola :math:`4x^2` from one half with three step sizes. Look at how far each
run gets, and at the side on which its points lie.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import gradient_descent, minimize, quadratic_form
from ravine.plotting import BLUE, GREEN, INK, VERMILION

f = quadratic_form([[8.0]])  # 4 x^2
start = np.array([0.5])
panels = {
    "too small": (0.01, 20, BLUE),
    "just right": (0.1, 6, GREEN),
    "too large": (0.26, 12, VERMILION),
}
runs = {
    name: minimize(f, start, gradient_descent(alpha), max_updates=updates)
    for name, (alpha, updates, _) in panels.items()
}
ends = {name.replace(" ", "_"): float(run.x[0]) for name, run in runs.items()}

fig, axes = plt.subplots(1, 3, figsize=(5.8, 3.2))
for ax, (name, (alpha, _, color)) in zip(axes, panels.items(), strict=True):
    reach, top = (1.45, 8.4) if name == "too large" else (0.6, 1.44)
    x = np.linspace(-reach, reach, 201)
    ax.plot(x, 4 * x**2, color=INK, linewidth=1.2)
    ax.plot(runs[name].iterates[:, 0], runs[name].values, "o-", color=color, markersize=4, lw=1.2)
    ax.plot(start, f(start), "o", color=INK, markersize=7)
    ax.set(
        title=f"{name}\n$\\alpha={alpha:g}$",
        xlabel="$x$",
        xlim=(-reach, reach),
        ylim=(-0.05 * top, top),
    )
axes[0].set(ylabel="$f(x)$")
alt = (
    "Three parabolas with points from 0.5. With the small step they creep down one side and are still at "
    f"{ends['too_small']:.2f}; with the middle one they reach the bottom at once; with the large one they "
    f"jump from side to side and are at {abs(ends['too_large']):.2f} in the end."
)

# %%
# The third run does two things: it changes sides, and it climbs. Only the second one is fatal.
