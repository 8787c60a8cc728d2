"""
Where the gradient goes
=======================

The record of the second pass, after the correct update and after a recorded one. Look where the red arrows
end.
"""

import matplotlib.pyplot as plt

from ravine.plotting import recorded
from ravine.record import recorded_graph


def square(x):
    return x**2


start, step_size = 2.0, 0.1
first_gradient = recorded_graph(square, start).derivative
updated = start - step_size * first_gradient
correct = recorded_graph(square, updated)
tracked = recorded_graph(lambda old: square(old - step_size * first_gradient), start)
new_gradient = tracked.derivative
kept = first_gradient + new_gradient

fig, axes = plt.subplots(1, 2, figsize=(5.8, 3.9), sharey=True)
below = f"PowBackward0\n$x^2 = {square(updated):g}$"
recorded(
    axes[0],
    correct,
    [(0, 0), (0, 1)],
    [below, f"leaf $x = {updated:g}$\nx.grad $= {correct.derivative:g}$"],
)
recorded(
    axes[1],
    tracked,
    [(0, 0), (0, 1), (0, 2)],
    [
        below,
        f"SubBackward0\nnew $x = {updated:g}$\nx.grad is None",
        f"old leaf $x = {start:g}$\n.grad $= {first_gradient:g} + {new_gradient:g} = {kept:g}$",
    ],
)
for ax, title in zip(axes, ("updated under no_grad", "update recorded"), strict=True):
    ax.set(xlim=(-1, 1), ylim=(-0.3, 2.3))
    ax.set_title(title, loc="center")
alt = (
    f"Left, two boxes: the square and the leaf x = {updated:g}, which gets the gradient {new_gradient:g}. "
    f"Right, three: behind the new x stands the old leaf, and the red arrows go past the new x to it, "
    f"so that its gradient is {kept:g}."
)

# %%
# The number that arrives is right both times. On the right it arrives at a tensor that the loop has let go.
