"""
One descent, by Ravine and its peers
====================================

The time of an update, and the time to an objective gap of one part in a hundred million, on four problems.
Both axes are logarithmic: look for who is a whole power of ten away.
"""

import json
import os
from pathlib import Path

import matplotlib.pyplot as plt

from ravine.plotting import BLUE, GREEN, INK, VERMILION

# The benchmarks wrote this file; see benchmarks/collect.py.
results = json.loads(Path(os.environ["RAVINE_BENCHMARKS"]).read_text(encoding="utf-8"))
peers = results["peers"]
solvers = [
    "loop by hand",
    "Ravine",
    "torch.optim",
    "optax, step compiled",
    "optax, loop compiled",
    "optimistix",
    "SciPy BFGS",
]
looks = {
    "quadratic": ("o", BLUE),
    "double well": ("s", VERMILION),
    "ravine": ("^", GREEN),
    "least squares": ("D", INK),
}

fig, axes = plt.subplots(1, 2, sharey=True, figsize=(6.4, 3.4))
panels = ["microseconds an update", "milliseconds to the target"]
for ax, what in zip(axes, panels, strict=True):
    for problem, (marker, color) in looks.items():
        known = [solver for solver in solvers if what in peers[problem][solver]]
        taken = [peers[problem][solver][what] for solver in known]
        rows = [solvers.index(solver) for solver in known]
        ax.semilogx(taken, rows, marker, color=color, label=problem)
    ax.set(xlabel=what, ylim=(len(solvers) - 0.5, -0.5))
    ax.set_yticks(range(len(solvers)), solvers)
    ax.grid(axis="y")
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4)


def least(what):
    taken = {s: peers["quadratic"][s].get(what, float("inf")) for s in solvers}
    return min(taken, key=taken.get)


quickest_update, quickest_result = (least(what) for what in panels)
alt = (
    f"Two panels of dots, a row for each solver. On the quadratic the quickest update is that of "
    f"{quickest_update}, the quickest result that of {quickest_result}."
)

# %%
# A loop that is compiled as a whole has the quickest updates: no Python runs between two of them.
