"""Slides: what a page marks is in the deck, in the page's order, and the page does not change."""

import re
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from recomputed.show.marks import MarkError, parse_cell, parse_mark

from tests.small import ACCEPT, Build, build

FRONT = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n"

PAGE = (
    FRONT
    + """# Other

Said at the start, with $w_0$.

+++ {"slide": "A < definition"}

## Sets

A **convex** set, see [the sum](index.md#mini) and {eq}`eq-other`.

+++ {"step": true}

$$
x = 1
$$ (eq-other)

+++ {"step": "same"}

One value, {val}`quoted:.2f`.

+++ {}

Said of it: $x^2$.

+++ {"slide": "What does it print?"}

Guess.

```{code-cell} python
:name: guess
:step: answer
quoted = 0.5
print("total" in globals())
```

Said after.

```{code-cell} python
:name: unmarked
print("on the page only")
```

```{code-cell} python
:slide: A cell's own slide
:step: true
:tags: [hide-input]
print("from a marked cell")
```

+++ {"slide": "A < definition"}

```{gallery-figure} plot_0_1_line
:name: fig-other

A caption with {val}`plot_0_1_line::slope:g`.
```

:::{fold} Answer
Forty-two.
:::
"""
)


def with_page(folder: Path, target: Path, text: str) -> Build:
    """Build a copy of the small site whose other page says `text`."""
    copy = shutil.copytree(folder, target / "mini")
    (copy / "docs/other.md").write_text(text, encoding="utf-8")
    return build(copy, *ACCEPT)


