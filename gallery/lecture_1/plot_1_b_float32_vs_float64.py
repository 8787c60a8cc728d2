"""
float32 against float64
=======================

The double well from w = 5 with step size 0.02, in both precisions. Look at where the float32 line becomes
flat: from there on w cannot move.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch

from ravine import gradient_descent, minimize
from ravine.plotting import INK

eps_grad = 1e-10
runs = {
    dtype: minimize(
        lambda w: 0.5 * (w**2 - 1) ** 2,
        torch.tensor(5.0, dtype=dtype),
        gradient_descent(0.02),
        eps_grad=eps_grad,
        max_updates=400,
    )
    for dtype in (torch.float32, torch.float64)
}
single, double = runs.values()
frozen_from = int(np.flatnonzero(np.diff(single.iterates) != 0)[-1]) + 1
frozen_w, frozen_gradient = single.x, single.gradient_norm
double_updates, double_value = double.updates, double.value

fig, ax = plt.subplots()
ax.semilogy(single.gradient_norms, label="float32")
ax.semilogy(double.gradient_norms, "--", label="float64")
ax.axhline(eps_grad, linestyle=":", color=INK, linewidth=1.2, label="tolerance")
ax.annotate(f"frozen from $k = {frozen_from}$", (frozen_from, 1e-4))
ax.set(xlabel="iteration $k$", ylabel="$|L'(w_k)|$", title="float32 cannot reach the tolerance")
ax.legend(loc="upper right")
alt = (
    "Both derivatives fall together for two hundred updates; then float32 stays at "
    f"{frozen_gradient:.1e} from k = {frozen_from} on, while float64 meets the tolerance at "
    f"k = {double_updates}."
)

# %%
# An update smaller than half the distance between neighbouring numbers changes nothing.
# No cap is long enough.
