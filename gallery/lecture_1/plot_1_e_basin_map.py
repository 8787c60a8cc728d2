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
from ravine.plotting import BLUE, INK, VERMILION
from ravine.theory import double_well_divergence_threshold

starts = np.linspace(-3.5, 3.5, 700)  # an even number: none of them is 0
step_sizes = np.linspace(0.002, 0.6, 300)
runs = sweep(
    DOUBLE_WELL, step_sizes[:, None], starts, max_updates=3000, eps_obj=1e-5, escape_radius=1e6
)
tried = runs.updates.size
ends = runs.nearest_minimizer(DOUBLE_WELL)
region = np.select([ends == 1, ends == -1, runs.escaped], [0, 1, 2], default=3)
share_right, share_left, share_escaped, share_bounded = (np.mean(region == r) for r in range(4))
beyond_curve = (starts**2 >= 2) & (step_sizes[:, None] > 1 / np.maximum(starts**2 - 1, 1))
misjudged = int((beyond_curve != runs.escaped).sum())

fig, ax = plt.subplots(figsize=(5.8, 4.2))
extent = (starts[0], starts[-1], 0, step_sizes[-1])
colors = ListedColormap([BLUE, VERMILION, "none", "#E8C33C"])
ax.imshow(region, origin="lower", extent=extent, aspect="auto", cmap=colors, interpolation="none")
for side in (-1, 1):
    w = side * np.linspace(np.sqrt(1 + 1 / step_sizes[-1]), starts[-1], 200)
    ax.plot(w, [double_well_divergence_threshold(start) for start in w], color=INK)
for x, y, text, color in (
    (-0.75, 0.25, "ends at −1", "#ffffff"),
    (0.75, 0.25, "ends at +1", "#ffffff"),
    (0, 0.55, "bounded, does not settle", "#000000"),
    (2.6, 0.4, "diverges", INK),
    (-2.6, 0.4, "diverges", INK),
):
    ax.text(x, y, text, color=color, ha="center", va="center", weight="bold")
ax.grid(visible=False)
ax.set(xlabel="start $w_0$", ylabel=r"step size $\eta$", title="Which minimizer, if any")
alt = (
    "A map under a curve that narrows upwards. Below one half its right side ends at +1 and its left "
    "side at −1, with thinner and thinner bands of the other colour towards the curve; above one half "
    f"runs stay bounded without settling. Beyond the curve all diverge, {share_escaped:.0%} of the runs."
)

# %%
# Below the curve every run with a step size under one half ends in a minimizer. Which one is another matter.
