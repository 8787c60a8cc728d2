"""
float32 against float64
=======================

The double well from w = 5 with a small step size, in both precisions. Look at where the float32 line becomes
flat: from there on w cannot move.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch

from ravine import gradient_descent, minimize
from ravine.plotting import INK, label

eps_grad, step_size = 1e-10, 0.02
single, double = (
    minimize(
        lambda w: 0.5 * (w**2 - 1) ** 2,
        torch.tensor(5.0, dtype=dtype),
        gradient_descent(step_size),
        eps_grad=eps_grad,
        max_updates=400,
    )
    for dtype in (torch.float32, torch.float64)
)
frozen_from = int(np.flatnonzero(np.diff(single.iterates) != 0)[-1]) + 1
frozen_w, frozen_gradient = single.x, single.gradient_norm
half_spacing = float(1 - np.nextafter(np.float32(1), np.float32(0))) / 2
double_updates, double_value = double.updates, double.value
single_w_at_200, double_w_at_200 = float(single.iterates[200]), double.iterates[200]
single_loss_at_199, double_loss_at_199 = single.values[199], double.values[199]

fig, ax = plt.subplots()
ax.semilogy(single.gradient_norms)
ax.semilogy(double.gradient_norms, "--")
ax.axhline(eps_grad, linestyle=":", color=INK, linewidth=1.5)
ax.plot(frozen_from, frozen_gradient, "o", color=INK, markersize=7)
label(ax, f"float32 is frozen\nfrom $k = {frozen_from}$", (310, frozen_gradient), (0, 22))
label(ax, f"float64 arrives\nat $k = {double_updates}$", (306, 2e-8), ha="left")
label(ax, "tolerance $10^{-10}$", (0, eps_grad), (0, 10), ha="left")
ax.set(xlabel="iteration $k$", ylabel="$|L'(w_k)|$", title="float32 cannot reach the tolerance")
alt = (
    "Both derivatives fall together for two hundred updates; then float32 stays at "
    f"{frozen_gradient:.1e} from k = {frozen_from} on, while float64 meets the tolerance at "
    f"k = {double_updates}."
)

# %%
# An update smaller than half the distance between neighbouring numbers changes nothing.
# No cap is long enough.
