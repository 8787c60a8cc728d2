"""A figure as the numbers it draws, so that a changed curve is seen and a changed font is not."""

import hashlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection, QuadMesh
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from mpl_toolkits.mplot3d.art3d import Line3D, Poly3DCollection


def figure_data(figure: Figure) -> list[str]:
    r"""Return one line an axes, text and artist: shape, range and a checksum at 6 significant digits.

    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> _ = figure.add_subplot(xlabel="w").plot([0, 1], [0, 2], label="slope")
    >>> print(*figure_data(figure), sep="\n")
    axes 1: x linear 'w', y linear ''
    axes 1: line 'slope', x 2 from 0 to 1 (ab834494), y 2 from 0 to 2 (8df5ab8e)
    """
    children = (child for axes in figure.axes for child in axes.child_axes)
    insets = (child for child in children if isinstance(child, Axes))
    return [
        f"axes {number}: {line}"
        for number, axes in enumerate([*figure.axes, *insets], start=1)
        for line in (*_frame(axes), *_texts(axes), *_artists(axes))
    ]


def _frame(axes: Axes) -> Iterator[str]:
    x, y = axes.get_xlabel(), axes.get_ylabel()
    yield f"x {axes.get_xscale()} {x!r}, y {axes.get_yscale()} {y!r}"
    if axes.get_title():
        yield f"title {axes.get_title()!r}"


def _texts(axes: Axes) -> Iterator[str]:
    legend = axes.get_legend()
    for text in [*axes.texts, *(legend.get_texts() if legend else [])]:
        yield f"text {text.get_text()!r}"


def _artists(axes: Axes) -> Iterator[str]:
    for artist in [*axes.lines, *axes.images, *axes.collections, *axes.patches]:
        for kind, data in _data(artist):
            label = str(artist.get_label())
            name = "" if label.startswith("_") or not label else f" {label!r}"
            yield f"{kind}{name}, " + ", ".join(f"{n} {numbers(v)}" for n, v in data.items())


def _data(artist: Artist) -> Iterator[tuple[str, dict[str, npt.ArrayLike]]]:
    if isinstance(artist, Line3D):
        yield "line", dict(zip("xyz", artist.get_data_3d(), strict=True))
    elif isinstance(artist, Line2D):
        yield "line", {"x": artist.get_xdata(orig=False), "y": artist.get_ydata(orig=False)}
    elif isinstance(artist, AxesImage | QuadMesh):
        yield "image", {"values": np.asarray(artist.get_array())}
    elif isinstance(artist, Poly3DCollection):
        yield "surface", {"facets": _in_one_order(artist)}
    elif isinstance(artist, Collection):
        paths = [path.vertices for path in artist.get_paths()]
        yield (
            "collection",
            {"offsets": artist.get_offsets(), "paths": np.concatenate(paths or [[]])},
        )
    elif isinstance(artist, Patch):
        yield (
            "patch",
            {"outline": artist.get_path().transformed(artist.get_patch_transform()).vertices},
        )


def _in_one_order(surface: Poly3DCollection) -> list[tuple[float, ...]]:
    """Return the corners of each facet on the page, where a processor's last bits have no say.

    matplotlib draws the far facets first, and which of two equally far ones is further is rounding;
    so is a coordinate of 1e-18 where the view is straight.
    """
    corners = (path.vertices.round(9) + 0.0 for path in surface.get_paths())
    return sorted(tuple(facet.ravel().tolist()) for facet in corners)


def numbers(values: npt.ArrayLike) -> str:
    """Say how many numbers there are, between which bounds, and their checksum.

    >>> numbers([0.5, 1.0]) == numbers([0.5, 1.0 + 1e-9])
    True
    >>> numbers([0.5, 1.0]) == numbers([0.5, 1.001])
    False
    """
    array = np.asarray(values, dtype=float)
    if not array.size:
        return "none"
    finite = array[np.isfinite(array)]
    span = f" from {finite.min():.6g} to {finite.max():.6g}" if finite.size else " not finite"
    shape = "×".join(map(str, array.shape)) or "1"
    return f"{shape}{span} ({_checksum(array)})"


def _checksum(array: npt.NDArray[np.float64]) -> str:
    """Hash the numbers as they read at 6 significant digits; minus zero is zero."""
    text = " ".join(f"{value:.5e}" for value in (array + 0.0).ravel().tolist())
    return hashlib.sha256(text.encode()).hexdigest()[:8]
