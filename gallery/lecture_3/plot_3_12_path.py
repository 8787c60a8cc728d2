"""
The path of gradient descent
============================

Twelve updates on an elliptic bowl. Look at the angle between each step and the contour line it leaves, and
at which coordinate is gone first.
"""

import itertools

import matplotlib.pyplot as plt
import numpy as np

from ravine import gradient_descent, minimize, quadratic_form
from ravine.plotting import BLUE, INK, VERMILION, label

bowl = quadratic_form([[2.0, 0.0], [0.0, 4.0]])  # x1^2 + 2 x2^2
start, step_size = np.array([2.0, 1.5]), 0.1
run = minimize(bowl, start, gradient_descent(step_size), max_updates=12)
path = run.iterates
first_step, last_step = (float(np.linalg.norm(path[k + 1] - path[k])) for k in (0, 11))

fig, ax = plt.subplots(figsize=(5.8, 4.6))
plane = np.meshgrid(np.linspace(-2.4, 2.4, 241), np.linspace(-2.0, 2.0, 201))
levels = [0.5, *run.values[3::-1]]
ax.contour(*plane, bowl(np.array(plane)), levels=levels, colors=BLUE, linewidths=1.2)
for before, after in itertools.pairwise(path):
    arrow = {"arrowstyle": "-|>", "color": VERMILION, "lw": 1.8, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", after, before, arrowprops=arrow)
ax.plot(*path.T, "o", color=VERMILION, markersize=4.5)
ax.plot(0, 0, "X", color=INK, markersize=9)
for k in range(4):
    label(ax, f"$x_{k}$", path[k], (9, 0), ha="left")
label(ax, "minimizer", (0, 0), (0, -14))
ax.grid(visible=False)
ax.set(aspect="equal", xlabel="coordinate 1", ylabel="coordinate 2")
alt = (
    "Ellipses around the origin and a path of arrows from (2, 1.5). It leaves each ellipse at a right angle, "
    "first goes steeply down, then bends along the axis. The steps shrink from "
    f"{first_step:.2f} to {last_step:.2f}."
)

# %%
# The step size never changes. The steps shrink because the gradient does.
