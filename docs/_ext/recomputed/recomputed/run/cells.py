"""What runs, how long it may, and what comes back of it; plain data that crosses between processes."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from nbformat import NotebookNode

from .snapshot import Data


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


@dataclass(frozen=True)
class Setting:
    """What surrounds every run: imports made once for all, matplotlib's style, limits.

    ``style`` names a dictionary of rcParams, ``"package.module.NAME"``. It is imported in each run, so that
    an edit of it counts. ``start`` says how processes begin; forked ones have the imports already.
    """

    imports: tuple[str, ...] = ()
    style: str = ""
    limits: Limits = LIMITS
    start: Literal["fork", "spawn"] = "fork" if sys.platform == "linux" else "spawn"


@dataclass(frozen=True)
class Cell:
    """One piece of code: its source, its line in the file, its name, and what its tags say.

    ``may_raise``: it is meant to raise; ``shown``: the reader sees its outputs.
    """

    source: str
    line: int
    name: str
    may_raise: bool = False
    shown: bool = True


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

    ``outputs`` and ``drawings`` hold the notebook outputs and the figures of each cell; the output that
    shows the n-th figure has ``{"drawing": n}`` in its metadata. ``names`` holds the variables as plain data.
    ``rebound`` names the variables that took several values, with the positions of the cells that set them: a
    sentence that quotes one of those could mean any of its values. ``sources`` has the modules that were
    imported from source files beside the course, not from installed packages, each with a hash of its file:
    with another file the result may be another.
    No line numbers: prose above a cell moves it, and changes nothing here.
    """

    outputs: tuple[tuple[NotebookNode, ...], ...]
    drawings: tuple[tuple[Drawing, ...], ...]
    names: dict[str, Data]
    rebound: dict[str, tuple[int, ...]]
    sources: Mapping[str, str] = field(default_factory=dict)


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
