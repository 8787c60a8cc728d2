"""Figures as files: one style, SVG that is the same in every build, and a twin for dark pages.

The twin is the same SVG with some colours exchanged, those of ink and grid above all, as the setting
``recomputed_dark`` says. Curves keep their colours, which should be chosen to be legible on both.
"""

import importlib
import io
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PIXELS_PER_INCH = 108
"""At this size the figures' text is as large as the text around them."""


def apply_style(name: str) -> None:
    """Set matplotlib's defaults, the course's style over them, and fixed ids in SVG.

    The style is a dictionary of rcParams named "package.module.NAME". What the author's own matplotlibrc
    says has no part in it.
    """
    import matplotlib as mpl

    module, _, attribute = name.rpartition(".")
    style = getattr(importlib.import_module(module), attribute) if name else {}
    mpl.rcdefaults()
    mpl.rcParams.update({**style, "svg.hashsalt": "recomputed"})


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


def dark_twin(svg: str, dark: Mapping[str, str]) -> str:
    """Return the SVG with colours exchanged for those of a dark page."""
    for light, other in dark.items():
        svg = svg.replace(light, other)
    return svg


def size_in_pixels(figure: "Figure") -> tuple[int, int]:
    """Return the width and height at which a page shows the figure."""
    width, height = figure.get_size_inches()
    return round(width * PIXELS_PER_INCH), round(height * PIXELS_PER_INCH)
