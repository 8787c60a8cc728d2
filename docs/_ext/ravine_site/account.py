"""What this build did: counts and versions, for the page that tells them and for ``build.json``."""

import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole
from sphinx.writers.html5 import HTML5Translator

from . import gallery, katex, ledger, pages, questions
from .snapshot import Data, nearest

logger = logging.getLogger(__name__)

_PACKAGES = ("sphinx", "myst-nb", "sphinx-gallery", "furo", "torch", "numpy", "matplotlib")


def account(app: Sphinx) -> dict[str, int | str]:
    """Return the counts and versions of this build; complete once all pages are read."""
    entries = ledger.entries_of(app.env)
    verdicts = [
        verdict
        for page in pages.PAGES.values()
        for verdict in _verdicts(list(page.execution.names.values()))
    ]
    counts = {
        "pages": len(pages.PAGES),
        "cells": sum(len(page.cells) for page in pages.PAGES.values()),
        "scripts": len(gallery.SCRIPTS),
        "formulas": len(katex.formulas_of(app.env)),
        "questions": questions.count(app.env),
        "trials": len(verdicts),
        "tried": sum(verdicts),
        **{kind: _count(entries, kind) for kind in ledger.KINDS},
    }
    versions = {name.replace("-", "_"): version(name) for name in _PACKAGES}
    return {**counts, "python": platform.python_version(), **versions}


def _count(entries: ledger.Entries, kind: str) -> int:
    return sum(len(page.get(kind, {})) for page in entries.values())


def _verdicts(values: Iterable[Data]) -> Iterator[int]:
    """Yield how many cases were tried for each verdict among a page's variables."""
    for value in values:
        if isinstance(value, dict):
            tried = value.get("tried")
            if isinstance(tried, int) and "violations" in value:
                yield tried
            else:
                yield from _verdicts(value.values())
        elif isinstance(value, list):
            yield from _verdicts(value)


class build_fact(nodes.inline):  # noqa: N801 (docutils names its nodes in lower case)
    """A count or version, filled in when all pages are read."""


class BuildRole(SphinxRole):
    """Write a count or version of this build: ``{build}`outputs` ``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        node = build_fact(self.rawtext, "", fact=self.text, classes=["val"])
        node.source, node.line = self.get_source_info()
        return [node], []


def fill_in(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write the facts into a page; report one that does not exist."""
    for node in list(doctree.findall(build_fact)):
        facts = account(app)
        if node["fact"] in facts:
            node.append(nodes.Text(_written(facts, node["fact"])))
        else:
            near = nearest(node["fact"], list(facts)) or sorted(facts)
            message = f"{{build}}`{node['fact']}` names nothing; there are: {', '.join(near)}"
            logger.warning(message, location=node, type="ravine", subtype="build")


def _written(facts: Mapping[str, int | str], name: str) -> str:
    value = facts[name]
    return f"{value:,}" if isinstance(value, int) else value


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Write ``build.json`` beside the pages."""
    if exception is None and app.builder.format == "html":
        text = json.dumps(account(app), indent=1) + "\n"
        Path(app.outdir, "build.json").write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Register the role and the file."""
    app.add_node(build_fact, html=(_visit, _depart))
    app.add_role("build", BuildRole())
    app.connect("doctree-resolved", fill_in)
    app.connect("build-finished", publish)


def _visit(self: HTML5Translator, node: build_fact) -> None:
    self.visit_inline(node)


def _depart(self: HTML5Translator, node: build_fact) -> None:
    self.depart_inline(node)
