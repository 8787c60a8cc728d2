"""What figures and decks of this course are called, from the names of their files; and what it counts."""

import re
from collections.abc import Iterable, Iterator
from posixpath import basename

from recomputed.compat import give_headings_a_level
from recomputed.run.snapshot import Data
from recomputed.state import build_of
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError


def figure_label(script: str) -> str:
    """Return the label of the figure that a script draws.

    >>> figure_label("plot_1_6_sweep_quadratic"), figure_label("plot_1_e_basin_map")
    ('Figure 1.6', 'Figure 1.E')
    """
    parts = script.split("_")
    if len(parts) < 3:
        raise ExtensionError(
            f"{script}: a script is called plot_1_6_what, as its figure is Figure 1.6"
        )
    return f"Figure {parts[1].upper()}.{parts[2].upper()}"


def deck_name(docname: str) -> str:
    """Return the name of the deck a page belongs to: pages that begin with one number are one lecture.

    >>> deck_name("lectures/03-2-gradient-descent"), deck_name("about/design")
    ('lecture-3', 'about-design')
    """
    number = re.match(r"\d+(?=-)", basename(docname))
    return f"lecture-{int(number[0])}" if number else docname.replace("/", "-")


def count_trials(app: Sphinx) -> dict[str, int]:
    """Count the verdicts among the pages' variables, and the cases that they tried."""
    tried = [
        number
        for page in build_of(app).pages.values()
        for number in _verdicts(list(page.execution.names.values()))
    ]
    return {"trials": len(tried), "tried": sum(tried)}


def _verdicts(values: Iterable[Data]) -> Iterator[int]:
    for value in values:
        if isinstance(value, dict):
            tried = value.get("tried")
            if isinstance(tried, int) and "violations" in value:
                yield tried
            else:
                yield from _verdicts(value.values())
        elif isinstance(value, list):
            yield from _verdicts(value)


def setup(app: Sphinx) -> None:
    """Count, and mend what furo leaves out after it has made its navigation."""
    app.connect("recomputed-account", count_trials)
    app.connect("html-page-context", give_headings_a_level, priority=900)
