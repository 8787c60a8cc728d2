"""
Never clearing the gradient
===========================

Gradient descent on the centred quadratic, with and without clearing the gradient. Look at the amplitude
of the run that never clears: it does not shrink.
"""

import math

import matplotlib.pyplot as plt
import torch

from ravine.plotting import INK, label


def descend(clear, start=5.0, step_size=0.5, updates=60):
    w = torch.tensor(start, requires_grad=True)
    points = [start]
    for _ in range(updates):
        if clear:
            w.grad = None
        (0.5 * w**2).backward()
        with torch.no_grad():
            w -= step_size * w.grad
        points.append(w.item())
    return points


cleared, uncleared = descend(clear=True), descend(clear=False)
late_size = max(abs(w) for w in uncleared[40:60])
period = 2 * math.pi / math.acos(1 - 0.5 / 2)

fig, ax = plt.subplots()
ax.plot(uncleared, "o-", markersize=4, linewidth=1.4)
ax.plot(cleared, "s-", markersize=4, linewidth=1.4)
crest = uncleared.index(max(uncleared[10:20]))
span = {"arrowstyle": "|-|, widthA=0.3, widthB=0.3", "color": INK, "shrinkA": 0, "shrinkB": 0}
ax.annotate("", (crest, 6.3), (crest + period, 6.3), arrowprops=span)
label(ax, f"period {period:.2f}", (crest + period / 2, 6.3), (0, 10))
label(ax, "never cleared", (43.5, 5.34), (0, 14))
label(ax, "cleared in\neach step", (1, 2.5), (22, 60), ha="center", leader=True)
ax.set(xlabel="iteration $k$", ylabel="$w_k$", title="Forgotten gradients swing for ever")
ax.set_ylim(-6.2, 8.2)
alt = (
    f"One run drops to zero at once; the run that never clears swings between about {late_size:.1f} and "
    f"−{late_size:.1f} with a period of {period:.1f} updates, without any decay."
)

# %%
# The sum of all gradients acts like a velocity without friction.
