"""Run the code of each page and each gallery script in a process of its own, several at once.

Each gets a fresh process, so none can see another's variables, random state, default dtype,
rcParams or warning filters. The build itself imports neither torch nor matplotlib. A helper process does,
while the build goes on, and computes nothing with them; on Linux the processes of pages and scripts are
forked from it. A page then costs its own run, not another import, and torch has no thread pool yet that a
fork could break. Elsewhere each process is started anew, which is slower and gives the same outputs.

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
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import RawValue
from typing import Generic, Protocol, TypeVar

from nbformat import NotebookNode

from .snapshot import Data

Name = TypeVar("Name")

MANY = 8
"""From so many runs on, what only some of them import is imported once for all."""


SIGXCPU: int | None = getattr(signal, "SIGXCPU", None)
"""What a system sends to a process that has used up its processor time; Windows has no such thing."""


@dataclass(frozen=True)
class Limits:
    """How long one page or script may take before it is stopped and reported, in seconds.

    ``cpu`` is time of the processor, so the answer does not depend on what else a machine does. A run that
    waits for something that never comes takes none; only such a one meets ``wall``, which is far longer.
    Where a system counts no processor time for us (Windows), ``wall`` is the only limit.
    """

    cpu: float = 300.0
    wall: float = 3600.0


LIMITS = Limits()

PATIENCE = 600.0
"""Seconds beyond the wall limit after which a silent helper, which stops runs itself, is given up."""


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
    any of its values. ``sources`` has the modules that were imported from source files beside the course,
    not from installed packages, each with a hash of its file: with another file the result may be another.
    No line numbers: prose above a cell moves it, and changes nothing here.
    """

    outputs: tuple[tuple[NotebookNode, ...], ...]
    drawings: tuple[tuple[Drawing, ...], ...]
    names: dict[str, Data]
    rebound: dict[str, tuple[int, ...]]
    sources: dict[str, str] = field(default_factory=dict)


class Position(Protocol):
    """Which cell a run is at, seen from other processes."""

    value: int


class CellError(Exception):
    """A cell raised, took too long, or its process died."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message, line)  # both, so that the error survives the way through the pipe
        self.line = line

    def __str__(self) -> str:
        """Return the message alone."""
        return str(self.args[0])


def execute(cells: Sequence[Cell], limits: Limits = LIMITS) -> Execution:
    """Run cells in order in a new process and return what they computed.

    Raises
    ------
    CellError
        If a cell raises that is not meant to (or does not raise although it is), if the run takes
        longer than a limit, or if the process dies.
    """
    ((_, answer),) = execute_all({"": cells}, limits)
    if isinstance(answer, CellError):
        raise answer
    return answer


def execute_all(
    codes: Mapping[Name, Sequence[Cell]], limits: Limits = LIMITS
) -> Iterator[tuple[Name, Execution | CellError]]:
    """Run each list of cells in a process of its own, one a processor; yield each as it ends."""
    for name, answer, _ in Runs(codes, limits).answers():
        yield name, answer


class Runs(Generic[Name]):
    """Runs that have begun, in a helper process, in the order of `codes`."""

    def __init__(self, codes: Mapping[Name, Sequence[Cell]], limits: Limits = LIMITS) -> None:
        self.codes = {name: tuple(cells) for name, cells in codes.items()}
        self.limits = limits
        self.helper: BaseProcess | None = None
        if self.codes:
            self.pipe, theirs = multiprocessing.Pipe(duplex=False)
            codes_in_order = list(self.codes.values())
            self.helper = _process()(target=_help, args=(theirs, codes_in_order, limits))
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
            if not self.pipe.poll(self.limits.wall + PATIENCE):
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


def _help(pipe: Connection, codes: Sequence[tuple[Cell, ...]], limits: Limits) -> None:
    """Import what all runs need, run them, and send each answer: its number, itself, its seconds."""
    end_with_parent()
    from . import worker  # torch and matplotlib are imported here, once

    if len(codes) >= MANY:
        worker.import_more()
    gc.freeze()  # a collection in a run would touch, and so copy, all that was imported before
    for number, answer, seconds in _run_all(codes, limits):
        pipe.send((number, answer, seconds))
    pipe.close()


def _run_all(
    codes: Sequence[tuple[Cell, ...]], limits: Limits
) -> Iterator[tuple[int, Execution | CellError, float]]:
    waiting = list(enumerate(codes))
    running: dict[Connection, tuple[int, _Run]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < (os.cpu_count() or 1):
                number, cells = waiting.pop(0)
                run = _Run(cells, limits)
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


def _process() -> type[BaseProcess]:
    if sys.platform == "linux":
        return multiprocessing.get_context("fork").Process
    return multiprocessing.get_context("spawn").Process


def end_with_parent() -> None:
    """Ask Linux to end this process with the one that started it, however that one ends."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


class _Run:
    """One process, the pipe its answer comes through, its folder, and which cell it is at."""

    def __init__(self, cells: tuple[Cell, ...], limits: Limits) -> None:
        self.cells, self.limits, self.began = cells, limits, time.monotonic()
        self.deadline = self.began + limits.wall
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.pipe, theirs = multiprocessing.Pipe(duplex=False)
        self.at = RawValue("i", 0)
        given = (theirs, cells, self.folder.name, limits.cpu, self.at)
        self.process = _process()(target=_serve, args=given, daemon=True)
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
                return self._stopped(f"took {took}: make it do less, or raise ravine_cpu_limit")
            return self._stopped(f"ended its process (exit code {code})")
        return answer

    def never_ended(self) -> CellError:
        """Return the error of a run that seems to wait for ever."""
        waited = f"was not over after {self.limits.wall:g} s"
        return self._stopped(f"{waited}: if it does not wait for ever, raise ravine_wall_limit")

    def _stopped(self, why: str) -> CellError:
        cell = self.cells[self.at.value]
        return CellError(f"cell {cell.name!r} {why}", cell.line)

    def end(self) -> None:
        """See that the process is gone and leaves nothing behind."""
        self.process.kill()
        self.process.join()
        self.pipe.close()
        self.folder.cleanup()


def _serve(
    pipe: Connection, cells: tuple[Cell, ...], folder: str, cpu_limit: float, at: Position
) -> None:
    """Run the cells of one page or script in this process, which has nothing else to do."""
    end_with_parent()
    from . import worker

    limit_processor_time(cpu_limit)
    worker.serve(pipe, cells, folder, at)


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
