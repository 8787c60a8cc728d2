"""
An easy problem and a hard one
==============================

Problem A has one valley, problem B has five. Look at the dots, which are the minima, and at the strip below
each curve: it shows for every start in which valley gradient descent ends.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import COSINE_VALLEYS
from ravine.plotting import BLUE, GREEN, INK, PURPLE, VERMILION, label

low, high = COSINE_VALLEYS.domain
safe_step, large_step = 1 / COSINE_VALLEYS.smoothness, 0.1
valleys = [point for point in COSINE_VALLEYS.stationary_points if point.kind == "minimum"]
bottoms = np.array([point.x for point in valleys])
starts = np.linspace(low, high, 6001)


def descend(alpha, updates=2000):
    """Run gradient descent from every start, inside the interval."""
    x = starts
    for _ in range(updates):
        x = np.clip(x - alpha * COSINE_VALLEYS.slope(x), low, high)
    return x


ends = descend(safe_step)
arrived = np.abs(ends[:, None] - bottoms) < 1e-6
shares = arrived.mean(axis=0).tolist()
stay_at_0 = int((ends == 0).sum())
global_with_large_step = int((np.abs(descend(large_step) - bottoms[-1]) < 1e-6).sum())
global_basin = (high - COSINE_VALLEYS.stationary_points[-2].x) / (high - low)

fig, (left, right) = plt.subplots(1, 2, figsize=(5.8, 3.6))
x = np.linspace(low, high, 601)
left.plot(x, (x - 3) ** 2, color=VERMILION)
left.plot(3, 0, "o", color=INK, markersize=8, zorder=3)
left.plot([low, high], [-1, -1], color=VERMILION, linewidth=8, solid_capstyle="butt")
label(left, "the\nminimum", (3, 0), (0, 38))
left.set(title="A: one valley", xlabel="$x$", ylabel="$f(x)$", xlim=(low, high), ylim=(-1.5, 9))
right.plot(x, COSINE_VALLEYS.value(x), color=INK, linewidth=1.6)
colors = (BLUE, GREEN, PURPLE, INK, VERMILION)
for color, ended, point in zip(colors, arrived.T, valleys, strict=True):
    basin = starts[ended]
    right.plot([basin[0], basin[-1]], [-5.1, -5.1], color=color, linewidth=8, solid_capstyle="butt")
    right.plot(point.x, point.value, "o", color=color, markersize=8, zorder=3)
label(right, "global\nminimum", (bottoms[-1], valleys[-1].value), (-9, 2), ha="right")
right.set(title="B: five valleys", xlabel="$x$", xlim=(low, high), ylim=(-5.5, 1.2))
alt = (
    "Left, a parabola with one minimum at 3; every start ends there. Right, a wave that sinks to the right "
    f"with {len(valleys)} minima, each lower than the one before. Only {shares[-1]:.0%} of the starts, "
    "those at the right end, lead to the lowest."
)

# %%
# Downhill is the same rule in both pictures. What it leads to is not.
