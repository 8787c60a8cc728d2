"""Read the pages: which code they hold, and how myst-nb gets the finished notebooks.

All code runs at the start of the build (see `executions`). Reading a page then only looks up what it
computed. myst-nb calls `read_markdown` and `read_notebook` through its setting ``nb_custom_formats``, the way
it offers for readers of one's own. It gives them a text only; which page it is of which build, Sphinx has
said just before (`note_page`).
"""

import re
from collections.abc import Iterator
from contextvars import ContextVar
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbformat import NotebookNode, v4
from nbformat import reads as reads_notebook
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.project import Project

from recomputed import compat
from recomputed.run.cache import Cache
from recomputed.run.cells import Cell, CellError, Execution
from recomputed.state import build_of

PAGE: "ContextVar[tuple[Page | None, Path]]" = ContextVar("the page that is read now")


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


def note_page(app: Sphinx, docname: str, content: list[str]) -> None:
    """Note which page is read next, and that it depends on what it computed and on the code it loads."""
    page = build_of(app).pages.get(docname)
    path = Path(app.env.doc2path(docname))
    PAGE.set((page, path))
    for name in re.findall(r"^:load: *(\S+)", content[0], re.MULTILINE):
        app.env.note_dependency(str(path.parent / name))


def read_markdown(text: str) -> NotebookNode:
    """Return the notebook of a MyST page, with its outputs. This is a reader that myst-nb calls."""
    page, path = PAGE.get()
    if page is not None and page.source.text == text:
        return deepcopy(page.notebook)  # myst-nb may change what it gets
    notebook = parse(text, path)
    if code_cells(notebook, text):
        raise ExtensionError(f"{path} changed after its code was executed; build again")
    return notebook


def read_notebook(text: str) -> NotebookNode:
    """Return a notebook, with the outputs of this build and no others; myst-nb calls this, too."""
    return read_markdown(text)


def parse(text: str, path: Path) -> NotebookNode:
    """Return the notebook of a page's text, without outputs.

    Raises
    ------
    CellError
        If the options of a code cell cannot be read, or a cell is not in Python.
    """
    if path.suffix == ".ipynb":
        return _parse_notebook(text)
    for line, language in _languages(text):
        if language not in ("python", "python3", "ipython", "ipython3", ""):
            raise CellError(f"a code cell is in {language}; only Python can be executed", line)
    try:
        notebook: NotebookNode = compat.read_notebook(text, str(path))
    except ValueError as error:
        line_of_error = re.search(r"at line (\d+)", str(error))
        raise CellError(str(error), int(line_of_error[1]) if line_of_error else 1) from None
    return notebook


def _languages(text: str) -> Iterator[tuple[int, str]]:
    for found in re.finditer(r"^(?:`{3,}|:{3,})\{code-cell\} *(\S*)", text, re.MULTILINE):
        yield text.count("\n", 0, found.start()) + 1, found[1].lower()


def _parse_notebook(text: str) -> NotebookNode:
    try:
        notebook: NotebookNode = reads_notebook(text, as_version=4)
    except Exception as error:  # noqa: BLE001 (nbformat raises many kinds)
        raise CellError(f"this is no notebook that can be read: {error}", 1) from None
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    if language != "python":
        raise CellError(f"the notebook is in {language}; only Python can be executed", 1)
    for cell in notebook.cells:
        if cell.cell_type == "code":  # what somebody stored there was not computed by this build
            cell.outputs, cell.execution_count = [], None
    return notebook


def code_cells(notebook: NotebookNode, text: str) -> tuple[Cell, ...]:
    """Return the code cells, each with the line of the page its code starts on and a name.

    The name is the cell's ``:name:`` option, or else its first line of code. The ledger files
    outputs under it, so that a new cell higher up on the page does not rename those below. In an ``.ipynb``
    file no line means anything to its author; there it is the number of the cell.
    """
    names: dict[str, int] = {}
    cells = []
    lines = text.splitlines()
    source_map = notebook.metadata.get("source_map")
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        name = str(cell.metadata.get("name") or _first_line(cell.source))
        names[name] = names.get(name, 0) + 1
        if names[name] > 1:
            name = f"{name} ({names[name]})"
        line = number
        if source_map is not None:
            line = source_map[number]
            first = cell.source.partition("\n")[0]
            line = lines.index(first, line) if first in lines[line:] else line  # after its options
        tags = cell.metadata.get("tags", ())
        shown = not {"remove-cell", "remove-output"} & set(tags)
        cells.append(Cell(cell.source, line + 1, name, "raises-exception" in tags, shown))
    return tuple(cells)


def _first_line(source: str) -> str:
    lines = (line.strip() for line in source.splitlines())
    return next((line for line in lines if line and not line.startswith("#")), "empty cell")[:60]


def paths(app: Sphinx) -> Iterator[tuple[str, Path]]:
    """Yield the document name and file of every page that may hold code, in a fixed order."""
    project = Project(app.srcdir, app.config.source_suffix)  # Sphinx's own comes later
    project.discover(app.config.exclude_patterns, app.config.include_patterns)
    for docname in sorted(project.docnames):
        path = Path(project.doc2path(docname, absolute=True))
        if path.suffix in {".md", ".ipynb"}:
            yield docname, path


def source(docname: str, path: Path, cache: Cache) -> Source:
    """Read a page.

    Raises
    ------
    CellError
        As in `parse`, or if the file is not UTF-8.
    """
    text = text_of(path)

    def cells() -> tuple[Cell, ...]:
        return code_cells(parse(text, path), text)

    if ":load:" in text:  # the code stands in another file
        return Source(docname, path, text, cells())
    return Source(docname, path, text, cache.recall([Path(__file__)], path.suffix + text, cells))


def text_of(path: Path) -> str:
    """Return a file's text as Sphinx reads it, without a byte order mark and with plain ends of lines."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CellError("the file is not UTF-8; save it as UTF-8", line) from None


def filled(source: Source, execution: Execution) -> NotebookNode:
    """Return a page's notebook with the outputs of its cells."""
    notebook = parse(source.text, source.path)
    executed = (c for c in notebook.cells if c.cell_type == "code" and c.source.strip())
    results = zip(executed, execution.outputs, execution.drawings, strict=True)
    for number, (cell, outputs, drawings) in enumerate(results, start=1):
        cell.outputs = deepcopy(list(outputs))
        for output in cell.outputs:
            if (drawing := output.get("metadata", {}).pop("drawing", None)) is not None:
                output.data = v4.new_output(
                    "display_data", data={"image/svg+xml": drawings[drawing].svg}
                ).data
        cell.execution_count = number
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    return notebook


def setup(app: Sphinx) -> None:
    """Note each page before it is read."""
    app.connect("source-read", note_page)
