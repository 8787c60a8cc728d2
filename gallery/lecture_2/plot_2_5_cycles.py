"""
Where long runs end, beyond the local limit
===========================================

The last points of long runs from both wells, over the step size. Look at the fork at 1/6, at the cascade
behind it, and at where the two colours begin to mix.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import QUARTIC
from ravine.plotting import BLUE, INK, VERMILION, label

near, forget, keep = 1.2, 2000, 200
step_sizes = np.linspace(0.1, 0.3333, 400)
orbits = {}
for start in (near, -near):
    x = np.full_like(step_sizes, start)
    orbits[start] = np.empty((keep, step_sizes.size))
    for k in range(forget + keep):
        x = x - step_sizes * QUARTIC.slope(x)
        orbits[start][max(k - forget, 0)] = x
bounded = bool(np.isfinite(orbits[near]).all())
lowest = orbits[near].min(axis=0)
fork = float(step_sizes[np.ptp(orbits[near], axis=0) > 0.05][0])
mixing_from = float(step_sizes[lowest < 0][0])

fig, ax = plt.subplots(figsize=(5.8, 3.9))
for (start, orbit), color in zip(orbits.items(), (BLUE, VERMILION), strict=True):
    etas = np.broadcast_to(step_sizes, orbit.shape)
    ax.plot(etas.ravel(), orbit.ravel(), ",", color=color, alpha=0.5, rasterized=True)
    label(ax, f"from {start:g}", (0.1, np.sign(start) * 1.2247), (6, 11), ha="left")
for name, eta in (("1/6", 1 / 6), ("0.266", (1.5 * np.sqrt(3) - 1) / 6)):
    ax.axvline(eta, linestyle=":", color=INK, linewidth=1.2)
    label(ax, name, (eta, 0.0), (-4, 0), ha="right")
ax.set(xlabel=r"step size $\eta$", ylabel="$x_k$ for large $k$", xlim=(0.1, 0.3333))
alt = (
    f"Two mirrored lines at the minimizers fork near step size {fork:.3f}, fork again, and blur; from "
    f"{mixing_from:.3f} on each colour fills both wells."
)

# %%
# The minimizers attract up to 1/6. From there up to 1/3, runs that begin between the walls stay, and settle
# nowhere.
