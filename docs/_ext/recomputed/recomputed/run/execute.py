"""Run the code of each page and each gallery script in a process of its own, several at once.

Each gets a fresh process, so none can see another's variables, random state, default dtype,
rcParams or warning filters. The build itself does not import matplotlib, nor what the course computes with. A
helper process does, while the build goes on, and computes nothing with them; on Linux the processes of pages
and scripts are forked from it. A page then costs its own run, not another import, and no library has a thread
pool yet that a fork could break. Elsewhere each process is started anew, which is slower and gives the same
outputs.

What happens inside of such a process stands in `worker`.
"""

import atexit
import ctypes
import gc
import math
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from typing import Generic, TypeVar

from .cells import Cell, CellError, Execution, Position, Setting

Name = TypeVar("Name")

MANY = 8
"""From so many runs on, what only some of them import is imported once for all."""


SIGXCPU: int | None = getattr(signal, "SIGXCPU", None)
"""What a system sends to a process that has used up its processor time; Windows has no such thing."""


DEFAULT = Setting()

PATIENCE = 600.0
"""Seconds beyond the wall limit after which a silent helper, which stops runs itself, is given up."""


def execute(cells: Sequence[Cell], setting: Setting = DEFAULT) -> Execution:
    """Run cells in order in a new process and return what they computed.

    Raises
    ------
    CellError
        If a cell raises that is not meant to (or does not raise although it is), if the run takes
        longer than a limit, or if the process dies.
    """
    ((_, answer),) = execute_all({"": cells}, setting)
    if isinstance(answer, CellError):
        raise answer
    return answer


def execute_all(
    codes: Mapping[Name, Sequence[Cell]], setting: Setting = DEFAULT
) -> Iterator[tuple[Name, Execution | CellError]]:
    """Run each list of cells in a process of its own, one a processor; yield each as it ends."""
    for name, answer, _ in Runs(codes, setting).answers():
        yield name, answer


class Runs(Generic[Name]):
    """Runs that have begun, in a helper process, in the order of `codes`."""

    def __init__(self, codes: Mapping[Name, Sequence[Cell]], setting: Setting = DEFAULT) -> None:
        self.codes = {name: tuple(cells) for name, cells in codes.items()}
        self.setting = setting
        self.helper: BaseProcess | None = None
        if self.codes:
            self.pipe, theirs = multiprocessing.Pipe(duplex=False)
            codes_in_order = list(self.codes.values())
            self.helper = _process(setting)(target=_help, args=(theirs, codes_in_order, setting))
            self.helper.start()
            theirs.close()
            atexit.register(self.end)  # a build that fails elsewhere must not wait for it

    def answers(self) -> Iterator[tuple[Name, Execution | CellError, float]]:
        """Yield what each name computed, or why not, and its seconds, as they come."""
        names = list(self.codes)
        waiting = dict.fromkeys(names)
        try:
            while waiting:
                heard = self._hear()
                if heard is None:
                    message = "the process that starts the runs died, or was silent for too long"
                    for name in waiting:
                        yield name, CellError(message, self.codes[name][0].line), 0.0
                    return
                number, answer, seconds = heard
                del waiting[names[number]]
                yield names[number], answer, seconds
        finally:
            self.end()

    def _hear(self) -> tuple[int, Execution | CellError, float] | None:
        """Return the next answer, or None if the helper is dead or silent."""
        try:
            if not self.pipe.poll(self.setting.limits.wall + PATIENCE):
                return None
            heard: tuple[int, Execution | CellError, float] = self.pipe.recv()
        except EOFError:
            return None
        return heard

    def end(self) -> None:
        """See that the helper is gone; what it has started goes with it."""
        atexit.unregister(self.end)
        if self.helper is not None:
            self.helper.kill()
            self.helper.join()
            self.helper = None
            self.pipe.close()


def _help(pipe: Connection, codes: Sequence[tuple[Cell, ...]], setting: Setting) -> None:
    """Import what all runs need, run them, and send each answer: its number, itself, its seconds."""
    end_with_parent()
    from . import worker  # imports matplotlib, once

    if len(codes) >= MANY:
        worker.import_more(setting.imports)
        worker.draw_once(setting.style)
    gc.freeze()  # a collection in a run would touch, and so copy, all that was imported before
    for number, answer, seconds in _run_all(codes, setting):
        pipe.send((number, answer, seconds))
    pipe.close()


