"""The runs of a sweep over several threads, processes or machines."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from ravine.sweeps._blocks import Ends, Settings, of_runs

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

RUNS_PER_TASK = 65_536
LEAST_RUNS_PER_THREAD = 8192  # fewer are not worth handing over


class Work(Protocol):
    """What makes runs: a `ravine.sweeps._blocks.Problem`, or a kernel made of it."""

    def run(self, settings: Settings, ends: Ends) -> Ends:
        """Make the runs from the starts in `ends`, fill it and return it."""


def spread(
    work: Work, settings: Settings, ends: Ends, executor: Executor | None, *, threads: int
) -> Iterator[tuple[slice, Ends]]:
    """Fill the ends, and yield piece after piece in the order in which they are finished."""
    total = ends.runs
    least = 1 if executor is not None else LEAST_RUNS_PER_THREAD
    several = executor is not None or threads > 1
    size = min(RUNS_PER_TASK, max(least, -(-total // 16))) if several else RUNS_PER_TASK
    pieces = [slice(first, first + size) for first in range(0, total, size)]
    if executor is not None:
        for piece, found in _through(executor, work, settings, ends, pieces):
            ends.put(piece, found)
            yield piece, found
    elif threads > 1 and len(pieces) > 1:
        from concurrent.futures import ThreadPoolExecutor  # here, so that importing stays light

        own = ThreadPoolExecutor(threads)
        try:
            yield from _through(own, work, settings, ends, pieces)
        finally:
            own.shutdown(cancel_futures=True)  # after an error or Ctrl-C, not to the end
    else:
        for piece in pieces:
            yield piece, work.run(of_runs(settings, piece), ends.piece(piece))


def cores() -> int:
    """Return how many threads may compute: the cores of this process, or OMP_NUM_THREADS."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        return os.cpu_count() or 1


def _through(
    executor: Executor, work: Work, settings: Settings, ends: Ends, pieces: list[slice]
) -> Iterator[tuple[slice, Ends]]:
    """Send every piece to the executor; make here what its dying workers did not deliver."""
    from concurrent.futures import BrokenExecutor, CancelledError, as_completed
    from pickle import PicklingError

    sent: dict[Future[Ends], slice] = {}
    lost: list[slice] = []
    for piece in pieces:
        try:
            sent[executor.submit(work.run, of_runs(settings, piece), ends.piece(piece))] = piece
        except BrokenExecutor:
            lost.append(piece)
    for future in as_completed(sent):
        try:
            found = future.result()
        except (BrokenExecutor, CancelledError):
            lost.append(sent[future])
        except (PicklingError, AttributeError) as error:
            error.add_note(_HOW_TO_SEND)
            raise
        else:
            yield sent[future], found
        del sent[future]  # and its result
    if lost:
        warnings.warn(
            f"the executor lost {len(lost)} of {len(pieces)} pieces of the sweep; they are "
            "computed in this process",
            RuntimeWarning,
            stacklevel=4,
        )
    for piece in lost:
        yield piece, work.run(of_runs(settings, piece), ends.piece(piece))


_HOW_TO_SEND = (
    "executor: what goes to another process must be found there by its name. The objectives of "
    "ravine are; a function of your own is if a module defines it with def."
)
