"""Run the code of each page and each gallery script in a process of its own, several at once.

Each gets a fresh process, so none can see another's variables, random state, default dtype,
rcParams or warning filters. On Linux the process is forked from the build, which has imported
torch and matplotlib (this module does) and computed nothing with them: a page then costs its own
run, not another import, and torch has no thread pool yet that a fork could break. Elsewhere the
process is started anew, which is slower and gives the same outputs.

Inside the process IPython runs the cells, as it would in Jupyter. Outputs come back in the notebook
format, so everything that myst-nb does with outputs works on them.
"""

import multiprocessing
import os
import random
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import ClassVar, TypeVar

import matplotlib.pyplot as plt
import numpy as np
import torch
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat import NotebookNode, v4
from traitlets.config import Config

from .figure_data import figure_data
from .figures import apply_style, size_in_pixels, to_svg
from .snapshot import Data, snapshot

Name = TypeVar("Name")

TIME_LIMIT = 300.0
"""Seconds a page or script may run before it is stopped and reported."""


@dataclass(frozen=True)
class Cell:
    """One piece of code: its source, its line in the file, its name, whether it is meant to raise."""

    source: str
    line: int
    name: str
    may_raise: bool = False


@dataclass(frozen=True)
class Drawing:
    """A figure that a cell left open: its picture, its size in pixels, the numbers it shows."""

    svg: str
    width: int
    height: int
    data: tuple[str, ...]


@dataclass(frozen=True)
class Execution:
    """What a page or script computed.

    ``outputs`` and ``drawings`` hold the notebook outputs and the figures of each cell. ``names``
    holds the variables as plain data. ``rebound`` names the variables that took several values,
    with the positions of the cells that set them: a sentence that quotes one of those could mean
    any of its values. No line numbers: prose above a cell moves it, and changes nothing here.
    """

    outputs: tuple[tuple[NotebookNode, ...], ...]
    drawings: tuple[tuple[Drawing, ...], ...]
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
    ((_, answer),) = execute_all({"": cells}, time_limit)
    if isinstance(answer, CellError):
        raise answer
    return answer


def execute_all(
    codes: Mapping[Name, Sequence[Cell]], time_limit: float = TIME_LIMIT
) -> Iterator[tuple[Name, Execution | CellError]]:
    """Run each list of cells in a process of its own, one a processor; yield each as it ends."""
    waiting = list(codes.items())
    running: dict[Connection, tuple[Name, _Run]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < (os.cpu_count() or 1):
                name, cells = waiting.pop(0)
                run = _Run(tuple(cells), time.monotonic() + time_limit)
                running[run.pipe] = name, run
            patience = min(run.deadline for _, run in running.values()) - time.monotonic()
            answered = wait(list(running), timeout=max(0.0, patience))
            overdue = [p for p, (_, run) in running.items() if run.deadline <= time.monotonic()]
            for pipe in dict.fromkeys([*answered, *overdue]):
                assert isinstance(pipe, Connection)
                name, run = running.pop(pipe)
                answer = run.answer() if pipe in answered else run.ran_too_long(time_limit)
                run.end()
                yield name, answer
    finally:
        for _, run in running.values():
            run.end()


def _process() -> type[BaseProcess]:
    if sys.platform == "linux":
        return multiprocessing.get_context("fork").Process
    return multiprocessing.get_context("spawn").Process


class _Run:
    """One process, the pipe its answer comes through, and its folder."""

    def __init__(self, cells: tuple[Cell, ...], deadline: float) -> None:
        self.cells, self.deadline = cells, deadline
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.pipe, theirs = multiprocessing.Pipe(duplex=False)
        self.process = _process()(
            target=_serve, args=(theirs, cells, self.folder.name), daemon=True
        )
        self.process.start()
        theirs.close()

    def answer(self) -> Execution | CellError:
        """Return what came through the pipe, or that the process died."""
        try:
            answer: Execution | CellError = self.pipe.recv()
        except EOFError:
            self.process.join()
            code = self.process.exitcode
            return CellError(f"its process died (exit code {code})", self.cells[0].line)
        return answer

    def ran_too_long(self, time_limit: float) -> CellError:
        """Return the error of a run that is not over in time."""
        return CellError(f"it ran longer than {time_limit:g} s", self.cells[0].line)

    def end(self) -> None:
        """See that the process is gone and leaves nothing behind."""
        self.process.kill()
        self.process.join()
        self.pipe.close()
        self.folder.cleanup()


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
    drawings: list[tuple[Drawing, ...]] = []
    names: dict[str, Data] = {}
    set_on: dict[str, list[int]] = {}
    hidden = set(shell.user_ns_hidden)
    for number, cell in enumerate(cells, start=1):
        outputs.append(tuple(_run_cell(shell, cell, number)))
        drawings.append(_drawings())
        now = snapshot({k: v for k, v in shell.user_ns.items() if k not in hidden})
        for name, value in now.items():
            if name not in names or not _same(names[name], value):
                set_on.setdefault(name, []).append(number - 1)
        names = now
    rebound = {name: tuple(cells) for name, cells in set_on.items() if len(cells) > 1}
    return Execution(tuple(outputs), tuple(drawings), names, rebound)


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
