"""
Updates to the target, double well
==================================

Each mark is one run from w = 2, coloured by the minimizer it reaches. Look for the needle at 1/12, the wide
valley at 1/4, and two step sizes that never arrive.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import DOUBLE_WELL, sweep
from ravine.plotting import label, step_size_counts

start, target, cap = 2.0, 1e-5, 2000
step_sizes = np.arange(1, 241) / 600
runs = sweep(
    DOUBLE_WELL,
    step_size=step_sizes,
    start=start,
    max_updates=cap,
    eps_obj=target,
    escape_radius=1e6,
)
tried, reached = runs.updates.size, runs.reached_count
escaped, at_cap = runs.escaped_count, runs.capped_count
winners = step_sizes[runs.fastest()]
winner_updates = int(runs.updates[runs.fastest()[0]])
needle_neighbours = runs.updates[[48, 50]].tolist()  # 1/12 is 50/600, at index 49
slowest_in_valley = int(runs.updates[(step_sizes >= 0.22) & (step_sizes <= 0.283)].max())
stuck = step_sizes[runs.capped]
ends = runs.nearest_minimizer(DOUBLE_WELL)
ends_right, ends_left = int((ends == 1).sum()), int((ends == -1).sum())
counts = {f"{eta:.4g}": int(k) for eta, k in zip(step_sizes, runs.updates, strict=True)}
slowest_updates = int(runs.updates[runs.reached].max())
first_divergent = float(step_sizes[runs.escaped].min())
slowest_escape = int(runs.updates[runs.escaped].max())

fig, ax = plt.subplots()
step_size_counts(ax, runs, cap=cap, groups={"ends at +1": ends == 1, "ends at −1": ends == -1})
for name, eta in zip(("1/12", "1/4"), winners, strict=True):
    label(ax, rf"$\eta = {name}$", (eta, winner_updates), (8, 0), ha="left")
for name, eta in zip(("1/6", "1/3"), stuck, strict=True):
    label(ax, rf"$\eta = {name}$", (eta, cap), (-8, 0), ha="right")
ax.set(yscale="log", title="Two winners, two minimizers", ylim=(0.7, 3500))
ax.set_ylabel(r"iterations to $L \leq 10^{-5}$")
ax.legend(loc="upper center", bbox_to_anchor=(0.5, 0.9), ncols=2, handletextpad=0.1)
alt = (
    f"Counts over step sizes up to {step_sizes[-1]:g}: {winner_updates} update at {winners[0]:.4f} and at "
    f"{winners[1]:.2f}, slow rises between, {at_cap} lone marks at the cap and a row of {escaped} diverged "
    f"runs from {first_divergent:.3f} on; {ends_right} runs end at +1 and {ends_left} at −1."
)

# %%
# A sweep is the practical first thing to do when the problem is not convex. It says which step size is fast
# from this start, and nothing about another one.
