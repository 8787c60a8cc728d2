"""
A tangent plane below, and one that cuts
========================================

A bowl with its tangent plane at one point, and a saddle with its tangent plane at the origin. Look at which
parts of the surfaces are below their planes.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine.convexity import tangent
from ravine.plotting import BLUE, INK, VERMILION


def bowl(x):
    return x[0] ** 2 + x[1] ** 2


def saddle(x):
    return x[0] * x[1]


below = tangent(bowl, (0.5, 0.5), (-0.5, 0.0))
cuts = tangent(saddle, (0.0, 0.0), (1.0, -1.0))

panels = {"projection": "3d", "computed_zorder": False}
fig, (left, right) = plt.subplots(1, 2, figsize=(5.8, 3.3), subplot_kw=panels)
look = {"color": BLUE, "edgecolor": BLUE, "linewidth": 0.5, "alpha": 0.4, "shade": False}
x = np.array(np.meshgrid(np.linspace(-1.5, 1.5, 21), np.linspace(-1.5, 1.5, 21)))
corners = x[:, ::20, ::20]

left.plot_surface(*x, bowl(x), zorder=3, **look)
left.plot_surface(*corners, corners.sum(0) - 0.5, color=VERMILION, alpha=0.6, shade=False)
left.plot(*below.x, bowl(below.x), "o", color=INK, zorder=4)
left.set_title("convex: the plane is below", loc="center")

below_plane, above_plane = saddle(x) <= 1e-12, saddle(x) >= -1e-12
for part, order in ((below_plane, 1), (above_plane, 3)):  # the plane is drawn between them
    right.plot_surface(*x, np.where(part, saddle(x), np.nan), zorder=order, **look)
right.plot_surface(*corners, 0 * corners[0], color=VERMILION, alpha=0.6, shade=False, zorder=2)
right.plot(*cuts.x, saddle(cuts.x), "o", color=INK, zorder=4)
right.set_title("saddle: the plane cuts", loc="center")

for ax in (left, right):
    ax.set_box_aspect((1, 1, 0.9), zoom=1.3)
    ax.view_init(16, -62)
    ax.set_axis_off()
alt = (
    "Left, a bowl and below it the plane that touches it at (½, ½). Right, a saddle and the horizontal "
    "plane that touches it at the origin: two corners of the saddle are above the plane, two are below it, "
    f"at (1, −1) by {cuts.excess:g}."
)

# %%
# For the bowl the gap is the squared distance to the point of contact, for every point of contact.
