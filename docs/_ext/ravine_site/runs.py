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
    page_sources, script_paths = list(pages.sources(app)), gallery.script_paths(app)
    codes: dict[str, tuple[Cell, ...]] = {}
    for source in page_sources:
        if source.cells:
            codes[str(source.path)] = source.cells
    for path in script_paths:
        codes[str(path)] = gallery.code_blocks(path)

    executions = _execute(codes, _cache(app))
    pages.take_over(page_sources, executions)
    gallery.take_over(app, script_paths, executions)


def _cache(app: Sphinx) -> Cache:
    """Return the cache beside the doctrees: all builds in one place share it."""
    lock = Path(app.confdir, app.config.ravine_lock) if app.config.ravine_lock else None
    return Cache(Path(app.doctreedir).parent / "cache", surroundings(lock))


def _execute(codes: dict[str, tuple[Cell, ...]], cache: Cache) -> dict[str, Execution]:
    """Return what each file's code computes, by the file's path."""
    cached = {path: cache.get(cells) for path, cells in codes.items()}
    executions = {path: execution for path, execution in cached.items() if execution is not None}
    missing = {path: cells for path, cells in codes.items() if path not in executions}
    failed = 0
    for number, (path, answer) in enumerate(execute_all(missing), start=1):
        if isinstance(answer, CellError):
            failed += 1
            logger.error(
                "%s", answer, location=f"{path}:{answer.line}", type="ravine", subtype="cell"
            )
            continue
        logger.info("executed %d of %d: %s", number, len(missing), Path(path).stem)
        cache.put(codes[path], answer)
        executions[path] = answer
    if failed:
        # An exception would be reported with a traceback of the extension, which is not at fault.
        sys.exit(f"Files that could not be executed: {failed}. The messages above name the lines.")
    cache.forget_unused()
    logger.info("code: %d executed, %d reused", len(missing), len(codes) - len(missing))
    return executions


def setup(app: Sphinx) -> None:
    """Run before sphinx-gallery writes its pages, which needs what the scripts computed."""
    app.add_config_value("ravine_lock", "", "", str)
    app.connect("builder-inited", execute_site, priority=100)
