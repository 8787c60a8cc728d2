"""
Where fifty starts are after 39 updates
=======================================

Fifty random starts, three step sizes. Look at the bars between the wells: none stands at zero, and with more
updates those that are there move on.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import QUARTIC, sweep
from ravine.course.exercises import ends, many_starts
from ravine.plotting import BLUE, GREEN, INK, VERMILION, label

updates, starts = 39, many_starts()
edges = np.round(np.arange(-1.6, 1.61, 0.1), 1)
counts = {f"{eta:g}": ends(starts, eta, updates) for eta in (0.01, 0.1, 0.5)}
bins = {}

fig, axes = plt.subplots(3, 1, figsize=(5.8, 5.4), sharex=True, sharey=True)
for ax, (eta, count), color in zip(axes, counts.items(), (BLUE, GREEN, VERMILION), strict=True):
    runs = sweep(
        QUARTIC, step_size=float(eta), start=starts, max_updates=updates, escape_radius=1e6
    )
    bins[eta], _ = np.histogram(runs.x[~runs.escaped], edges)
    ax.bar(edges[:-1], bins[eta], width=0.1, align="edge", color=color)
    ax.bar(2.0, count["diverged"], width=0.16, color=INK)
    label(ax, f"{count['diverged']}", (2.0, count["diverged"]), (0, 8))
    ax.set(title=rf"$\eta = {eta}$", ylim=(0, 57), yticks=[0, 25, 50])
axes[2].set(xlabel=f"$x$ after {updates} updates")
axes[2].set_xticks([-1.2, -0.6, 0, 0.6, 1.2, 2.0], ["−1.2", "−0.6", "0", "0.6", "1.2", "diverged"])
fig.supylabel("runs")
filled = {eta: {f"{edges[i]:g}": int(n) for i, n in enumerate(b) if n} for eta, b in bins.items()}
alt = (
    f"Three histograms. For 0.01 high bars at the two minimizers and {counts['0.01']['elsewhere']} runs "
    f"between; for 0.1 only two bars, and {counts['0.1']['diverged']} runs diverged; for 0.5 all "
    f"{counts['0.5']['diverged']} have diverged."
)

# %%
# A bar between the wells is a run that is slow. It is not one that is stuck.
