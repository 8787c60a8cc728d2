"""What happens inside the process of one page or script: IPython runs its cells, as a kernel would.

Outputs come back in the notebook format, so everything that myst-nb does with outputs works on them.
matplotlib, and what else many runs need, is imported before the processes are forked (see `execute`).
"""

import importlib
import os
import random
import re
import sys
import traceback
import warnings
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.figure import Figure
from matplotlib_inline.config import InlineBackend
from nbformat import NotebookNode, v4
from traitlets import Any as AnyTrait
from traitlets.config import Config

from . import sources
from .cells import Cell, CellError, Drawing, Execution, Position, Setting
from .figure_data import figure_data
from .figures import apply_style, size_in_pixels, to_svg
from .outputs import Outputs, sendable, take_streams
from .snapshot import Data, snapshot


def import_more(names: tuple[str, ...]) -> None:
    """Import what many runs would import one by one. Nothing is computed with it."""
    for name in names:
        with suppress(ImportError):  # the run that needs it says so, with its line
            importlib.import_module(name)


def draw_once(style: str) -> None:
    """Let matplotlib find its fonts and read the labels of powers of ten, which each run would do again.

    No page can tell: a figure of its own is drawn, in memory, and nothing stays but what is kept for speed.
    """
    with plt.rc_context():
        apply_style(style)
        figure = Figure()
        powers = [10.0**k for k in range(-16, 7)]
        axes = figure.add_subplot(title="A title, $x_1^2$", xscale="log", yscale="log")
        axes.set(xticks=powers, yticks=powers)
        axes.plot(powers, powers, label="$w$")
        axes.legend()
        to_svg(figure)


def serve(
    pipe: Connection, cells: tuple[Cell, ...], folder: str, setting: Setting, at: Position
) -> None:
    """Run the cells in `folder` and send back the execution or the error."""
    home = Path(folder)
    (home / "page").mkdir()
    os.chdir(home / "page")
    os.environ["IPYTHONDIR"] = str(home / "ipython")
    answer: Execution | CellError
    try:
        answer = Page(home, setting).run(cells, at)
    except CellError as error:
        answer = error
    except Exception:  # noqa: BLE001 (whatever it is, its place is told)
        cell = cells[at.value]
        why = (
            f"cell {cell.name!r} ran, and its results could not be read:\n{traceback.format_exc()}"
        )
        answer = CellError(why, cell.line)
    pipe.send(answer)
    pipe.close()


class NamedCells(CachingCompiler):
    """Tracebacks and warnings say "cell 3", not the path of a temporary file."""

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        """Return what stands for the file's name."""
        return f"cell {number}"


