r"""
The same step size before and after scaling
===========================================

One step size on :math:`x^2` and on four times that function, from the same start. Look at the two
directions of travel.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import gradient_descent, minimize, quadratic_form
from ravine.objective import scaled
from ravine.plotting import BLUE, INK, VERMILION, label

step_size, factor = 0.4, 4.0
f = quadratic_form([[2.0]])  # x^2
start = np.array([0.5])
calm = minimize(f, start, gradient_descent(step_size), max_updates=5)
wild = minimize(scaled(f, factor), start, gradient_descent(step_size), max_updates=5)
calm_points, wild_points = calm.iterates[:, 0], wild.iterates[:, 0]

fig, axes = plt.subplots(1, 2, figsize=(5.8, 3.6))
x = np.linspace(-3.2, 3.2, 201)
for ax, c, points, color in zip(
    axes, (1, factor), (calm_points, wild_points[:3]), (BLUE, VERMILION), strict=True
):
    ax.plot(x, c * x**2, color=INK, linewidth=1.2)
    ax.plot(points, c * points**2, "o-", color=color, markersize=5, linewidth=1.4)
    ax.plot(0.5, c / 4, "o", color=INK, markersize=7)
    ax.set(xlabel="$x$", xlim=(-3.2, 3.2), ylim=(-1, 26))
axes[0].set(title="$f(x)=x^2$, $\\alpha=0.4$", ylabel="value")
axes[1].set(title="$4f(x)$, $\\alpha=0.4$")
label(axes[0], "start", (0.5, 0.25), (0, 24))
label(axes[1], "$x_1$", (wild_points[1], 4 * wild_points[1] ** 2), (-9, 3), ha="right")
label(axes[1], "$x_2$", (wild_points[2], 4 * wild_points[2] ** 2), (9, -3), ha="left")
alt = (
    f"Left, a flat parabola: the run from 0.5 sinks to the bottom, at {calm_points[5]:.4f} after 5 "
    f"updates. Right, four times as steep a parabola: the same step jumps to {wild_points[1]:.1f}, then to "
    f"{wild_points[2]:.2f}, and leaves the picture."
).replace("-", "−")

# %%
# Nothing but the unit of the objective has changed.
