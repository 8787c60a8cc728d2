"""
Four convex sets
================

A halfspace, a polyhedron, a ball and the cone of positive semidefinite matrices. Look at the faces: the first
two have flat ones, the others round ones.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine.plotting import BLUE, INK, label

fig, axes = plt.subplot_mosaic(
    [["halfspace", "polyhedron"], ["ball", "cone"]],
    figsize=(5.8, 5.8),
    per_subplot_kw={"cone": {"projection": "3d"}},
)

ax = axes["halfspace"]  # x1 + 2 x2 <= 2
edge = np.array([-2.0, 2.0])
ax.fill_between(edge, 1 - edge / 2, -2, color=BLUE, alpha=0.3, linewidth=0)
ax.plot(edge, 1 - edge / 2, color=BLUE)
ax.annotate("", (1, 1.5), (0.5, 0.75), arrowprops={"arrowstyle": "->", "color": INK, "lw": 1.8})
label(ax, "$a = (1, 2)$", (1.0, 1.5), (0, 9))
label(ax, r"$a^\top x \leq b$", (-0.6, -0.6))

ax = axes["polyhedron"]
corners = 1.35 * np.array(
    [[np.cos(t), np.sin(t)] for t in np.pi / 2 + 2 * np.pi / 5 * np.arange(5)]
)
corners = corners * [1.15, 0.9]
for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
    long = np.array([start - 3 * (end - start), end + 3 * (end - start)])
    ax.plot(*long.T, color=BLUE, linewidth=1)
ax.fill(*corners.T, facecolor=BLUE, alpha=0.3)
label(ax, r"$Ax \leq b$", (0, 0))

ax = axes["ball"]
turn = np.linspace(0, 2 * np.pi, 200)
ax.fill(1.5 * np.cos(turn), 1.5 * np.sin(turn), facecolor=BLUE, alpha=0.3)
ax.plot(1.5 * np.cos(turn), 1.5 * np.sin(turn), color=BLUE)
ax.plot([0, 1.5 * np.cos(0.6)], [0, 1.5 * np.sin(0.6)], color=INK, linewidth=1.4)
ax.plot(0, 0, "o", color=INK)
label(ax, "$c$", (0, 0), (-9, -7))
label(ax, "$r$", (0.6, 0.42), (-4, 9))

for name in ("halfspace", "polyhedron", "ball"):
    axes[name].set(aspect="equal", xticks=[], yticks=[], xlim=(-2, 2), ylim=(-2, 2), title=name)
    axes[name].spines[:].set_visible(False)

ax = axes["cone"]  # [[a, b], [b, c]] with a c = b^2: a = r (1 + cos) / 2, c = r (1 - cos) / 2
trace, angle = np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 2 * np.pi, 37))
a, c = trace * (1 + np.cos(angle)) / 2, trace * (1 - np.cos(angle)) / 2
b = trace * np.sin(angle) / 2
rim_error = float(np.abs(a * c - b**2).max())
ax.plot_surface(a, c, b, color=BLUE, edgecolor=BLUE, linewidth=0.5, alpha=0.4, shade=False)
ax.plot(a[:, -1], c[:, -1], b[:, -1], color=BLUE)
for end, text in (([1.2, 0, 0], "$a$"), ([0, 1.9, 0], "$c$"), ([0, 0, 0.7], "$b$")):
    ax.plot(*np.array([[0, 0, 0], end]).T, color=INK, linewidth=1)
    ax.text(*(1.12 * np.array(end)), text, ha="center", va="center")
ax.set(title=r"cone: $ac \geq b^2$,  $a, c \geq 0$")
ax.set_box_aspect((1, 1, 1), zoom=1.15)
ax.set(xlim=(0, 1.1), ylim=(0, 1.2), zlim=(-0.55, 0.55))
ax.set_axis_off()
ax.view_init(elev=18, azim=-66)
alt = (
    "Four sets. A half plane below a line with its normal (1, 2); a pentagon with its five edges "
    "prolonged; a disc with centre and radius; and in space the cone of semidefinite 2 by 2 matrices, a "
    "round cone whose tip is the zero matrix."
)

# %%
# The cone is filled: its inside holds the positive definite matrices, its surface those of determinant zero.
