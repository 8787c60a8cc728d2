r"""
What a step promises, and what it does
======================================

The decrease of f in each update on the data of Listing 1, for two step sizes, beside what the descent lemma
and the descent theorem promise. Look at the right panel, where the step is longer than 1/L.
"""

import matplotlib.pyplot as plt
import numpy as np

from ravine import gradient_descent, least_squares, minimize, quadratic_form
from ravine.plotting import BLUE, INK, VERMILION
from ravine.theory import descent_bound, descent_lemma_bound

listing = np.random.RandomState(0)  # the data of Listing 1
A, b = listing.randn(200, 50), listing.randn(200)
fit = least_squares(A, b)
# its gap, without the rounding of its value
around = quadratic_form(2 * A.T @ A, fit.minimizers[0])
updates = 30
broken = {}  # how often a promise is not kept

fig, axes = plt.subplots(1, 2, figsize=(5.8, 3.4), sharey=True)
for ax, product in zip(axes, (1.0, 1.9), strict=True):
    alpha = product / fit.smoothness
    run = minimize(
        around, np.zeros(50), gradient_descent(alpha), max_updates=updates, eps_grad=None
    )
    before, slopes, k = run.values[:-1], run.gradient_norms[:-1], np.arange(updates)
    decrease = -np.diff(run.values)
    lemma = before - descent_lemma_bound(before, slopes, alpha, fit.smoothness)
    theorem = before - descent_bound(before, slopes, alpha)
    broken[f"{product:g}"] = {
        "theorem": int((decrease < theorem * (1 - 1e-9)).sum()),
        "lemma": int((decrease < lemma * (1 - 1e-9)).sum()),
    }
    ax.semilogy(k, theorem, "--", color=VERMILION, linewidth=1.6, label="theorem")
    ax.semilogy(k, decrease, "o-", color=BLUE, markersize=4, linewidth=1.4, label="measured")
    ax.semilogy(k, lemma, ":", color=INK, linewidth=1.8, label="lemma")
    ax.set(title=rf"$\alpha={product:g}/L$", xlabel="$k$")
axes[0].set(ylabel="decrease of $f$")
axes[1].legend()
alt = (
    f"Two panels of {updates} falling points. For the step 1/L they lie above two lines that coincide. For "
    f"1.9/L they lie above the lemma's line and, in {broken['1.9']['theorem']} of them, below the theorem's."
)

# %%
# The lemma holds for every step. The theorem is what remains of it up to 1/L.
