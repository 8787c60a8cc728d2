"""Read the pages: which code they hold, and how myst-nb gets the finished notebooks.

All code runs at the start of the build (see `runs`). Reading a page then only looks up what it
computed. myst-nb calls `read` through its setting ``nb_custom_formats``, the way it offers for
readers of one's own.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from myst_nb.core.read import MystMetadataParsingError, read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from nbformat import NotebookNode, v4
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.project import Project

from .cache import Cache
from .execute import Cell, CellError, Execution

# Lines "+++ {...}" stay in the text, where `slides` finds them; they would divide it into cells here.
_SYNTAX = MdParserConfig(
    enable_extensions={"dollarmath", "amsmath", "colon_fence", "deflist"},
    disable_syntax=["myst_block_break"],
)


@dataclass(frozen=True)
class Source:
    """A page as it is written: its document name, file, text, and code cells."""

    docname: str
    path: Path
    text: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Page:
    """A page with code, and what its cells computed."""

    source: Source
    execution: Execution

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The page's code cells."""
        return self.source.cells

    @cached_property
    def notebook(self) -> NotebookNode:
        """The page's notebook, whose cells have their outputs; made when somebody asks for it."""
        return filled(self.source, self.execution)


PAGES: dict[str, Page] = {}
"""The pages that ran in this build, by document name. Filled before the first page is read."""

_BY_TEXT: dict[str, Page] = {}


def read(text: str) -> NotebookNode:
    """Return the notebook of a page's text, with its outputs. This is the reader myst-nb calls."""
    if text in _BY_TEXT:
        return deepcopy(_BY_TEXT[text].notebook)  # myst-nb may change what it gets
    notebook = parse(text)
    if code_cells(notebook, text):
        raise ExtensionError("a page with code changed after it was executed; build again")
    return notebook


def parse(text: str) -> NotebookNode:
    """Return the notebook of a page's text, without outputs.

    Raises
    ------
    CellError
        If the options of a code cell cannot be read.
    """
    notebook: NotebookNode
    try:
        notebook = read_myst_markdown_notebook(text, config=_SYNTAX, add_source_map=True)
    except MystMetadataParsingError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise CellError(str(error), int(line[1]) if line else 1) from None
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


def paths(app: Sphinx) -> Iterator[tuple[str, Path]]:
    """Yield the document name and file of every Markdown page, in a fixed order."""
    project = Project(app.srcdir, app.config.source_suffix)  # Sphinx's own comes later
    project.discover(app.config.exclude_patterns, app.config.include_patterns)
    for docname in sorted(project.docnames):
        path = Path(project.doc2path(docname, absolute=True))
        if path.suffix == ".md":
            yield docname, path


def source(docname: str, path: Path, cache: Cache) -> Source:
    """Read a page; as `parse`, it raises a CellError if the options of a cell cannot be read."""
    text = path.read_text(encoding="utf-8")
    cells = cache.recall([Path(__file__)], text, lambda: code_cells(parse(text), text))
    return Source(docname, path, text, cells)


def take_over(written: Iterable[Source], executions: Mapping[Path, Execution]) -> None:
    """Keep the pages with code, and what they computed, until they are read."""
    PAGES.clear()
    _BY_TEXT.clear()
    for source in written:
        if source.cells:
            page = Page(source, executions[source.path])
            PAGES[source.docname] = _BY_TEXT[source.text] = page


def filled(source: Source, execution: Execution) -> NotebookNode:
    """Return a page's notebook with the outputs of its cells."""
    notebook = parse(source.text)
    executed = [cell for cell in notebook.cells if cell.cell_type == "code"]
    results = zip(executed, execution.outputs, execution.drawings, strict=True)
    for number, (cell, outputs, drawings) in enumerate(results, start=1):
        pictures = [{"image/svg+xml": drawing.svg} for drawing in drawings]
        shown = [v4.new_output("display_data", data=picture) for picture in pictures]
        cell.outputs = [*outputs, *shown]
        cell.execution_count = number
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    return notebook
