"""
Linear and sublinear error
==========================

With a logarithmic y axis a geometric error falls along a straight line, and a power of k along a curve that
flattens. Look at the beginning too: there the order is the other way round.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine.plotting import INK, label

k = np.arange(201)
sublinear, geometric = 1 / (k + 1), 0.9**k
crossing = int(k[1:][geometric[1:] < sublinear[1:]][0])
geometric_at_crossing, sublinear_at_crossing = geometric[crossing], sublinear[crossing]
geometric_at_end, sublinear_at_end = geometric[-1], sublinear[-1]
late_advantage = float(sublinear_at_end / geometric_at_end)

fig, ax = plt.subplots()
ax.semilogy(k, sublinear, "--")
ax.semilogy(k, geometric)
ax.plot(crossing, geometric_at_crossing, "o", color=INK, markersize=7)
label(ax, f"cross at $k = {crossing}$", (crossing, geometric_at_crossing), (12, 26), ha="left")
label(ax, "sublinear: $1/(k+1)$", (200, sublinear_at_end), (0, 14), ha="right")
label(ax, "linear: $0.9^k$", (120, geometric[120]), (12, 12), ha="left")
ax.set(xlabel="iteration $k$", ylabel="error $e_k$", title="Linear means geometric")
alt = (
    f"A straight line that falls to {geometric_at_end:.0e} at k = {k[-1]}, and a curve that flattens near "
    f"{sublinear_at_end:.0e}; the line starts higher and crosses below the curve at k = {crossing}."
)

# %%
# The straight line wins by millions in the end, and loses for the first third of a hundred iterations.
