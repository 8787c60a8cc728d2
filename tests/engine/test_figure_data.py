"""A figure's data tell a changed curve from a changed look."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from recomputed.run.figure_data import figure_data


def draw(**changes: object) -> list[str]:
    """The data of a figure with one of each artist, and one thing changed."""
    look = {"y": 2.0, "label": "run", "scale": "linear", "pixel": 0.0, "edge": 1.0, "text": "start"}
    look |= changes
    ax: Axes = Figure().add_subplot(xlabel="w")
    ax.plot([0, 1], [0, look["y"]], label=look["label"])
    ax.scatter([0.5], [look["y"]])
    ax.imshow(np.array([[0.0, look["pixel"]]]))
    ax.axvspan(0, look["edge"])
    ax.annotate(look["text"], (0, 0))
    ax.set_yscale(look["scale"])
    ax.legend()
    return figure_data(ax.figure)


@pytest.mark.parametrize(
    ("name", "value", "lines"),
    [
        ("y", 2.001, 2),
        ("label", "other", 2),
        ("scale", "log", 1),
        ("pixel", 1.0, 1),
        ("edge", 0.9, 1),
        ("text", "end", 1),
    ],
)
def test_each_change_of_what_is_drawn_changes_its_lines_and_no_others(name, value, lines):
    before, after = draw(), draw(**{name: value})
    assert len(before) == len(after)
    assert sum(a != b for a, b in zip(before, after, strict=True)) == lines


def test_a_new_font_colour_or_size_changes_nothing():
    before = draw()
    with mpl.rc_context({"font.size": 20, "lines.linewidth": 9, "axes.facecolor": "red"}):
        assert draw() == before


def test_a_rounding_error_changes_nothing():
    assert draw(y=2.0 + 1e-12) == draw(y=2.0)


def test_an_inset_is_part_of_its_figure():
    ax = Figure().add_subplot()
    without = figure_data(ax.figure)
    ax.inset_axes((0.5, 0.5, 0.4, 0.4)).plot([0, 1], [2, 3])
    added = figure_data(ax.figure)[len(without) :]
    assert [line.split(":")[0] for line in added] == ["axes 2", "axes 2"]


def surface(view: float, *, bend: float = 1.0) -> list[str]:
    """The data of a symmetric surface, whose facets come in pairs that are equally far away."""
    ax = Figure().add_subplot(projection="3d")
    x, y = np.meshgrid(np.linspace(-1, 1, 9), np.linspace(-1, 1, 9))
    ax.plot_surface(x, y, x**2 + bend * y**2)
    ax.view_init(10, view)
    ax.figure.draw_without_rendering()
    return figure_data(ax.figure)


def test_a_surface_is_told_by_its_facets_not_by_the_order_in_which_they_are_drawn():
    facets = surface(-90.0)[-1]
    assert "surface" in facets
    assert surface(-90.0 + 1e-13)[-1] == facets, "which of two is further away is rounding"
    assert surface(-90.0, bend=1.001)[-1] != facets
    assert surface(-89.0)[-1] != facets
