"""Questions on a small site: what the page holds, and how a wrong one is reported."""

import json

import pytest
from bs4 import BeautifulSoup

from tests.small import ACCEPT, build, change

QUESTION = """
::::{question} the-sum
:answer: total:g
:tolerance: 0.001
:unit: metres

What is the sum?

:::{hint}
Add.
:::
:::{wrong} 0.5
That is one of the two.
:::
:::{right}
Both were added.
:::
::::

::::{question} which-is-larger
Which is larger than a half?

:::{choice} larger
the sum
:::
:::{choice} smaller
nothing
:::
::::

::::{question} in-order
From small to large:

:::{item} total
the sum
:::
:::{item} half
a half
:::
::::

::::{question} by-the-run
:judge: map = ravine, settles < 30
:explorer: elsewhere

Settle fast.
::::

```{toctree}
other
"""


@pytest.fixture
def asked(accepted):
    """The small site with one question of each kind."""
    page = accepted / "docs/index.md"
    change(page, "```{toctree}\nother\n", QUESTION)
    change(
        page, "total = 0.5 + 0.25", "total = 0.5 + 0.25\nhalf = 0.5\nlarger, smaller = True, False"
    )
    return accepted


def test_a_page_holds_fields_keys_and_folded_answers(asked):
    done = build(asked, *ACCEPT)
    assert done.passed, done.messages
    soup = BeautifulSoup(done.page("index.html"), "html.parser")
    forms = {form["data-name"]: form for form in soup.select("form.question")}
    kinds = {name: form["data-kind"] for name, form in forms.items()}
    assert kinds == {
        "the-sum": "number",
        "which-is-larger": "single",
        "in-order": "order",
        "by-the-run": "judged",
    }
    keys = {name: json.loads(form.script.string) for name, form in forms.items()}
    assert keys["the-sum"] == {"answer": 0.75, "tolerance": 0.001, "wrong": ["0.5"]}
    assert keys["which-is-larger"] == {"right": [True, False]}
    assert keys["in-order"] == {"right": [1, 0]}
    assert keys["by-the-run"]["judge"] == [["map", "=", "ravine"], ["settles", "<", "30"]]
    answer = forms["the-sum"].select_one("details.question-answer")
    assert "Your answer in metres" in forms["the-sum"].label.get_text()
    assert "The answer is 0.75 metres." in answer.get_text()
    assert "Both were added." in answer.get_text()
    assert "open" not in answer.attrs
    ordered = forms["in-order"].select(".question-answer ol li")
    assert [item.get_text().strip() for item in ordered] == ["a half", "the sum"]
    ledger = json.loads((asked / "docs/ledger.json").read_text("utf-8"))["index"]["values"]
    assert ledger["answer of which-is-larger"] == "[true, false]"
    assert ledger["total:g"] == 0.75


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (":answer: total:g", ":answer: totl:g", "did you mean 'total'"),
        (":answer: total:g\n", "", "it needs answer, judge, choices or items"),
        (":answer: total:g", ":answer: larger", "is True, not a number"),
        ("{choice} larger", "{choice} smaller", "no choice is right"),
        ("settles < 30", "speed < 30", "'speed' is not known; there are: map"),
        (":explorer: elsewhere\n", "", "judge needs explorer"),
        ("{question} in-order", "{question} the-sum", "two questions are named 'the-sum'"),
    ],
)
def test_a_question_that_cannot_be_asked_is_reported_with_its_place(asked, old, new, message):
    change(asked / "docs/index.md", old, new)
    failed = build(asked, *ACCEPT)
    assert not failed.passed
    assert message in failed.messages
    assert "index" in failed.messages


def test_the_list_of_questions_stands_in_one_script_and_a_changed_word_writes_no_other_page(asked):
    done = build(asked, *ACCEPT)
    assert done.passed, done.messages
    other = (asked / "out/other.html").read_bytes()
    assert b"questions-index.js" in other
    assert b"data-revision" not in other
    index = asked / "out/_static/questions-index.js"
    before = index.read_text("utf-8")
    page = asked / "docs/index.md"
    text = page.read_text("utf-8")
    assert ":::{hint}" in text
    page.write_text(text.replace(":::{hint}\n", ":::{hint}\nAnother word. ", 1), encoding="utf-8")
    assert build(asked, anew=False).passed
    assert index.read_text("utf-8") != before, "the revision of a question is that of its words"
    assert (asked / "out/other.html").read_bytes() == other
