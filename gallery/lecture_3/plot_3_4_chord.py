"""
The chord lies above the graph
==============================

The parabola and the chord between two of its points. Look at the bar: at every point in between, the graph is
below the chord.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine.convexity import chord
from ravine.plotting import BLUE, INK, VERMILION, label


def f(x):
    return x**2


x, y = -1.0, 2.0
case = chord(f, x, y, theta=0.5)

fig, ax = plt.subplots()
t = np.linspace(-1.5, 2.5, 201)
ax.plot(t, f(t), color=BLUE)
ax.plot([x, y], [f(x), f(y)], "o-", color=VERMILION)
ax.plot([case.z, case.z], [case.left, case.right], "o--", color=INK, linewidth=1.4)
label(ax, f"chord: {case.right:g}", (case.z, case.right), (-6, 14), ha="right")
label(ax, f"graph: {case.left:g}", (case.z, case.left), (0, -13), ha="center")
label(ax, "$x = -1$", (x, f(x)), (-10, -6), ha="right")
label(ax, "$y = 2$", (y, f(y)), (10, -6), ha="left")
ax.set(xlabel="point", ylabel="$f$", ylim=(-0.8, 6.3))
alt = (
    f"A parabola and its chord from −1 to 2. Half-way, at {case.z:g}, the graph is at {case.left:g} and "
    f"the chord at {case.right:g}."
)

# %%
# The chord touches the graph at its ends only.
