"""
Where each start ends
=====================

One run for every start and step size on the double well, coloured by where it ends. Look at the
outline: it is not fitted, it is the exact threshold of divergence.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap

from ravine import DOUBLE_WELL, sweep
from ravine.plotting import BLUE, INK, PURPLE, VERMILION, label
from ravine.theory import ON_DOUBLE_WELL

starts = (np.arange(700) + 0.5) / 100 - 3.5  # the middles of 700 x 300 cells; none of them is 0
step_sizes = (np.arange(300) + 0.5) / 500
runs = sweep(
    DOUBLE_WELL,
    step_size=step_sizes[:, None],
    start=starts,
    max_updates=6000,
    eps_obj=1e-10,
    escape_radius=1e6,
)
tried = runs.updates.size
ends = runs.nearest_minimizer(DOUBLE_WELL)
region = np.select([ends == 1, ends == -1, runs.escaped], [0, 1, 2], default=3)
share_right, share_left, share_escaped, share_bounded = (
    float(np.mean(region == r)) for r in range(4)
)
beyond_curve = (starts**2 >= 2) & (step_sizes[:, None] > 1 / np.maximum(starts**2 - 1, 1))
misjudged = int((beyond_curve != runs.escaped).sum())
reached_below_half = float(np.mean(runs.reached[(step_sizes < 0.5)[:, None] & ~beyond_curve]))
reached_above_half = int(runs.reached[step_sizes > 0.5].sum())

fig, ax = plt.subplots(figsize=(5.8, 4.2))
colors = ListedColormap([BLUE, VERMILION, "none", PURPLE])
extent = (-3.5, 3.5, 0, 0.6)
ax.imshow(region, origin="lower", extent=extent, aspect="auto", cmap=colors, interpolation="none")
edge = np.linspace(np.sqrt(1 + 1 / 0.6), 3.5, 200)
for side in (-edge, edge):
    ax.plot(side, [ON_DOUBLE_WELL.divergence_threshold(start) for start in side], color=INK)
label(ax, "ends at −1", (-0.7, 0.25), color="#000000")
label(ax, "ends at +1", (0.7, 0.25), color="#ffffff")
label(ax, "bounded, does not settle", (0, 0.55), color="#000000")
label(ax, "diverges", (-2.75, 0.45))
label(ax, r"$\eta = 1/(w_0^2-1)$", (2.02, 0.325), (9, 4), ha="left")
label(ax, "diverges", (2.75, 0.45))
ax.grid(visible=False)
ax.set(xlabel="start $w_0$", ylabel=r"step size $\eta$", title="Which minimizer, if any")
alt = (
    "A map under a curve that narrows upwards. Below one half its right side ends at +1 and its left "
    "side at −1, with thinner and thinner bands of the other colour towards the curve; above one half "
    f"runs stay bounded without settling. Beyond the curve all diverge, {share_escaped:.0%} of the runs."
)

# %%
# Below the curve every run with a step size under one half ends in a minimizer. Which one is another matter.
