"""
Updates to the target, quadratic
================================

Each dot is one run on the centred quadratic. Look at the shape: too small a step size is slow, too large a
one is slow again, and beyond 2 no run arrives.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import CENTRED_QUADRATIC, sweep
from ravine.plotting import INK, label, step_size_counts
from ravine.theory import step_size_threshold, updates_to_target

start, target, cap = 5.0, 1e-5, 200
step_sizes = np.arange(1, 221) / 100
runs = sweep(
    CENTRED_QUADRATIC,
    step_size=step_sizes,
    start=start,
    max_updates=cap,
    eps_obj=target,
    escape_radius=1e6,
)
tried, reached = runs.updates.size, runs.reached_count
escaped, at_cap = runs.escaped_count, runs.capped_count
winner, winner_updates = step_sizes[runs.fastest()].item(), int(runs.updates[runs.reached].min())
runners_up = step_sizes[runs.reached & (runs.updates == 2)].tolist()
smallest, largest = step_sizes[runs.reached][[0, -1]]
too_slow = step_sizes[runs.capped & (step_sizes < 2)].tolist()
not_contracting = step_sizes[runs.capped & (step_sizes >= 2)].tolist()
first_divergent = float(step_sizes[runs.escaped].min())
counts = {f"{eta:g}": int(k) for eta, k in zip(step_sizes, runs.updates, strict=True)}
mirrored = runs.updates[:199] == runs.updates[:199][::-1]  # the counts at η and at 2 − η
symmetric = int((mirrored & runs.reached[:199]).sum())
predicted = np.array([updates_to_target(1.0, eta, start, target) for eta in step_sizes])
formula_agrees = int((predicted[runs.reached] == runs.updates[runs.reached]).sum())
threshold = step_size_threshold(1.0)

fig, ax = plt.subplots()
step_size_counts(ax, runs, cap=cap)
ax.axvline(threshold, linestyle=":", color=INK, linewidth=1.5)
label(ax, "2 /\ncurvature", (threshold, 100), (7, 0), ha="left")
label(
    ax,
    rf"$\eta = {winner:g}$ needs {winner_updates} update",
    (winner, winner_updates),
    (0, 28),
    leader=True,
)
ax.legend(loc="upper center", bbox_to_anchor=(0.46, 0.85), handletextpad=0.1)
ax.set(title=f"The fastest step size is {winner:g}", ylabel=r"iterations to $L \leq 10^{-5}$")
alt = (
    f"U-shaped dots: lowest at step size {winner:g} with {winner_updates} update, rising to the cap of {cap} "
    f"near 0 and {threshold:g}; {reached} of {tried} runs arrive, none beyond {largest:g}."
)

# %%
# The closed form of :func:`ravine.theory.updates_to_target` gives the same count for every run that arrives.
