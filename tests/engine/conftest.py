"""The small course of the engine: no word of Ravine in it."""

import shutil
from pathlib import Path

import pytest

from tests.small import accept

MINI = Path(__file__).parent / "mini"


@pytest.fixture(scope="session")
def accepted_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small course, built once, with a ledger that agrees with it."""
    folder = tmp_path_factory.mktemp("accepted") / "mini"
    return accept(shutil.copytree(MINI, folder, ignore=shutil.ignore_patterns("__pycache__")))


@pytest.fixture
def accepted(accepted_once: Path, tmp_path: Path) -> Path:
    """A copy of the small accepted course, to be changed and built again."""
    return shutil.copytree(accepted_once, tmp_path / "mini")
