"""What this build did: counts and versions, for the page that tells them and for ``build.json``.

And, for who waits for it, one line at the end: what was executed, and the seconds of each phase.
"""

import json
import os
import platform
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole
from sphinx.writers.html5 import HTML5Translator

from recomputed.quote import ledger
from recomputed.run.snapshot import nearest
from recomputed.state import build_of

from . import katex

logger = logging.getLogger(__name__)

BEGAN = "RECOMPUTED_BEGAN"
"""The environment variable in which who calls Sphinx may say when it was started."""


def account(app: Sphinx) -> dict[str, int | str]:
    """Return the counts and versions of this build; complete once all pages are read.

    Other extensions add their own counts: a listener of ``recomputed-account`` gives a dictionary of them.
    """
    build, entries = build_of(app), ledger.entries_of(app.env)
    counts = {
        "pages": len(build.pages),
        "cells": sum(len(page.cells) for page in build.pages.values()),
        "scripts": len(build.scripts),
        "formulas": len(katex.formulas_of(app.env)),
    }
    for more in app.emit("recomputed-account"):
        counts |= more
    for kind in ledger.KINDS:
        counts[kind] = sum(len(page.get(kind, {})) for page in entries.values())
    versions = {n.replace("-", "_"): version(n) for n in app.config.recomputed_versions}
    return {**counts, "python": platform.python_version(), **versions}


def take(app: Sphinx, env: BuildEnvironment) -> None:
    """Take the account, once all pages are read."""
    build_of(app).account = account(app)


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
    told = list(doctree.findall(build_fact))
    facts = build_of(app).account
    for node in told:
        if node["fact"] in facts:
            node.append(nodes.Text(_written(facts, node["fact"])))
        else:
            near = nearest(node["fact"], list(facts)) or sorted(facts)
            message = f"{{build}}`{node['fact']}` names nothing; there are: {', '.join(near)}"
            logger.warning(message, location=node, type="recomputed", subtype="build")


def _written(facts: Mapping[str, int | str], name: str) -> str:
    value = facts[name]
    return f"{value:,}" if isinstance(value, int) else value


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Write ``build.json`` beside the pages."""
    if exception is None and app.builder.format == "html":
        text = json.dumps(build_of(app).account, indent=1) + "\n"
        Path(app.outdir, "build.json").write_text(text, encoding="utf-8")


def note(phase: str) -> Callable[..., None]:
    """Return a listener that notes that a phase has ended."""

    def listener(app: Sphinx, *_: object) -> None:
        build_of(app).phases[phase] = time.time()

    return listener


def tell(app: Sphinx, exception: Exception | None) -> None:
    """Say in one line what was executed, and how many seconds each phase took."""
    if exception is not None:
        return
    build = build_of(app)
    build.phases["writing"] = time.time()
    began = before = float(os.environ.get(BEGAN, build.began))
    phases = []
    for phase, at in build.phases.items():
        phases.append(f"{phase} {at - before:.1f} s")
        before = at
    ran = f"{build.executed} pages and scripts executed, {build.reused} reused"
    logger.info("%s; %s; in all %.1f s", ran, ", ".join(phases), time.time() - began)


def setup(app: Sphinx) -> None:
    """Register the role, the file and the line."""
    app.add_event("recomputed-account")
    app.connect("builder-inited", note("start"), priority=0)
    app.connect("builder-inited", note("code"), priority=101)
    app.connect("env-updated", note("reading"), priority=999)
    app.connect("env-updated", take, priority=900)
    app.connect("build-finished", tell, priority=999)
    app.add_node(build_fact, html=(_visit, _depart))
    app.add_role("build", BuildRole())
    app.connect("doctree-resolved", fill_in)
    app.connect("build-finished", publish)


def _visit(self: HTML5Translator, node: build_fact) -> None:
    self.visit_inline(node)


def _depart(self: HTML5Translator, node: build_fact) -> None:
    self.depart_inline(node)
