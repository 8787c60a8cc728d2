"""Run the code cells of one page in a process of their own.

Each page gets a fresh process, so no page can see another's variables, random state, default
dtype, rcParams or warning filters. On Linux the process is forked from the build, which has
imported torch and matplotlib (this module does) and computed nothing with them: a page then costs
its own run, not another import, and torch has no thread pool yet that a fork could break.
Elsewhere the process is started anew, which is slower and gives the same outputs.

Inside the process IPython runs the cells, as it would in Jupyter. Outputs come back in the notebook
format, so everything that myst-nb does with outputs works on them.
"""

import multiprocessing
import os
import random
import sys
import tempfile
import traceback
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
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

from .figures import apply_style, to_svg
from .snapshot import Data, snapshot

TIME_LIMIT = 300.0
"""Seconds a page may run before it is stopped and reported."""


@dataclass(frozen=True)
class Cell:
    """One code cell: its source, its line on the page, its name, whether it is meant to raise."""

    source: str
    line: int
    name: str
    may_raise: bool = False


@dataclass(frozen=True)
class Execution:
    """What a page computed.

    ``outputs`` holds one list of notebook outputs a cell. ``names`` holds the page's variables as
    plain data. ``rebound`` names the variables that took several values, with the lines of the
    cells that set them: a sentence that quotes one of those could mean any of its values.
    """

    outputs: tuple[tuple[NotebookNode, ...], ...]
    names: dict[str, Data]
    rebound: dict[str, tuple[int, ...]]


class CellError(Exception):
    """A cell raised, the page ran too long, or its process died."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message, line)  # both, so that the error survives the way through the pipe
        self.line = line

    def __str__(self) -> str:
        """Return the message alone."""
        return str(self.args[0])


def execute(cells: Sequence[Cell], time_limit: float = TIME_LIMIT) -> Execution:
    """Run cells in order in a new process and return what they computed.

    Raises
    ------
    CellError
        If a cell raises that is not meant to (or does not raise although it is), if the run takes
        longer than `time_limit` seconds, or if the process dies.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        answer = _ask(tuple(cells), folder, time_limit)
    if isinstance(answer, CellError):
        raise answer
    return answer


def _ask(cells: tuple[Cell, ...], folder: str, time_limit: float) -> Execution | CellError:
    """Start the process, wait for its answer, and see that it ends."""
    if sys.platform == "linux":
        context = multiprocessing.get_context("fork")
    else:
        context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(theirs, cells, folder), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(time_limit):
            return CellError(f"the page ran longer than {time_limit:g} s", cells[0].line)
        answer: Execution | CellError = ours.recv()
    except EOFError:
        process.join()
        code = process.exitcode
        return CellError(f"the process of this page died (exit code {code})", cells[0].line)
    else:
        return answer
    finally:
        process.kill()
        process.join()
        ours.close()


def _serve(pipe: Connection, cells: tuple[Cell, ...], folder: str) -> None:
    """Run the cells in `folder` and send back the execution or the error."""
    home = Path(folder)
    (home / "page").mkdir()
    os.chdir(home / "page")
    os.environ["IPYTHONDIR"] = str(home / "ipython")
    try:
        answer: Execution | CellError = _run_page(cells)
    except CellError as error:
        answer = error
    pipe.send(answer)
    pipe.close()


def _run_page(cells: tuple[Cell, ...]) -> Execution:
    shell = _fresh_shell()
    outputs: list[tuple[NotebookNode, ...]] = []
    names: dict[str, Data] = {}
    set_on: dict[str, list[int]] = {}
    hidden = set(shell.user_ns_hidden)
    for number, cell in enumerate(cells, start=1):
        outputs.append(tuple(_run_cell(shell, cell, number)))
        now = snapshot({k: v for k, v in shell.user_ns.items() if k not in hidden})
        for name, value in now.items():
            if name not in names or not _same(names[name], value):
                set_on.setdefault(name, []).append(cell.line)
        names = now
    rebound = {name: tuple(lines) for name, lines in set_on.items() if len(lines) > 1}
    return Execution(tuple(outputs), names, rebound)


def _same(a: Data, b: Data) -> bool:
    return repr(a) == repr(b)  # nan equals nan here, and 1 differs from 1.0


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
    outputs += _open_figures()
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


def _open_figures() -> list[NotebookNode]:
    """Return each open matplotlib figure as an SVG output, and close them all."""
    figures = [plt.figure(number) for number in plt.get_fignums()]
    outputs = [
        v4.new_output("display_data", data={"image/svg+xml": to_svg(figure)}) for figure in figures
    ]
    plt.close("all")
    return outputs


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
