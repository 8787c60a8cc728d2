"""One style, and the few plots that recur.

Every function takes an `Axes` and data, draws, and returns the `Axes`. None changes global state or shows
a figure. The site applies `STYLE` before a script runs; elsewhere `matplotlib.rc_context(STYLE)` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from matplotlib.axes import Axes

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.typing import RcKeyType

    from ravine.objectives import Objective
    from ravine.sweep import Sweep
    from ravine.trace import Trace

# Okabe and Ito, "Color Universal Design" (2008): told apart by colour-blind readers, and each with a
# contrast of 3 or more against white and against the dark page.
BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"

# The site makes a dark twin of each figure by exchanging these two colours and no others.
INK = "#24292f"
GRID = "#d0d7de"

STYLE: dict[RcKeyType, Any] = {
    "figure.figsize": (5.8, 3.5),  # small, so that its text is still legible on a phone
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 12,
    "axes.labelsize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": f"cycler('color', {[BLUE, VERMILION, GREEN, PURPLE]})",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "font.size": 11,
    "legend.frameon": False,
    "legend.fontsize": 10,
    "lines.linewidth": 2,
    "svg.fonttype": "path",
}
"""Settings for matplotlib, with no background, text and axes in `INK` and the grid in `GRID`."""


def objective_curve(ax: Axes, objective: Objective, color: str = BLUE) -> Axes:
    """Draw an objective over its view, with its stationary points.

    Parameters
    ----------
    ax : Axes
    objective : Objective
    color : str
        The colour of the curve.

    Returns
    -------
    Axes
        Minimizers are dots; stationary points that are no minimum are crosses.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from ravine import DOUBLE_WELL
    >>> ax = objective_curve(Figure().add_subplot(), DOUBLE_WELL)
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('$w$', '$L(w)$')
    """
    w = np.linspace(*objective.view, 601)
    ax.plot(w, _values(objective, w), color=color)
    for point in objective.stationary_points:
        is_minimum = point.kind == "minimum"
        marker, size = ("o", 8) if is_minimum else ("X", 9)
        ax.plot(point.x, point.value, marker, color=INK, markersize=size, zorder=3)
    ax.set(xlabel="$w$", ylabel="$L(w)$", xlim=objective.view)
    return ax


def _values(objective: Objective, w: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return cast("npt.NDArray[np.float64]", objective.value(w))


def diagnostics(
    ax: Axes, trace: Trace, labels: tuple[str, str] = ("objective $L(w_k)$", "$|L'(w_k)|$")
) -> Axes:
    """Draw objective values and gradient norms against k, with a logarithmic y axis.

    Parameters
    ----------
    ax : Axes
    trace : Trace
    labels : tuple of str
        What the legend says of the values and of the gradient norms.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from ravine import CENTRED_QUADRATIC, gradient_descent, minimize
    >>> run = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(0.5), max_updates=3)
    >>> ax = diagnostics(Figure().add_subplot(), run)
    >>> ax.get_yscale(), ax.lines[1].get_ydata().tolist()
    ('log', [5.0, 2.5, 1.25, 0.625])
    """
    k = np.arange(trace.updates + 1)
    ax.semilogy(k, trace.values, color=BLUE, label=labels[0])
    ax.semilogy(k, trace.gradient_norms, "--", color=VERMILION, label=labels[1])
    ax.set(xlabel="iteration $k$", ylabel="value (semilog y)")
    ax.legend()
    return ax


def steps_on_curve(ax: Axes, objective: Objective, trace: Trace, color: str = VERMILION) -> Axes:
    """Draw the points of a run on the curve of its objective, joined in their order.

    Parameters
    ----------
    ax : Axes
    objective : Objective
    trace : Trace
        A run in one dimension.
    color : str
        The colour of the run.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from ravine import CENTRED_QUADRATIC, gradient_descent, minimize
    >>> run = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(0.5), max_updates=2)
    >>> ax = steps_on_curve(Figure().add_subplot(), CENTRED_QUADRATIC, run)
    >>> ax.lines[-1].get_xdata().tolist()
    [5.0, 2.5, 1.25]
    """
    reach = max(np.abs(trace.iterates).max() * 1.1, 1.0)
    w = np.linspace(-reach, reach, 601)
    ax.plot(w, _values(objective, w), color=BLUE)
    ax.plot(trace.iterates, trace.values, "o-", color=color, linewidth=1.2, markersize=7, zorder=3)
    ax.set(xlabel="$w$", ylabel="$L(w)$")
    return ax


def step_size_counts(
    ax: Axes,
    sweep: Sweep,
    cap: int,
    groups: dict[str, npt.NDArray[np.bool_]] | None = None,
) -> Axes:
    """Draw the updates each step size needs; runs that miss the target stand at the cap.

    Parameters
    ----------
    ax : Axes
    sweep : Sweep
        Runs with the target as the objective tolerance, over an array of step sizes.
    cap : int
        Where runs that miss the target are drawn.
    groups : dict of str to boolean array, optional
        Names for parts of the runs that reach the target; by default one group of all.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from ravine import CENTRED_QUADRATIC, sweep
    >>> runs = sweep(
    ...     CENTRED_QUADRATIC,
    ...     np.array([0.5, 1.0, 3.0]),
    ...     5.0,
    ...     max_updates=200,
    ...     eps_obj=1e-5,
    ...     escape_radius=1e6,
    ... )
    >>> ax = step_size_counts(Figure().add_subplot(), runs, cap=200)
    >>> [line.get_label() for line in ax.lines]
    ['reached', 'diverged']
    """
    marks = zip("os^v", (BLUE, VERMILION, GREEN, PURPLE), strict=True)
    for name, group in (groups or {"reached": sweep.reached}).items():
        marker, color = next(marks)
        shown = sweep.reached & group
        ax.plot(
            sweep.step_sizes[shown],
            sweep.updates[shown],
            marker,
            color=color,
            label=name,
            markersize=4,
        )
    missed = {"diverged": (sweep.escaped, "|", 7), "at the cap": (sweep.capped, "D", 4)}
    for name, (group, marker, size) in missed.items():
        if group.any():
            at_cap = np.full(group.sum(), cap)
            ax.plot(sweep.step_sizes[group], at_cap, marker, color=INK, label=name, markersize=size)
    ax.set(xlabel=r"step size $\eta$", ylabel="updates to the target")
    ax.legend()
    return ax
