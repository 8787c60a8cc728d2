"""What a build knows: one typed place for the build, one for what is kept with Sphinx's environment.

`Build` belongs to one application and ends with it. `Facts` belongs to the environment that Sphinx saves and
merges: what was found on each page while it was read. A page that is read again, or is gone, loses its facts;
those of pages that another process has read are taken over.
"""

import sys
import time
from collections.abc import Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.util import logging

from . import compat
from .run.snapshot import Data

if TYPE_CHECKING:
    from filelock import FileLock

    from .read.executions import Begun
    from .read.gallery import Script
    from .read.pages import Page
    from .run.cache import Cache
    from .show.marks import Slide

logger = logging.getLogger(__name__)

Formula = tuple[str, bool]
"""A formula's TeX, and whether it is displayed on a line of its own."""


@dataclass
class Build:
    """One build: what was executed, and what became of it so far."""

    began: float = field(default_factory=time.time)
    cache: "Cache | None" = None
    lock: "FileLock | None" = None
    begun: "Begun | None" = None
    pages: "dict[str, Page]" = field(default_factory=dict)
    """The pages with code, by document name. Filled before the first page is read."""
    scripts: "dict[str, Script]" = field(default_factory=dict)
    """The gallery scripts, by name. Filled before the first page is read."""
    code_output: str = ""
    """The form in which sphinx-gallery shows what a block has printed."""
    executed: int = 0
    reused: int = 0
    phases: dict[str, float] = field(default_factory=dict)
    """When each phase ended."""
    written: set[str] = field(default_factory=set)
    """The pages that this build has written so far."""
    slides: "dict[str, list[Slide]]" = field(default_factory=dict)
    """The slides of each written page that has marks."""
    formulas: dict[Formula, str] = field(default_factory=dict)
    """The HTML of each formula, once all pages are read."""
    account: dict[str, int | str] = field(default_factory=dict)
    """What the build did, once all pages are read."""


@dataclass
class PageFacts:
    """What was found on one page while it was read."""

    entries: dict[str, dict[str, Data]] = field(default_factory=dict)
    """What the ledger keeps of it, by kind."""
    lines: dict[str, int] = field(default_factory=dict)
    """The line of each entry."""
    formulas: dict[Formula, int] = field(default_factory=dict)
    """Its formulas, with the line of the first use."""
    more: dict[str, Any] = field(default_factory=dict)
    """What another extension notes, under its name."""


@dataclass
class Facts:
    """What was found on the pages, by document name."""

    pages: dict[str, PageFacts] = field(default_factory=dict)

    def of(self, docname: str) -> PageFacts:
        """Return the facts of a page, to be added to."""
        return self.pages.setdefault(docname, PageFacts())


def build_of(app: Sphinx) -> Build:
    """Return the state of the build that an application makes."""
    found: Build = app.recomputed  # type: ignore[attr-defined]
    return found


def build_in(env: BuildEnvironment) -> Build:
    """Return the state of the build that reads or writes with an environment."""
    return build_of(compat.app_of(env))


def facts_of(env: BuildEnvironment) -> Facts:
    """Return what was found on the pages that an environment knows."""
    found: Facts | None = getattr(env, "recomputed", None)
    if found is None:
        found = env.recomputed = Facts()  # type: ignore[attr-defined]
    return found


class FactsCollector(EnvironmentCollector):
    """Keeps the facts where Sphinx keeps what it knows of the pages."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Forget a page that is read again or gone."""
        facts_of(env).pages.pop(docname, None)

    def merge_other(
        self, app: Sphinx, env: BuildEnvironment, docnames: Set[str], other: BuildEnvironment
    ) -> None:
        """Take over what another process has found on the pages that it read."""
        for docname in docnames & facts_of(other).pages.keys():
            facts_of(env).pages[docname] = facts_of(other).pages[docname]

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Collect nothing: each stage notes its own."""


def checksum_file(app: Sphinx, docname: str) -> Path:
    """Return the file that says, by a checksum, what a page or script has computed."""
    return Path(app.doctreedir).parent / "computed" / docname.replace("/", " ")


def depend_on(env: BuildEnvironment, docname: str) -> None:
    """Let the page that is read now be read again when that page or script has other results."""
    env.note_dependency(str(checksum_file(compat.app_of(env), docname)))


def note_written(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Note that a page is about to be written."""
    build_of(app).written.add(docname)


def stop(message: str, where: str) -> NoReturn:
    """Report what makes the build impossible, with its place, and end it; a traceback would not help."""
    logger.error("%s", message, location=where, type="recomputed")
    sys.exit("The build stops. See the message above.")


def path_of(app: Sphinx, name: str) -> Path:
    """Return a file or folder that a setting names, as seen from conf.py."""
    return Path(app.confdir, name).resolve()


def setup(app: Sphinx) -> None:
    """Begin the state of this build."""
    app.recomputed = Build()  # type: ignore[attr-defined]
    app.add_env_collector(FactsCollector)
    app.connect("doctree-resolved", note_written, priority=100)
