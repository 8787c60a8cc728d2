"""
One scale for all: a warning
============================

The same three runs with one pair of axes for all, drawn as a first script would draw them. Look for the two
runs that work.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np

from ravine.plotting import BLUE, GREEN, VERMILION

start, points = -2.5, 40
paths = {}
with warnings.catch_warnings():
    warnings.simplefilter("ignore", RuntimeWarning)  # that the third run overflows is the point
    for eta in (0.01, 0.1, 0.5):
        x = np.empty(points)
        x[0] = start
        for k in range(points - 1):
            x[k + 1] = x[k] - eta * (4 * x[k] ** 3 - 6 * x[k])
        paths[eta] = (x, x**4 - 3 * x**2 + 2)
drawn = int((np.isfinite(paths[0.5][0]) & np.isfinite(paths[0.5][1])).sum())
dropped = points - drawn
widest, highest = float(np.abs(paths[0.5][0][:drawn]).max()), float(paths[0.5][1][:drawn].max())

fig, ax = plt.subplots(figsize=(6, 4))
for (eta, (x, f)), color in zip(paths.items(), (BLUE, GREEN, VERMILION), strict=True):
    ax.plot(x, f, "o-", color=color, label=rf"$\eta = {eta:g}$")
ax.set(xlabel="x", ylabel="f(x)", title="Gradient-descent paths for different step sizes")
ax.legend()
alt = (
    f"A picture that shows nothing: the axes reach to {widest:.0e} and {highest:.0e}, one line leads to a "
    f"lone point at the upper left, and everything else is one dot. {dropped} points are left out."
)

# %%
# Points that are not finite vanish without a word, and nothing in the picture says that they are missing.
