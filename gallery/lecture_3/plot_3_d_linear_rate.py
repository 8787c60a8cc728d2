r"""
One bound that promises little, one that promises much
======================================================

Left, the bound :math:`R^2/(2\alpha k)` on :math:`4x^2` with the step 1/8, and the run. Right, the gap of
Listing 1 with that bound and with the linear rate. Look at the slope of the rate: it is the slope of the run.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import gradient_descent, least_squares, minimize, quadratic_form
from ravine.plotting import BLUE, INK, VERMILION, label
from ravine.theory import linear_rate_bound, sublinear_bound

fig, (left, right) = plt.subplots(1, 2, figsize=(5.8, 3.4))

example = minimize(quadratic_form([[8.0]]), np.array([0.5]), gradient_descent(1 / 8))
solved_at = example.updates
k = np.arange(1, 1001)
example_bounds = sublinear_bound(0.5, 1 / 8, k)
promised = float(example_bounds[-1])
left.loglog(k, example_bounds, ":", color=INK, linewidth=1.8)
left.plot(solved_at, 4e-5, "v", color=BLUE, markersize=9)
label(
    left, f"gap {example.value:g}\nfrom $k={solved_at}$ on", (solved_at, 4e-5), (10, 2), ha="left"
)
label(left, f"bound,\n{promised:g} at {k[-1]}", (40, example_bounds[0] / 40), (6, 12), ha="left")
left.set(title=r"$4x^2$, $\alpha=1/8$", xlabel="$k$", ylabel="gap", ylim=(2e-5, 3))

listing = np.random.RandomState(0)  # the data of Listing 1
A, b = listing.randn(200, 50), listing.randn(200)
fit = least_squares(A, b)
# its gap, without the rounding of its value
around = quadratic_form(2 * A.T @ A, fit.minimizers[0])
alpha, last = 1e-3, 100
run = minimize(around, np.zeros(50), gradient_descent(alpha), max_updates=last, eps_grad=None)
radius, k = float(np.linalg.norm(fit.minimizers[0])), np.arange(1, last + 1)
rates = linear_rate_bound(radius, alpha, fit.smoothness, fit.strong_convexity, k)
sublinear = sublinear_bound(radius, alpha, k)
nearest = float((run.values[1:] / rates).max())
times_below = float(sublinear[-1] / rates[-1])
factor = (1 - alpha * fit.strong_convexity) ** 2
measured_factor = float(run.values[-1] / run.values[-2])
right.semilogy(run.values, color=BLUE)
right.semilogy(k, rates, "--", color=VERMILION, linewidth=1.6)
right.semilogy(k, sublinear, ":", color=INK, linewidth=1.8)
label(right, "$1/k$ bound", (60, sublinear[59]), (0, -11))
label(right, "linear rate", (50, rates[49]), (6, 6), ha="left")
label(right, "gap", (40, run.values[40]), (-6, -9), ha="right")
right.set(title="Listing 1", xlabel="$k$", xlim=(0, last))
alt = (
    f"Left, a bound that falls in a straight line to {promised:g}, and a mark at k = {solved_at} where the "
    f"gap is already {example.value:g}. Right, on a logarithmic axis, the gap and the linear rate above it "
    "fall in parallel; the 1/k bound stays far above."
)

# %%
# Both bounds are right. The one that knows about strong convexity is of use.