class Results(DisplayHook):
    """The last expression of a cell becomes an output instead of a print."""

    def write_output_prompt(self) -> None:
        """Write no "Out[3]:"."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        """Keep the result in all the forms it has."""
        data, count = sendable(format_dict), self.prompt_count
        outputs_of(self.shell).add(
            v4.new_output(
                "execute_result", data=data, metadata=md_dict or {}, execution_count=count
            )
        )


class Displays(DisplayPublisher):
    """What is displayed becomes an output, at the place where it came."""

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *_: object,
        transient: dict[str, str] | None = None,
        update: bool = False,
        **__: object,
    ) -> None:
        name = (transient or {}).get("display_id")
        outputs_of(self.shell).display(data, metadata or {}, name, update=update)

    def clear_output(self, wait: bool = False) -> None:
        """Forget the outputs of the cell so far, or when the next one comes."""
        outputs_of(self.shell).clear(wait=wait)


class Shell(InteractiveShell):
    """IPython's shell whose outputs are kept; tracebacks are outputs of ours, not prints."""

    outputs = AnyTrait()

    def showtraceback(self, *args: object, **kwargs: object) -> None:
        """Print nothing."""

    def enable_matplotlib(self, gui: str | None = None) -> tuple[str, str]:
        """Do nothing: figures are shown inline, whatever is asked for (``%matplotlib inline``)."""
        return "inline", "inline"

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: no window can be opened."""


def outputs_of(shell: object) -> Outputs:
    """Return where the outputs of a shell go."""
    assert isinstance(shell, Shell)
    outputs: Outputs = shell.outputs
    return outputs


class Page:
    """The run of one page or script."""

    def __init__(self, home: Path, setting: Setting) -> None:
        sources.forget()
        # as in Jupyter: a file that a cell writes can be imported by the next
        sys.path.insert(0, "")
        _pythons_own_warning_filters()
        random.seed(0)
        np.random.seed(0)  # noqa: NPY002 (a page may use the old generator)
        if torch := sys.modules.get("torch"):
            torch.manual_seed(0)
        apply_style(setting.style)
        self.outputs = Outputs(home)
        self.drawings: list[Drawing] = []
        take_streams(self.outputs)
        config = Config()
        config.HistoryManager.enabled = False
        self.shell = Shell.instance(
            config=config,
            compiler_class=NamedCells,
            displayhook_class=Results,
            display_pub_class=Displays,
            outputs=self.outputs,
        )
        configurables: Any = self.shell.configurables
        configurables.append(InlineBackend.instance())  # for %config InlineBackend...
        formatter: Any = self.shell.display_formatter
        formatter.formatters["image/svg+xml"].for_type(Figure, to_svg)
        plt.show = lambda *_, **__: self.show()
        self.cell = Cell("", 1, "")

    def run(self, cells: tuple[Cell, ...], at: Position) -> Execution:
        """Run cells one after the other and return what they computed."""
        outputs: list[list[NotebookNode]] = []
        drawings: list[tuple[Drawing, ...]] = []
        names: dict[str, Data] = {}
        seen: dict[str, str] = {}
        set_on: dict[str, list[int]] = {}
        hidden = set(self.shell.user_ns_hidden)
        for number, cell in enumerate(cells):
            at.value, self.cell, self.drawings = number, cell, []
            outputs.append(self._run_cell(cell, number + 1))
            drawings.append(tuple(self.drawings))
            now = snapshot({k: v for k, v in self.shell.user_ns.items() if k not in hidden})
            # as text nan equals nan, and 1 differs from 1.0
            texts = {name: repr(value) for name, value in now.items()}
            for name, text in texts.items():
                if seen.get(name) != text:
                    set_on.setdefault(name, []).append(number)
            names, seen = now, texts
        for cell, shown in zip(cells, outputs, strict=True):
            _refuse_addresses(cell, shown)
        rebound = {name: tuple(cells) for name, cells in set_on.items() if len(cells) > 1}
        fixed = tuple(map(tuple, outputs))
        return Execution(fixed, tuple(drawings), names, rebound, sources.imported())

    def _run_cell(self, cell: Cell, number: int) -> list[NotebookNode]:
        self.outputs.begin()
        result = self.shell.run_cell(  # type: ignore[no-untyped-call]
            cell.source, store_history=True
        )
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
            self.outputs.add(
                v4.new_output("error", ename=ename, evalue=str(error), traceback=_traceback(error))
            )
        self.show()
        return self.outputs.end()

    def show(self) -> None:
        """Show the open figures at this place, and close them; ``plt.show`` does the same."""
        for number in plt.get_fignums():
            figure = plt.figure(number)
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                drawing = Drawing(
                    to_svg(figure), *size_in_pixels(figure), tuple(figure_data(figure))
                )
            for warning in warned:
                if not issubclass(warning.category, DeprecationWarning | PendingDeprecationWarning):
                    why = f"cell {self.cell.name!r}: while its figure was drawn: {warning.message}"
                    raise CellError(why, self.cell.line)
            self.outputs.add(
                v4.new_output("display_data", metadata={"drawing": len(self.drawings)})
            )
            self.drawings.append(drawing)
        plt.close("all")


_ADDRESS = re.compile(r"<[^\n]*? at 0x[0-9a-f]+>")


def _refuse_addresses(cell: Cell, outputs: list[NotebookNode]) -> None:
    """Refuse what is another text in each run: an object that is shown by its address."""
    for output in outputs:
        data = output.get("data", {})
        text = data.get("text/plain", "") if len(data) == 1 else output.get("text", "")
        if cell.shown and (found := _ADDRESS.search(text)):
            raise CellError(
                f"cell {cell.name!r} shows {found[0]}, an address that is another one in each run: end the "
                "cell with a semicolon, or show something that has a text of its own",
                cell.line,
            )


def _pythons_own_warning_filters() -> None:
    """Forget the filters of the build (or the test run) that this process was forked from."""
    warnings.resetwarnings()
    for quiet in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", quiet)
    warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")


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
