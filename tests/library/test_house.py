"""The walls of the library: who may use whom, and what is public."""

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import ravine

REPOSITORY = Path(__file__).parents[2]
SOURCES = sorted((REPOSITORY / "src/ravine").rglob("*.py"))
ROOMS = [
    module.name
    for module in pkgutil.iter_modules(ravine.__path__)
    if not module.name.startswith("_")
]


def imported(text):
    """List what a program imports: modules, and names from modules."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_nothing_outside_course_imports_course():
    for path in SOURCES:
        if "course" not in path.parts:
            found = [
                name
                for name in imported(path.read_text("utf-8"))
                if name.startswith("ravine.course")
            ]
            assert found == [], path


def test_the_library_knows_nothing_of_the_site():
    for path in SOURCES:
        tops = {name.partition(".")[0] for name in imported(path.read_text("utf-8"))}
        assert not tops & {"sphinx", "ravine_site", "myst_nb", "docutils"}, path


def test_no_public_name_hides_a_module():
    assert not set(ravine.__all__) & set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_says_what_is_public_and_has_a_page(room):
    module = importlib.import_module(f"ravine.{room}")
    assert module.__doc__
    if room != "course":  # a folder of lecture's things, each under its own name
        assert all(hasattr(module, name) for name in module.__all__)
    assert (REPOSITORY / "docs/reference" / f"{room}.md").exists()


def test_what_the_package_exports_is_public_in_a_room():
    for name in ravine.__all__:
        assert any(hasattr(importlib.import_module(f"ravine.{room}"), name) for room in ROOMS), name


PROGRAMS = [
    *(REPOSITORY / "gallery").rglob("*.py"),
    *(REPOSITORY / "docs/_ext").rglob("*.py"),
    *(REPOSITORY / "benchmarks").glob("*.py"),
]
PAGES = [path for path in (REPOSITORY / "docs").rglob("*.md") if "_build" not in path.parts]


@pytest.mark.parametrize(
    "path", [*PROGRAMS, *PAGES], ids=lambda path: str(path.relative_to(REPOSITORY))
)
def test_no_page_and_no_script_reaches_into_a_private_name(path):
    imports = re.findall(
        r"from ravine[\w.]* import (?:\([^)]*\)|.*)|import ravine[\w.]*", path.read_text("utf-8")
    )
    private = [line for line in imports if re.search(r"[.\s,(]_[a-z]", line)]
    assert private == []
