"""
Diagnostics of a run with a derivative by hand
==============================================

Gradient descent on the centred quadratic in Python floats. Look at the two slopes: the objective falls twice
as steeply as its derivative.
"""

import math

import matplotlib.pyplot as plt

from ravine import CENTRED_QUADRATIC, gradient_descent, minimize
from ravine.plotting import diagnostics

run = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(0.5), eps_grad=1e-10, max_updates=80)
(gradient_factor,) = set(run.gradient_norms[1:] / run.gradient_norms[:-1])  # one factor, exactly
(objective_factor,) = set(run.values[1:] / run.values[:-1])
updates, points_logged = run.updates, run.updates + 1
lines_cross = math.log2(2.5)  # where 12.5 / 4^k = 5 / 2^k

fig, ax = plt.subplots()
diagnostics(ax, run)
ax.set_title(r"GD on $L(w)=\frac{1}{2}w^2$ (pure Python)")
alt = (
    f"Two straight falling lines on a logarithmic axis over {run.updates} updates: the derivative ends at "
    f"{run.gradient_norm:.0e}, the objective, twice as steep, at {run.value:.0e}."
)

# %%
# A straight line on this axis is geometric decay: the derivative halves in each update, the objective is
# divided by four.
