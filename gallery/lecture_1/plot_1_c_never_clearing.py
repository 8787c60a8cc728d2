"""
Never clearing the gradient
===========================

Gradient descent on the centred quadratic, with and without clearing the gradient. Look at the amplitude
of the run that never clears: it does not shrink.
"""

import math

import matplotlib.pyplot as plt
import torch


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
ax.plot(uncleared, "o-", markersize=3.5, linewidth=1.2, label="never cleared")
ax.plot(cleared, "s-", markersize=3.5, linewidth=1.2, label="cleared in each step")
ax.set(xlabel="iteration $k$", ylabel="$w_k$", title="Forgotten gradients swing for ever")
ax.legend(loc="upper right", ncols=2)
ax.set_ylim(-7, 8)
alt = (
    f"One run drops to zero at once; the run that never clears swings between about {late_size:.1f} and "
    f"−{late_size:.1f} with a period of {period:.1f} updates, without any decay."
)

# %%
# The sum of all gradients acts like a velocity without friction.
