"""The ledger: every printed output, quoted value and figure of the site, committed beside the text.

A build compares what it computed with ``docs/ledger.json``. Each difference is a warning that names
the page and line, what was and what is; under ``-W`` it fails the build. With ``recomputed_accept`` set
the build writes the new ledger instead.
"""

import difflib
import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from docutils import nodes
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from recomputed import compat
from recomputed.read import gallery
from recomputed.run.snapshot import Data
from recomputed.state import Build, build_of, facts_of

from .values import quoted_value

logger = logging.getLogger(__name__)

RELATIVE_TOLERANCE = 1e-6
"""Floats closer than this agree. Text, integers and printed output must agree exactly."""

Entries: TypeAlias = dict[str, dict[str, dict[str, Data]]]
"""page -> one of `KINDS` -> entry -> what it is."""

KINDS = {
    "outputs": "output of",
    "values": "value",
    "figures": "data of",
    "shows": "the figure shown as",
}
"""The parts of a page's entries, and how a message calls one."""


@dataclass(frozen=True)
class Difference:
    """One entry that is not what the ledger says."""

    page: str
    kind: str
    entry: str
    message: str


def compare(was: Entries, now: Entries) -> Iterator[Difference]:
    """Yield every difference between two ledgers, in the order of pages and entries.

    >>> old = {"page": {"values": {"winner:.2f": 1.0}}}
    >>> new = {"page": {"values": {"winner:.2f": 0.5}}}
    >>> [d.message for d in compare(old, new)]
    ['was 1.0, is 0.5 (50 % less)']
    """
    for page in sorted(was.keys() | now.keys()):
        for kind in KINDS:
            old, new = was.get(page, {}).get(kind, {}), now.get(page, {}).get(kind, {})
            for entry in [*new, *(e for e in old if e not in new)]:
                message = _difference(old, new, entry)
                if message:
                    yield Difference(page, kind, entry, message)


def _difference(old: dict[str, Data], new: dict[str, Data], entry: str) -> str:
    if entry not in old:
        return f"is new: {_brief(new[entry])}"
    if entry not in new:
        return (
            f"is in the ledger ({_brief(old[entry])}), and nothing on the site produces it any more"
        )
    if agree(old[entry], new[entry]):
        return ""
    was, now = old[entry], new[entry]
    if isinstance(was, list) and isinstance(now, list):
        return "moved:\n" + _line_by_line(was, now)
    return f"was {_brief(was)}, is {_brief(now)}{_how_far(was, now)}"


def agree(a: Data, b: Data) -> bool:
    """Say whether two values are the same: exactly, or for floats within `RELATIVE_TOLERANCE`.

    >>> agree(1.0, 1.0 + 1e-9), agree(36, 37), agree("nan", "nan")
    (True, False, True)
    """
    if isinstance(a, float) and isinstance(b, float):
        return a == b or math.isclose(a, b, rel_tol=RELATIVE_TOLERANCE)
    return type(a) is type(b) and a == b


def _brief(value: Data) -> str:
    if isinstance(value, list):
        return " | ".join(map(str, value[:2])) + (" | …" if len(value) > 2 else "")
    return repr(value)


def _how_far(a: Data, b: Data) -> str:
    if not (isinstance(a, int | float) and isinstance(b, int | float)) or a == 0:
        return ""
    change = (b - a) / abs(a)
    return f" ({abs(change):.3g} times as far)" if abs(change) > 10 else f" ({_percent(change)})"


def _percent(change: float) -> str:
    return f"{abs(change) * 100:.3g} % {'more' if change > 0 else 'less'}"


def _line_by_line(was: list[Data], now: list[Data]) -> str:
    changes = difflib.unified_diff(list(map(str, was)), list(map(str, now)), lineterm="", n=0)
    lines = [line for line in changes if not line.startswith(("---", "+++", "@@"))]
    marks = {"-": "    was  ", "+": "    is   "}
    return "\n".join(marks[line[0]] + line[1:] for line in lines)


