"""A small site, built for real: what is right passes, what is wrong fails and names the place."""

import json
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from bs4 import BeautifulSoup

from tests.small import ACCEPT, build, change


def test_an_accepted_site_builds_again_without_a_word(accepted):
    again = build(accepted)
    assert again.passed
    assert again.messages.strip() == ""


def test_the_page_shows_values_outputs_errors_figures_and_mathematics(accepted_once):
    soup = BeautifulSoup((accepted_once / "out/index.html").read_text("utf-8"), "html.parser")
    text = soup.article.get_text()
    assert "The sum is 0.75, the slope 2, and Figure 0.1 shows it." in text
    assert "total 0.75" in text
    assert "ZeroDivisionError: division by zero" in text
    light, dark = soup.select("figure img")
    assert light["alt"] == dark["alt"] == "a straight line that rises by 2"
    assert (light["class"][0], dark["class"][0]) == ("only-light", "only-dark")
    assert int(light["width"]) > 0
    assert int(light["height"]) > 0
    assert len(soup.select("span.katex")) == 2
    assert not soup.select("script[src*=mathjax], .math-error")


def test_a_quoted_message_keeps_its_straight_quotation_marks(accepted):
    change(accepted / "docs/index.md", "total = 0.5", "message = \"no 'zero_'\"\ntotal = 0.5")
    change(accepted / "docs/index.md", "Inline math", "It's {val}`message`. Inline math")
    assert build(accepted, *ACCEPT).passed
    text = BeautifulSoup((accepted / "out/index.html").read_text("utf-8"), "html.parser").get_text()
    assert "It\N{RIGHT SINGLE QUOTATION MARK}s no 'zero_'. Inline math" in text


def test_a_page_with_formulas_asks_for_their_fonts_early(accepted_once):
    out = accepted_once / "out"
    for path in out.rglob("*.html"):
        soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        fonts = [link["href"] for link in soup.select('link[rel="preload"][as="font"]')]
        assert bool(fonts) == bool(soup.select(".katex")), path
        assert all((path.parent / font).is_file() for font in fonts)


def test_ids_are_unique_on_every_page(accepted_once):
    for path in (accepted_once / "out").rglob("*.html"):
        soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        ids = [tag["id"] for tag in soup.find_all(id=True)]
        assert len(ids) == len(set(ids)), path.name


def test_the_dark_twin_differs_in_ink_only(accepted_once):
    images = accepted_once / "out/_images"
    light = (images / "sphx_glr_plot_0_1_line_001.svg").read_text("utf-8")
    dark = (images / "sphx_glr_plot_0_1_line_001_dark.svg").read_text("utf-8")
    assert "#102030" in light
    assert dark == light.replace("#102030", "#e0e8f0")


def test_a_changed_printed_output_names_page_line_was_and_is(accepted):
    change(accepted / "docs/ledger.json", '"total 0.75"', '"total 0.76"')
    failed = build(accepted)
    assert not failed.passed
    assert re.search(r"index\.md:13: WARNING: output of sum moved:", failed.messages)
    assert "was  total 0.76" in failed.messages
    assert "is   total 0.75" in failed.messages


def test_a_changed_script_names_every_page_that_quotes_it(accepted):
    change(accepted / "gallery/lecture_0/plot_0_1_line.py", "slope = 2.0", "slope = 2.5")
    failed = build(accepted)
    assert not failed.passed
    assert "plot_0_1_line.py:1: WARNING: value alt text 1 was" in failed.messages
    assert "value plot_0_1_line::slope:g was 2.0, is 2.5 (25 % more)" in failed.messages
    assert "was  slope 2.0" in failed.messages
    assert re.search(
        r"data of figure 1 moved:\n +was  axes 1: line, .* 2 from 0 to 2 ", failed.messages
    )


def test_accepting_takes_the_new_values_and_nothing_else(accepted):
    before = json.loads((accepted / "docs/ledger.json").read_text("utf-8"))
    change(accepted / "docs/index.md", "0.5 + 0.25", "0.5 + 0.5")
    assert build(accepted, *ACCEPT).passed
    after = json.loads((accepted / "docs/ledger.json").read_text("utf-8"))
    assert after["index"]["values"].pop("total:.2f") == 1.0
    assert before["index"]["values"].pop("total:.2f") == 0.75
    assert after["index"]["outputs"].pop("sum") == ["total 1.0"]
    assert before["index"]["outputs"].pop("sum") == ["total 0.75"]
    assert after == before


