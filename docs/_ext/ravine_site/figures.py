"""Figures as files: one style, SVG that is the same in every build, and a dark twin.

The library draws text and axes in one ink and the grid in one grey, on no background. So the
picture for dark pages is the same SVG with these two colours exchanged; curves keep their colours,
which are chosen to be legible on both.
"""

import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, GRID = "#24292f", "#d0d7de"
"""Those of `ravine.plotting`, as a test says; importing it would bring matplotlib into every build."""

ON_DARK = {INK: "#d5dbe3", GRID: "#3b424c"}
"""What the library's ink and grid become on a dark page."""

PIXELS_PER_INCH = 108
"""At this size the figures' text is as large as the text around them."""


def apply_style() -> None:
    """Set the library's style, and fixed ids in SVG files."""
    import matplotlib as mpl

    from ravine.plotting import STYLE

    mpl.rcParams.update({**STYLE, "svg.hashsalt": "ravine"})


def to_svg(figure: "Figure") -> str:
    """Return the figure as SVG text without a date, so that equal figures are equal bytes."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return _numbered_clips(buffer.getvalue())


def _numbered_clips(svg: str) -> str:
    """Return the SVG with numbered clip paths: their names hold last bits of the layout, which vary.

    >>> _numbered_clips('<g clip-path="url(#p03fae3b557)"/><clipPath id="p03fae3b557">')
    '<g clip-path="url(#clip1)"/><clipPath id="clip1">'
    """
    for number, name in enumerate(re.findall(r'<clipPath id="(p[0-9a-f]+)"', svg), start=1):
        svg = svg.replace(name, f"clip{number}")
    return svg


def dark_twin(svg: str) -> str:
    """Return the SVG with the library's ink and grid exchanged for those of a dark page."""
    for light, dark in ON_DARK.items():
        svg = svg.replace(light, dark)
    return svg


def size_in_pixels(figure: "Figure") -> tuple[int, int]:
    """Return the width and height at which a page shows the figure."""
    width, height = figure.get_size_inches()
    return round(width * PIXELS_PER_INCH), round(height * PIXELS_PER_INCH)
