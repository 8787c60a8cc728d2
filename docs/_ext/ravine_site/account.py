"""What this build did: counts and versions, for the page that tells them and for ``build.json``.

And, for who waits for it, one line at the end: what was executed, and the seconds of each phase.
"""

import json
import os
import platform
import time
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole
from sphinx.writers.html5 import HTML5Translator

from . import gallery, katex, ledger, pages, questions, runs
from .snapshot import Data, nearest

logger = logging.getLogger(__name__)

BEGAN = "RAVINE_BEGAN"
"""The environment variable in which the docs session says when it was started."""

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


def take(app: Sphinx) -> dict[str, int | str]:
    """Take the account, once all pages are read, for `known`."""
    facts = account(app)
    app.env.__dict__["ravine_facts"] = facts
    return facts


def known(env: BuildEnvironment) -> dict[str, int | str]:
    """Return the account as it was taken."""
    facts: dict[str, int | str] = env.__dict__["ravine_facts"]
    return facts


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
        _asked(self.env).add(self.env.docname)
        return [node], []


def _asked(env: BuildEnvironment) -> set[str]:
    docnames: set[str] = env.__dict__.setdefault("ravine_asked_for_facts", set())
    return docnames


def pages_with_facts(env: BuildEnvironment) -> set[str]:
    """Return the pages that tell what the build did."""
    return _asked(env) & env.found_docs


def fill_in(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write the facts into a page; report one that does not exist."""
    told = list(doctree.findall(build_fact))
    facts = known(app.env) if told else {}
    for node in told:
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
        text = json.dumps(known(app.env), indent=1) + "\n"
        Path(app.outdir, "build.json").write_text(text, encoding="utf-8")


_PASSED: dict[str, float] = {}
"""When each phase of this build ended."""


def _note(phase: str) -> None:
    _PASSED[phase] = time.time()


def tell(app: Sphinx, exception: Exception | None) -> None:
    """Say in one line what was executed, and how many seconds each phase took."""
    if exception is not None:
        return
    _note("writing")
    began = before = float(os.environ.get(BEGAN, _LOADED))
    phases = []
    for phase, at in _PASSED.items():
        phases.append(f"{phase} {at - before:.1f} s")
        before = at
    ran = "{executed} pages and scripts executed, {reused} reused".format(**runs.EXECUTED)
    logger.info("%s; %s; in all %.1f s", ran, ", ".join(phases), time.time() - began)


_LOADED = time.time()


def setup(app: Sphinx) -> None:
    """Register the role, the file and the line."""
    _PASSED.clear()
    app.connect("builder-inited", lambda _: _note("start"), priority=0)
    app.connect("builder-inited", lambda _: _note("code"), priority=101)
    app.connect("env-updated", lambda *_: _note("reading"), priority=999)
    app.connect("build-finished", tell, priority=999)
    app.add_node(build_fact, html=(_visit, _depart))
    app.add_role("build", BuildRole())
    app.connect("doctree-resolved", fill_in)
    app.connect("build-finished", publish)


def _visit(self: HTML5Translator, node: build_fact) -> None:
    self.visit_inline(node)


def _depart(self: HTML5Translator, node: build_fact) -> None:
    self.depart_inline(node)
