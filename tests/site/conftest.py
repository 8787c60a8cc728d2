"""Builds of small and real sites, each in a process of its own as an author's build is."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

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
    command = [sys.executable, "-m", "sphinx", "-W", "-n", "-E", "-q", "-b", "html"]
    command += ["-d", "doctrees", *options, "docs", "out"]
    # RAVINE_REPOSITORY is for the small site only: it takes its configuration from the real one
    env = {**os.environ, "OMP_NUM_THREADS": "1", "RAVINE_REPOSITORY": str(repository)}
    env.pop("PYTHONPATH", None)
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return Build(done.returncode == 0, done.stdout + done.stderr, folder)


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


def copy_of_site(target: Path) -> Path:
    """Copy what the real site is made of, without what earlier builds left there."""
    for name in ("docs", "gallery", "src", "benchmarks"):
        generated = shutil.ignore_patterns("_build", "__pycache__", "*.md5")
        shutil.copytree(REPOSITORY / name, target / name, ignore=generated)
    shutil.rmtree(target / "docs" / "gallery", ignore_errors=True)
    return target


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The real site, built once for all tests that read it.

    It begins with what the docs session executed, if there is any, as the next build of an author would.
    """
    folder = copy_of_site(tmp_path_factory.mktemp("site"))
    executed = REPOSITORY / "docs" / "_build" / "cache"
    if executed.exists():
        shutil.copytree(executed, folder / "cache")
    return build(folder)


def change(path: Path, old: str, new: str) -> None:
    """Replace `old`, which must stand in the file exactly once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
