"""
The trap at one sixth
=====================

One step of size 1/6 from w = 2 lands exactly on the top of the hump. Look at the last point: it is flat,
and a rule that looks at the derivative calls it converged.
"""

import matplotlib.pyplot as plt

from ravine import DOUBLE_WELL, gradient_descent, minimize
from ravine.plotting import steps_on_curve
from ravine.theory import double_well_one_step

step_size = double_well_one_step(2.0, target=0.0)
run = minimize(DOUBLE_WELL, 2.0, gradient_descent(step_size))
points_logged = run.updates + 1
stopped_by = run.stop.name

fig, ax = plt.subplots()
steps_on_curve(ax, DOUBLE_WELL, run)
ax.plot(DOUBLE_WELL.minimizers, [0.0, 0.0], "s", label="minimizers")
ax.annotate("start", (2, run.values[0]), (1.9, run.values[0]), ha="right", va="center")
ax.annotate("stops here: $L' = 0$", (run.x, run.value), (-0.15, 0.75), ha="right")
ax.set(title="Flat is not low", ylim=(-0.2, 5.2), xlim=(-2.2, 2.2))
ax.legend(loc="upper center")
alt = (
    f"A single step leads from w = 2 across the right-hand minimizer onto the hump of the double well at "
    f"w = {run.x:g}, where the loss is {run.value:g} and the run stops."
)

# %%
# The minimizers lie at −1 and 1, with loss 0. Every other step size near 1/6 reaches one of them.
