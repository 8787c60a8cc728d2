"""
The objective gap of three runs
===============================

The same three runs, seen by their distance from the best value. Look at the two straight stretches, each a
constant factor an update, and at the line that goes straight up.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import QUARTIC, gradient_descent, minimize
from ravine.plotting import BLUE, GREEN, INK, VERMILION, label
from ravine.theory import contraction_factor

start, last_logged, floor, ceiling = -2.5, 39, 1e-17, 1e6
runs = {
    eta: minimize(QUARTIC, start, gradient_descent(eta), max_updates=last_logged, eps_grad=None)
    for eta in (0.01, 0.1, 0.5)
}
gaps = {eta: run.gaps(QUARTIC.optimal_value) for eta, run in runs.items()}
gap_factors = {f"{eta:g}": contraction_factor(12.0, eta) ** 2 for eta in runs}
first_zero = int(np.argmax(gaps[0.1] == 0))
last_small_gap = float(gaps[0.01][-1])
finite_points = int(np.isfinite(gaps[0.5]).sum())

fig, ax = plt.subplots(figsize=(5.8, 4.0))
for gap, color, style in zip(
    gaps.values(), (BLUE, GREEN, VERMILION), ("o-", "s-", "^-"), strict=True
):
    shown = np.clip(gap[np.isfinite(gap)], floor, 1e9)
    ax.semilogy(shown, style, color=color, markersize=4, linewidth=1.5)
label(
    ax, rf"$\eta=0.01$: factor {gap_factors['0.01']:.3f}", (24, gaps[0.01][24]), (0, 16), ha="left"
)
label(ax, rf"$\eta=0.1$: factor {gap_factors['0.1']:.2f}", (8, gaps[0.1][8]), (10, 6), ha="left")
label(ax, r"$\eta=0.5$: leaves the picture", (2, ceiling), (12, -6), ha="left")
label(ax, "exactly zero: drawn at the floor", (last_logged, floor), (0, 11), ha="right")
ax.axhline(floor, linestyle=":", color=INK, linewidth=1.2)
ax.set(
    ylim=(floor / 10, ceiling * 10),
    xlabel="iteration $k$",
    ylabel=r"objective gap $f(x_k)+\frac{1}{4}$",
)
alt = (
    f"Three lines: for 0.01 a straight fall to {last_small_gap:.1e} at k = {last_logged}; for 0.1 a steep "
    f"one that is exactly zero from k = {first_zero} on; for 0.5 a climb out of the picture, with "
    f"{finite_points} finite points."
)

# %%
# A logarithm has no place for an exact zero. It is drawn at the floor, because a point left out would look
# like a run that ended.
