"""
The gradient stands on the level set
====================================

Level sets of a bowl, and the gradient at one point. Look at the right angle, and at where the negative
gradient does not point.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import quadratic_form
from ravine.plotting import BLUE, INK, VERMILION, label

bowl = quadratic_form([[2.0, 0.0], [0.0, 4.0]])  # x1^2 + 2 x2^2
point = np.array([1.0, 1.0])
gradient = np.asarray(bowl.slope(point))
to_minimizer = bowl.minimizers[0] - point
cosine = -gradient @ to_minimizer / np.linalg.norm(gradient) / np.linalg.norm(to_minimizer)
off_by_degrees = float(np.degrees(np.arccos(cosine)))
gradient_norm = float(np.linalg.norm(gradient))

fig, ax = plt.subplots(figsize=(4.6, 4.4))
plane = np.meshgrid(np.linspace(-2.2, 2.2, 221), np.linspace(-2.2, 2.2, 221))
levels = [1, bowl(point), 6, 9]
ax.contour(*plane, bowl(np.array(plane)), levels=levels, colors=BLUE, linewidths=1.4)
tangent = np.array([-gradient[1], gradient[0]]) / gradient_norm
ax.plot(*(point[:, None] + np.outer(tangent, [-1.1, 1.1])), color=INK, linewidth=1)
ax.plot([1, 0], [1, 0], ":", color=INK, linewidth=1.4)
for sign, color in ((1, INK), (-1, VERMILION)):
    end = point + sign * 0.22 * gradient
    ax.annotate("", end, point, arrowprops={"arrowstyle": "-|>", "color": color, "lw": 2.2})
    name = r"$\nabla f$" if sign == 1 else r"$-\nabla f$"
    label(ax, name, end, (10, 0) if sign == 1 else (4, -10), ha="left", color=color)
ax.plot(*point, "o", color=INK)
ax.plot(0, 0, "X", color=INK, markersize=9)
label(ax, "minimizer", (0, 0), (0, -14))
ax.grid(visible=False)
ax.set(aspect="equal", xlabel="$x_1$", ylabel="$x_2$", xlim=(-2.2, 2.2), ylim=(-2.2, 2.2))
alt = (
    "Ellipses around the origin. At (1, 1) the gradient stands at a right angle on the ellipse; the opposite "
    f"arrow passes the minimizer, {off_by_degrees:.1f} degrees off the straight way there."
)

# %%
# "Downhill" is a local word: the steepest way down and the way to the minimizer are two different directions.
