"""Pages of every kind: each is executed, or refused with its file and line and what to do."""

import re
import shutil

import nbformat
import pytest
from bs4 import BeautifulSoup

from tests.small import ACCEPT, build, change, copy_of

FRONT = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n"


def with_page(accepted, name, content):
    """Add a page, and list it."""
    path = accepted / "docs" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content, encoding="utf-8")
    change(accepted / "docs/index.md", "other\n", f"other\n{name.rpartition('.')[0]}\n")
    return build(accepted, *ACCEPT)


def text_of(accepted, name):
    page = (accepted / "out" / name).read_text("utf-8")
    return BeautifulSoup(page, "html.parser").article.get_text()


def test_a_notebook_shows_what_this_build_computed_and_nothing_that_was_stored(accepted):
    notebook = nbformat.v4.new_notebook()
    stored = nbformat.v4.new_output("stream", name="stdout", text="final loss 0.99\n")
    cell = nbformat.v4.new_code_cell("loss = 0.25\nprint('final loss', loss)", outputs=[stored])
    empty = nbformat.v4.new_code_cell("", outputs=[stored])
    notebook.cells = [
        nbformat.v4.new_markdown_cell("# A notebook\n\nIt is {val}`loss`."),
        cell,
        empty,
    ]
    done = with_page(accepted, "notebook.ipynb", nbformat.writes(notebook))
    assert done.passed, done.messages
    text = text_of(accepted, "notebook.html")
    assert "final loss 0.25" in text
    assert "It is 0.25." in text
    assert "0.99" not in text
    assert "0.99" not in (accepted / "out/notebook.ipynb").read_text("utf-8")  # to take home
    assert '"final loss 0.25"' in (accepted / "docs/ledger.json").read_text("utf-8")


def test_code_from_a_file_runs_and_the_page_follows_the_file(accepted):
    (accepted / "docs/code.py").write_text("print('loaded', 1)\n", encoding="utf-8")
    page = FRONT + "# Loaded\n\n```{code-cell} python\n:load: code.py\n```\n"
    done = with_page(accepted, "loaded.md", page)
    assert done.passed, done.messages
    assert "loaded 1" in text_of(accepted, "loaded.html")
    (accepted / "docs/code.py").write_text("print('loaded', 2)\n", encoding="utf-8")
    assert not build(accepted, anew=False).passed
    assert "loaded 2" in text_of(accepted, "loaded.html")


CELL = FRONT + "# Page\n\n```{code-cell} python\nprint('sum', 0.5 + 0.25)\n```\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bom.md", b"\xef\xbb\xbf" + CELL.encode()),
        ("crlf.md", CELL.replace("\n", "\r\n").encode()),
        ("ein Heft/Übung 1.md", CELL),
    ],
    ids=["byte order mark", "CRLF", "spaces and umlauts"],
)
def test_pages_from_other_systems_are_read(accepted, name, content):
    done = with_page(accepted, name, content)
    assert done.passed, done.messages
    assert "sum 0.75" in text_of(accepted, name.replace(".md", ".html"))


def test_a_course_in_a_folder_with_spaces_and_umlauts_is_built(accepted, tmp_path):
    folder = copy_of(accepted, tmp_path / "Mein Kürs 1")
    assert build(folder).passed


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("latin.md", CELL.replace("sum", "Übung").encode("latin-1"), "latin.md:9: ERROR: .*UTF-8"),
        (
            "bash.md",
            FRONT + "# Bash\n\n```{code-cell} bash\necho hello\n```\n",
            "bash.md:8: ERROR: a code cell is in bash; only Python",
        ),
        ("broken.ipynb", "{", "broken.ipynb:1: ERROR: this is no notebook"),
        (
            "julia.ipynb",
            nbformat.writes(
                nbformat.v4.new_notebook(
                    metadata={"kernelspec": {"name": "j", "display_name": "J", "language": "julia"}}
                )
            ),
            "julia.ipynb:1: ERROR: the notebook is in julia; only Python",
        ),
        (
            "absent.md",
            FRONT + "# Absent\n\n```{code-cell} python\n:load: absent.py\n```\n",
            "absent.md:.* ERROR: .*absent.py",
        ),
    ],
    ids=["another encoding", "another language", "no notebook", "a notebook in Julia", "no file"],
)
def test_what_cannot_be_executed_is_refused_with_file_and_line(accepted, name, content, said):
    failed = with_page(accepted, name, content)
    assert not failed.passed
    assert re.search(said, failed.messages), failed.messages
    assert "Traceback" not in failed.messages


def test_two_pages_with_the_same_text_are_two_pages(accepted):
    page = FRONT + "# Twin\n\n```{code-cell} python\ntwin = 1\n```\n\nIt is {val}`twin`.\n"
    (accepted / "docs/twin-a.md").write_text(page, encoding="utf-8")
    change(accepted / "docs/index.md", "other\n", "other\ntwin-a\n")
    done = with_page(accepted, "twin-b.md", page)
    assert done.passed, done.messages
    assert "It is 1." in text_of(accepted, "twin-a.html")
    assert "It is 1." in text_of(accepted, "twin-b.html")


@pytest.mark.parametrize("builder", ["dirhtml", "singlehtml", "text", "xml"])
def test_other_builders_pass(accepted, builder):
    shutil.rmtree(accepted / "out")
    done = build(accepted, "-b", builder)
    assert done.passed, done.messages
    written = [path.read_text("utf-8") for path in (accepted / "out").rglob("index.*")]
    assert any("0.75" in text for text in written)
