"""
A map computed in pieces
========================

How many updates every start and step size needs on the double well. The map is computed twice, here and in
pieces by an executor. Look for the dark lines: there a run falls onto a minimizer almost at once.
"""

from concurrent.futures import ThreadPoolExecutor

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LogNorm

from ravine import DOUBLE_WELL, sweep
from ravine.plotting import INK, label
from ravine.theory import ON_DOUBLE_WELL

starts = (np.arange(600) + 0.5) / 100 - 3  # the middles of the cells; none of them is 0
step_sizes = (np.arange(240) + 0.5) / 500
settings = {"max_updates": 500, "eps_obj": 1e-5, "escape_radius": 1e6}

here = sweep(DOUBLE_WELL, step_size=step_sizes[:, None], start=starts, **settings)
pieces = []
with ThreadPoolExecutor(2) as executor:  # or a pool of processes, or of machines: see below
    elsewhere = sweep(
        DOUBLE_WELL,
        step_size=step_sizes[:, None],
        start=starts,
        **settings,
        executor=executor,
        progress=lambda *counts: pieces.append(counts),
    )
same = bool((here.updates == elsewhere.updates).all() and (here.x == elsewhere.x).all())
assert same, "a run does not depend on where it is made"
in_pieces = len(pieces)
slowest = int(here.updates[here.reached].max())
few = 10
share_within_ten = float((here.updates[here.reached] <= few).mean())

fig, ax = plt.subplots(figsize=(5.8, 4.2))
image = ax.imshow(
    np.where(here.reached, here.updates, np.nan),
    origin="lower",
    extent=(-3, 3, 0, 0.48),
    aspect="auto",
    norm=LogNorm(1, 500),
    cmap="viridis",
    interpolation="none",
)
fig.colorbar(image, ax=ax, label="updates until the target is reached")
edge = np.linspace(np.sqrt(1 + 1 / 0.48), 3, 200)
for side in (-edge, edge):
    ax.plot(side, [ON_DOUBLE_WELL.divergence_threshold(start) for start in side], color=INK)
label(ax, "diverges", (2.45, 0.38))
label(ax, "diverges", (-2.45, 0.38))
ax.grid(visible=False)
ax.set(xlabel="start $w_0$", ylabel=r"step size $\eta$", title="How long each run takes")
alt = (
    "A map under a curve that narrows upwards, pale at the bottom where steps are short, with dark curved "
    f"lines where runs end almost at once. {share_within_ten:.0%} of the runs that arrive need at most "
    f"{few} updates, the slowest {slowest}."
)

# %%
# Both maps agree in every bit. The executor may be any of ``concurrent.futures``, or what a cluster
# offers as one: with ``executor=Client(address).get_executor()``, where ``Client`` is that of the package
# ``distributed``, the same call uses the machines of a Dask cluster. If a worker dies, its pieces are made
# again: by the cluster, or in this process if the executor broke.
