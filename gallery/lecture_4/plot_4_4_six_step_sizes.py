"""
Six step sizes on one parabola
==============================

Gradient descent on the square of x from 1. Look at the fourth panel and the fifth: one neither converges nor
grows, the other grows so slowly that it takes patience to see it.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import gradient_descent, minimize
from ravine.losses import quadratic
from ravine.plotting import BLUE, INK
from ravine.theory import contraction_factor, regime

square = quadratic(curvature=2.0)
shown = {0.1: 10, 0.5: 10, 0.9: 10, 1.0: 10, 1.01: 40, 1.1: 10}
runs = {
    eta: minimize(square, 1.0, gradient_descent(eta), max_updates=updates, eps_grad=None)
    for eta, updates in shown.items()
}
regimes = {f"{eta:g}": regime(2.0, eta).name for eta in shown}
factors = {f"{eta:g}": contraction_factor(2.0, eta) for eta in shown}

fig, axes = plt.subplots(3, 2, figsize=(5.8, 6.6), sharey=True)
for ax, (eta, run) in zip(axes.flat, runs.items(), strict=True):
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.plot(np.arange(run.updates + 1), run.iterates, ".-", color=BLUE, linewidth=1)
    ax.set(title=rf"$\eta = {eta:g}$: factor {factors[f'{eta:g}']:.3g}", ylim=(-6.6, 6.6))
fig.supxlabel("updates")
fig.supylabel("x")
alt = (
    "Six runs: a slow slide to zero, one jump to zero, a shrinking zigzag, a zigzag that keeps its height "
    "for ever, one that grows a little in 40 updates, and one that has left the scale's middle after 10."
)

# %%
# At the step size 1 each update turns 1 into −1 and back, exactly, in floating point too.
