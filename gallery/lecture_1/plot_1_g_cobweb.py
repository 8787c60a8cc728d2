"""
A run as a cobweb
=================

The next point over the present one on the double well, and a run between that curve and the diagonal. Look
at how the curve crosses the diagonal at 1: steeper than the other diagonal, so the run cannot settle there.
"""

import matplotlib.pyplot as plt

from ravine import DOUBLE_WELL, gradient_descent, minimize
from ravine.plotting import cobweb, label
from ravine.theory import contraction_factor

start, step_size, updates = 1.1, 0.6, 60
run = minimize(DOUBLE_WELL, start, gradient_descent(step_size), max_updates=updates, eps_grad=None)
slope_at_1 = contraction_factor(DOUBLE_WELL.curvature(1.0), step_size)
low, high = sorted(run.iterates[-2:].tolist())

fig, ax = plt.subplots(figsize=(5.8, 5.2))
cobweb(ax, DOUBLE_WELL, step_size, run, (0.3, 1.5))
label(ax, "start", (start, start), (10, -6), ha="left")
label(ax, r"$w_{k+1}=w_k-\eta L'(w_k)$", (0.4, 1.24), (0, 0), ha="left")
ax.set(xlabel="$w_k$", ylabel="$w_{k+1}$")
alt = (
    f"A curve that rises, turns and falls through the diagonal at 1 with slope {slope_at_1:.1f}. "
    f"From {start:g} the run winds outwards around that point and ends as a square "
    f"between {low:.3f} and {high:.3f}."
)

# %%
# A square in a cobweb is a cycle of two points.
