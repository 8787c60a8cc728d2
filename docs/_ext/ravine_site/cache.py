"""Executions kept from build to build, so that only what can have changed is executed again.

An entry's key covers everything that its result depends on: the code itself, the text of every
`ravine` module and of the modules here that run code, the lock file, the installed packages,
Python and the machine. Prose is no part of it. An entry carries its own checksum: one that was cut short
by a full disk or a killed build counts as absent.
"""

import functools
import hashlib
import pickle
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

import torch

import ravine

from .execute import Cell, Execution

KEPT_FOR = 30 * 24 * 3600
"""Seconds after its last use until an entry is deleted."""

_HERE = Path(__file__).parent
_RUNS_CODE = ("cache", "execute", "figure_data", "figures", "snapshot")
_CHECKSUM = hashlib.sha256().digest_size


def surroundings(lock: Path | None = None) -> str:
    """Return a hash of all that a result depends on besides the code that was run."""
    modules = sorted(Path(ravine.__file__).parent.rglob("*.py"))
    files = [*modules, *(_HERE / f"{name}.py" for name in _RUNS_CODE)]
    if lock is not None and lock.exists():
        files.append(lock)
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}\n".encode() + hashlib.sha256(file.read_bytes()).digest())
    digest.update(_machine().encode())
    return digest.hexdigest()


@functools.cache
def _machine() -> str:
    """Name Python, the machine and the installed packages; none of them changes under a process."""
    packages = sorted(f"{d.name}=={d.version}" for d in distributions())
    # torch chooses its kernels by what the processor can do, and sums differ in their last digits
    processor = torch.backends.cpu.get_cpu_capability()
    return "\n".join([sys.version, platform.platform(), processor, *packages])


@dataclass(frozen=True)
class Cache:
    """A folder of executions, one file each, under a hash of the code and its surroundings."""

    folder: Path
    surroundings: str

    def _path(self, cells: Sequence[Cell]) -> Path:
        code = repr([(cell.source, cell.may_raise) for cell in cells])
        return self.folder / hashlib.sha256(f"{self.surroundings}\n{code}".encode()).hexdigest()

    def get(self, cells: Sequence[Cell]) -> Execution | None:
        """Return what these cells computed before, or None."""
        path = self._path(cells)
        try:
            content = path.read_bytes()
            path.touch()
        except OSError:
            return None
        checksum, payload = content[:_CHECKSUM], content[_CHECKSUM:]
        if hashlib.sha256(payload).digest() != checksum:
            return None
        execution: Execution = pickle.loads(payload)
        return execution

    def put(self, cells: Sequence[Cell], execution: Execution) -> None:
        """Keep what these cells computed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        payload = pickle.dumps(execution)
        draft = self._path(cells).with_suffix(".new")
        draft.write_bytes(hashlib.sha256(payload).digest() + payload)
        draft.replace(draft.with_suffix(""))

    def forget_unused(self) -> None:
        """Delete the entries that no build has used for a long time."""
        for path in self.folder.glob("*"):
            if path.stat().st_mtime < time.time() - KEPT_FOR:
                path.unlink(missing_ok=True)