@pytest.fixture(scope="module")
def marked(accepted_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The small site with marks on one page."""
    built = with_page(accepted_once, tmp_path_factory.mktemp("slides"), PAGE)
    assert built.passed, built.messages
    assert built.messages == ""
    return built


@pytest.fixture
def deck(marked: Build) -> BeautifulSoup:
    return BeautifulSoup(marked.page("slides/other.html"), "html.parser")


def slide(deck: BeautifulSoup, number: int) -> list[tuple[str, str]]:
    """Return the steps and texts of a slide's parts; formulas as TeX."""
    section = deck.select("section")[number]
    for formula in section.select(".katex"):
        formula.replace_with(formula.annotation.get_text())
    parts = section.select(".part")
    return [
        (part.get("data-fragment-index", "at once"), " ".join(part.get_text().split()))
        for part in parts
    ]


def test_marks_become_slides_in_the_order_of_the_page(deck):
    titles = [section.find(["h1", "h2"]).get_text() for section in deck.select("section")]
    assert titles == [
        "Other",
        "A < definition",
        "What does it print?",
        "A cell's own slide",
        "A < definition",
    ]
    ids = [section["id"] for section in deck.select("section")]
    assert ids == [
        "other",
        "a-definition",
        "what-does-it-print",
        "a-cell-s-own-slide",
        "a-definition-2",
    ]


def test_steps_appear_one_after_the_other_and_same_with_what_was_before(deck):
    assert slide(deck, 1) == [
        ("at once", "A convex set, see the sum and (1)."),
        ("0", "x = 1"),
        ("0", "One value, 0.50."),
    ]


def test_an_answer_is_a_step_after_its_code(deck):
    (guess, code, output) = slide(deck, 2)
    assert guess == ("at once", "Guess.")
    assert code == ("0", 'quoted = 0.5 print("total" in globals())')
    assert output == ("1", "False")


def test_a_hidden_input_stays_off_the_slide(deck):
    assert slide(deck, 3) == [("0", "from a marked cell")]


def test_a_figure_keeps_both_twins_and_its_label_and_a_fold_is_a_step(deck):
    figure, answer = slide(deck, 4)
    assert figure == ("at once", "Figure 0.1.")
    assert answer == ("0", "Answer Forty-two.")
    images = deck.select("section")[4].select("img")
    assert [image["class"][0] for image in images] == ["only-light", "only-dark"]
    assert all(
        (image["alt"], image["src"][:11]) == (images[0]["alt"], "../_images/") for image in images
    )


def test_what_is_not_marked_is_said(deck):
    notes = [section.select_one("aside.notes") for section in deck.select("section")]
    said = ["" if note is None else " ".join(note.get_text().split()) for note in notes]
    assert said[0].startswith("Said at the start")
    assert said[1].startswith("Said of it:")
    assert said[2] == "Said after."
    assert "A caption with 2." in said[4]
    assert notes[1].math
    assert not deck.select("aside .katex"), "the speaker's window has no style for it"


def test_every_link_of_a_deck_starts_from_the_deck(marked, deck):
    folder = marked.folder / "out/slides"
    links = [link["href"] for link in deck.select("section a[href]")]
    assert "../index.html#mini" in links
    assert "../other.html#equation-eq-other" in links
    assert "../other.html#sets" in links, "back to the section of the page"
    for link in links:
        path, _, anchor = link.partition("#")
        if path and not path.startswith("?"):
            page = (folder / path).read_text(encoding="utf-8")
            assert not anchor or f'id="{anchor}"' in page, link


def test_the_page_is_what_it_is_without_its_marks(marked, accepted_once, tmp_path):
    plain = re.sub(r"^(\+\+\+.*|:(slide|step):.*)\n", "", PAGE, flags=re.MULTILINE)
    without = with_page(accepted_once, tmp_path, plain)
    assert without.passed, without.messages
    link = '<p class="page-slides"><a class="reference internal" href="slides/other.html">Slides</a></p>\n'
    assert marked.page("other.html").count(link) == 1
    assert marked.page("other.html").replace(link, "") == without.page("other.html")
    assert marked.page("other.py") == without.page("other.py")
    assert marked.page("other.ipynb") == without.page("other.ipynb")
    assert not (without.folder / "out/slides").exists()
    ledgers = [(b.folder / "docs/ledger.json").read_text("utf-8") for b in (marked, without)]
    assert ledgers[0] == ledgers[1], "a value on page and slide is one entry"


def test_a_deck_loads_nothing_from_elsewhere_and_no_copy_button(deck):
    loaded = [tag.get("src") or tag["href"] for tag in deck.select("script, link")]
    assert all(address.startswith("../_static/") for address in loaded)
    assert not any("copybutton" in address or "search" in address for address in loaded)


def test_a_step_before_any_slide_names_page_and_line(accepted_once, tmp_path):
    text = FRONT + '\n# Other\n\nText.\n\n+++ {"step": true}\n\nMore.\n'
    failed = with_page(accepted_once, tmp_path, text)
    assert not failed.passed
    assert "other.md:11: WARNING: a step needs a slide before it" in failed.messages


def test_a_mark_inside_a_block_names_page_and_line(accepted_once, tmp_path):
    text = FRONT + '\n# Other\n\n> Quoted.\n>\n> +++ {"slide": "Lost"}\n'
    failed = with_page(accepted_once, tmp_path, text)
    assert not failed.passed
    assert "WARNING: a mark stands between blocks" in failed.messages


def test_options_that_are_no_yaml_name_page_and_line(accepted_once, tmp_path):
    text = FRONT + "# Other\n\n```{code-cell} python\n:slide: One: two\n1\n```\n"
    failed = with_page(accepted_once, tmp_path, text)
    assert not failed.passed
    assert re.search(r"other\.md:8: ERROR: Code cell .* could not be read", failed.messages)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"slides": "A"}', "unknown key 'slides'; there are slide, step"),
        ('{"slide": 3}', "slide must be a title, got 3"),
        ('{"slide": " "}', "slide must be a title"),
        ('{"step": 1}', 'step must be one of true, "same", got 1'),
        ('{"step": false}', "step must be one of"),
        ('{"step": "answer"}', "step must be one of"),
        ('{"step": true', "Expecting ',' delimiter"),
        ("3", "write it as"),
    ],
)
def test_a_line_that_is_no_mark_is_an_error(text, complaint):
    with pytest.raises(MarkError, match=re.escape(complaint)) as error:
        parse_mark(text, 12)
    assert error.value.line == 12


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"slides": "A"}, "unknown key 'slides'; there are load, name, slide, step, tags"),
        ({"step": "all"}, 'step must be one of true, "same", "answer"'),
        ({"slide": "A", "tags": ["remove-cell"]}, "a cell that the page removes"),
    ],
)
def test_an_option_of_a_cell_that_is_no_mark_is_an_error(options, complaint):
    with pytest.raises(MarkError, match=re.escape(complaint)):
        parse_cell(options, 12)
