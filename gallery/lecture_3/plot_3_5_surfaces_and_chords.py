"""
Chords over three surfaces
==========================

A smooth bowl, a creased one, and a surface with two hollows. Look at the chords: above the first two, and
below the third in its middle.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine.convexity import chord
from ravine.plotting import BLUE, INK, VERMILION

half = 1 / np.sqrt(2)
surfaces = {
    "smooth": (lambda x: x[0] ** 2 + 2 * x[1] ** 2, 2.0, (-1.6, -1.2), (1.7, 0.6), (25, -60)),
    "creased": (lambda x: np.abs(x[0]) + np.abs(x[1]), 2.0, (-1.8, -0.8), (1.4, 1.2), (25, -60)),
    "not convex": (
        lambda x: x[0] ** 4 - x[0] ** 2 + x[1] ** 2,
        1.1,
        (-half, 0.0),
        (half, 0.0),
        (10, -90),
    ),
}
cases = {}

fig, axes = plt.subplots(1, 3, figsize=(5.8, 2.7), subplot_kw={"projection": "3d"})
for ax, (name, (f, limit, x, y, view)) in zip(axes, surfaces.items(), strict=True):
    depth = limit if name != "not convex" else 0.6
    plane = np.meshgrid(np.linspace(-limit, limit, 21), np.linspace(-depth, depth, 21))
    ax.plot_surface(
        *plane,
        f(np.array(plane)),
        color=BLUE,
        edgecolor=BLUE,
        linewidth=0.5,
        alpha=0.4,
        shade=False,
    )
    cases[name] = chord(f, x, y)
    ends = np.array([x, y]).T
    ax.plot(*ends, f(ends), "o-", color=VERMILION, markersize=4, zorder=5)
    ax.plot(*[[c, c] for c in cases[name].z], [cases[name].left, cases[name].right], color=INK)
    ax.plot(*cases[name].z, cases[name].left, "o", color=INK, markersize=4, zorder=6)
    ax.set_title(name, loc="center")
    ax.view_init(*view)
    ax.set_box_aspect((1, 1, 0.9), zoom=1.35)
    ax.set_axis_off()
bowl, crease, hollows = cases.values()
alt = (
    "Three surfaces with a chord each. Half-way the chord is above the smooth bowl by "
    f"{-bowl.excess:.2f} and above the creased one by {-crease.excess:.2f}. On the third, with two "
    f"hollows, it runs from hollow to hollow, {hollows.excess:.2f} below the ridge between them."
)

# %%
# Smoothness has nothing to do with it: the creased surface is convex, the third one is not.
