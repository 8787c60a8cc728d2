"""Execute the code of all pages and gallery scripts before Sphinx reads the first of them.

`begin` looks what the cache does not hold and lets it run while Sphinx starts; `finish` waits for it. For
each page and script a small file holds a checksum of what it computed. It is written only when that has
changed, and what shows or quotes it depends on the file, in Sphinx's own way: so an incremental build reads
again what it must.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging
from sphinx.util.display import status_iterator

from recomputed.run.cache import Cache, hash_of, not_the_locks, surroundings
from recomputed.run.cells import Cell, CellError, Execution
from recomputed.run.execute import Runs
from recomputed.settings import setting_of
from recomputed.state import Build, build_of, checksum_file, depend_on, path_of

from . import gallery, pages

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


def begin(app: Sphinx, config: Config) -> None:
    """Start what is not in the cache, the longest first, so that none is left alone at the end."""
    build = build_of(app)
    build.lock = alone(app)
    cache = build.cache = cache_of(app)
    failures: list[tuple[Path, CellError]] = []
    written: list[pages.Source] = []
    for docname, path in pages.paths(app):
        try:
            written.append(pages.source(docname, path, cache))
        except CellError as error:
            failures.append((path, error))
    scripts: dict[Path, tuple[Cell, ...]] = {}
    for path in gallery.script_paths(app):
        try:
            scripts[path] = gallery.code_blocks(path)
        except CellError as error:
            failures.append((path, error))
    begun = Begun(cache, written, scripts, {}, Runs({}), failures)
    for path, cells in begun.codes.items():
        if execution := cache.get(cells):
            begun.executions[path] = execution
    took = cache.durations()
    missing = {p: cells for p, cells in begun.codes.items() if p not in begun.executions}
    # of new code only the length is known
    order = sorted(missing, key=lambda path: -took.get(path.name, path.stat().st_size / 1000))
    begun.runs = Runs({path: missing[path] for path in order}, setting_of(config))
    build.begun = begun


def alone(app: Sphinx) -> FileLock:
    """Let no two builds write into one place at once: wait for the other, and say so."""
    folder = Path(app.doctreedir).parent
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "build.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        logger.info("another build works in %s; waiting for it", folder)
        lock.acquire()
    return lock


def release(app: Sphinx, exception: Exception | None) -> None:
    """Let the next build begin."""
    if lock := build_of(app).lock:
        lock.release()


def finish(app: Sphinx) -> None:
    """Wait for what runs; report all failures, then stop the build."""
    build = build_of(app)
    begun, build.begun = build.begun, None
    assert begun is not None  # `begin` has run
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
        logger.error("%s", failure, location=where, type="recomputed", subtype="cell")
    if begun.failures:
        # An exception would be reported with a traceback of the extension, which is not at fault.
        sys.exit(
            f"Files that could not be executed: {len(begun.failures)}. See the messages above."
        )
    build.executed, build.reused = len(took), len(begun.codes) - len(took)
    for source in begun.written:
        if source.cells:
            build.pages[source.docname] = pages.Page(source, begun.executions[source.path])
    gallery.take_over(app, begun.scripts, begun.executions)
    _note_checksums(app, build, begun)


def _note_checksums(app: Sphinx, build: Build, begun: Begun) -> None:
    """Write a file for each page and script whose results are not those of the last build."""
    names = {page.source.path: name for name, page in build.pages.items()}
    names |= {Path(script.source): script.docname for script in build.scripts.values()}
    known = {checksum_file(app, docname) for docname in names.values()}
    for file in checksum_file(app, "any").parent.glob("*"):
        if file not in known:  # what has quoted it is read again, and says so
            file.unlink()
    for path, docname in names.items():
        cells = begun.codes[path]
        # without the lines, which prose moves
        said = hash_of(
            begun.cache.checksums[begun.cache.key(cells)], *(cell.name for cell in cells)
        )
        file = checksum_file(app, docname)
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists() or file.read_text("utf-8") != said:
            file.write_text(said, encoding="utf-8")


def depend_on_own(app: Sphinx, docname: str, content: list[str]) -> None:
    """Let a page with code, or that of a script, be read again when its own results are others."""
    build = build_of(app)
    if docname in build.pages or any(s.docname == docname for s in build.scripts.values()):
        depend_on(app.env, docname)


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
    config = app.config
    lock = path_of(app, config.recomputed_lock) if config.recomputed_lock else None
    data = {name: path_of(app, file) for name, file in config.recomputed_data.items()}
    folder = Path(app.doctreedir).parent / "cache"
    return Cache(folder, surroundings(lock, config.recomputed_style), data)


def say_what_is_not_the_locks(app: Sphinx) -> None:
    """Warn of packages that are not those of the lock: numbers may be others with them."""
    if app.config.recomputed_lock:
        for name, installed, pinned in not_the_locks(path_of(app, app.config.recomputed_lock)):
            said = "%s %s is installed, and %s pins %s: install what it says"
            where = app.config.recomputed_lock
            logger.warning(said, name, installed, where, pinned, type="recomputed", subtype="lock")


def setup(app: Sphinx) -> None:
    """Begin as early as there is a configuration; finish before sphinx-gallery writes its pages."""
    app.connect("config-inited", begin, priority=900)
    app.connect("builder-inited", say_what_is_not_the_locks, priority=99)
    app.connect("builder-inited", finish, priority=100)
    app.connect("source-read", depend_on_own)
    app.connect("build-finished", release, priority=1000)
