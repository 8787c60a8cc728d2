"""The real site: it builds without a word, is complete, and fails when code and text disagree."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.mutants.run import copy_sources
from tests.small import REPOSITORY, build, change

from .conftest import copy_of_site

LECTURE = "lectures/01-optimization-and-pytorch-in-1d.html"

SECTIONS = [
    "1. Setup: what is an optimization problem?",
    "2. Solutions, optimal values, and stationarity",
    "3. Iterative algorithms and diagnostics",
    "4. Gradient descent in 1D via the local model",
    "5. Implementation in pure Python: derivatives by hand",
    "6. PyTorch basics: tensors, requires_grad, and backward()",
    "7. Autodiff under the hood, common pitfalls, and the training loop",
    "8. Tuning: choosing a step size",
    "9. Conclusion",
]


@pytest.fixture(scope="module")
def lecture(page) -> BeautifulSoup:
    return page(LECTURE)


def test_the_lecture_has_its_nine_sections_in_order_and_then_questions(lecture):
    headings = [h.get_text().removesuffix("¶") for h in lecture.article.select("h2")]
    assert headings == [*SECTIONS, "Questions"]


def test_every_figure_of_the_lecture_is_on_its_page_once(lecture):
    scripts = {s.stem for s in (REPOSITORY / "gallery/lecture_1").glob("plot_*.py")}
    pictures = [Path(img["src"]).name for img in lecture.select("figure img.only-light")]
    assert sorted(pictures) == sorted(f"sphx_glr_{script}_001.svg" for script in scripts)
    assert len(scripts) == 15
    # The figure that an explorer replaces carries the explorer's caption, without a number.
    numbered = scripts - {"plot_1_g_cobweb"}
    shown = [c.get_text() for c in lecture.select("figure figcaption strong")]
    expected = ["Figure {}.{}".format(*script.split("_")[1:3]).upper() for script in numbered]
    assert sorted(label.strip(" .").upper() for label in shown) == sorted(expected)


@pytest.mark.parametrize(
    ("name", "script"),
    [(LECTURE, "plot_1_g_cobweb"), ("lectures/02-first-training-loop.html", "plot_2_b_cobweb")],
)
def test_a_line_explorer_begins_with_the_run_of_its_figure(page, name, script):
    figure = page(name).select_one("figure[data-line]")
    settings = json.loads(figure["data-line"])
    quoted = {value["title"]: value.get_text() for value in figure.select(".val")}
    assert script in figure.img["src"]
    for option, variable in (("x", "start"), ("eta", "step_size")):
        text = quoted[f"{variable}, computed by {script}"].replace("\u2212", "-")
        assert float(text) == settings[option]


def test_the_pictures_of_the_readme_are_figures_of_this_build(site):
    for committed, figure in (
        ("readme.svg", "plot_1_e_basin_map_001.svg"),
        ("readme-dark.svg", "plot_1_e_basin_map_001_dark.svg"),
    ):
        built = site / "_images" / f"sphx_glr_{figure}"
        ours = REPOSITORY / "docs/_static" / committed
        assert ours.read_bytes() == built.read_bytes(), "accept: nox -s docs -- --accept"


def test_the_page_on_checks_tells_the_counts_that_build_json_holds(site, page):
    facts = json.loads((site / "build.json").read_text("utf-8"))
    ledger = json.loads((REPOSITORY / "docs/ledger.json").read_text("utf-8"))
    for kind in ("outputs", "values", "figures"):
        assert facts[kind] == sum(len(entries.get(kind, {})) for entries in ledger.values())
    assert facts["figures"] == facts["scripts"] >= 13
    text = page("about/checks.html").article.get_text()
    assert f"the results of {facts['cells']} cells on {facts['pages']} pages" in " ".join(
        text.split()
    )


def test_another_build_in_another_folder_says_no_word_and_makes_the_same_site(site, tmp_path):
    another = build(copy_of_site(tmp_path / "a" / "longer" / "path"))
    assert another.passed, another.messages
    assert another.messages.strip() == ""
    first, second = site, another.folder / "out"
    names = {path.relative_to(first) for path in first.rglob("*") if path.is_file()}
    assert names == {path.relative_to(second) for path in second.rglob("*") if path.is_file()}
    different = [n for n in names if (first / n).read_bytes() != (second / n).read_bytes()]
    assert different == []


class Loaded(HTMLParser):
    """The addresses that a page loads by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"script", "img", "iframe"} and given.get("src"):
            self.addresses.append(given["src"])
        if tag == "link" and given.get("rel") in {"stylesheet", "icon", "preload"}:
            self.addresses.append(given["href"])


def test_no_page_asks_another_host_for_anything(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 100
    for path in pages:
        loaded = Loaded()
        loaded.feed(path.read_text("utf-8"))
        assert loaded.addresses, path.name
        assert not [a for a in loaded.addresses if re.match(r"(https?:)?//", a)], path.name
    for path in (site / "_static").rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//", path.read_text("utf-8")), path.name


def test_every_picture_says_what_is_seen(site, page):
    for path in (site / "lectures").glob("*.html"):
        for image in page(path.relative_to(site).as_posix()).article.select("img"):
            assert len(image["alt"]) > 40, image["src"]
            assert int(image["width"]) > 0


def test_no_page_names_a_folder_of_the_machine_that_built_it(site):
    for path in site.rglob("*"):
        if path.suffix in {".html", ".svg", ".js", ".py", ".ipynb"}:
            text = path.read_text("utf-8")
            assert str(site) not in text, path.name
            assert str(REPOSITORY) not in text, path.name


def test_a_changed_constant_in_one_objective_fails_and_names_the_pages(tmp_path):
    copy_sources(tmp_path)
    change(
        tmp_path / "src/ravine/losses.py",
        "value=lambda w: curvature / 2 * ((w - minimizer) * (w - minimizer)),",
        "value=lambda w: 0.51 * curvature * ((w - minimizer) * (w - minimizer)),",
    )
    failed = build(tmp_path)
    assert not failed.passed
    assert re.search(
        r"01-optimization-and-pytorch-in-1d\.md:\d+: ERROR: cell .* raised", failed.messages
    )
