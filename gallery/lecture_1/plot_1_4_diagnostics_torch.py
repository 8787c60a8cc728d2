"""
Diagnostics of a run with torch's derivative
============================================

The same run as in the figure before, in a float32 tensor and with the derivative from torch. Look for a
difference between the two pictures: there is none.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch

from ravine import CENTRED_QUADRATIC, gradient_descent, minimize
from ravine.plotting import diagnostics

settings = {"eps_grad": 1e-10, "max_updates": 80}
by_hand = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(0.5), **settings)
by_torch = minimize(lambda w: 0.5 * w**2, torch.tensor(5.0), gradient_descent(0.5), **settings)
same_data = bool(
    np.array_equal(by_hand.iterates, by_torch.iterates)
    and np.array_equal(by_hand.values, by_torch.values)
    and np.array_equal(by_hand.gradient_norms, by_torch.gradient_norms)
)
assert same_data, "powers of two are exact in float32, so both runs must agree in every bit"

fig, ax = plt.subplots()
diagnostics(ax, by_torch, labels=("loss\n$L(w_k)$", "$|dL/dw|$\nat $w_k$"))
ax.set_title(r"GD on $L(w)=\frac{1}{2}w^2$ (PyTorch)")
alt = (
    f"The picture of the run by hand again: two straight falling lines over {by_torch.updates} updates, "
    f"ending at {by_torch.gradient_norm:.0e} and {by_torch.value:.0e}."
)

# %%
# All points agree bit for bit: each number in this run is 5 or 25 times a power of two, which float32 holds.
