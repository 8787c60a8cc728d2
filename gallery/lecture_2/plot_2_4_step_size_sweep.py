"""
Updates to the target, from one start
=====================================

One run for each of 130 step sizes from the same start, coloured by the well it ends in. Look at the bump in
the middle of the valley, and at the cliff.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import QUARTIC, sweep
from ravine.plotting import INK, label, step_size_counts
from ravine.theory import ON_QUARTIC

start, target, cap = -2.5, 1e-8, 2000
step_sizes = np.arange(1, 131) / 1000
runs = sweep(
    QUARTIC, step_size=step_sizes, start=start, max_updates=cap, eps_obj=target, escape_radius=1e6
)
tried, reached = runs.updates.size, runs.reached_count
escaped, at_cap = runs.escaped_count, runs.capped_count
ends = runs.nearest_minimizer(QUARTIC)
ends_left, ends_right = int((ends < 0).sum()), int((ends > 0).sum())
counts = {f"{eta:g}": int(k) for eta, k in zip(step_sizes, runs.updates, strict=True)}
fewest, slowest = int(runs.updates[runs.reached].min()), int(runs.updates[runs.reached].max())
fastest_step_size = float(step_sizes[runs.fastest()[0]])
median_updates = float(np.median(runs.updates[runs.reached]))
last_arrival, first_escape = (
    float(step_sizes[runs.reached].max()),
    float(step_sizes[runs.escaped].min()),
)
one_short = step_sizes[runs.reached & (runs.updates == fewest + 1)].tolist()
cliff, hilltop_landing = ON_QUARTIC.divergence_threshold(start), ON_QUARTIC.one_step(start, 0.0)

fig, ax = plt.subplots()
step_size_counts(ax, runs, cap=cap, groups={"ends left": ends < 0, "ends right": ends > 0})
for name, eta in (("1/19", hilltop_landing), ("2/19", cliff)):
    ax.axvline(eta, linestyle=":", color=INK, linewidth=1.2)
    label(ax, name, (eta, 130), (-4, 0), ha="right")
label(ax, f"{fewest} at {fastest_step_size:g}", (fastest_step_size, fewest), (0, -10))
ax.set(yscale="log", ylim=(1.5, 4000))
ax.set_ylabel(r"updates to a gap of $10^{-8}$")
ax.legend(loc="upper center", bbox_to_anchor=(0.58, 1.0), handletextpad=0.1)
alt = (
    f"Counts fall from {slowest} at {step_sizes[0]:g} to {fewest} at {fastest_step_size:g}, with a bump at "
    f"1/19, and end at 2/19: {reached} runs arrive, {ends_left} left and {ends_right} right, and {escaped} "
    f"diverge from {first_escape:g} on."
)

# %%
# The bump is where the first update lands near the hilltop: from there every run starts slowly.
