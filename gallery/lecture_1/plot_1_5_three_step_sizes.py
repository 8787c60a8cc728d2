"""
Three step sizes
================

The same objective and start, three step sizes. Look at how far apart they end: one has hardly moved, one has
arrived, one has left.
"""

import matplotlib.pyplot as plt

from ravine import CENTRED_QUADRATIC, gradient_descent, minimize
from ravine.plotting import INK

shown, target = 30, 1e-5
runs = {
    step_size: minimize(
        CENTRED_QUADRATIC, 5.0, gradient_descent(step_size), eps_grad=None, max_updates=shown
    )
    for step_size in (0.001, 0.5, 3.0)
}
slow, fast, divergent = (run.value for run in runs.values())
patient = minimize(
    CENTRED_QUADRATIC,
    5.0,
    gradient_descent(0.001),
    eps_grad=None,
    eps_obj=target,
    max_updates=10_000,
)
slow_updates = patient.updates
fast_updates = runs[0.5].time_to_result(target)

fig, ax = plt.subplots()
for (step_size, run), style in zip(runs.items(), ("-", "--", "-."), strict=True):
    ax.semilogy(run.values, style, label=rf"$\eta = {step_size:g}$")
ax.axhline(target, linestyle=":", color=INK, linewidth=1.2, label="target")
ax.annotate(f"falls slowly: target at $k = {slow_updates}$", (8, 60))
ax.set(xlabel="iteration $k$", ylabel="objective $L(w_k)$", title="Too small, right, too large")
ax.legend(loc="lower left", ncols=2)
alt = (
    f"Three lines from the same point: η = 3 climbs to {divergent:.0e} after {shown} updates, η = 0.001 "
    f"looks flat and ends at {slow:.1f}, η = 0.5 falls to {fast:.0e}."
)

# %%
# The flat line is falling. It reaches the dotted target, but this picture would have to be two hundred times
# as wide to show it.
