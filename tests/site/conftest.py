"""Builds of small and real sites, each in a process of its own as an author's build is."""

import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.small import REPOSITORY, accept, build

CONF = Path(__file__).parent / "mini/conf.py"
PAGES = REPOSITORY / "tests/engine/mini"


@pytest.fixture(scope="session")
def accepted_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The engine's small course with the real site's configuration, and a ledger that agrees with it."""
    folder = tmp_path_factory.mktemp("accepted") / "mini"
    shutil.copytree(PAGES, folder, ignore=shutil.ignore_patterns("src", "lock.txt"))
    shutil.copy(CONF, folder / "docs/conf.py")
    for shared in ("_static", "_templates"):
        shutil.copytree(REPOSITORY / "docs" / shared, folder / "docs" / shared)
    for shared in ("requirements/docs.txt", "benchmarks/results.json"):
        (folder / shared).parent.mkdir()
        shutil.copy(REPOSITORY / shared, folder / shared)
    return accept(folder)


@pytest.fixture
def accepted(accepted_once: Path, tmp_path: Path) -> Path:
    """A copy of the small accepted site, to be changed and built again."""
    return shutil.copytree(accepted_once, tmp_path / "mini")


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
