"""Small courses, built as an author builds them, each build in a process of its own."""

import atexit
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import recomputed.run.execute
from recomputed.run.cells import LIMITS, Cell, Execution, Limits, Setting

from tests import builds

REPOSITORY = Path(__file__).parents[1]
ENGINE = REPOSITORY / "docs/_ext/recomputed"
ACCEPT = ("-D", "recomputed_accept=1")


@dataclass(frozen=True)
class Build:
    """A finished build: whether it passed, what it said, and where its pages are."""

    passed: bool
    messages: str
    folder: Path

    def page(self, name: str) -> str:
        return (self.folder / "out" / name).read_text(encoding="utf-8")


def build(folder: Path, *options: str, anew: bool = True, strict: bool = True, **env: str) -> Build:
    """Build ``folder/docs`` into ``folder/out``, from nothing but kept executions or from the last build."""
    wanted = [*(["-W"] if strict else []), *(["-E"] if anew else [])]
    arguments = [*wanted, "-n", "-q", "-b", "html", "-d", "doctrees", *options, "docs", "out"]
    around = {**os.environ, "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg", "RECOMPUTED": str(ENGINE)}
    around.pop("PYTHONPATH", None)
    done = forks().run("sphinx", *arguments, folder=folder, env={**around, **env})
    return Build(done.code == 0, done.said, folder)


@cache
def forks() -> builds.Forks:
    """The process of this test run that builds are forked from."""
    started = builds.Forks()
    atexit.register(started.__exit__)
    return started


def execute(cells: Sequence[Cell], limits: Limits = LIMITS) -> Execution:
    """Run cells as a build does, in a process of their own; torch is imported before (see `builds`)."""
    setting = Setting(limits=limits)
    answer: Execution = forks().call(recomputed.run.execute.execute, tuple(cells), setting)
    return answer


def change(path: Path, old: str, new: str) -> None:
    """Replace `old`, which must stand in the file exactly once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def files_in(folder: Path) -> dict[str, bytes]:
    """Return the files of a built site, by name; not Sphinx's own note of how it was built."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in found}
    return {name: path.read_bytes() for name, path in names.items() if name != ".buildinfo"}


def accept(folder: Path) -> Path:
    """Build a course and accept what it computes."""
    first = build(folder, *ACCEPT)
    assert first.passed, first.messages
    return folder


def copy_of(course: Path, target: Path) -> Path:
    """Copy a course without what builds leave there."""
    return shutil.copytree(
        course, target, ignore=shutil.ignore_patterns("out", "doctrees", "cache")
    )
