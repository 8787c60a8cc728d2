"""Plots show the numbers they are given, in colours everybody can read, and change nothing else."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from ravine import CENTRED_QUADRATIC, DOUBLE_WELL, gradient_descent, minimize, plotting, sweep
from ravine.record import recorded_graph

LIGHT_PAGE, DARK_PAGE = "#ffffff", "#131416"


def luminance(color: str) -> float:
    """Relative luminance, as the Web Content Accessibility Guidelines 2.2 define it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("page", [LIGHT_PAGE, DARK_PAGE])
@pytest.mark.parametrize("color", ["BLUE", "VERMILION", "GREEN", "PURPLE"])
def test_data_colours_are_legible_on_light_and_dark_pages(color, page):
    assert contrast(getattr(plotting, color), page) >= 3  # WCAG 2.2, 1.4.11: graphical objects


def test_ink_is_text_on_a_light_page():
    assert contrast(plotting.INK, LIGHT_PAGE) >= 7


@pytest.fixture
def ax():
    return Figure().add_subplot()


def test_diagnostics_draws_values_and_gradient_norms_over_all_points(ax):
    run = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(0.5), max_updates=7)
    assert plotting.diagnostics(ax, run) is ax
    values, norms = ax.lines
    assert values.get_xdata().tolist() == list(range(8))
    assert np.array_equal(values.get_ydata(), run.values)
    assert np.array_equal(norms.get_ydata(), run.gradient_norms)


def test_diagnostics_writes_each_label_at_the_end_of_its_line(ax):
    run = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(0.5), max_updates=7)
    plotting.diagnostics(ax, run, labels=("loss", "slope"))
    ends = {text.get_text(): text.xy for text in ax.texts}
    assert ends == {"loss": (7, run.value), "slope": (7, run.gradient_norm)}


def test_objective_curve_marks_every_stationary_point_once(ax):
    assert plotting.objective_curve(ax, DOUBLE_WELL) is ax
    marks = [(line.get_xdata()[0], line.get_marker()) for line in ax.lines[1:]]
    assert marks == [(-1.0, "o"), (0.0, "X"), (1.0, "o")]


def test_steps_on_curve_joins_the_iterates_in_their_order(ax):
    run = minimize(DOUBLE_WELL, 2.0, gradient_descent(0.3), max_updates=5)
    assert plotting.steps_on_curve(ax, run) is ax
    path, points, last = (line.get_xydata().tolist() for line in ax.lines)
    assert path == np.column_stack([run.iterates, run.values]).tolist()
    assert points + last == path


def test_step_size_counts_shows_every_run_once_and_misses_at_the_cap(ax):
    step_sizes = np.array([0.5, 1.0, 2.0, 3.0])
    runs = sweep(
        CENTRED_QUADRATIC,
        step_size=step_sizes,
        start=5.0,
        max_updates=200,
        eps_obj=1e-5,
        escape_radius=1e6,
    )
    assert plotting.step_size_counts(ax, runs, cap=200) is ax
    shown = {line.get_label(): dict(zip(*line.get_data(), strict=True)) for line in ax.lines}
    assert shown == {
        "reached: 2": {0.5: 11, 1.0: 1},
        "diverged: 1": {3.0: 200},
        "bounded, at the cap: 1": {2.0: 200},
    }


def test_step_size_counts_gives_each_group_its_own_mark_and_colour(ax):
    runs = sweep(DOUBLE_WELL, step_size=np.array([0.1, 0.2]), start=2.0, eps_obj=1e-5)
    ends = runs.nearest_minimizer(DOUBLE_WELL)
    plotting.step_size_counts(ax, runs, cap=1000, groups={"right": ends == 1, "left": ends == -1})
    right, left = ax.lines
    assert (right.get_xdata().tolist(), left.get_xdata().tolist()) == ([0.1], [0.2])
    assert right.get_marker() != left.get_marker()
    assert right.get_color() != left.get_color()


@pytest.mark.parametrize(("leader", "joined"), [(False, False), (True, True)])
def test_a_label_stands_at_its_offset_from_what_it_names(ax, leader, joined):
    assert plotting.label(ax, "here", (1.0, 2.0), (3, 4), leader=leader) is ax
    (text,) = ax.texts
    assert (text.get_text(), text.xy, text.xyann) == ("here", (1.0, 2.0), (3, 4))
    assert text.get_color() == plotting.INK
    assert (text.arrow_patch is not None) == joined


def test_cobweb_goes_from_the_diagonal_to_the_map_and_back(ax):
    run = minimize(DOUBLE_WELL, 1.1, gradient_descent(0.6), max_updates=9, eps_grad=None)
    assert plotting.cobweb(ax, DOUBLE_WELL, 0.6, run, (0.3, 1.5)) is ax
    curve, diagonal, path, start, *marks = ax.lines
    w = curve.get_xdata()
    assert curve.get_ydata() == pytest.approx(w - 0.6 * 2 * w * (w * w - 1))
    assert np.array_equal(diagonal.get_xdata(), diagonal.get_ydata())
    x, y = path.get_xdata(), path.get_ydata()
    assert np.array_equal(x[::2], y[::2])  # every other corner is on the diagonal,
    assert y[1::2] == pytest.approx(
        x[1::2] - 0.6 * 2 * x[1::2] * (x[1::2] ** 2 - 1)
    )  # or on the map
    assert np.array_equal(x[::2], run.iterates)
    assert (start.get_xdata(), start.get_ydata()) == ([1.1], [1.1])
    assert [(mark.get_xdata()[0], mark.get_marker()) for mark in marks] == [(1.0, "o")]


def test_recorded_draws_a_box_an_operation_and_two_arrows_an_input(ax):
    graph = recorded_graph(lambda w: w * w + 1.0, 3.0)
    places = [(0, 0), (0, 1), (0, 2)]
    assert plotting.recorded(ax, graph, places, graph.names) is ax
    boxes = [text for text in ax.texts if text.get_text()]
    arrows = [text for text in ax.texts if not text.get_text()]
    assert [box.get_text() for box in boxes] == list(graph.names)
    assert [box.get_position() for box in boxes] == places
    # the sum has one recorded input, the product has two: the variable, twice
    heads = [(arrow.xy[1], arrow.arrow_patch.get_edgecolor()) for arrow in arrows]
    blue, vermilion = map(mpl.colors.to_rgba, (plotting.BLUE, plotting.VERMILION))
    assert heads == [(0, blue), (1, vermilion), *[(1, blue), (2, vermilion)] * 2]


def test_no_plot_changes_global_settings(ax):
    before = dict(mpl.rcParams)
    run = minimize(CENTRED_QUADRATIC, 5.0, gradient_descent(0.5))
    plotting.diagnostics(ax, run)
    plotting.objective_curve(ax, DOUBLE_WELL)
    plotting.steps_on_curve(ax, run)
    plotting.cobweb(Figure().add_subplot(), CENTRED_QUADRATIC, 0.5, run, (0.0, 5.0))
    plotting.label(ax, "here", (1.0, 2.0))
    graph = recorded_graph(lambda w: w**2, 2.0)
    plotting.recorded(ax, graph, [(0, 0), (0, 1)], graph.names)
    assert dict(mpl.rcParams) == before
