"""
A run as a cobweb
=================

The next point over the present one, and a run between that curve and the diagonal. Look at the two leaps at
the beginning, and at how near the first corner is to the edge of the safe square.
"""

import matplotlib.pyplot as plt

from ravine import QUARTIC, gradient_descent, minimize
from ravine.plotting import cobweb, label
from ravine.theory import ON_QUARTIC

start, step_size = -2.5, 0.1
radius = ON_QUARTIC.trapping_radius(step_size)
run = minimize(QUARTIC, start, gradient_descent(step_size), max_updates=12, eps_grad=None)
margin = radius / abs(start) - 1

fig, ax = plt.subplots(figsize=(5.8, 5.2))
cobweb(ax, QUARTIC, step_size, run, (-radius, radius))
label(ax, "start", (start, start), (10, 0), ha="left")
label(ax, r"$x_{k+1}=x_k-\eta f'(x_k)$", (-2.0, 0.5), (0, 0), ha="left")
ax.set(xlabel="$x_k$", ylabel="$x_{k+1}$")
alt = (
    f"A cubic curve and the diagonal. From {start:g} the run goes up to {run.iterates[1]:g}, across and down "
    f"to {run.iterates[2]:.3f}, and spirals into the left minimizer. The square that holds it, of side "
    f"{2 * radius:.3f}, is hardly larger than the run."
)

# %%
# Where curve and diagonal meet, a run stands still: at the two minimizers and at the hilltop.
