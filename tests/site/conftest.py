"""Builds of small and real sites, each in a process of its own as an author's build is."""

import atexit
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import ravine_site.execute
from bs4 import BeautifulSoup
from ravine_site.execute import LIMITS, Cell, Execution, Limits

from tests import builds

REPOSITORY = Path(__file__).parent.parent.parent
MINI = Path(__file__).parent / "mini"
ACCEPT = ("-D", "ravine_accept=1")


@dataclass(frozen=True)
class Build:
    """A finished build: whether it passed, what it said, and where its pages are."""

    passed: bool
    messages: str
    folder: Path

    def page(self, name: str) -> str:
        return (self.folder / "out" / name).read_text(encoding="utf-8")


def build(folder: Path, *options: str, repository: Path = REPOSITORY) -> Build:
    """Build ``folder/docs`` into ``folder/out`` the way the docs session does."""
    arguments = ["-W", "-n", "-E", "-q", "-b", "html", "-d", "doctrees", *options, "docs", "out"]
    # RAVINE_REPOSITORY is for the small site only: it takes its configuration from the real one
    env = {**os.environ, "OMP_NUM_THREADS": "1", "RAVINE_REPOSITORY": str(repository)}
    env.pop("PYTHONPATH", None)
    done = forks().run("sphinx", *arguments, folder=folder, env=env)
    return Build(done.code == 0, done.said, folder)


@cache
def forks() -> builds.Forks:
    """The process of this test run that builds are forked from."""
    started = builds.Forks()
    atexit.register(started.__exit__)
    return started


@pytest.fixture(scope="session")
def accepted_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small site, built once, with a ledger that agrees with it."""
    folder = tmp_path_factory.mktemp("accepted") / "mini"
    shutil.copytree(MINI, folder)
    for shared in ("_static", "_templates"):
        shutil.copytree(REPOSITORY / "docs" / shared, folder / "docs" / shared)
    first = build(folder, *ACCEPT)
    assert first.passed, first.messages
    return folder


@pytest.fixture
def accepted(accepted_once: Path, tmp_path: Path) -> Path:
    """A copy of the small accepted site, to be changed and built again."""
    return shutil.copytree(accepted_once, tmp_path / "mini")


def execute(cells: Sequence[Cell], limits: Limits = LIMITS) -> Execution:
    """Run cells as a build does, in a process of their own; torch is imported before (see `builds`)."""
    answer: Execution = forks().call(ravine_site.execute.execute, tuple(cells), limits)
    return answer


def copy_of_site(target: Path) -> Path:
    """Copy what the real site is made of, without what earlier builds left there."""
    for name in ("docs", "gallery", "src", "benchmarks", "requirements"):
        generated = shutil.ignore_patterns("_build", "__pycache__", "*.md5")
        shutil.copytree(REPOSITORY / name, target / name, ignore=generated)
    shutil.rmtree(target / "docs" / "gallery", ignore_errors=True)
    return target


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real site: the one that the docs session has made of these sources, or else one made here.

    The session that runs the tests says if there is one (see `noxfile.py`). What is made here begins with
    the executions that are kept, as the next build of an author would.
    """
    if made := os.environ.get("RAVINE_MADE"):
        return Path(made)
    folder = copy_of_site(tmp_path_factory.mktemp("site"))
    executed = REPOSITORY / "docs" / "_build" / "cache"
    if executed.exists():
        shutil.copytree(executed, folder / "cache")
    made_here = build(folder)
    assert made_here.passed, made_here.messages
    return folder / "out"


@pytest.fixture(scope="session")
def page(site: Path) -> Callable[[str], BeautifulSoup]:
    """What reads a page of the real site; each is read once."""

    @cache
    def read(name: str) -> BeautifulSoup:
        return BeautifulSoup((site / name).read_text("utf-8"), "html.parser")

    return read


def change(path: Path, old: str, new: str) -> None:
    """Replace `old`, which must stand in the file exactly once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