def _run_all(
    codes: Sequence[tuple[Cell, ...]], setting: Setting
) -> Iterator[tuple[int, Execution | CellError, float]]:
    waiting = list(enumerate(codes))
    running: dict[Connection, tuple[int, _Run]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < (os.cpu_count() or 1):
                number, cells = waiting.pop(0)
                run = _Run(cells, setting)
                running[run.pipe] = number, run
            patience = min(run.deadline for _, run in running.values()) - time.monotonic()
            answered = wait(list(running), timeout=max(0.0, patience))
            overdue = [p for p, (_, run) in running.items() if run.deadline <= time.monotonic()]
            for pipe in dict.fromkeys([*answered, *overdue]):
                assert isinstance(pipe, Connection)
                number, run = running.pop(pipe)
                answer = run.answer() if pipe in answered else run.never_ended()
                run.end()
                yield number, answer, time.monotonic() - run.began
    finally:
        for _, run in running.values():
            run.end()


def _process(setting: Setting) -> type[BaseProcess]:
    if setting.start == "fork":
        return multiprocessing.get_context("fork").Process
    return multiprocessing.get_context("spawn").Process


def end_with_parent() -> None:
    """Ask Linux to end this process with the one that started it, however that one ends."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


class _Run:
    """One process, the pipe its answer comes through, its folder, and which cell it is at."""

    def __init__(self, cells: tuple[Cell, ...], setting: Setting) -> None:
        self.cells, self.limits, self.began = cells, setting.limits, time.monotonic()
        self.deadline = self.began + self.limits.wall
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.pipe, theirs = multiprocessing.Pipe(duplex=False)
        self.at = RawValue("i", 0)
        given = (theirs, cells, self.folder.name, setting, self.at)
        self.process = _process(setting)(
            target=_serve, args=given
        )  # no daemon: code may start processes
        self.process.start()
        theirs.close()

    def answer(self) -> Execution | CellError:
        """Return what came through the pipe, or that the process died."""
        try:
            answer: Execution | CellError = self.pipe.recv()
        except EOFError:
            self.process.join()
            code = self.process.exitcode
            if SIGXCPU is not None and code == -SIGXCPU:
                took = f"more than {self.limits.cpu:g} s of processor time"
                return self._stopped(f"took {took}: make it do less, or raise recomputed_cpu_limit")
            return self._stopped(f"ended its process (exit code {code}){self._last_words()}")
        return answer

    def never_ended(self) -> CellError:
        """Return the error of a run that seems to wait for ever."""
        waited = f"was not over after {self.limits.wall:g} s"
        return self._stopped(f"{waited}: if it does not wait for ever, raise recomputed_wall_limit")

    def _last_words(self) -> str:
        """Return what was written to stderr last, which may say why a process died."""
        try:
            written = Path(self.folder.name, "stderr").read_text("utf-8", "replace").strip()
        except OSError:
            return ""
        return f":\n{written[-1000:]}" if written else ""

    def _stopped(self, why: str) -> CellError:
        cell = self.cells[self.at.value]
        return CellError(f"cell {cell.name!r} {why}", cell.line)

    def end(self) -> None:
        """See that the process is gone, with all that it started, and leaves nothing behind."""
        with suppress(OSError, AttributeError):  # it is gone already; or Windows, without groups
            os.killpg(self.process.pid or 0, signal.SIGKILL)
        self.process.kill()
        self.process.join()
        self.pipe.close()
        self.folder.cleanup()


def _serve(
    pipe: Connection, cells: tuple[Cell, ...], folder: str, setting: Setting, at: Position
) -> None:
    """Run the cells of one page or script in this process, which has nothing else to do."""
    end_with_parent()
    if hasattr(os, "setsid"):
        os.setsid()  # what it starts belongs to its group, and ends with it
    from . import worker

    limit_processor_time(setting.limits.cpu)
    worker.serve(pipe, cells, folder, setting, at)


def limit_processor_time(seconds: float) -> None:
    """Ask the system to end this process when it has computed for so many seconds more."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(used.ru_utime + used.ru_stime + seconds)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    if most == resource.RLIM_INFINITY or until < most:
        resource.setrlimit(resource.RLIMIT_CPU, (until, most))
