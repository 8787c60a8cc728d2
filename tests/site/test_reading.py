"""A build that goes on from the last good one publishes, byte for byte, what a clean build would."""

import importlib.util
import os
import runpy
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import REPOSITORY, change, forks

MORE = {
    "docs/01-1-first.md": """# First part

+++ {"slide": "A sum"}

The slope is {val}`plot_0_1_line::slope:g`, and {doc}`index` says more.

+++ {}

This is said. See {ref}`fig-line`.
""",
    "docs/01-2-second.md": """# Second part

+++ {"slide": "Another"}

A formula, $x^2$, on a slide.
""",
    "docs/facts.md": """# Facts

There are {build}`values` values and {build}`formulas` formulas.

::::{question} which-slope
:answer: plot_0_1_line::slope:g

Which slope has the line?
::::
""",
}


class Refused(Exception):  # noqa: N818 (the build refuses, it does not err)
    """A build failed."""


class Session:
    """What noxfile.py needs of nox, with the commands it ran."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.said = ""

    def run(self, *command: str, env: dict[str, str | None], **_: object) -> None:
        self.commands.append(list(command))
        env = {**os.environ, **env, "FORCE_COLOR": None, "NO_COLOR": "1"}  # its lines are read here
        merged = {name: value for name, value in env.items() if value is not None}
        program, *arguments = command
        assert Path(program).name == "sphinx-build"
        done = forks().run("sphinx", *arguments, folder=Path.cwd(), env=merged)
        self.said += done.said
        if done.code:
            raise Refused(self.said)

    def log(self, message: str) -> None:
        self.said += message

    warn = log


class Repository:
    """The small site as a repository with the real noxfile, which is called as nox calls it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        nox = types.ModuleType("nox")
        nox.session = lambda function: function
        nox.options = types.SimpleNamespace()
        nox.Session = Session
        monkeypatch.setitem(sys.modules, "nox", nox)
        spec = importlib.util.spec_from_file_location("small_noxfile", folder / "noxfile.py")
        self.noxfile = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.noxfile)

    def build(self, *options: str) -> Session:
        """Build the site; return what was run for it."""
        session = Session()
        self.noxfile.build_site(session, Path(sys.prefix), *options)
        return session

    def build_cleanly(self) -> None:
        """Build the site from nothing but kept executions."""
        (self.folder / "docs/_build/last-good.json").unlink()
        assert "-E" in self.build().commands[0]

    def site(self) -> dict[str, bytes]:
        """Return the published files."""
        root = self.folder / "docs/_build/html"
        paths = sorted(path for path in root.rglob("*") if path.is_file())
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}

    def change(self, name: str, old: str, new: str) -> None:
        change(self.folder / name, old, new)


