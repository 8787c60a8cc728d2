"""Bare numbers: the build finds what was typed into a sentence instead of being quoted.

Each page is read when it has been rendered. A decimal or scientific number in running
text must be quoted by ``{val}``, or marked as an input by ``{given}``, or stand in mathematics, code
or a heading.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

_NUMBER = re.compile(r"[−-]?\d[\d,]*\.\d+(?:[eE][−+-]?\d+)?|\d[eE][−+-]?\d+|\d*×?10[⁻⁰¹²³⁴-⁹]+")

_NOT_PROSE = {"code", "pre", "math", "annotation", "script", "style", "h1", "h2", "h3", "h4", "nav"}
_NOT_PROSE_CLASSES = {
    "cell_output",  # computed, in whatever form
    "val",
    "given",
    "katex",
    "math",
    "figure-label",
    "std-ref",
}
_VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "wbr",
}


class _Prose(HTMLParser):
    """Collects the running text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        classes = set((dict(attrs).get("class") or "").split())
        if self._skipped or tag in _NOT_PROSE or classes & _NOT_PROSE_CLASSES:
            self._skipped += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if self._skipped:
            self._skipped -= 1
            if not self._skipped:
                self.text.append(" ▮ ")  # what was left out keeps its neighbours apart

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.text.append(data)


def bare_numbers(html: str) -> Iterator[tuple[str, str]]:
    """Yield each bare number of a rendered page, with the words around it.

    >>> page = '<p>It is 0.51, or <span class="val">0.5</span>.</p>'
    >>> list(bare_numbers(page))
    [('0.51', 'It is 0.51, or ▮ .')]
    """
    parser = _Prose()
    parser.feed(html)
    text = re.sub(r"\s+", " ", "".join(parser.text))
    for match in _NUMBER.finditer(text):
        around = text[max(0, match.start() - 40) : match.end() + 40].strip()
        yield match[0], around


def check(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Report every bare number on a page that is written, if `recomputed_prose` names it."""
    if doctree is None or not any(fnmatch(pagename, p) for p in app.config.recomputed_prose):
        return
    source = Path(app.env.doc2path(pagename))
    for number, around in bare_numbers(context["body"]):
        logger.warning(
            "bare number %s in %r: quote it by {val}, or mark an input by {given}",
            number,
            around,
            location=f"{source}:{_line(source, number)}",
            type="recomputed",
            subtype="prose",
        )


def _line(source: Path, number: str) -> int:
    """Return the first line of the source on which the number stands, outside of roles."""
    for line, text in enumerate(source.read_text(encoding="utf-8").splitlines(), start=1):
        if number in re.sub(r"`[^`]*`", "", text):
            return line
    return 1


def setup(app: Sphinx) -> None:
    """Register the check."""
    app.connect("html-page-context", check, priority=10)  # before anybody adds to the body
