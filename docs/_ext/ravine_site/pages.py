"""Execute the pages before Sphinx reads them, and hand myst-nb the finished notebooks.

All pages run at the start of the build, while torch has not computed anything in this process (see
`execute`). Reading a page then only looks up what it computed. myst-nb calls `read` through its
setting ``nb_custom_formats``, the way it offers for readers of one's own.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

from .execute import Cell, CellError, Execution, execute

logger = logging.getLogger(__name__)

_SYNTAX = MdParserConfig(enable_extensions={"dollarmath", "amsmath", "colon_fence", "deflist"})


@dataclass(frozen=True)
class Page:
    """A page with code: its notebook, its code cells, and what they computed."""

    notebook: NotebookNode
    cells: tuple[Cell, ...]
    execution: Execution


PAGES: dict[str, Page] = {}
"""The pages that ran in this build, by document name. Filled before the first page is read."""

_BY_TEXT: dict[str, Page] = {}


def read(text: str) -> NotebookNode:
    """Return the notebook of a page's text, with its outputs. This is the reader myst-nb calls."""
    notebook = parse(text)
    if not code_cells(notebook, text):
        return notebook
    if text not in _BY_TEXT:
        raise ExtensionError("a page with code changed after it was executed; build again")
    return _BY_TEXT[text].notebook


def parse(text: str) -> NotebookNode:
    """Return the notebook of a page's text, without outputs."""
    notebook: NotebookNode = read_myst_markdown_notebook(text, config=_SYNTAX, add_source_map=True)
    return notebook


def code_cells(notebook: NotebookNode, text: str) -> tuple[Cell, ...]:
    """Return the code cells, each with the line of the page its code starts on and a name.

    The name is the cell's ``:name:`` option, or else its first line of code. The ledger files
    outputs under it, so that a new cell higher up on the page does not rename those below.
    """
    names: dict[str, int] = {}
    cells = []
    lines = text.splitlines()
    for cell, line in zip(notebook.cells, notebook.metadata["source_map"], strict=True):
        if cell.cell_type != "code":
            continue
        name = str(cell.metadata.get("name") or _first_line(cell.source))
        names[name] = names.get(name, 0) + 1
        if names[name] > 1:
            name = f"{name} ({names[name]})"
        may_raise = "raises-exception" in cell.metadata.get("tags", ())
        first = cell.source.partition("\n")[0]
        start = lines.index(first, line) if first in lines[line:] else line  # after its options
        cells.append(Cell(cell.source, start + 1, name, may_raise))
    return tuple(cells)


def _first_line(source: str) -> str:
    lines = (line.strip() for line in source.splitlines())
    return next((line for line in lines if line and not line.startswith("#")), "empty cell")[:60]


def run_page(text: str) -> Page | None:
    """Execute the cells of a page's text; None if it has none.

    Raises
    ------
    CellError
        As `ravine_site.execute.execute`.
    """
    notebook = parse(text)
    cells = code_cells(notebook, text)
    if not cells:
        return None
    execution = execute(cells)
    executed = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, (cell, outputs) in enumerate(
        zip(executed, execution.outputs, strict=True), start=1
    ):
        cell.outputs = list(outputs)
        cell.execution_count = number
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    return Page(notebook, cells, execution)


def sources(app: Sphinx) -> Iterator[tuple[str, Path]]:
    """Yield the document name and path of every Markdown page, in a fixed order."""
    app.project.discover(app.config.exclude_patterns, app.config.include_patterns)
    for docname in sorted(app.project.docnames):
        path = Path(app.project.doc2path(docname, absolute=True))
        if path.suffix == ".md":
            yield docname, path


def execute_pages(app: Sphinx) -> None:
    """Run every page that has code; report all failures, then stop the build."""
    PAGES.clear()
    _BY_TEXT.clear()
    failed = 0
    for docname, path in sources(app):
        text = path.read_text(encoding="utf-8")
        try:
            page = run_page(text)
        except CellError as error:
            failed += 1
            logger.error(  # noqa: TRY400 (the cell's own traceback is in the message)
                "%s", error, location=f"{path}:{error.line}", type="ravine", subtype="cell"
            )
            continue
        if page is not None:
            logger.info("executed %s (%d cells)", docname, len(page.cells))
            PAGES[docname] = _BY_TEXT[text] = page
    if failed:
        # An exception would be reported with a traceback of the extension, which is not at fault.
        sys.exit(f"Pages that could not be executed: {failed}. The messages above name the cells.")


def setup(app: Sphinx) -> None:
    """Run the pages before sphinx-gallery runs its scripts, which it does in this process."""
    app.connect("builder-inited", execute_pages, priority=100)