def to_json(entries: Entries) -> str:
    """Write a ledger: one line an entry, in a stable order, readable in a diff."""
    return (
        json.dumps(entries, indent=1, ensure_ascii=False, sort_keys=False, allow_nan=False) + "\n"
    )


def load(path: Path) -> Entries:
    """Read a ledger; an absent file is an empty one.

    Raises
    ------
    ValueError
        If the file is no ledger; the message names the file and line.
    """
    if not path.exists():
        return {}
    try:
        entries: Entries = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path.name}, line {error.lineno}: {error.msg}") from None
    return entries


def storable(value: Data) -> Data:
    """Return the value as JSON can hold it: nan and infinities as text."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Note the entries of a page while it is read, and the lines they come from.

    Other extensions add their own: a listener of ``recomputed-entries`` gets the page's doctree and gives
    pairs of an entry's name and its value and line.
    """
    docname, build = app.env.docname, build_of(app)
    outputs, lines = _printed(build, docname, doctree)
    values: dict[str, Data] = {}
    for node in doctree.findall(quoted_value):
        values[node["entry"]] = storable(node["value"])
        lines.setdefault(node["entry"], node.line or 1)
    for found in app.emit("recomputed-entries", doctree):
        for name, (value, line) in found.items():
            values[name] = value
            lines.setdefault(name, line)
    figures: dict[str, Data] = {}
    for number, picture in enumerate(_pictures(build, docname), start=1):
        values[f"alt text {number}"] = picture.alt
        figures[f"figure {number}"] = list(picture.data)
    figures |= _drawn(build, docname)
    shows: dict[str, Data] = {}
    for figure in doctree.findall(nodes.figure):
        if script := figure.get("recomputed_script"):
            name = (figure["names"] or [script])[0]
            shows[name] = script
            lines.setdefault(name, figure.line or 1)
    values = dict(sorted(values.items()))
    kinds = {"outputs": outputs, "values": values, "figures": figures, "shows": shows}
    facts = facts_of(app.env).of(docname)
    facts.entries = {kind: entries for kind, entries in kinds.items() if entries}
    facts.lines = lines


def entries_of(env: BuildEnvironment) -> Entries:
    """Return what has been collected of the pages read so far, in the order of their names."""
    pages = facts_of(env).pages
    return {name: pages[name].entries for name in sorted(pages) if pages[name].entries}


def _printed(
    build: Build, docname: str, doctree: nodes.document
) -> tuple[dict[str, Data], dict[str, int]]:
    """Return what a page's cells or a script print for the reader, and the cells' lines."""
    outputs: dict[str, Data] = {}
    lines: dict[str, int] = {}
    if docname in build.pages:
        page = build.pages[docname]
        for cell, shown in zip(page.cells, page.execution.outputs, strict=True):
            printed = printed_lines(shown)
            if printed and cell.shown:
                outputs[cell.name] = printed
                lines[cell.name] = cell.line
    for number, block in enumerate(doctree.findall(compat.is_script_output), start=1):
        outputs[f"block {number}"] = list(block.astext().splitlines())
    return outputs, lines


def _drawn(build: Build, docname: str) -> dict[str, Data]:
    """Return the data of the figures that the cells of a page draw themselves."""
    if docname not in build.pages:
        return {}
    page = build.pages[docname]
    return {
        f"{cell.name}, figure {number}": list(drawing.data)
        for cell, drawings in zip(page.cells, page.execution.drawings, strict=True)
        for number, drawing in enumerate(drawings, start=1)
    }


def _pictures(build: Build, docname: str) -> list[gallery.Picture]:
    scripts = (script for script in build.scripts.values() if script.docname == docname)
    return [picture for script in scripts for picture in script.pictures]


RICH = (
    "text/html",
    "text/markdown",
    "text/latex",
    "application/json",
    "image/svg+xml",
    "image/png",
)
"""The forms of an output that a page shows rather than its plain text, the richest first."""


