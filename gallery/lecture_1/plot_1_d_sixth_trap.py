"""
The trap at one sixth
=====================

One step of size 1/6 from w = 2 lands exactly on the top of the hump. Look at the last point: it is flat,
and a rule that looks at the derivative calls it converged.
"""

import matplotlib.pyplot as plt

from ravine import DOUBLE_WELL, gradient_descent, minimize
from ravine.plotting import label, objective_curve, steps_on_curve
from ravine.theory import ON_DOUBLE_WELL

step_size = ON_DOUBLE_WELL.one_step(2.0, target=0.0)
run = minimize(DOUBLE_WELL, 2.0, gradient_descent(step_size))
points_logged, landing, loss = run.updates + 1, run.x, run.value
slope_there, converged, stopped_by = run.gradient_norm, run.converged, run.stop.name

fig, ax = plt.subplots()
objective_curve(ax, DOUBLE_WELL)
steps_on_curve(ax, run)
label(ax, "start", (2, run.values[0]), (-12, 4), ha="right")
label(ax, r"one update, $\eta = 1/6$", (1, 2.5), (-14, 6), ha="right")
label(ax, "stops here: $L' = 0$", (landing, loss), (-14, 18), ha="right")
for minimizer in DOUBLE_WELL.minimizers:
    label(ax, "minimizer", (minimizer, 0), (0, -15))
ax.set(title="Flat is not low", ylim=(-0.65, 5.2), xlim=(-2.2, 2.2))
alt = (
    f"A single step leads from w = 2 across the right-hand minimizer onto the hump of the double well at "
    f"w = {run.x:g}, where the loss is {run.value:g} and the run stops."
)

# %%
# The minimizers lie at −1 and 1, with loss 0. Every other step size near 1/6 reaches one of them.
