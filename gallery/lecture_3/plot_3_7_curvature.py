"""
Three kinds of curvature
========================

Three quadratic surfaces with different Hessians. Look along the two axes: up and up, up and flat, up and
down.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import quadratic_form
from ravine.plotting import BLUE, VERMILION

hessians = {
    "up, up": np.diag([2.0, 2.0]),
    "up, flat": np.diag([2.0, 0.0]),
    "up, down": np.diag([2.0, -2.0]),
}
eigenvalues = {name: np.linalg.eigvalsh(hessian).tolist() for name, hessian in hessians.items()}

fig, axes = plt.subplots(1, 3, figsize=(5.8, 2.7), subplot_kw={"projection": "3d"})
side = np.linspace(-1.5, 1.5, 21)
plane = np.meshgrid(side, side)
for ax, (name, hessian) in zip(axes, hessians.items(), strict=True):
    f = quadratic_form(hessian)
    ax.plot_surface(
        *plane,
        f(np.array(plane)),
        color=BLUE,
        edgecolor=BLUE,
        linewidth=0.5,
        alpha=0.4,
        shade=False,
    )
    for x1, x2 in ((side, 0 * side), (0 * side, side)):
        ax.plot(x1, x2, f(np.array([x1, x2])), color=VERMILION, zorder=5)
    least, largest = eigenvalues[name]
    ax.set_title(f"{name}\n{largest:g} and {least:g}".replace("-", "−"), loc="center")
    ax.set_box_aspect((1, 1, 0.9), zoom=1.35)
    ax.view_init(22, -55)
    ax.set_axis_off()
alt = (
    "Three surfaces: a bowl with eigenvalues 2 and 2, a gutter with 2 and 0, and a saddle with 2 and −2, "
    "each with its two sections along the axes."
)

# %%
# The numbers are the eigenvalues of the Hessian, the largest and the smallest curvature of all directions.