def printed_lines(outputs: Sequence[NotebookNode]) -> list[Data]:
    """Return the lines a reader sees in a cell's outputs: streams, errors, results in their richest form.

    Of an image, which has no lines, it is a checksum; matplotlib's figures are held by their numbers.
    """
    texts = []
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            texts.append(output["text"])
        elif kind == "error":
            texts.append(f"{output['ename']}: {output['evalue']}")
        elif data := output.get("data", {}):
            texts.append(_richest(data))
    return [line for text in texts for line in text.splitlines()]


def _richest(data: Mapping[str, Any]) -> str:
    form = next((form for form in RICH if form in data), "text/plain")
    content = data.get(form, "")
    text = content if isinstance(content, str) else json.dumps(content, sort_keys=True)
    if form.startswith("image/"):
        return f"{form} {hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return text


def check(app: Sphinx, exception: Exception | None) -> None:
    """Compare this build with the ledger, or write the ledger if the author accepts."""
    if exception is not None or app.builder.format != "html":
        return
    path = Path(app.srcdir) / "ledger.json"
    now = entries_of(app.env)
    try:
        was = load(path)
    except ValueError as error:
        logger.warning("%s", error, type="recomputed", subtype="ledger")
        return
    differences = list(compare(was, now))
    if app.config.recomputed_accept:
        if compat.warnings_so_far(app):
            logger.warning(
                "%s is as it was: a build with warnings accepts nothing",
                path.name,
                type="recomputed",
            )
        else:
            _accept(path, was, now, len(differences))
        return
    for difference in differences:
        _report(app, difference)
    if differences:
        logger.info(
            "%d differences from %s; to accept them: %s",
            len(differences),
            path.name,
            app.config.recomputed_accept_command,
        )


def accepted(was: Entries, now: Entries) -> Entries:
    """Return the new ledger; an entry that agrees with the old one keeps the old one's digits.

    Otherwise each machine would write its own last bits, and the diff would hide what changed.

    >>> old = {"page": {"values": {"rate": 0.25, "gone": 1}}}
    >>> accepted(old, {"page": {"values": {"rate": 0.25000000000000006, "updates": 36}}})
    {'page': {'values': {'rate': 0.25, 'updates': 36}}}
    """
    return {
        page: {
            kind: {
                entry: _old_if_it_agrees(was.get(page, {}).get(kind, {}), entry, value)
                for entry, value in entries.items()
            }
            for kind, entries in kinds.items()
        }
        for page, kinds in now.items()
    }


def _old_if_it_agrees(old: dict[str, Data], entry: str, value: Data) -> Data:
    return old[entry] if entry in old and agree(old[entry], value) else value


def _accept(path: Path, was: Entries, now: Entries, changed: int) -> None:
    if changed:
        draft = path.with_suffix(".json.new")
        draft.write_text(to_json(accepted(was, now)), encoding="utf-8")
        draft.replace(path)
    logger.info("accepted %d differences into %s", changed, path.name)


def _report(app: Sphinx, difference: Difference) -> None:
    logger.warning(
        "%s %s %s",
        KINDS[difference.kind],
        difference.entry,
        difference.message,
        location=_location(app, difference),
        type="recomputed",
        subtype="ledger",
    )


def _location(app: Sphinx, difference: Difference) -> str:
    """Return the file and line an author has to look at."""
    for script in build_of(app).scripts.values():
        if script.docname == difference.page:
            return f"{script.source}:1"
    if difference.page not in app.env.found_docs:
        return f"{Path(app.srcdir) / 'ledger.json'}:1"
    line = facts_of(app.env).of(difference.page).lines.get(difference.entry, 1)
    return f"{app.env.doc2path(difference.page)}:{line}"


def setup(app: Sphinx) -> None:
    """Collect while pages are read; compare after all other checks."""
    app.add_event("recomputed-entries")
    app.connect("doctree-read", collect)
    app.connect("build-finished", check, priority=800)
