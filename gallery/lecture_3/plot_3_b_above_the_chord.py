"""
Graphs above their chords
=========================

One panel for each function that is not convex, drawn along the segment from x to y. Look at the bar half-way:
it rises from the chord to the graph.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine.course.specimens import NONCONVEX_FUNCTIONS
from ravine.plotting import BLUE, INK, VERMILION, label

cases = {specimen.name: specimen.cases()[0] for specimen in NONCONVEX_FUNCTIONS}
least_excess = min(case.excess for case in cases.values())
drawn = len(cases)
sides = {-1: "right", 0: "center", 1: "left"}

fig, axes = plt.subplots(5, 3, figsize=(5.8, 7.6))
t = np.linspace(-0.2, 1.2, 281)  # x is at 0, y at 1
for ax, specimen in zip(axes.flat, NONCONVEX_FUNCTIONS, strict=False):
    case = cases[specimen.name]
    x, y = (np.asarray(end, float)[..., None] for end in (case.x, case.y))
    along = x + t * (y - x)
    if specimen.name.startswith("cos"):
        along = np.clip(along, *specimen.where)
    heights = np.asarray(specimen.value(along))
    (ends,) = np.nonzero(np.isclose(t, 0) | np.isclose(t, 1))
    if np.isinf(case.left):
        low, high = heights[ends].min() - 1.6, 6.0
        heights = np.where(heights < high, heights, np.nan)
        ax.annotate("", (0.5, 6), (0.5, case.right), arrowprops={"arrowstyle": "->", "color": INK})
    else:
        between = heights[ends[0] : ends[1] + 1]
        span = np.ptp(between)
        low, high = between.min() - 0.55 * span, between.max() + 0.35 * span
        ax.plot([0.5, 0.5], [case.right, case.left], color=INK, linewidth=1.6)
        ax.plot(0.5, case.left, "o", color=INK, markersize=4)
    ax.plot(t, heights, color=BLUE, linewidth=1.8)
    ax.plot([0, 1], heights[ends], "o-", color=VERMILION, markersize=5, linewidth=1.6)
    excess = r"$\infty$" if np.isinf(case.excess) else f"{case.excess:.3g}"
    first, last = heights[ends]
    rises = int(np.sign(round(last - first, 9)))  # where the chord is out of the way
    label(ax, excess, (0.5, case.right), (3 * rises, -4), ha=sides[rises], va="top")
    ax.set(ylim=(low, high), xlim=(-0.2, 1.2), xticks=[], yticks=[])
    ax.set_title("$" + specimen.formula.replace("tfrac", "frac") + "$", loc="center", fontsize=11)
key = axes.flat[-1]
key.set_axis_off()
for height, text, color in (
    (0.75, "graph", BLUE),
    (0.5, "chord", VERMILION),
    (0.25, "excess", INK),
):
    key.plot([0.1, 0.3], [height, height], color=color)
    label(key, text, (0.3, height), (8, 0), ha="left")
key.set(xlim=(0, 1), ylim=(0, 1))
for ax in axes.flat[:-1]:
    ax.grid(visible=False)
alt = (
    f"{drawn} small panels, each with a graph and a chord between two of its points. Half-way every graph is "
    f"above its chord, by {least_excess:.2g} at least; the logarithm of the determinant is infinitely far "
    "above."
)

# %%
# Two points of each function are enough. Whatever it does elsewhere, it is not convex.