def test_an_entry_that_nothing_produces_any_more_fails(accepted):
    change(accepted / "docs/index.md", 'print(f"total {total}")\n', "")
    failed = build(accepted)
    assert not failed.passed
    assert "nothing on the site produces it any more" in failed.messages


def test_a_broken_ledger_names_its_line(accepted):
    (accepted / "docs/ledger.json").write_text('{\n "index": [\n', encoding="utf-8")
    failed = build(accepted)
    assert not failed.passed
    assert "ledger.json, line 3" in failed.messages


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{val}`total:.2f`", "{val}`totl:.2f`", "'totl' names nothing; did you mean 'total'?"),
        (
            "{val}`plot_0_1_line::slope:g`, and",
            "{val}`plot_0_1_lines::slope:g`, and",
            "no gallery script is named 'plot_0_1_lines'; did you mean 'plot_0_1_line'?",
        ),
        ("{val}`total:.2f`", "{val}`total:.2q`", "{val}`total:.2q`"),
        ("$w^\\ast = 1$", "$w^\\asst = 1$", "Undefined control sequence: \\asst"),
        ("```{gallery-figure} plot_0_1_line", "```{gallery-figure} plot_0_1_lin", "did you mean"),
        ("print(f", "total = 1\nprint(f", None),
        ("The sum is", "It is 0.51. The sum is", "bare number 0.51 in "),
        ("The sum is", "It is 2e-5. The sum is", "bare number 2e-5"),
        ("The sum is", "{given}`0.7 = total`. The sum is", "total is 0.75"),
        ("The sum is", "{build}`outputz`. The sum is", "there are: outputs"),
        ("The sum is", "{given}`0.7`. The sum is", "write it as 0.5 = variable"),
        ("total = 0.5", "total = 0.5 / 0", "ZeroDivisionError"),
        ("1 / 0", "1 / 1", "did not raise"),
    ],
)
def test_an_error_on_a_page_fails_and_names_file_and_line(accepted, old, new, message):
    change(accepted / "docs/index.md", old, new)
    failed = build(accepted)
    assert not failed.passed
    assert re.search(r"index\.md:\d+", failed.messages)
    assert message is None or message in failed.messages


def test_an_input_that_equals_its_variable_is_no_bare_number(accepted):
    change(accepted / "docs/index.md", "The sum is", "{given}`0.75 = total`: the sum is")
    assert build(accepted).passed


def test_a_variable_with_two_values_cannot_be_quoted(accepted):
    change(accepted / "docs/index.md", "1 / 0", "total = 9\n1 / 0")
    failed = build(accepted)
    assert not failed.passed
    assert "'total' takes several values on this page (cells at lines 13, 19)" in failed.messages


def test_a_script_without_alt_text_fails(accepted):
    change(accepted / "gallery/lecture_0/plot_0_1_line.py", "alt = f", "description = f")
    failed = build(accepted)
    assert not failed.passed
    assert "plot_0_1_line: define alt" in failed.messages


def test_downloads_run_and_show_values_instead_of_roles(accepted_once):
    notebook = nbformat.read(accepted_once / "out/index.ipynb", as_version=4)
    nbformat.validate(notebook)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert "The sum is 0.75, the slope 2, and Figure 0.1 shows it." in text
    assert "{val}" not in text
    script = accepted_once / "out/index.py"
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert done.stdout == "total 0.75\n"


def test_two_builds_in_different_folders_are_equal(accepted, tmp_path):
    other = tmp_path / "elsewhere" / "mini"
    shutil.copytree(accepted, other, ignore=shutil.ignore_patterns("out", "doctrees"))
    shutil.rmtree(other / "docs/gallery")
    shutil.rmtree(accepted / "docs/gallery")
    shutil.rmtree(accepted / "out")
    assert build(accepted).passed
    assert build(other).passed
    files = sorted(
        p.relative_to(accepted / "out") for p in (accepted / "out").rglob("*") if p.is_file()
    )
    different = [
        str(name)
        for name in files
        if (accepted / "out" / name).read_bytes() != (other / "out" / name).read_bytes()
    ]
    assert different == []
