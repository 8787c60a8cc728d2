"""What cannot have changed is not executed again, and what can have changed is."""

import importlib.metadata
import platform
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from recomputed.run import cache, sources
from recomputed.run.cache import Cache, surroundings
from recomputed.run.cells import Cell, Execution
from recomputed.run.execute import execute

from tests.small import ENGINE, build, change

CELLS = (Cell("w = 0.5 + 0.25\nprint(w)", 3, "sum"),)


@pytest.fixture(scope="module")
def execution() -> Execution:
    return execute(CELLS)


def test_a_kept_execution_comes_back_whole(tmp_path, execution):
    kept = Cache(tmp_path, "here")
    assert kept.get(CELLS) is None
    kept.put(CELLS, execution)
    assert kept.get(CELLS) == replace(execution, sources={})


def test_an_execution_is_kept_until_a_source_file_that_it_imported_changes(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    library = tmp_path / "library"
    library.mkdir()
    for name in ("__init__", "used", "unused"):
        (library / f"{name}.py").write_text("n = 1", encoding="utf-8")
    cells = (Cell("import library.used", 1, "import"),)
    imported = {name: sources.now(name) for name in ("library", "library.used")}
    execution = Execution(((),), ((),), {}, {}, imported)
    kept = Cache(tmp_path / "cache", "here")
    kept.put(cells, execution)
    for name, is_kept in (("unused", True), ("used", False), ("__init__", False)):
        path = library / f"{name}.py"
        path.write_text("n = 2", encoding="utf-8")
        assert bool(kept.get(cells)) == is_kept, name
        path.write_text("n = 1", encoding="utf-8")
        assert kept.get(cells), "what it was made with is back"
    (library / "used.py").unlink()
    assert kept.get(cells) is None


def test_prose_above_a_cell_moves_it_and_its_execution_is_still_found(tmp_path, execution):
    kept = Cache(tmp_path, "here")
    kept.put(CELLS, execution)
    assert kept.get([Cell(CELLS[0].source, line=99, name="renamed")])


@pytest.mark.parametrize(
    "other", [Cell("w = 0.5 + 0.5\nprint(w)", 3, "sum"), Cell(CELLS[0].source, 3, "sum", True)]
)
def test_other_code_is_not_found(tmp_path, execution, other):
    kept = Cache(tmp_path, "here")
    kept.put(CELLS, execution)
    assert kept.get([other]) is None
    assert Cache(tmp_path, "elsewhere").get(CELLS) is None


def test_code_that_names_a_data_file_is_found_as_long_as_the_file_is_the_same(tmp_path, execution):
    file = tmp_path / "results.json"
    file.write_text("1", encoding="utf-8")
    kept = Cache(tmp_path / "cache", "here", {"MEASURED": file})
    reader = (Cell('import os\nprint(os.environ["MEASURED"])', 3, "reader"),)
    kept.put(CELLS, execution)
    kept.put(reader, execution)
    assert kept.get(reader)
    file.write_text("2", encoding="utf-8")
    assert kept.get(reader) is None
    assert kept.get(CELLS)


@pytest.mark.parametrize("length", [0, 10, 33, -1])
def test_an_entry_that_was_cut_short_counts_as_absent(tmp_path, execution, length):
    kept = Cache(tmp_path, "here")
    kept.put(CELLS, execution)
    for entry in tmp_path.iterdir():
        whole = entry.read_bytes()
        entry.write_bytes(whole[:length])
        assert kept.get(CELLS) is None
        entry.write_bytes(whole)
    assert kept.get(CELLS)


def test_only_entries_that_were_not_used_for_long_are_deleted(tmp_path, execution, monkeypatch):
    kept = Cache(tmp_path, "here")
    kept.put(CELLS, execution)
    kept.forget_unused()
    assert kept.get(CELLS)
    monkeypatch.setattr(cache, "KEPT_FOR", -60)
    kept.forget_unused()
    assert kept.get(CELLS) is None


def test_python_the_platform_and_the_lock_are_part_of_every_key(tmp_path, monkeypatch):
    lock = tmp_path / "docs.txt"
    lock.write_text("numpy==2.4.6\n", encoding="utf-8")
    seen = {surroundings(), surroundings(lock)}
    lock.write_text("numpy==2.4.7\n", encoding="utf-8")
    seen.add(surroundings(lock))
    for module, name, value in (
        (platform, "platform", lambda: "another platform"),
        (cache.sys, "version", "3.99"),
        (cache, "installed", lambda _needed: {}),
        (cache, "processor", lambda: "another processor"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, value)
            cache._machine.cache_clear()
            seen.add(surroundings())
    cache._machine.cache_clear()
    seen.add(surroundings(style="another.STYLE"))
    assert len(seen) == 8


def test_installed_packages_are_known_by_version_and_by_what_was_installed():
    found = cache.installed()
    for name in ("numpy", "torch", "sphinx-gallery"):
        assert found[name][0] == importlib.metadata.version(name)
    assert cache.installed({"jupyter-cache", "numpy"}).keys() == {"jupyter-cache", "numpy"}


def test_a_package_that_is_not_the_locks_is_told(tmp_path):
    lock = tmp_path / "lock.txt"
    mine = importlib.metadata.version("numpy").partition("+")[0]
    lock.write_text(f"numpy=={mine}\nSphinx_Gallery==0.0.1\nabsent==1.0\n", encoding="utf-8")
    installed = importlib.metadata.version("sphinx-gallery")
    assert cache.not_the_locks(lock) == [("sphinx-gallery", installed, "0.0.1")]


def test_a_build_says_which_package_is_not_the_locks(accepted):
    (accepted / "lock.txt").write_text("numpy==1.0.1\n", encoding="utf-8")
    failed = build(accepted)
    assert not failed.passed
    assert re.search(r"numpy [\d.]+ is installed, and ../lock.txt pins 1.0.1", failed.messages)


def test_what_is_recalled_is_made_once_for_a_text_and_its_code(tmp_path):
    kept, code = Cache(tmp_path / "cache", "here"), tmp_path / "code.py"
    code.write_text("first", encoding="utf-8")
    assert kept.recall([code], "text", lambda: 1) == 1
    assert kept.recall([code], "text", lambda: 2) == 1
    assert kept.recall([code], "another text", lambda: 3) == 3
    code.write_text("second", encoding="utf-8")
    assert kept.recall([code], "text", lambda: 4) == 4


@pytest.mark.parametrize("content", ["", '{"page.md": 1', "[]", '"text"'])
def test_durations_that_cannot_be_read_are_none(tmp_path, content):
    kept = Cache(tmp_path, "here")
    kept.note_durations({"page.md": 2.5})
    assert kept.durations() == {"page.md": 2.5}
    (tmp_path / "durations.json").write_text(content, encoding="utf-8")
    assert kept.durations() == {}


def test_the_build_itself_imports_nothing_that_takes_long():
    look = "import sys; print([m for m in ('torch', 'matplotlib', 'sympy') if m in sys.modules])"
    code = f"import sys; sys.path.insert(0, {str(ENGINE)!r}); import recomputed; {look}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


class CountedSite:
    """The small site, whose page and script each write a line when they are executed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.page = self.folder / "docs/index.md"
        self.script = self.folder / "gallery/lecture_0/plot_0_1_line.py"
        self.log = folder / "executed.txt"
        report = f"_ = open({str(self.log)!r}, 'a').write"
        change(self.page, "total = 0.5", f"{report}('page ')\ntotal = 0.5")
        change(self.script, "slope = 2.0", f"{report}('script ')\nslope = 2.0")

    def executed(self) -> list[str]:
        """Build, and return what was executed for it."""
        self.log.write_text("", encoding="utf-8")
        done = build(self.folder)
        assert done.passed, done.messages
        return sorted(self.log.read_text("utf-8").split())


@pytest.fixture
def counted(accepted: Path) -> CountedSite:
    site = CountedSite(accepted)
    assert site.executed() == ["page", "script"]
    return site


def test_a_second_build_and_edited_prose_execute_nothing(counted):
    assert counted.executed() == []
    change(counted.page, "The sum is", "A new paragraph.\n\nThe sum is")
    change(counted.script, "The line rises.", "The line rises from left to right.")
    assert counted.executed() == []


def test_edited_code_is_executed_and_nothing_else(counted):
    change(counted.page, "total = 0.5", "total = 0 + 0.5")
    assert counted.executed() == ["page"]
    change(counted.script, "slope = 2.0", "slope = 0 + 2.0")
    assert counted.executed() == ["script"]


@pytest.mark.parametrize(
    ("module", "runs_again"),
    [("style", ["page", "script"]), ("lines", ["script"]), ("unused", [])],
)
def test_an_edited_library_module_executes_what_imported_it(counted, module, runs_again):
    change(counted.script, "slope = 2.0", "import minilib.lines\n\nslope = 2.0")
    assert counted.executed() == ["script"]
    path = counted.folder / f"src/minilib/{module}.py"
    path.write_text(path.read_text("utf-8") + "\n# harmless\n", encoding="utf-8")
    assert counted.executed() == runs_again
    assert counted.executed() == []


def test_a_new_lock_file_executes_everything(counted):
    mine = importlib.metadata.version("numpy")
    (counted.folder / "lock.txt").write_text(f"numpy=={mine}\n", encoding="utf-8")
    assert counted.executed() == ["page", "script"]


def test_a_failed_build_keeps_what_it_did_execute(counted):
    change(counted.page, "total = 0.5", "total = 0 + 0.5")
    change(counted.script, "slope = 2.0", "slope = 1 / 0")
    counted.log.write_text("", encoding="utf-8")
    assert not build(counted.folder).passed
    assert counted.log.read_text("utf-8").split().count("page") == 1
    change(counted.script, "slope = 1 / 0", "slope = 2.0")
    assert counted.executed() == []
