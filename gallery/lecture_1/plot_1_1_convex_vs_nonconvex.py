"""
One basin against two
=====================

The shifted quadratic is convex, the double well is not. Look at the dots, which are minimizers, and at the
cross, which is flat without being low.
"""

import matplotlib.pyplot as plt

from ravine import DOUBLE_WELL, SHIFTED_QUADRATIC
from ravine.plotting import BLUE, label, objective_curve

fig, (left, right) = plt.subplots(1, 2, sharey=True)
objective_curve(left, SHIFTED_QUADRATIC).set(title="convex: one basin", ylim=(-0.5, 3))
objective_curve(right, DOUBLE_WELL).set(title="nonconvex: two basins", ylabel="")
bend = (1 / 3) ** 0.5  # L'' = 6w² − 2 is negative between −bend and bend
right.axvspan(-bend, bend, color=BLUE, alpha=0.2, linewidth=0)

for ax, objective in ((left, SHIFTED_QUADRATIC), (right, DOUBLE_WELL)):
    for minimizer in objective.minimizers:
        label(ax, "minimizer", (minimizer, 0), (0, -16))
label(right, "flat,\nnot low", (0, 0.5), (0, 26))
label(right, "bends\ndown", (0, 3), (0, -18))

minimizers = len(DOUBLE_WELL.minimizers)
flat_value = DOUBLE_WELL.value(0.0)
alt = (
    f"Left, a parabola with a single lowest point at w = {SHIFTED_QUADRATIC.minimizers[0]:g}. Right, a curve "
    f"with {minimizers} equally low points at −1 and 1 and a hump of height {flat_value:g} between them."
)

# %%
# Both curves look alike near a minimizer. Only the whole curve shows which one is convex: the double well
# bends the other way in the shaded strip.
