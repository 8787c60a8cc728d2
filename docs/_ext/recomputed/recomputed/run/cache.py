"""What builds keep for the next one, so that only what can have changed is computed again.

An execution is kept under everything that its result depends on: the code itself, the source files that the
run imported, the modules here that run code, the lock file, the installed packages, Python and the machine.
Prose is no part of it. Which files a run imports depends on its code and on these files; so there are two
entries, one that names them, and one with the result, under their contents. An entry carries its own
checksum: one that was cut short by a full disk or a killed build counts as absent.
"""

import functools
import hashlib
import json
import os
import pickle
import platform
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from importlib.metadata import distributions
from pathlib import Path
from typing import TypeVar

from . import sources
from .cells import Cell, Execution
from .sources import hash_of_file

Kept = TypeVar("Kept")

KEPT_FOR = 30 * 24 * 3600
"""Seconds after its last use until an entry is deleted."""

_HERE = Path(__file__).parent
_CHECKSUM = hashlib.sha256().digest_size


def surroundings(lock: Path | None = None, style: str = "") -> str:
    """Return a hash of all that a result depends on besides the code and what it imports.

    With a lock, only the packages that it pins count: what else is installed computes nothing here.
    """
    files = sorted(_HERE.glob("*.py"))
    needed = None
    if lock is not None and lock.exists():
        files.append(lock)
        needed = pins(lock).keys()
    hashes = (f"{file.name}\n{hash_of_file(file)}" for file in files)
    packages = (f"{name} {text}" for name, (_, text) in sorted(installed(needed).items()))
    return hash_of(*hashes, style, _machine(), *packages)


def _with_sources(first: str, hashes: Mapping[str, str]) -> str:
    """Return the name of the entry with the result of cells, made with these source files."""
    return hash_of(first, *(f"{name} {text}" for name, text in hashes.items()))


