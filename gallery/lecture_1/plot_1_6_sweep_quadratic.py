"""
Updates to the target, quadratic
================================

Each dot is one run on the centred quadratic. Look at the shape: too small a step size is slow, too large a
one is slow again, and beyond 2 no run arrives.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import CENTRED_QUADRATIC, sweep
from ravine.plotting import INK, step_size_counts
from ravine.theory import step_size_threshold, updates_to_target

start, target, cap = 5.0, 1e-5, 200
step_sizes = np.arange(1, 221) / 100
runs = sweep(
    CENTRED_QUADRATIC, step_sizes, start, max_updates=cap, eps_obj=target, escape_radius=1e6
)
tried, reached, escaped, at_cap = (
    runs.updates.size,
    *(int(group.sum()) for group in (runs.reached, runs.escaped, runs.capped)),
)
winner = float(step_sizes[runs.fastest()[0]])
winner_updates = int(runs.updates[runs.fastest()[0]])
smallest, largest = step_sizes[runs.reached][[0, -1]]
predicted = np.array([updates_to_target(1.0, eta, start, target) for eta in step_sizes])
formula_agrees = int((predicted[runs.reached] == runs.updates[runs.reached]).sum())
threshold = step_size_threshold(1.0)

fig, ax = plt.subplots()
step_size_counts(ax, runs, cap=cap)
ax.axvline(threshold, linestyle=":", color=INK, linewidth=1.5)
ax.text(threshold + 0.03, 90, "2 / curvature", rotation=90, va="center")
ax.set(title=f"The fastest step size is {winner:g}", ylabel=r"iterations to $L \leq 10^{-5}$")
ax.legend(loc="upper center")
alt = (
    f"U-shaped dots: lowest at step size {winner:g} with {winner_updates} update, rising to the cap of {cap} "
    f"near 0 and {threshold:g}; {reached} of {tried} runs arrive, none beyond {largest:g}."
)

# %%
# The closed form of :func:`ravine.theory.updates_to_target` gives the same count for every run that arrives.
