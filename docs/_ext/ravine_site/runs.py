"""Execute the code of all pages and gallery scripts before Sphinx reads the first of them.

`begin` looks what the cache does not hold and lets it run while Sphinx starts; `finish` waits for it.
"""

import math
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError
from sphinx.util import logging
from sphinx.util.display import status_iterator

from . import gallery, pages
from .cache import Cache, surroundings
from .execute import Cell, CellError, Execution, Limits, Runs

logger = logging.getLogger(__name__)

Answer = tuple[Path, Execution | CellError, float]


@dataclass
class Begun:
    """What was found of pages and scripts, what they computed so far, and the runs under way."""

    cache: Cache
    written: list[pages.Source]
    scripts: dict[Path, tuple[Cell, ...]]
    executions: dict[Path, Execution]
    runs: Runs[Path]
    failures: list[tuple[Path, CellError]] = field(default_factory=list)

    @property
    def codes(self) -> dict[Path, tuple[Cell, ...]]:
        """The code of every page and script that has some."""
        return self.scripts | {source.path: source.cells for source in self.written if source.cells}


_BEGUN: dict[str, Begun] = {}


def begin(app: Sphinx, config: Config) -> None:
    """Start what is not in the cache, the longest first, so that none is left alone at the end."""
    cache = cache_of(app)
    os.environ.update({name: str(file.resolve()) for name, file in cache.data.items()})
    failures: list[tuple[Path, CellError]] = []
    written = []
    for docname, path in pages.paths(app):
        try:
            written.append(pages.source(docname, path, cache))
        except CellError as error:
            failures.append((path, error))
    scripts = {path: gallery.code_blocks(path) for path in gallery.script_paths(app)}
    begun = Begun(cache, written, scripts, {}, Runs({}), failures)
    for path, cells in begun.codes.items():
        if execution := cache.get(cells):
            begun.executions[path] = execution
    took = cache.durations()
    missing = {p: cells for p, cells in begun.codes.items() if p not in begun.executions}
    # of new code only the length is known
    order = sorted(missing, key=lambda path: -took.get(path.name, path.stat().st_size / 1000))
    begun.runs = Runs({path: missing[path] for path in order}, limits(config))
    _BEGUN["now"] = begun


def finish(app: Sphinx) -> None:
    """Wait for what runs; report all failures, then stop the build."""
    begun = _BEGUN.pop("now")
    took = {}
    for path, answer, seconds in _shown(begun, app):
        if isinstance(answer, CellError):
            begun.failures.append((path, answer))
        else:
            begun.executions[path] = answer
            begun.cache.put(begun.codes[path], answer)
            took[path.name] = seconds
    begun.cache.note_durations(took)
    begun.cache.forget_unused()
    for path, failure in begun.failures:
        where = f"{path}:{failure.line}"
        logger.error("%s", failure, location=where, type="ravine", subtype="cell")
    if begun.failures:
        # An exception would be reported with a traceback of the extension, which is not at fault.
        sys.exit(
            f"Files that could not be executed: {len(begun.failures)}. See the messages above."
        )
    EXECUTED.update(executed=len(took), reused=len(begun.codes) - len(took))
    pages.take_over(begun.written, begun.executions)
    gallery.take_over(app, begun.scripts, begun.executions)
    CHECKSUMS.clear()
    for path, cells in begun.codes.items():
        CHECKSUMS[path] = begun.cache.checksums[begun.cache.key(cells)]


EXECUTED = {"executed": 0, "reused": 0}
"""How many pages and scripts this build executed, and how many it took from the cache."""

CHECKSUMS: dict[Path, str] = {}
"""A checksum of what each page and script computed."""


def limits(config: Config) -> Limits:
    """Return the limits of each run.

    Raises
    ------
    ConfigError
        If one is not a positive number.
    """
    for name in ("ravine_cpu_limit", "ravine_wall_limit"):
        if not 0 < config[name] < math.inf:
            raise ConfigError(f"{name} must be a positive number of seconds, got {config[name]!r}")
    return Limits(config.ravine_cpu_limit, config.ravine_wall_limit)


def _shown(begun: Begun, app: Sphinx) -> Iterator[Answer]:
    """Yield the answers, and say on one line how far they are."""
    total = len(begun.runs.codes)
    if not total:
        return iter(())
    answers: Iterator[Answer] = status_iterator(
        begun.runs.answers(),
        "executing code... ",
        "darkgreen",
        total,
        app.verbosity,
        stringify_func=lambda answer: answer[0].stem,
    )
    return answers


def cache_of(app: Sphinx) -> Cache:
    """Return the cache beside the doctrees: all builds in one place share it."""
    folder = Path(app.doctreedir).parent / "cache"
    if folder not in _CACHES:
        lock = Path(app.confdir, app.config.ravine_lock) if app.config.ravine_lock else None
        data = {name: Path(app.confdir, file) for name, file in app.config.ravine_data.items()}
        _CACHES[folder] = Cache(folder, surroundings(lock), data)
    return _CACHES[folder]


_CACHES: dict[Path, Cache] = {}


def setup(app: Sphinx) -> None:
    """Begin as early as there is a configuration; finish before sphinx-gallery writes its pages."""
    app.add_config_value("ravine_lock", "", "", str)
    app.add_config_value("ravine_data", {}, "", dict)
    app.add_config_value("ravine_cpu_limit", Limits.cpu, "", (int, float))
    app.add_config_value("ravine_wall_limit", Limits.wall, "", (int, float))
    app.connect("config-inited", begin, priority=900)
    app.connect("builder-inited", finish, priority=100)
