"""One style, and the few plots that recur.

Every function takes an `Axes` and data, draws, and returns the `Axes`. None changes global state or shows
a figure. The site applies `STYLE` before a script runs; elsewhere `matplotlib.rc_context(STYLE)` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
from matplotlib.axes import Axes

from ravine.sweeps import sweep

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from matplotlib.typing import RcKeyType

    from ravine.objective import Objective
    from ravine.record import RecordedGraph
    from ravine.sweeps import Sweep
    from ravine.trace import Trace

__all__ = [
    "BLUE",
    "GREEN",
    "GRID",
    "INK",
    "PURPLE",
    "STYLE",
    "VERMILION",
    "Seen",
    "cobweb",
    "contours",
    "diagnostics",
    "label",
    "objective_curve",
    "recorded",
    "step_size_counts",
    "steps_on_curve",
]

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
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "axes.titlepad": 9,
    "axes.labelsize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": f"cycler('color', {[BLUE, VERMILION, GREEN, PURPLE]})",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "font.size": 11,
    "legend.frameon": False,
    "legend.fontsize": 10.5,
    "lines.linewidth": 2.2,
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
    ax.plot(w, cast("npt.NDArray[np.float64]", objective.value(w)), color=color)
    for point in objective.stationary_points:
        is_minimum = point.kind == "minimum"
        marker, size = ("o", 8) if is_minimum else ("X", 9)
        ax.plot(point.x, point.value, marker, color=INK, markersize=size, zorder=3)
    ax.set(xlabel="$w$", ylabel="$L(w)$", xlim=objective.view)
    return ax


def steps_on_curve(ax: Axes, trace: Trace, color: str = VERMILION) -> Axes:
    """Draw the points of a run at their objective values, joined in their order.

    Parameters
    ----------
    ax : Axes
        Usually one that shows the `objective_curve` already.
    trace : Trace
        A run in one dimension.
    color : str
        The colour of the run.

    Returns
    -------
    Axes
        A ring is around the last point, so that a mark below it stays visible.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from ravine import CENTRED_QUADRATIC, gradient_descent, minimize
    >>> run = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(0.5), max_updates=2)
    >>> ax = steps_on_curve(Figure().add_subplot(), run)
    >>> ax.lines[0].get_xdata().tolist()
    [5.0, 2.5, 1.25]
    """
    w, values = trace.iterates, trace.values
    ax.plot(w, values, "--", color=color, linewidth=1.6, zorder=3)
    ax.plot(w[:-1], values[:-1], "o", color=color, markersize=8, zorder=4)
    ax.plot(
        w[-1:],
        values[-1:],
        "o",
        color=color,
        markersize=16,
        markeredgewidth=2.2,
        fillstyle="none",
        zorder=4,
    )
    return ax


def cobweb(
    ax: Axes,
    objective: Objective,
    step_size: float,
    trace: Trace,
    limits: tuple[float, float],
) -> Axes:
    """Draw the map of gradient descent, w - η L'(w), and a run between it and the diagonal.

    Parameters
    ----------
    ax : Axes
    objective : Objective
    step_size : float
        The η of the map.
    trace : Trace
        A run in one dimension with this step size.
    limits : pair of floats
        What both axes show.

    Returns
    -------
    Axes
        The stationary points within the limits are marked as on an `objective_curve`.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from ravine import CENTRED_QUADRATIC, gradient_descent, minimize
    >>> run = minimize(CENTRED_QUADRATIC, 4.0, gradient_descent(0.5), max_updates=2)
    >>> ax = cobweb(Figure().add_subplot(), CENTRED_QUADRATIC, 0.5, run, (0.0, 5.0))
    >>> corners = ax.lines[2]
    >>> corners.get_xdata().tolist(), corners.get_ydata().tolist()
    ([4.0, 4.0, 2.0, 2.0, 1.0], [4.0, 2.0, 2.0, 1.0, 1.0])
    """
    w = np.linspace(*limits, 401)
    ax.plot(w, sweep(objective, step_size=step_size, start=w, max_updates=1).x, color=BLUE)
    ax.plot(limits, limits, color=INK, linewidth=1)
    corners = np.repeat(trace.iterates, 2)
    ax.plot(corners[:-1], corners[[0, *range(2, corners.size)]], color=VERMILION, linewidth=1.4)
    ax.plot(*corners[:2], "o", color=VERMILION, markersize=8)
    for point in objective.stationary_points:
        if limits[0] <= point.x <= limits[1]:
            marker = "o" if point.kind == "minimum" else "X"
            ax.plot(point.x, point.x, marker, color=INK, markersize=6, zorder=4)
    ax.set(xlim=limits, ylim=limits, aspect="equal", title=rf"$\eta = {step_size:g}$")
    return ax


def diagnostics(
    ax: Axes, trace: Trace, labels: tuple[str, str] = ("objective\n$L(w_k)$", "$|L'(w_k)|$")
) -> Axes:
    """Draw objective values and gradient norms against k, with a logarithmic y axis.

    Parameters
    ----------
    ax : Axes
    trace : Trace
    labels : tuple of str
        What stands at the end of the values and at the end of the gradient norms.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from ravine import CENTRED_QUADRATIC, gradient_descent, minimize
    >>> run = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(0.5), max_updates=3)
    >>> ax = diagnostics(Figure().add_subplot(), run)
    >>> ax.get_yscale(), ax.lines[1].get_ydata().tolist()
    ('log', [5.0, 2.5, 1.25, 0.625])
    """
    k = trace.logged_at
    series = ((trace.values, "o-", BLUE), (trace.gradient_norms, "s--", VERMILION))
    for text, (numbers, style, color) in zip(labels, series, strict=True):
        ax.semilogy(k, numbers, style, color=color, markersize=4, label=text)
        label(ax, text, (trace.updates, numbers[-1]), (9, 0), ha="left")
    ax.margins(y=0.1)
    ax.set(xlabel="iteration $k$", ylabel="value (semilog y)")
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
        Runs that reach the target are in colours, with one mark for each group. Those that miss it
        are in ink: strokes when they diverged, open diamonds when they stayed bounded. The legend
        counts each kind.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from ravine import CENTRED_QUADRATIC, sweep
    >>> runs = sweep(
    ...     CENTRED_QUADRATIC,
    ...     step_size=np.array([0.5, 1.0, 3.0]),
    ...     start=5.0,
    ...     max_updates=200,
    ...     eps_obj=1e-5,
    ...     escape_radius=1e6,
    ... )
    >>> ax = step_size_counts(Figure().add_subplot(), runs, cap=200)
    >>> [line.get_label() for line in ax.lines]
    ['reached: 2', 'diverged: 1']
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
            markersize=4,
            label=f"{name}: {shown.sum()}",
        )
    for name, missed, marker, size in (
        ("diverged", sweep.escaped, "|", 10),
        ("bounded, at the cap", sweep.capped, "D", 5),
    ):
        if missed.any():
            ax.plot(
                sweep.step_sizes[missed],
                np.full(missed.sum(), cap),
                marker,
                color=INK,
                markersize=size,
                markeredgewidth=0.9,
                fillstyle="none",
                label=f"{name}: {missed.sum()}",
            )
    ax.set(xlabel=r"step size $\eta$", ylabel="updates to the target")
    ax.legend(handletextpad=0.1)
    return ax


def label(
    ax: Axes,
    text: str,
    at: tuple[float, float],
    offset: tuple[float, float] = (0, 0),
    *,
    ha: str = "center",
    va: str = "center",
    leader: bool = False,
    color: str = INK,
) -> Axes:
    """Write a label beside what it names, so that no legend is needed.

    Parameters
    ----------
    ax : Axes
    text : str
    at : tuple of float
        The point that is named, in data coordinates.
    offset : tuple of float
        From there to the text, in points (1/72 inch), so that a change of limits moves no label
        onto its line.
    ha, va : str
        Which part of the text is placed there, as in `matplotlib.axes.Axes.text`.
    leader : bool
        Whether a thin line joins text and point.
    color : str
        `INK`, except over an area that keeps its colour on dark pages.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = label(Figure().add_subplot(), "start", (2.0, 4.5), offset=(8, 0), ha="left")
    >>> ax.texts[0].get_text(), ax.texts[0].xy
    ('start', (2.0, 4.5))
    """
    line = {"arrowstyle": "-", "color": INK, "linewidth": 1, "shrinkA": 1, "shrinkB": 5}
    ax.annotate(
        text,
        at,
        offset,
        textcoords="offset points",
        ha=ha,
        va=va,
        color=color,
        arrowprops=line if leader else None,
        annotation_clip=False,
    )
    return ax


class Seen(Protocol):
    """An objective of two numbers and the part of the plane worth drawing: a landscape, say."""

    @property
    def objective(self) -> Objective:
        """What is drawn."""

    @property
    def view(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The interval of each axis."""

    @property
    def levels(self) -> tuple[float, ...]:
        """The values whose contour lines are drawn."""


