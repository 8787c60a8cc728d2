"""
Three step sizes
================

The same objective and start, three step sizes. Look at how far apart they end: one has hardly moved, one has
arrived, one has left.
"""

import matplotlib.pyplot as plt

from ravine import CENTRED_QUADRATIC, gradient_descent, minimize
from ravine.plotting import INK, label

start, shown, target = 5.0, 30, 1e-5
runs = {
    step_size: minimize(
        CENTRED_QUADRATIC, start, gradient_descent(step_size), eps_grad=None, max_updates=shown
    )
    for step_size in (0.001, 0.5, 3.0)
}
start_value = runs[0.5].values[0]
slow, fast, divergent = (run.value for run in runs.values())
first_divergent_points = runs[3.0].iterates[:6].tolist()
patient = minimize(
    CENTRED_QUADRATIC,
    start,
    gradient_descent(0.001),
    eps_grad=None,
    eps_obj=target,
    max_updates=10_000,
)
slow_updates = patient.updates
fast_updates = runs[0.5].time_to_result(target)

fig, ax = plt.subplots()
for (step_size, run), style in zip(runs.items(), ("-", "--", "-."), strict=True):
    ax.semilogy(run.values, style)
    label(ax, rf"$\eta = {step_size:g}$", (shown, run.value), (9, 0), ha="left")
ax.axhline(target, linestyle=":", color=INK, linewidth=1.5)
label(ax, "target $10^{-5}$", (shown, target), (0, -10), ha="right")
label(ax, f"falling: target at $k = {slow_updates}$", (shown, slow), (0, 11), ha="right")
ax.set(xlabel="iteration $k$", ylabel="objective $L(w_k)$", title="Too small, right, too large")
alt = (
    f"Three lines from the same point: η = 3 climbs to {divergent:.0e} after {shown} updates, η = 0.001 "
    f"looks flat and ends at {slow:.1f}, η = 0.5 falls to {fast:.0e}."
)

# %%
# The flat line is falling. It reaches the dotted target, but this picture would have to be two hundred times
# as wide to show it.
