"""
Classes of convex programs
==========================

Five classes of problems, each inside the next. Look at the formula in each ring: it is what the class adds to
the one inside.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine.plotting import BLUE, GREEN, INK, PURPLE, VERMILION

classes = (
    ("LP", r"$c^\top x, \quad Ax \leq b$", BLUE),
    ("QP", r"$x^\top Qx, \quad Q \succeq 0$", GREEN),
    ("SOCP", r"$\|Ax+b\|_2 \leq c^\top x+d$", VERMILION),
    ("SDP", r"$F_0+\sum_i x_iF_i \succeq 0$", PURPLE),
    ("convex programs", r"any convex $f$ and $C$", INK),
)

fig, ax = plt.subplots(figsize=(5.8, 4.9))
turn = np.linspace(0, 2 * np.pi, 200)
for ring, (name, adds, color) in enumerate(classes, start=1):
    width, height = 0.75 + 0.75 * ring, 0.9 * ring
    ax.plot(width * np.cos(turn), height * (1 + np.sin(turn)), color=color, linewidth=2)
    top = 2 * height
    ax.text(0, top - 0.55, name, ha="center", va="center", weight="bold")
    ax.text(0, top - 1.15, adds, ha="center", va="center")
ax.set(xlim=(-4.7, 4.7), ylim=(-0.2, 9.2))
ax.set_axis_off()
names = [name for name, _, _ in classes]
alt = f"Nested ovals with a common lowest point, from the innermost outwards: {', '.join(names)}."

# %%
# The further out, the more can be said, and the more a solver has to do.
