"""
How long until it settles
=========================

Plain gradient descent in the ravine, for many step sizes. Look at the right end: the count falls almost to
the limit, and then there is a wall.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import sweep
from ravine.course.landscapes import RAVINE, hessian_eigenvalues
from ravine.plotting import BLUE, INK, label
from ravine.theory import step_size_threshold

flat, steep = hessian_eigenvalues(RAVINE.objective, (0.0, 0.0))
one_step, best_rate, limit = 1 / steep, 2 / (flat + steep), step_size_threshold(steep)
step_sizes = np.arange(2, 200) / 2000
runs = sweep(
    RAVINE.objective,
    step_size=step_sizes,
    start=np.array(RAVINE.start),
    max_updates=8000,
    keep_iterates=True,
)
counts = runs.settling_times(RAVINE.objective)
fewest = int(counts.min())
winners = step_sizes[counts == fewest].tolist()
tried = step_sizes.size

fig, ax = plt.subplots()
ax.semilogy(step_sizes, counts, ".", color=BLUE, markersize=4)
for at, text, height in (
    (one_step, "1/20", 4000),
    (best_rate, "2/21", 1500),
    (limit, "2/20", 4000),
):
    ax.axvline(at, linestyle=":", color=INK, linewidth=1.5)
    side = "right" if at == best_rate else "left"
    label(ax, text, (at, height), (5 if side == "left" else -5, 0), ha=side)
label(ax, f"{fewest} updates", (winners[0], fewest), (-52, 24), leader=True)
ax.set(
    title="Falling all the way, then a wall",
    xlabel=r"step size $\eta$",
    ylabel=r"updates until $L \leq 10^{-6}$",
    xlim=(0, 0.108),
)
alt = (
    f"Dots fall from several thousand updates at tiny step sizes to {fewest} at {winners[0]:g}, then shoot "
    f"up just before the limit {limit:g}; nothing special happens at {one_step:g}, where y begins to change "
    f"sign."
)

# %%
# At the step size 1/20 the steep direction is solved in one update, and the count goes on falling beyond it.
