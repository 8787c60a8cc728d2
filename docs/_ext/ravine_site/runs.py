"""Execute the code of all pages and gallery scripts before Sphinx reads the first of them.

This comes first because torch has not computed anything in this process yet (see `execute`). What
the cache holds is not executed again.
"""

import sys
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

from . import gallery, pages
from .cache import Cache, surroundings
from .execute import Cell, CellError, Execution, execute_all

logger = logging.getLogger(__name__)


def execute_site(app: Sphinx) -> None:
    """Run what is not in the cache; report all failures, then stop the build."""
    failures: list[tuple[Path, CellError]] = []
    written = []
    for docname, path in pages.paths(app):
        try:
            written.append(pages.source(docname, path))
        except CellError as error:
            failures.append((path, error))
    scripts = {path: gallery.code_blocks(path) for path in gallery.script_paths(app)}
    codes = scripts | {source.path: source.cells for source in written if source.cells}

    executions = _execute(codes, _cache(app), failures)
    for path, failure in failures:
        where = f"{path}:{failure.line}"
        logger.error("%s", failure, location=where, type="ravine", subtype="cell")
    if failures:
        # An exception would be reported with a traceback of the extension, which is not at fault.
        sys.exit(f"Files that could not be executed: {len(failures)}. See the messages above.")
    pages.take_over(written, executions)
    gallery.take_over(app, scripts, executions)


def _cache(app: Sphinx) -> Cache:
    """Return the cache beside the doctrees: all builds in one place share it."""
    lock = Path(app.confdir, app.config.ravine_lock) if app.config.ravine_lock else None
    return Cache(Path(app.doctreedir).parent / "cache", surroundings(lock))


def _execute(
    codes: dict[Path, tuple[Cell, ...]], cache: Cache, failures: list[tuple[Path, CellError]]
) -> dict[Path, Execution]:
    """Return what the code of each file computes, and add what fails to the failures."""
    cached = {path: cache.get(cells) for path, cells in codes.items()}
    executions = {path: execution for path, execution in cached.items() if execution is not None}
    missing = {path: cells for path, cells in codes.items() if path not in executions}
    for number, (path, answer) in enumerate(execute_all(missing), start=1):
        logger.info("executed %d of %d: %s", number, len(missing), path.stem)
        if isinstance(answer, CellError):
            failures.append((path, answer))
        else:
            executions[path] = answer
            cache.put(codes[path], answer)
    cache.forget_unused()
    logger.info("code: %d executed, %d reused", len(missing), len(codes) - len(missing))
    return executions


def setup(app: Sphinx) -> None:
    """Run before sphinx-gallery writes its pages, which needs what the scripts computed."""
    app.add_config_value("ravine_lock", "", "", str)
    app.connect("builder-inited", execute_site, priority=100)
