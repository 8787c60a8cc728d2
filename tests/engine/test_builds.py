"""Builds in several processes, after edits, beside one another: each gives what one clean build gives."""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.small import ACCEPT, ENGINE, build, change, copy_of, files_in, forks

MORE = (
    {
        "01-1-first.md": """# First part

+++ {"slide": "A sum"}

The slope is {val}`plot_0_1_line::slope:g`, and {doc}`index` says more. A formula, $a_1$.

+++ {}

This is said. See {ref}`fig-line`.
""",
        "01-2-second.md": """# Second part

+++ {"slide": "Another"}

A formula, $x^2$, on a slide.
""",
        "figure.md": """# A figure, and no number of it

```{gallery-figure} plot_0_1_line
A line.
```
""",
        "facts.md": """# Facts

There are {build}`values` values and {build}`formulas` formulas.
""",
    }
    | {f"page-{n}.md": f"# Page {n}\n\nOn $x_{n}$: {{doc}}`page-{n + 1}`.\n" for n in range(6)}
    | {"page-6.md": "# Last\n\n$y$\n"}
)


@pytest.fixture(scope="module")
def larger_once(accepted_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small course with more pages, built."""
    folder = shutil.copytree(accepted_once, tmp_path_factory.mktemp("larger") / "mini")
    for name, text in MORE.items():
        (folder / "docs" / name).write_text(text, encoding="utf-8")
    names = "\n".join(name.removesuffix(".md") for name in MORE)
    change(folder / "docs/index.md", "other\n", f"other\n{names}\n")
    shutil.rmtree(folder / "out")
    done = build(folder, *ACCEPT)
    assert done.passed, done.messages
    return folder


@pytest.fixture
def larger(larger_once: Path, tmp_path: Path) -> Path:
    """A copy of it, with the times of its files, by which Sphinx goes; built once where it is now."""
    subprocess.run(["cp", "-a", str(larger_once), str(tmp_path / "mini")], check=True)
    assert build(tmp_path / "mini", anew=False).passed
    return tmp_path / "mini"


def clean(folder: Path, *options: str) -> dict[str, bytes]:
    """Return what a clean build in another place makes of a course as it is now."""
    other = copy_of(folder, folder.parent / f"clean-{time.monotonic_ns()}" / "mini")
    shutil.rmtree(other / "docs/gallery")
    done = build(other, *options, strict=False)
    assert (other / "out/index.html").exists(), done.messages
    return files_in(other / "out")


def test_several_processes_give_the_bytes_of_one(larger):
    one, several = clean(larger), clean(larger, "-j", "4")
    assert several.keys() == one.keys()
    assert [name for name in one if one[name] != several[name]] == []


def test_a_number_that_was_typed_is_told_by_whichever_process_writes_the_page(larger):
    change(larger / "docs/page-3.md", "On $x_3$", "It is 0.51 on $x_3$")
    failed = build(larger, "-j", "4")
    assert not failed.passed
    assert "page-3.md:3: WARNING: bare number 0.51" in failed.messages


def pages_of(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the pages, without the checksums that their links to static files carry, or carry not."""
    return {
        name: re.sub(rb"\?v=\w+", b"", content)
        for name, content in files.items()
        if name.endswith(".html")
    }


def times(folder: Path) -> dict[str, int]:
    """Return when each page was written."""
    pages = (folder / "out").rglob("*.html")
    return {str(p.relative_to(folder / "out").with_suffix("")): p.stat().st_mtime_ns for p in pages}


@pytest.mark.parametrize(
    ("name", "old", "new", "read"),
    [
        ("docs/other.md", "# Other", "# Other\n\nMore.", {"other"}),
        ("docs/01-2-second.md", "on a slide", "on another slide", {"01-2-second"}),
        ("docs/index.md", "0.5 + 0.25", "0.25 + 0.5", {"index"}),
        (
            "gallery/lecture_0/plot_0_1_line.py",
            "slope = 2.0",
            "slope = 2.5",
            {"index", "01-1-first", "figure", "gallery/lecture_0/plot_0_1_line"},
        ),
        (
            "gallery/lecture_0/plot_0_1_line.py",
            "The line rises",
            "It rises",
            {"gallery/lecture_0/plot_0_1_line"},
        ),
        (
            "gallery/lecture_0/plot_0_1_line.py",
            "a straight line",
            "one straight line",
            {"index", "01-1-first", "figure", "gallery/lecture_0/plot_0_1_line"},
        ),
    ],
    ids=["prose", "a slide", "code", "a script's numbers", "its prose", "its alt text"],
)
def test_an_edit_reads_the_pages_it_concerns_and_no_other(larger, name, old, new, read):
    before = times(larger)
    change(larger / name, old, new)
    build(larger, anew=False, strict=False)
    after = times(larger)
    by_clean, now = pages_of(clean(larger)), pages_of(files_in(larger / "out"))
    assert [page for page in by_clean if by_clean[page] != now[page]] == []
    written = {page for page in after if after[page] != before.get(page)}
    assert read <= written
    # Sphinx writes an index again with a page that it lists
    indices = {"genindex", "search", "index", "gallery/index", "gallery/lecture_0/index"}
    assert written <= read | indices | {"slides/lecture-1"}, "more was written"


def test_a_library_edit_reaches_the_pages_that_use_it(larger):
    script = larger / "gallery/lecture_0/plot_0_1_line.py"
    change(script, "slope = 2.0", "from minilib.lines import rise\n\nslope = rise(2.0, 1.0)")
    build(larger, anew=False, strict=False)
    change(larger / "src/minilib/lines.py", "return slope * width", "return slope * width + 1")
    build(larger, anew=False, strict=False)
    now = pages_of(files_in(larger / "out"))
    assert b">3</span>, and" in now["index.html"]
    assert now == pages_of(clean(larger))


def test_a_renamed_script_is_named_where_it_is_quoted_and_found_when_that_is_mended(larger):
    folder = larger / "gallery/lecture_0"
    (folder / "plot_0_1_line.py").rename(folder / "plot_0_2_line.py")
    failed = build(larger, anew=False)
    assert not failed.passed
    assert "no gallery script is named 'plot_0_1_line'" in failed.messages
    assert "did you mean 'plot_0_2_line'" in failed.messages
    assert "Traceback" not in failed.messages
    for page in ("index.md", "01-1-first.md", "figure.md"):
        path = larger / "docs" / page
        path.write_text(path.read_text("utf-8").replace("plot_0_1", "plot_0_2"), encoding="utf-8")
    done = build(larger, *ACCEPT, anew=False)
    assert done.passed, done.messages
    assert "Figure 0.2" in (larger / "out/index.html").read_text("utf-8")


def test_a_deleted_page_is_forgotten(larger):
    (larger / "docs/facts.md").unlink()
    change(larger / "docs/index.md", "facts\n", "")
    change(larger / "docs/other.md", "# Other", "# Other\n\nMore.")
    done = build(larger, anew=False)
    assert done.passed, done.messages


def test_a_second_build_in_one_place_waits_for_the_first(larger):
    program = (
        "import sys, time; sys.path.insert(0, sys.argv[1]);"
        "from filelock import FileLock; lock = FileLock('build.lock'); lock.acquire();"
        "print('held', flush=True); time.sleep(3)"
    )
    command = [sys.executable, "-c", program, str(ENGINE)]
    with subprocess.Popen(command, cwd=larger, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        done = build(larger, "-v", anew=False)
        assert other.poll() is not None, "the second did not wait"
    assert done.passed, done.messages


def two_builds_in_one_process(one: Path, two: Path) -> list[str]:
    """Begin two builds, and end them in the other order; return what index says in each."""
    sys.path[:0] = [str(ENGINE)]
    os.environ |= {"RECOMPUTED": str(ENGINE), "MPLBACKEND": "agg"}
    from sphinx.application import Sphinx

    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        apps = [
            Sphinx(f / "docs", f / "docs", f / "out", f / "doctrees", "html", freshenv=True)
            for f in (one, two)
        ]
        for app in reversed(apps):
            app.build()
    return [(folder / "out/index.html").read_text("utf-8") for folder in (one, two)]


def test_two_builds_in_one_process_do_not_meet(larger, tmp_path):
    other = copy_of(larger, tmp_path / "other" / "mini")
    change(other / "docs/index.md", "0.5 + 0.25", "0.5 + 0.5")
    first, second = forks().call(two_builds_in_one_process, larger, other)
    assert ">0.75<" in first
    assert ">1.00<" in second
    assert ">1.00<" not in first


def test_a_build_with_warnings_accepts_nothing(larger):
    ledger = larger / "docs/ledger.json"
    before = ledger.read_bytes()
    change(larger / "docs/index.md", "0.5 + 0.25", "0.5 + 0.5")
    change(larger / "docs/other.md", "# Other", "# Other\n\n{val}`nothing`")
    assert not build(larger, *ACCEPT).passed
    assert ledger.read_bytes() == before
