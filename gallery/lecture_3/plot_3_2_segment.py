"""
A segment that stays and one that leaves
========================================

Two points of an ellipse, and two points of a crescent. Look at the segment between them: on the right its
middle lies outside the set.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine.plotting import BLUE, INK, VERMILION, label

hole, hole_radius = np.array([0.6, 0.0]), 0.7
x, y = np.array([0.1, 0.9]), np.array([0.1, -0.9])
middle = (x + y) / 2
norm_of_x = float(np.linalg.norm(x))
x_from_hole = float(np.linalg.norm(x - hole))
middle_from_hole = float(np.linalg.norm(middle - hole))
leaves_at = (
    hole_radius**2 - (hole[0] - x[0]) ** 2
) ** 0.5  # height at which the segment enters the hole

fig, (left, right) = plt.subplots(1, 2, figsize=(5.8, 3.3))
turn = np.linspace(0, 2 * np.pi, 400)
left.fill(1.1 * np.cos(turn), 0.8 * np.sin(turn), facecolor=BLUE, alpha=0.3)
left.plot([-0.7, 0.6], [-0.4, 0.5], "o-", color=INK)
left.set(title="convex")

grid = np.linspace(-1.05, 1.05, 421)
horizontal, vertical = np.meshgrid(grid, grid)
outside = np.hypot(horizontal, vertical) - 1
in_hole = hole_radius - np.hypot(horizontal - hole[0], vertical)
right.contourf(
    horizontal, vertical, np.maximum(outside, in_hole), [-2, 0], colors=[BLUE], alpha=0.3
)
right.plot(*np.array([x, y]).T, "o-", color=INK)
right.plot([0.1, 0.1], [-leaves_at, leaves_at], color=VERMILION, linewidth=4)
right.plot(*middle, "X", color=VERMILION, markersize=10)
label(right, "outside", middle, (12, 0), ha="left")
right.set(title="not convex")
for ax in (left, right):
    ax.set(aspect="equal", xticks=[], yticks=[], xlim=(-1.15, 1.15), ylim=(-1.05, 1.05))
    ax.spines[:].set_visible(False)
alt = (
    "Left, an ellipse with two points and the segment between them inside. Right, a crescent with two points "
    "near its horns; the segment between them crosses the bite, and its midpoint is "
    f"{middle_from_hole:g} from the centre of the bite, whose radius is {hole_radius:g}."
)

# %%
# One such segment is enough: the crescent is not convex.