ACCEPT = ("-D", "ravine_accept=1")


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The repository that all tests use in turn, built."""
    folder = tmp_path_factory.mktemp("reading") / "ravine"
    folder.mkdir()
    runpy.run_path(str(REPOSITORY / "tests/faults/run.py"))["copy_small_site"](folder)
    for name, text in MORE.items():
        (folder / name).write_text(text, encoding="utf-8")
    change(folder / "docs/index.md", "other\n", "other\n01-1-first\n01-2-second\nfacts\n")
    with pytest.MonkeyPatch.context() as monkeypatch:
        small = Repository(folder, monkeypatch)
        small.build(*ACCEPT)
        yield small


@pytest.fixture(scope="module")
def written(built_once) -> dict[Path, bytes]:
    """What the sources were before any test."""
    folder = built_once.folder
    edited = [
        *folder.glob("docs/*.md"),
        *folder.glob("gallery/*/*.py"),
        folder / "docs/ledger.json",
    ]
    return {path: path.read_bytes() for path in edited}


@pytest.fixture
def repository(built_once, written) -> Repository:
    """The repository with its sources as they were; the site is that of the test before."""
    for path, content in written.items():
        if path.read_bytes() != content:
            path.write_bytes(content)
    return built_once


@pytest.fixture
def built(repository) -> Repository:
    """The repository with its sources as they were, and the site built from them."""
    repository.build()
    return repository


EDITS: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "prose": (("docs/index.md", "The sum is", "Now the sum is", ""),),
    "a slide": (("docs/01-2-second.md", "on a slide", "on another slide", ""),),
    "a page's last mark": (("docs/01-2-second.md", '+++ {"slide": "Another"}\n', "", ""),),
    "a title": (("docs/other.md", "# Other", "# The other page", ""),),
    "a new section with a label": (
        ("docs/other.md", "# Other", "# Other\n\n(here)=\n## Here", ""),
    ),
    "a script's prose": (("gallery/lecture_0/plot_0_1_line.py", "The line rises", "It rises", ""),),
    "code that computes the same": (("docs/index.md", "0.5 + 0.25", "0.25 + 0.5", ""),),
    "a page's last cell": (("docs/other.md", '"total" in globals()\n', "", "accept"),),
    "a formula": (("docs/01-2-second.md", "$x^2$", "$x^3$", ""),),
    "a script's numbers": (
        ("gallery/lecture_0/plot_0_1_line.py", "slope = 2.0", "slope = 2.5", "accept"),
    ),
}


@pytest.mark.parametrize("edits", EDITS.values(), ids=EDITS.keys())
def test_what_follows_an_edit_is_what_a_clean_build_makes(repository, edits):
    for name, old, new, accept in edits:
        repository.change(name, old, new)
        session = repository.build(*(ACCEPT if accept else ()))
        assert "-E" not in session.commands[0]
    gone_on = repository.site()
    repository.build_cleanly()
    clean = repository.site()
    assert gone_on.keys() == clean.keys()
    assert [name for name in clean if clean[name] != gone_on[name]] == []


def test_an_edited_page_is_read_alone(built):
    built.change("docs/index.md", "he sum is", "he sum of both is")
    assert "0 added, " in (said := built.build().said)
    assert "reading sources... [100%] index" in said
    assert "writing output... [100%] index" in said
    assert "0 pages and scripts executed" in said


def test_nothing_is_done_when_nothing_has_changed(built):
    session = built.build()
    assert session.commands == []
    assert "Nothing has changed" in session.said


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("It is 0.51.", "bare number 0.51"),
        ("It is {val}`totl`.", "did you mean 'total'"),
        ("It is $\\asst$.", "Undefined control sequence"),
    ],
)
def test_a_failing_edit_fails_again_and_leaves_the_good_site(built, wrong, message):
    page = built.folder / "docs/index.md"
    text, good = page.read_text("utf-8"), built.site()
    page.write_text(f"{text}\n{wrong}\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(Refused, match=message):
            built.build()
    assert built.site() == good
    page.write_text(text, encoding="utf-8")
    assert built.build().commands == []


def add(path: Path) -> None:
    path.write_text(path.read_text("utf-8") + "\n", encoding="utf-8")


ANEW: dict[str, Callable[[Path], object]] = {
    "a new page": lambda folder: (folder / "docs/new.md").write_text("# New\n"),
    "a removed page": lambda folder: (folder / "docs/other.md").unlink(),
    "a new script": lambda folder: (folder / "gallery/lecture_0/plot_0_2_x.py").write_text(
        "'''A'''"
    ),
    "a library module": lambda folder: add(folder / "src/ravine/losses.py"),
    "a static file": lambda folder: add(folder / "docs/_static/ravine.css"),
    "a template": lambda folder: add(folder / "docs/_templates/page.html"),
    "a module of the explorer": lambda folder: add(folder / "docs/_explorer/main.js"),
    "the extension": lambda folder: add(folder / "docs/_ext/ravine_site/folds.py"),
    "the configuration": lambda folder: add(folder / "docs/conf.py"),
    "the lock file": lambda folder: add(folder / "requirements/docs.txt"),
    "a damaged site": lambda folder: (folder / "docs/_build/html/other.html").unlink(),
    "a state cut short": lambda folder: os.truncate(
        folder / "docs/_build/doctrees/environment.pickle", 100
    ),
}


@pytest.mark.parametrize("happen", ANEW.values(), ids=ANEW.keys())
def test_all_else_makes_the_site_anew(built, tmp_path, monkeypatch, happen):
    folder = tmp_path / "ravine"
    subprocess.run(["cp", "-a", str(built.folder), str(folder)], check=True)
    copy = Repository(folder, monkeypatch)
    assert copy.build().commands == []
    happen(folder)
    commands: list[list[str]] = []

    def refuse(session: Session, *command: str, **_: object) -> None:
        session.commands.append(list(command))
        commands.append(list(command))
        raise Refused

    monkeypatch.setattr(Session, "run", refuse)
    with pytest.raises(Refused):
        copy.build()
    assert "-E" in commands[0]