def hash_of(*parts: str) -> str:
    """Return a hash of several texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@functools.cache
def _machine() -> str:
    """Name Python and the machine; neither changes under a process."""
    return f"{sys.version}\n{platform.platform()}\n{processor()}"


def pins(lock: Path) -> dict[str, str]:
    """Return what a lock file pins: versions by normalized names."""
    found = re.findall(r"^([\w.-]+)==([^\s;]+)", lock.read_text("utf-8"), re.MULTILINE)
    return {_normalized(name): version for name, version in found}


@functools.cache
def _installed() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for package in distributions():
        name = _normalized(package.metadata["Name"] or "")
        # the list of all files with their hashes; a package that is edited in place has none
        record = package.read_text("RECORD") or package.read_text("METADATA") or ""
        found.setdefault(name, (package.version, hash_of(package.version, record)))
    return found


def installed(needed: Set[str] | None = None) -> dict[str, tuple[str, str]]:
    """Return the installed packages by name: the version, and a hash of what was installed."""
    return {n: kept for n, kept in _installed().items() if needed is None or n in needed}


def not_the_locks(lock: Path) -> list[tuple[str, str, str]]:
    """Return the packages whose version is not that of the lock: name, what is installed, what is pinned."""
    found = installed()
    return [
        (name, found[name][0], pinned)
        for name, pinned in sorted(pins(lock).items())
        if name in found and found[name][0].partition("+")[0] != pinned.partition("+")[0]
    ]


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def processor() -> str:
    """Say what the processor can do: torch and NumPy choose their kernels by it, and sums differ."""
    told = [os.environ.get("ATEN_CPU_CAPABILITY", ""), platform.machine(), platform.processor()]
    try:
        first = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("\n\n")[0]
    except OSError:
        return " ".join(told)
    said = ("vendor_id", "cpu family", "model", "flags", "Features")  # the last one on ARM
    return " ".join(told + [line for line in first.splitlines() if line.startswith(said)])


@dataclass(frozen=True)
class Cache:
    """A folder of entries, one file each, under a hash of what they were made of."""

    folder: Path
    surroundings: str
    data: Mapping[str, Path] = field(default_factory=dict)
    """Files that code may read, by the environment variable that says where they are."""
    checksums: dict[str, str] = field(default_factory=dict)
    """Of each entry that was read or written, by its key; of an execution by the first of its two."""

    def key(self, cells: Sequence[Cell]) -> str:
        """Return the name of the entry that says what these cells imported when they last ran."""
        code = repr([(cell.source, cell.may_raise, cell.shown) for cell in cells])
        code += "".join(hash_of_file(file) for name, file in self.data.items() if name in code)
        return hashlib.sha256(f"{self.surroundings}\n{code}".encode()).hexdigest()

    def get(self, cells: Sequence[Cell]) -> Execution | None:
        """Return what these cells computed before, or None."""
        first = self.key(cells)
        names = self._read(first)
        if not isinstance(names, tuple):
            return None
        second = _with_sources(first, {name: sources.now(name) for name in names})
        execution = self._read(second)
        if not isinstance(execution, Execution):
            return None
        self.checksums[first] = self.checksums[second]
        return execution

    def put(self, cells: Sequence[Cell], execution: Execution) -> None:
        """Keep what these cells computed."""
        first = self.key(cells)
        second = _with_sources(first, execution.sources)
        # without the hashes, so that a new comment in a library module is no new result
        self._write(second, replace(execution, sources={}))
        self._write(first, tuple(execution.sources))
        self.checksums[first] = self.checksums[second]

    def recall(self, made_by: Sequence[Path], text: str, compute: Callable[[], Kept]) -> Kept:
        """Return what is computed from a text by the code in some files, or was by the same code."""
        kept = self._read(self._key(made_by, text))
        if kept is None:
            kept = compute()
            self.replace(made_by, text, kept)
        result: Kept = kept  # type: ignore[assignment]
        return result

    def replace(self, made_by: Sequence[Path], text: str, entry: object) -> None:
        """Keep something else in the place of what `recall` returns."""
        self._write(self._key(made_by, text), entry)

    def _key(self, made_by: Sequence[Path], text: str) -> str:
        return hash_of(self.surroundings, *map(hash_of_file, made_by), text)

    def _read(self, key: str) -> object:
        """Return an entry, or None if there is none, or one that is damaged."""
        path = self.folder / key
        try:
            content = path.read_bytes()
            path.touch()
        except OSError:
            return None
        checksum, payload = content[:_CHECKSUM], content[_CHECKSUM:]
        if hashlib.sha256(payload).digest() != checksum:
            return None
        self.checksums[key] = checksum.hex()
        entry: object = pickle.loads(payload)
        return entry

    def _write(self, key: str, entry: object) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        payload = pickle.dumps(entry)
        checksum = hashlib.sha256(payload).digest()
        draft = (self.folder / key).with_suffix(".new")
        draft.write_bytes(checksum + payload)
        draft.replace(draft.with_suffix(""))
        self.checksums[key] = checksum.hex()

    def durations(self) -> dict[str, float]:
        """Return how long each page and script ran when it was last executed, by its file's name."""
        try:
            known = json.loads((self.folder / "durations.json").read_text("utf-8"))
        except (OSError, ValueError):
            return {}  # they only decide who begins
        return known if isinstance(known, dict) else {}

    def note_durations(self, seconds: Mapping[str, float]) -> None:
        """Remember how long runs took."""
        if seconds:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft = self.folder / "durations.new"
            draft.write_text(json.dumps(self.durations() | dict(seconds)), encoding="utf-8")
            draft.replace(self.folder / "durations.json")

    def forget_unused(self) -> None:
        """Delete the entries that no build has used for a long time."""
        for path in self.folder.glob("*"):
            if path.stat().st_mtime < time.time() - KEPT_FOR:
                path.unlink(missing_ok=True)
