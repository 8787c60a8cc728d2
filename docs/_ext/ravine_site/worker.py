"""What happens inside the process of one page or script: IPython runs its cells.

This is the module that imports torch and matplotlib, once, before the processes are forked (see `execute`).
Outputs come back in the notebook format, so everything that myst-nb does with outputs works on them.
"""

import importlib
import os
import random
import traceback
import warnings
from multiprocessing.connection import Connection
from pathlib import Path
from typing import ClassVar

import matplotlib.pyplot as plt
import numpy as np
import torch
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat import NotebookNode, v4
from traitlets.config import Config

from . import sources
from .execute import Cell, CellError, Drawing, Execution, Position
from .figure_data import figure_data
from .figures import apply_style, size_in_pixels, to_svg
from .snapshot import Data, snapshot


def import_more() -> None:
    """Import what many runs would import one by one. Nothing is computed with it."""
    for name in ("sympy", "mpl_toolkits.mplot3d", "concurrent.futures"):
        importlib.import_module(name)


def serve(pipe: Connection, cells: tuple[Cell, ...], folder: str, at: Position) -> None:
    """Run the cells in `folder` and send back the execution or the error."""
    home = Path(folder)
    (home / "page").mkdir()
    os.chdir(home / "page")
    os.environ["IPYTHONDIR"] = str(home / "ipython")
    try:
        answer: Execution | CellError = _run_page(cells, at)
    except CellError as error:
        answer = error
    pipe.send(answer)
    pipe.close()


def _run_page(cells: tuple[Cell, ...], at: Position) -> Execution:
    sources.forget()
    shell = _fresh_shell()
    outputs: list[tuple[NotebookNode, ...]] = []
    drawings: list[tuple[Drawing, ...]] = []
    names: dict[str, Data] = {}
    seen: dict[str, str] = {}
    set_on: dict[str, list[int]] = {}
    hidden = set(shell.user_ns_hidden)
    for number, cell in enumerate(cells, start=1):
        at.value = number - 1
        outputs.append(tuple(_run_cell(shell, cell, number)))
        drawings.append(_drawings())
        now = snapshot({k: v for k, v in shell.user_ns.items() if k not in hidden})
        # as text nan equals nan, and 1 differs from 1.0
        texts = {name: repr(value) for name, value in now.items()}
        for name, text in texts.items():
            if seen.get(name) != text:
                set_on.setdefault(name, []).append(number - 1)
        names, seen = now, texts
    rebound = {name: tuple(cells) for name, cells in set_on.items() if len(cells) > 1}
    return Execution(tuple(outputs), tuple(drawings), names, rebound, sources.imported())


class NamedCells(CachingCompiler):
    """Tracebacks and warnings say "cell 3", not the path of a temporary file."""

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        """Return what stands for the file's name."""
        return f"cell {number}"


class KeptResults(DisplayHook):
    """The last expression of a cell becomes an output instead of a print."""

    results: ClassVar[list[NotebookNode]] = []

    def write_output_prompt(self) -> None:
        """Write no "Out[3]:"."""

    def write_format_data(self, format_dict: dict[str, str], md_dict: object = None) -> None:
        """Keep the result in all the forms it has."""
        count = self.prompt_count
        self.results.append(
            v4.new_output("execute_result", data=format_dict, execution_count=count)
        )


class QuietShell(InteractiveShell):
    """A traceback is an output of ours, not a print."""

    def showtraceback(self, *args: object, **kwargs: object) -> None:
        """Print nothing."""


def _fresh_shell() -> InteractiveShell:
    """Return an IPython shell without history, with seeded generators and the site's style."""
    _pythons_own_warning_filters()
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 (a page may use the old generator)
    torch.manual_seed(0)
    apply_style()
    config = Config()
    config.HistoryManager.enabled = False
    return QuietShell(  # type: ignore[no-untyped-call]
        config=config, compiler_class=NamedCells, displayhook_class=KeptResults
    )


def _pythons_own_warning_filters() -> None:
    """Forget the filters of the build (or the test run) that this process was forked from."""
    warnings.resetwarnings()
    for quiet in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", quiet)
    warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")


def _run_cell(shell: InteractiveShell, cell: Cell, number: int) -> list[NotebookNode]:
    KeptResults.results.clear()
    with capture_output() as captured:
        result = shell.run_cell(cell.source, store_history=True)
    outputs = _streams(captured.stdout, captured.stderr) + KeptResults.results
    outputs += [
        v4.new_output("display_data", data=rich.data, metadata=rich.metadata or {})
        for rich in captured.outputs
    ]
    error = result.error_before_exec or result.error_in_exec
    if error is not None and not cell.may_raise:
        message = "\n".join([f"cell {cell.name!r} raised", *_traceback(error)])
        raise CellError(message, cell.line + _line_in_cell(error, number) - 1)
    if error is None and cell.may_raise:
        raise CellError(
            f"cell {cell.name!r} is tagged raises-exception and did not raise", cell.line
        )
    if error is not None:
        ename = type(error).__name__
        outputs.append(
            v4.new_output("error", ename=ename, evalue=str(error), traceback=_traceback(error))
        )
    return outputs


def _streams(stdout: str, stderr: str) -> list[NotebookNode]:
    texts = (("stdout", stdout), ("stderr", stderr))
    return [v4.new_output("stream", name=name, text=text) for name, text in texts if text]


def _drawings() -> tuple[Drawing, ...]:
    """Return the open matplotlib figures, and close them."""
    figures = [plt.figure(number) for number in plt.get_fignums()]
    drawings = [
        Drawing(to_svg(figure), *size_in_pixels(figure), tuple(figure_data(figure)))
        for figure in figures
    ]
    plt.close("all")
    return tuple(drawings)


def _line_in_cell(error: BaseException, number: int) -> int:
    """Return the line of the cell at which the error came up, or the first."""
    if isinstance(error, SyntaxError):
        return error.lineno or 1
    stack = traceback.extract_tb(error.__traceback__)
    lines = (frame.lineno for frame in stack if frame.filename == f"cell {number}")
    return next(lines, None) or 1


def _traceback(error: BaseException) -> list[str]:
    """Return the traceback a student needs: the lines of the page's own cells, and the error."""
    frames = [
        f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith("cell ")
    ]
    lines = ["Traceback (most recent call last):"] if frames else []
    for frame in frames:
        lines.append(f"  {frame.filename}, line {frame.lineno}, in {frame.name}")
        lines.append(f"    {frame.line}")
    return lines + "".join(traceback.format_exception_only(error)).rstrip().splitlines()