def contours(ax: Axes, landscape: Seen) -> Axes:
    """Draw the contour lines of a landscape with equal scales, and its minimizers as crosses.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    landscape : Seen
        Its view, levels and stationary points are used.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from ravine.course.landscapes import RAVINE
    >>> ax = contours(Figure().add_subplot(), RAVINE)
    >>> [float(limit) for limit in ax.get_xlim()]
    [-3.2, 3.2]
    """
    (left, right), (bottom, top) = landscape.view
    x, y = np.meshgrid(np.linspace(left, right, 161), np.linspace(bottom, top, 111))
    values = np.asarray(landscape.objective(cast("Any", np.stack([x, y]))))
    ax.contour(x, y, values, levels=sorted(landscape.levels), colors=INK, linewidths=0.5)
    for point in landscape.objective.stationary_points:
        marker = {"minimum": "x", "saddle": "D", "maximum": "^"}[point.kind]
        at = np.asarray(point.x)
        ax.plot(*at, marker, color=INK, markerfacecolor="none", markersize=6)
    ax.set(aspect="equal", xlim=(left, right), ylim=(bottom, top), xlabel="x", ylabel="y")
    ax.grid(visible=False)
    return ax


def recorded(
    ax: Axes,
    graph: RecordedGraph,
    places: Sequence[tuple[float, float]],
    texts: Sequence[str],
    apart: float = 0.06,
) -> Axes:
    """Draw what torch recorded: values run along the blue arrows, derivatives back along the red.

    Parameters
    ----------
    ax : Axes
        Its frame and scales are taken away.
    graph : RecordedGraph
        The operations and their inputs.
    places : sequence of pairs
        The middle of the box of each operation, in data coordinates, in the order of the record.
    texts : sequence of str
        What stands in each box, in the same order.
    apart : float
        Half the distance between the two arrows of an input, in data coordinates.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from ravine.record import recorded_graph
    >>> graph = recorded_graph(lambda w: w**2, 2.0)
    >>> ax = recorded(Figure().add_subplot(), graph, [(0, 0), (0, 1)], graph.names)
    >>> [text.get_text() for text in ax.texts if text.get_text()]
    ['PowBackward0', 'AccumulateGrad']
    """
    box = {"boxstyle": "round,pad=0.45", "facecolor": "none", "edgecolor": INK}
    drawn = [
        ax.text(*place, text, ha="center", va="center", bbox=box)
        for place, text in zip(places, texts, strict=True)
    ]
    for position, operation in enumerate(graph.operations):
        for before in operation.inputs:
            forward = before, position, BLUE, -apart
            backward = position, before, VERMILION, apart
            for tail, head, color, aside in (forward, backward):
                (x0, y0), (x1, y1) = places[tail], places[head]
                arrow = {
                    "arrowstyle": "-|>",
                    "color": color,
                    "linewidth": 1.8,
                    "shrinkA": 2,
                    "shrinkB": 2,
                    "patchA": drawn[tail].get_bbox_patch(),
                    "patchB": drawn[head].get_bbox_patch(),
                }
                ax.annotate("", (x1 + aside, y1), (x0 + aside, y0), arrowprops=arrow)
    ax.set_axis_off()
    return ax
