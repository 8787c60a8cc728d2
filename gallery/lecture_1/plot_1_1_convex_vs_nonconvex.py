"""
One basin against two
=====================

The shifted quadratic is convex, the double well is not. Look at the dots, which are minimizers, and at the
cross, which is flat without being low.
"""

import matplotlib.pyplot as plt

from ravine import DOUBLE_WELL, SHIFTED_QUADRATIC
from ravine.plotting import objective_curve

highest = 3.0
fig, axes = plt.subplots(1, 2, sharey=True, figsize=(5.8, 3.1))
objective_curve(axes[0], SHIFTED_QUADRATIC).set(
    title="convex: one minimizer", ylim=(-0.15, highest)
)
objective_curve(axes[1], DOUBLE_WELL).set(title="nonconvex: two minimizers", ylabel="")
bend = (1 / 3) ** 0.5  # L'' = 6w² − 2 is negative between −bend and bend
axes[1].axvspan(-bend, bend, alpha=0.15)  # where it bends downwards

minimizers = len(DOUBLE_WELL.minimizers)
flat_value = DOUBLE_WELL.value(0.0)
alt = (
    f"Left, a parabola with a single lowest point at w = {SHIFTED_QUADRATIC.minimizers[0]:g}. Right, a curve "
    f"with {minimizers} equally low points at −1 and 1 and a hump of height {flat_value:g} between them."
)

# %%
# Both curves look alike near a minimizer. Only the whole curve shows which one is convex: the double well
# bends the other way in the shaded strip.
