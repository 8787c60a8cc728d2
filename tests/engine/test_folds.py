"""Folds: what is closed on the page, open in what is taken home."""

import shutil
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from tests.small import ACCEPT, Build, build

PAGE = """
What does it print?

:::{fold} Answer, with $w_0$
:name: the-answer

It prints {val}`total:.2f`.

```python
print("as written")
```
:::

{.fold}
## Worked solution

Here is how.

```{code-cell} python
:name: solution
print("inside the fold")
```

### A detail

Small.

## Afterwards

Not folded.
"""


@pytest.fixture(scope="module")
def folded(accepted_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The small site with an answer and a section behind folds."""
    folder = shutil.copytree(accepted_once, tmp_path_factory.mktemp("folds") / "mini")
    with (folder / "docs/index.md").open("a", encoding="utf-8") as page:
        page.write(PAGE)
    built = build(folder, *ACCEPT)
    assert built.passed, built.messages
    assert built.messages == ""
    return built


@pytest.fixture
def soup(folded: Build) -> BeautifulSoup:
    return BeautifulSoup(folded.page("index.html"), "html.parser")


def test_an_answer_is_closed_until_the_reader_opens_it(soup):
    answer = soup.find(id="the-answer")
    assert answer.name == "details"
    assert "open" not in answer.attrs
    assert answer.summary.get_text().startswith("Answer, with")
    assert answer.summary.select(".katex")
    assert "It prints 0.75." in answer.get_text()


def test_a_section_folds_with_its_code_output_and_parts(soup):
    section = soup.find(id="worked-solution")
    fold = section.find("details", recursive=False)
    assert fold.summary.h2.get_text(strip=True).startswith("Worked solution")
    assert fold.select_one(".cell_output").get_text(strip=True) == "inside the fold"
    assert fold.find(id="a-detail")
    assert not fold.find(id="afterwards")


def test_the_heading_of_a_folded_section_is_in_the_list_of_contents(soup):
    assert soup.select_one(".toc-tree a[href='#worked-solution']")


def test_what_was_folded_is_open_in_the_downloads(folded):
    notebook = nbformat.reads(folded.page("index.ipynb"), as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "**Answer, with $w_0$** It prints 0.75." in " ".join(text.split())
    assert '```python\nprint("as written")\n```' in text
    assert not [mark for mark in ("{fold}", "{.fold}", ":::", ":name:") if mark in text]
    assert "# **Answer, with $w_0$**" in folded.page("index.py")
