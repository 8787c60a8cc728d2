"""
A decrease is not enough
========================

Gradient descent with two line searches from 2, on a strongly convex function whose minimizer is 0. Look at
where the run that accepts any decrease goes.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import armijo, gradient_descent, minimize, simple_decrease
from ravine.losses import bent_parabola
from ravine.plotting import BLUE, INK, VERMILION, label

f, start, updates = bent_parabola(), 2.0, 20
trapped = minimize(f, start, gradient_descent(simple_decrease()), max_updates=updates)
arrives = minimize(f, start, gradient_descent(armijo(sufficient=0.1)), max_updates=updates)
gap_of_trapped = trapped.value

fig, (left, right) = plt.subplots(1, 2, figsize=(5.8, 3.6))
x = np.linspace(-2.2, 2.2, 401)
left.plot(x, f(x), color=INK, linewidth=1.2)
left.plot(trapped.iterates, trapped.values, "o-", color=VERMILION, markersize=5, linewidth=1)
left.plot(arrives.iterates, arrives.values, "s--", color=BLUE, markersize=5, linewidth=1.4)
left.plot(start, f(start), "o", color=INK, markersize=7)
label(left, "start", (start, f(start)), (-8, 2), ha="right")
left.set(title="the two runs", xlabel="$x$", ylabel="$f(x)$", ylim=(-0.2, 4.4))
right.semilogy(trapped.values, "o-", color=VERMILION, markersize=4, linewidth=1.4)
right.semilogy(arrives.values[:-1], "s--", color=BLUE, markersize=5, linewidth=1.4)
floor = 1e-3
right.annotate(
    "",
    (3, floor),
    (2, arrives.values[2]),
    arrowprops={"arrowstyle": "-|>", "color": BLUE, "lw": 1.8, "linestyle": "--", "shrinkA": 2},
)
label(right, "any decrease", (12, trapped.values[12]), (0, 11))
label(right, f"Armijo: 0\nat $k={arrives.updates}$", (3, 5e-3), (6, 0), ha="left")
right.set(title="the gap", xlabel="$k$", ylabel="$f(x_k)-f(x^*)$", ylim=(floor, 8), xlim=(-1, 21))
alt = (
    "Left, a bowl: one run jumps between its two sides and settles at −1 and 1, the other one reaches the "
    f"bottom. Right, the gaps: the first flattens at {gap_of_trapped:.3f}, the other is 0 after "
    f"{arrives.updates} updates."
)

# %%
# Every one of its values is lower than the one before. They are just never low.
