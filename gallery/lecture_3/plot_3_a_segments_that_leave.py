"""
Segments that leave
===================

Five sets that are not convex, each with two members and the segment between them. Look at the cross: half-way
between two members stands a point that is none.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine.course.specimens import NONCONVEX_SETS
from ravine.plotting import BLUE, INK, VERMILION

cases = {specimen.name: specimen.cases()[0] for specimen in NONCONVEX_SETS}
keys = {
    "union": "union of two intervals",
    "integers": "integers",
    "annulus": "annulus",
    "sphere": "sphere",
    "rank": "semidefinite matrices of rank at most 1",
}
titles = {
    "union": r"$[0,1]\cup[2,3]$",
    "integers": "integers",
    "annulus": r"$1\leq\|x\|\leq2$",
    "sphere": r"$\|x\|=1$",
    "rank": "rank at most 1",
}
outside = sum(not cases[name].holds for name in keys.values())

fig, axes = plt.subplot_mosaic(
    [["union"] * 3 + ["integers"] * 3, ["annulus"] * 2 + ["sphere"] * 2 + ["rank"] * 2],
    figsize=(5.8, 3.9),
    height_ratios=(0.5, 1),
    per_subplot_kw={"rank": {"projection": "3d"}},
)
for low in (0, 2):
    axes["union"].plot(
        [low, low + 1], [0, 0], color=BLUE, linewidth=7, alpha=0.5, solid_capstyle="butt"
    )
axes["integers"].plot(np.arange(-1, 3), np.zeros(4), "o", color=BLUE, markersize=9, alpha=0.5)
turn = np.linspace(0, 2 * np.pi, 200)
circle = np.array([np.cos(turn), np.sin(turn)])
ring = np.concatenate([2 * circle, circle[:, ::-1]], axis=1)
axes["annulus"].fill(*ring, facecolor=BLUE, alpha=0.3)
axes["sphere"].plot(*circle, color=BLUE)
# [[a, b], [b, c]] with a c = b^2, as in Figure 3.3
trace, angle = np.meshgrid(np.linspace(0, 1.2, 7), np.linspace(0, 2 * np.pi, 25))
a, c = trace * (1 + np.cos(angle)) / 2, trace * (1 - np.cos(angle)) / 2
b = trace * np.sin(angle) / 2
axes["rank"].plot_surface(
    a, c, b, color=BLUE, edgecolor=BLUE, linewidth=0.4, alpha=0.2, shade=False
)

for key, ax in axes.items():
    case = cases[keys[key]]
    points = [np.atleast_1d(point) for point in (case.x, case.z, case.y)]
    if key == "rank":
        points = [point[[0, 1, 0], [0, 1, 1]] for point in points]  # a, c, b
    elif key in ("union", "integers"):
        points = [np.array([point[0], 0.0]) for point in points]
    x, z, y = points
    ax.plot(*np.array([x, y]).T, "o-", color=VERMILION, markersize=6, linewidth=1.6, zorder=5)
    ax.plot(*z[:, None], "x", color=INK, markersize=10, markeredgewidth=2.5, zorder=6)
    ax.set_title(titles[key], loc="center")
    if key == "rank":
        ax.view_init(elev=24, azim=-66)
        ax.set_box_aspect((1, 1, 1), zoom=1.35)
        ax.set_axis_off()
    else:
        ax.set(xticks=[], yticks=[])
        ax.grid(visible=False)
        ax.spines[:].set_visible(False)
for key in ("annulus", "sphere"):
    axes[key].set(aspect="equal")
for key, where in (("union", range(4)), ("integers", range(-1, 3))):
    axes[key].set(ylim=(-1, 1), xlim=(where[0] - 0.35, where[-1] + 0.35), xticks=list(where))
    axes[key].tick_params(length=0)
alt = (
    f"{outside} sets with a segment each: two intervals, some integers, a ring, a circle and the surface of "
    "a cone. Both ends of each segment lie in the set, and its middle, a cross, lies in the gap, in the hole "
    "or inside."
)

# %%
# A hole is one way not to be convex. A surface without its inside is another.
